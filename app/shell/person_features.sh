#!/usr/bin/env bash
# A person's path through random features in the real window: error curves that fill in, a sharper softmax, the variance map,
# two vectors dragged in the plane, broken rows, and a failure's card. Run under .ci/with-display.
# Usage: person_features.sh PROGRAM
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

echo "person: looks at the error curves"
xdotool key 3
until_true 20 title_has 'm = 64: the least median error is that of trig, orthogonal' || fail "the curves say: $(title)"
shot curves
xdotool key Right
until_true 20 title_has 'm = 128: ' || fail "the arrow did not double m: $(title)"
xdotool key Left
until_true 20 title_has 'm = 64: ' || fail "the arrow did not halve m: $(title)"
until_true 20 settled || fail "the title does not come to rest: $(title)"
before=$(title)
xdotool key r
until_true 20 eval '[ "$(title)" != "$before" ]' || fail "R drew nothing new"
xdotool key ctrl+z
until_true 20 title_is "$before" || fail "undo did not bring the draw back: $(title)"

echo "person: takes trig out with its chip"
point 110 139
xdotool click 1
until_true 20 title_has 'hyperbolic, orthogonal' || fail "without trig hyperbolic is the best: $(title)"
shot chips
xdotool key ctrl+z
until_true 20 title_is "$before" || fail "undo did not bring trig back: $(title)"

echo "person: clicks in the variance map"
choose 1
until_true 20 title_has 'r = 5.28: positive features err less' || fail "the map says: $(title)"
shot variance
point 200 500
xdotool click 1
until_true 20 title_has 'trigonometric features err less' || fail "left of the line trig is better: $(title)"
shot variance_clicked
xdotool key ctrl+z
until_true 20 title_has 'r = 5.28' || fail "undo did not bring the point back: $(title)"

echo "person: drags y in the plane"
choose 2
until_true 20 title_has 'exp(x·y) = exp(1 · 1 · cos 2.09) = 0.6065' || fail "the kernel says: $(title)"
shot kernel
# |y| = 1 at 120 degrees; to the left it stands opposite to x.
point 234 229
xdotool mousedown 1
for at in "210 250" "190 280" "185 310"; do point $at; done
xdotool mouseup 1
point 700 720
until_true 20 title_lacks 'cos 2.09' || fail "y did not follow the mouse: $(title)"
shot dragged
xdotool key ctrl+z
until_true 20 title_has 'cos 2.09) = 0.6065' || fail "undo did not bring y back: $(title)"

echo "person: chooses a failure and looks at it in the matrices"
choose 4
until_true 20 title_has 'one positive feature varies by' || fail "the failures say: $(title)"
shot failures
xdotool key Down Down
until_true 20 title_has 'of the rows have a normaliser ≤ 0' || fail "the arrows did not choose the normaliser: $(title)"
title_lacks ': 0 % of' || fail "the failure does not fail: $(title)"
shot normaliser
point 970 148
xdotool click 1
until_true 20 title_has 'negative weights,' || fail "the sliders' setting is not looked at in the matrices: $(title)"
shot matrices
close_window
grep -q '^view = "matrices"' "$state" || fail "the state file lost the view"
grep -q '^estimator = "trig"' "$state" || fail "the state file lost the estimator"
grep -q '^failure = "normaliser"' "$state" || fail "the state file lost the failure: $(grep '^failure' "$state")"
echo "person: done"
