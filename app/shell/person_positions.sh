#!/usr/bin/env bash
# A person's path through positional encoding in the real window: the rotation, dragging a position along its line, RoPE, and
# sending the code to the attention panel. Run under .ci/with-display. Usage: person_positions.sh PROGRAM
set -euo pipefail
. "$(dirname "$0")/person_lib.sh"
open_window "queen → king"
state=$work/attnscope/state.toml

echo "person: looks at the code"
xdotool key 2
until_true 10 title_has 'p_12,6 = sin(12 · w_3)' || fail "the positions panel says: $(title)"
xdotool key Right
until_true 10 title_has 'p_13,6 = ' || fail "the arrow did not move the position: $(title)"
xdotool key Left
[ -z "${SHOTS:-}" ] || import -window root "$SHOTS/code.png"

echo "person: chooses the rotation from the list"
point $((WIDTH - 100)) 106
xdotool click 1
sleep 0.4
point $((WIDTH - 100)) "${ROTATION_ROW:-196}"
xdotool click 1
until_true 10 title_has 'a = 7 · 0.1778 rad' || fail "the rotation is not explained: $(title)"
[ -z "${SHOTS:-}" ] || import -window root "$SHOTS/rotation.png"

echo "person: drags the position along the line: the turn stays, the result follows"
left=120 right=$((WIDTH - 370)) line=156
place() { echo $((left + (right - left) * $1 / 63)); }
point "$(place 15)" "$line"
xdotool mousedown 1
for i in 18 21 24 27; do point "$(place "$i")" "$line"; done
xdotool mouseup 1
point 700 720
until_true 10 title_has 'sin(31·w)' || fail "12 and 19 did not move to 24 and 31 together: $(title)"
title_has 'a = 7 · 0.1778 rad' || fail "the turn changed with the position: $(title)"
numbers=$(sed -nE 's#.*= ([−0-9.]+) · ([−0-9.]+) \+ ([−0-9.]+) · ([−0-9.]+) = ([−0-9.]+) = sin.* = ([−0-9.]+)$#\1 \2 \3 \4 \5 \6#p' <<<"$(title)" | sed 's/−/-/g')
[ -n "$numbers" ] || fail "the Explain line is not of the known form: $(title)"
awk '{ d = $1 * $2 + $3 * $4 - $5; e = $5 - $6; exit !(d < 2e-3 && d > -2e-3 && e < 2e-4 && e > -2e-4) }' <<<"$numbers" ||
    fail "the numbers do not fit each other: $numbers"
[ -z "${SHOTS:-}" ] || import -window root "$SHOTS/dragged.png"

echo "person: takes the drag back as one step"
xdotool key ctrl+z
until_true 10 title_has 'sin(19·w)' || fail "undo did not bring the position back: $(title)"

echo "person: sends the code to the attention panel"
xdotool key t
until_true 10 title_has 'queen → king' || fail "the attention panel is not there: $(title)"
[ -z "${SHOTS:-}" ] || import -window root "$SHOTS/sent.png"
close_window
grep -q '^position = "sinusoidal"' "$state" || fail "the attention panel did not take the code: $(grep '^position' "$state")"
grep -q '^view = "rotation"' "$state" || fail "the state file lost the view"
echo "person: done"
