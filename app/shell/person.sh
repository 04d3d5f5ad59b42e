#!/usr/bin/env bash
# A person's path in the real window: types a sentence, drags the temperature, pins a cell, reads the Explain line back from
# the window's title, closes, and finds everything again. Run under .ci/with-display. Usage: person.sh PROGRAM
set -euo pipefail
. "$(dirname "$0")/person_lib.sh"
open_window "queen → king"

echo "person: types a sentence"
point 300 26
xdotool click 1
sleep 0.3
xdotool key ctrl+a
xdotool type --delay 12 "sheep and bread and water"
until_true 20 title_lacks 'king' || fail "typing did not change the text: $(title)"
xdotool key Return

echo "person: pins a cell"
point 330 330
xdotool click 1
point 700 75  # off the map: the title is the pinned cell's
until_true 10 title_has ' → ' || fail "no cell is pinned: $(title)"
pinned=$(title)
echo "person: reads: $pinned"
# The line must be right: score = q·k / √d (T is 1), and weight = exponential / sum.
numbers=$(sed -nE 's#.*= ([−0-9.]+) / √([0-9]+) = ([−0-9.]+); ([0-9.]+) / ([0-9.]+) = ([0-9.]+)$#\1 \2 \3 \4 \5 \6#p' <<<"$pinned" | sed 's/−/-/g')
[ -n "$numbers" ] || fail "the Explain line is not of the known form"
awk '
    function near(a, b, relative) { d = a - b; if (d < 0) d = -d; m = b < 0 ? -b : b; return d <= relative * (m > 1e-3 ? m : 1e-3) }
    { exit !(near($1 / sqrt($2), $3, 2e-3) && near(exp($3), $4, 5e-3) && near($4 / $5, $6, 2e-3)) }
' <<<"$numbers" || fail "the numbers do not fit each other: $numbers"

echo "person: drags the temperature"
state=$work/attnscope/state.toml
temperature() { sed -n 's/^temperature = //p' "$state"; }
y=592
point $((WIDTH - 140)) "$y"
xdotool mousedown 1
for step in 1 2 3 4 5; do point $((WIDTH - 140 + step * 6)) "$y"; done
xdotool mouseup 1
point 700 75
title_changed() { [ "$(title)" != "$pinned" ]; }
until_true 10 title_changed || fail "dragging the temperature changed nothing: $(title)"
dragged=$(title)

echo "person: undoes and redoes the drag"
xdotool key ctrl+z
until_true 10 title_is "$pinned" || fail "undo did not bring back '$pinned' but '$(title)'"
xdotool key ctrl+shift+z
until_true 10 title_is "$dragged" || fail "redo did not bring back '$dragged' but '$(title)'"

echo "person: closes the window and opens it again"
xdotool key Escape
until_true 10 title_is "AttnScope" || fail "Esc did not unpin: $(title)"
xdotool key ctrl+z
until_true 10 title_is "$dragged" || fail "undo did not pin again: $(title)"
close_window
grep -q 'text = "sheep and bread and water"' "$state" || fail "the state file lost the text"
grep -q '^temperature = 1\.0*$' "$state" && fail "the state file has the temperature from before the drag"
open_window "$dragged"
echo "person: done"
