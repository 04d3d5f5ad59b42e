# `cmake --install` gives a working tree: a program that draws, and what a desktop needs to show it; what it lists is all there is
# to remove.  $1: the build folder.
set -euo pipefail
prefix=$(mktemp -d) work=$(mktemp -d)
trap 'rm -rf "$prefix" "$work"' EXIT
cmake --install "$1" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
for file in bin/attnscope share/applications/attnscope.desktop share/icons/hicolor/scalable/apps/attnscope.svg \
    share/icons/hicolor/128x128/apps/attnscope.png share/metainfo/attnscope.metainfo.xml \
    share/doc/attnscope/README.md share/doc/attnscope/copyright share/doc/attnscope/reference.md share/man/man1/attnscope.1.gz \
    share/bash-completion/completions/attnscope share/zsh/site-functions/_attnscope \
    share/fish/vendor_completions.d/attnscope.fish; do
    [ -s "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
# The program is all of it: started from elsewhere, with nothing of the source tree.
alone() { (cd "$work" && env -u DISPLAY -u WAYLAND_DISPLAY HOME="$work" "$prefix/bin/attnscope" "$@"); }
alone --version
alone render attention --out picture.png
alone handout masks --language he --out masks.pdf
[ -s "$work/picture.png" ] && [ -s "$work/masks.pdf" ] || { echo "the installed program draws nothing"; exit 1; }
desktop-file-validate "$prefix/share/applications/attnscope.desktop"
rsvg-convert -w 128 -h 128 "$prefix/share/icons/hicolor/scalable/apps/attnscope.svg" -o "$work/icon.png"
[ -s "$work/icon.png" ] || { echo "the icon cannot be drawn"; exit 1; }
tr '\n' '\0' <"$1/install_manifest.txt" | xargs -0 rm --
left=$(find "$prefix" ! -type d)
[ -z "$left" ] || { echo "not in the list of what was installed:"; echo "$left"; exit 1; }
