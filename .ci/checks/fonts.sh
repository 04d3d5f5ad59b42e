#!/usr/bin/env bash
# Fonts that are missing, cut off or damaged: a picture all the same, or a sentence; never a crash.
#     .ci/checks/fonts.sh BUILD_FOLDER
set -euo pipefail
program=$1/attnscope
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
font=$(fc-match --format '%{file}' 'Inter:style=Regular')
[ -s "$font" ] || { echo "no font to damage"; exit 1; }
tried=0 drawn=0

# draws NAME: with the fonts in $work/fonts only.
draws() {
    local code=0
    tried=$((tried + 1))
    rm -rf "$work/cache" "$work/out.png"
    FONTCONFIG_FILE=$work/fonts.conf timeout 60 "$program" render attention --out "$work/out.png" >"$work/log" 2>&1 || code=$?
    if [ "$code" = 0 ] && [ -s "$work/out.png" ]; then drawn=$((drawn + 1)); return; fi
    if [ "$code" -ge 124 ] || ! grep -q '^attnscope: ' "$work/log"; then
        echo "with $1 the program ended with status $code:"
        cat "$work/log"
        exit 1
    fi
}

cat >"$work/fonts.conf" <<END
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$work/fonts</dir><cachedir>$work/cache</cachedir></fontconfig>
END
draws 'no folder of fonts'
mkdir "$work/fonts"
draws 'an empty folder'
cp "$font" "$work/fonts/font.${font##*.}"
draws 'one sound font'
[ "$drawn" = 3 ] || { echo 'no picture without fonts, or with one'; cat "$work/log"; exit 1; }

damaged=$work/fonts/font.${font##*.}
size=$(stat -c %s "$font")
RANDOM=1
for part in 0 1 2 3 4 5 6 7 8 9; do
    head -c $((size * part / 10 + part)) "$font" >"$damaged"
    draws "a font cut off after $part tenths"
done
# 1, 10, 100, 1000 bytes changed, most of them near the beginning, where the tables are listed.
for count in 1 10 100 1000; do
    for seed in 1 2 3 4 5; do
        cp "$font" "$damaged"
        for ((i = 0; i < (count > 100 ? 100 : count); ++i)); do
            where=$(((RANDOM * 32768 + RANDOM) % (i % 2 == 0 ? 1000 : size)))
            bytes=
            for ((k = 0; k < (count > 100 ? 10 : 1); ++k)); do
                printf -v byte '\\x%02x' $((RANDOM % 256))
                bytes+=$byte
            done
            printf '%b' "$bytes" | dd of="$damaged" bs=1 seek="$where" conv=notrunc status=none
        done
        draws "a font with $count damaged bytes ($seed)"
    done
done
echo "$tried states of the fonts, $drawn pictures"
