# `cmake --install` gives a working tree: a program that starts, and what a desktop needs to show it.  $1: the build folder.
set -euo pipefail
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --prefix "$prefix" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
rm "$prefix/log"
for file in bin/attnscope share/applications/attnscope.desktop share/icons/hicolor/scalable/apps/attnscope.svg \
    share/icons/hicolor/128x128/apps/attnscope.png share/metainfo/attnscope.metainfo.xml \
    share/doc/attnscope/README.md share/doc/attnscope/copyright share/doc/attnscope/reference.md share/man/man1/attnscope.1.gz \
    share/bash-completion/completions/attnscope share/zsh/site-functions/_attnscope \
    share/fish/vendor_completions.d/attnscope.fish; do
    [ -s "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
# The program is all of it: started from elsewhere, with nothing of the source tree.
(cd / && env -u DISPLAY -u WAYLAND_DISPLAY "$prefix/bin/attnscope" --version)
desktop-file-validate "$prefix/share/applications/attnscope.desktop"
rsvg-convert -w 128 -h 128 "$prefix/share/icons/hicolor/scalable/apps/attnscope.svg" -o "$prefix/icon.png"
[ -s "$prefix/icon.png" ] || { echo "the icon cannot be drawn"; exit 1; }
