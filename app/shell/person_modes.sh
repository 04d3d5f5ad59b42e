#!/usr/bin/env bash
# A person's path through the modes in the real window: cross-attention, painting a mask, A/B, export. Run under
# .ci/with-display. Usage: person_modes.sh PROGRAM
set -euo pipefail
. "$(dirname "$0")/person_lib.sh"
cd "$work" # exports go there
open_window "queen → king"

echo "person: takes a second text for the keys"
point $((WIDTH - 66)) 138
xdotool click 1
point 700 75
until_true 10 title_has 'queen → gave' || fail "the keys are not those of the second text: $(title)"

echo "person: paints the first row away"
xdotool key p
point 172 190
xdotool mousedown 1
for x in 195 220 245 270 300; do point "$x" 190; done
xdotool mouseup 1
xdotool key p
point 700 75
for _ in 1 2 3 4; do xdotool key Up; done
until_true 10 title_has 'the → gave' || fail "the pin did not move up: $(title)"
until_true 10 title_has 'masked' || fail "the painted cell is not masked: $(title)"

echo "person: pins A and changes the head"
for _ in 1 2 3 4; do xdotool key Down; done
until_true 10 title_has 'queen → gave' || fail "the pin did not move down: $(title)"
before=$(title)
xdotool key b
sleep 0.5
xdotool key bracketright
changed() { [ "$(title)" != "$before" ]; }
until_true 10 changed || fail "the next head has the same numbers: $(title)"
[ -z "${SHOTS:-}" ] || import -window root "$SHOTS/compare.png"

echo "person: exports the comparison"
xdotool key ctrl+s
sleep 0.5
[ -z "${SHOTS:-}" ] || import -window root "$SHOTS/menu.png"
point $((WIDTH - 200)) "${PNG_ROW:-222}"
xdotool click 1
exported() { [ -s attnscope-attention.png ]; }
until_true 20 exported || fail "no picture was exported"
[ "$(head -c 4 attnscope-attention.png | tail -c 3)" = PNG ] || fail "the exported file is no PNG"

close_window
state=$work/attnscope/state.toml
grep -q '^painted = "0:0-5"' "$state" || fail "the painted cells are not in the state file: $(grep painted "$state")"
grep -q '^\[compare.attention\]' "$state" || fail "A is not in the state file"
grep -q '^keys = "second"' "$state" || fail "the second text is not in the state file"
echo "person: done"
