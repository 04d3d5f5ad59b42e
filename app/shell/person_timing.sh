#!/usr/bin/env bash
# A person's path through timing in the real window: a sweep that fills in, the length dragged while it is measured, pause,
# memory, layers, and information stepping from the first token to the last. Run under .ci/with-display.
# Usage: person_timing.sh PROGRAM
set -euo pipefail
. "$(dirname "$0")/person_lib.sh"
open_window "queen → king"
state=$work/attnscope/state.toml
shot() { [ -z "${SHOTS:-}" ] || { sleep 0.6; import -window root "$SHOTS/$1.png"; }; }
# choose K: the K-th picture of the list, from 0.
choose() {
    point $((WIDTH - 100)) 106
    xdotool click 1
    sleep 0.4
    point $((WIDTH - 100)) $((140 + 28 * $1))
    xdotool click 1
    sleep 0.4
}

echo "person: watches the sweep"
xdotool key 4
until_true 30 title_has 'L = 1024:  exact ' || fail "the chosen length is not measured first: $(title)"
shot timing
echo "person: drags the length"
point 1239 206
xdotool mousedown 1
for x in 1241 1243 1245 1247; do point $x 206; done
xdotool mouseup 1
until_true 10 title_lacks 'L = 1024' || fail "the length did not follow the mouse: $(title)"
until_true 60 title_has ':  ' || fail "the new length was not measured: $(title)"
shot dragged_length
xdotool key space
sleep 0.5
shot paused
xdotool key space
xdotool key ctrl+z
until_true 20 title_has 'L = 1024:  exact ' || fail "undo did not bring the length back: $(title)"

echo "person: looks at memory and operations"
choose 1
until_true 10 title_has 'all weights L × L take 4.19 MB' || fail "memory says: $(title)"
measured=$(sed -nE 's#.*measured ([0-9.]+) MB$#\1#p' <<<"$(title)")
awk "BEGIN { exit !($measured > 3.9 && $measured < 9) }" || fail "L × L weights take $measured MB: $(title)"
shot memory
choose 2
until_true 10 title_has 'exact 1.3·10⁸ multiplications' || fail "operations say: $(title)"
shot operations

echo "person: compares layers and steps along the paths"
choose 3
until_true 30 title_has 'attention 4 n d^2 + 2 n^2 d = ' || fail "the layers say: $(title)"
sleep 3
shot layers
choose 4
until_true 10 title_has 'attention 1,  dilated convolution 3,  convolution 8,  recurrent 15' || fail "the paths say: $(title)"
xdotool key Escape  # the arrows belong to the list until then
for _ in 1 2; do xdotool key Right; sleep 0.2; done
point 1036 692
xdotool click 1
shot paths
close_window
grep -q '^step = 3' "$state" || fail "the arrows did not step: $(grep '^step' "$state")"
echo "person: done"
