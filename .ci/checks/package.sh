# The .deb is one that Debian's own tools find no error in, its manual is free of mistakes, and the program runs from where it
# was unpacked.  $1: the build folder.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && cpack -G DEB --config "$1/CPackConfig.cmake" -B "$work" >"$work/log" 2>&1) || { cat "$work/log"; exit 1; }
deb=$(echo "$work"/*.deb)
lintian --allow-root --fail-on error "$deb"
dpkg-deb --field "$deb" Depends >"$work/depends"
for package in libgl1 libegl-mesa0 libgl1-mesa-dri fonts-inter fonts-noto-core libglfw3 libc6; do
    grep -qE "(^|, )$package( |,|$)" "$work/depends" || { echo "the package does not depend on $package"; exit 1; }
done
dpkg-deb -x "$deb" "$work/root"
(cd / && env -u DISPLAY -u WAYLAND_DISPLAY "$work/root/usr/bin/attnscope" render attention --out "$work/picture.png")
[ -s "$work/picture.png" ] || { echo "the installed program draws nothing"; exit 1; }
appstreamcli validate --no-net "$work/root/usr/share/metainfo/attnscope.metainfo.xml"
desktop-file-validate "$work/root/usr/share/applications/attnscope.desktop"
# The manual: no warning from groff, and what it must say is in it.
LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings=w -E UTF-8 -l "$work/root/usr/share/man/man1/attnscope.1.gz" \
    >"$work/manual" 2>"$work/warnings"
[ ! -s "$work/warnings" ] || { cat "$work/warnings"; exit 1; }
for words in '--out FILE' 'temperature' 'XDG_STATE_HOME' 'attnscope record' 'Ctrl Z'; do
    grep -qF -e "$words" "$work/manual" || { echo "the manual lacks '$words'"; exit 1; }
done
