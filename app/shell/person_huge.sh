#!/usr/bin/env bash
# A person looks into a map too large to hold, in the real window: waits for it, zooms down to single weights, pins one and
# reads its numbers back from the title. Run under .ci/with-display. Usage: person_huge.sh PROGRAM
set -euo pipefail
. "$(dirname "$0")/person_lib.sh"
mkdir -p "$work/attnscope"
printf 'version = 1\npanel = "attention"\n[panels.attention]\nsource = "random"\nlength = 20000\n' >"$work/attnscope/state.toml"
open_window "4 → 1"

echo "person: zooms in until cells show their weights, and pins one"
point 330 330
for _ in $(seq 60); do xdotool click 4; sleep 0.02; done
sleep 0.5
xdotool click 1
point 700 75  # off the map: the title is the pinned cell's
until_true 20 title_lacks '4 → 1:' || fail "nothing else was pinned: $(title)"
pinned=$(title)
echo "person: reads: $pinned"
read -r query key <<<"$(sed -nE 's#.* ([0-9]+) → ([0-9]+): .*#\1 \2#p' <<<"$pinned")"
[ "$query" -gt 2000 ] && [ "$key" -gt 2000 ] || fail "the pin is not in the middle of the map: $pinned"
numbers=$(sed -nE 's#.*= ([−0-9.]+) / √([0-9]+) = ([−0-9.]+); ([0-9.]+) / ([0-9.]+) = (.*)$#\1 \2 \3 \4 \5#p' <<<"$pinned" | sed 's/−/-/g')
[ -n "$numbers" ] || fail "the Explain line is not of the known form: $pinned"
awk '
    function near(a, b, relative) { d = a - b; if (d < 0) d = -d; m = b < 0 ? -b : b; return d <= relative * (m > 1e-3 ? m : 1e-3) }
    # A row of 20,000 weights of about the same size: their sum is of that order.
    { exit !(near($1 / sqrt($2), $3, 2e-3) && near(exp($3), $4, 5e-3) && $5 > 10000 && $5 < 100000) }
' <<<"$numbers" || fail "the numbers do not fit each other: $numbers"

echo "person: moves the pin by the arrow keys"
xdotool key Down
until_true 10 title_has " $((query + 1)) → $key:" || fail "the pin did not move down: $(title)"
close_window
echo "person: done"
