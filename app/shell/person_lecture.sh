#!/usr/bin/env bash
# A lecturer's path in the real window: a lesson by a clicker's keys, a slider moved and brought back, the answer of a question,
# black, pen and spotlight, notes in their own window, Persian and Hebrew, a lesson of one's own that is edited meanwhile.
# Run under .ci/with-display. Usage: person_lecture.sh PROGRAM
set -euo pipefail
. "$(dirname "$0")/person_lib.sh"
shot() { [ -z "${SHOTS:-}" ] || { sleep 0.6; import -window root "$SHOTS/$1.png"; }; }
brightness() { import -window root -resize '1x1!' -format '%[fx:int(255*intensity)]' info:-; }
is_black() { [ "$(brightness)" -lt 3 ]; }
is_lit() { [ "$(brightness)" -gt 8 ]; }

open_window "queen → king"
echo "person: opens the list of lessons and the fifth lesson in it"
xdotool key F5
sleep 0.6
shot lessons
xdotool key Escape
close_window

"$program" lecture masks >"$work/log" 2>&1 &
program_id=$!
started+=("$program_id")
window_appears
until_true 20 title_is "AttnScope – Masks: what a query may see, 1 / 9" || fail "the lesson's title is not there: $(title)"
until_true 10 is_lit || fail "nothing is seen"
eval "$(xdotool getwindowgeometry --shell "$window" | sed -n 's/^WIDTH=/WIDTH=/p; s/^HEIGHT=/HEIGHT=/p')"
root_width=$(xdotool getdisplaygeometry | cut -d' ' -f1)
[ "$WIDTH" = "$root_width" ] || fail "the lesson is $WIDTH wide, the screen $root_width"
shot first

echo "person: goes on and back with a clicker"
xdotool key Next
until_true 10 title_has ', 2 / 9' || fail "Page Down did not go on: $(title)"
xdotool key Next Prior
until_true 10 title_has ', 2 / 9' || fail "Page Up did not go back: $(title)"
xdotool key 7
until_true 10 title_has ', 7 / 9' || fail "7 did not jump: $(title)"
xdotool key space
until_true 10 title_has ', 8 / 9' || fail "the space bar did not go on: $(title)"
xdotool key 2
until_true 10 title_has ', 2 / 9' || fail "2 did not jump: $(title)"

echo "person: shows the answer"
before=$(import -window root rgb:- | md5sum)
xdotool key Return
sleep 1
[ "$before" != "$(import -window root rgb:- | md5sum)" ] || fail "Enter showed nothing"
shot answer

echo "person: moves the temperature and comes back with Home"
point $((WIDTH * 88 / 100)) $((HEIGHT - HEIGHT * 34 / 664 - HEIGHT * 22 / 664))
xdotool click 1
sleep 1
shot moved
moved=$(import -window root -crop "$((WIDTH * 60 / 100))x$((HEIGHT * 8 / 10))+0+0" rgb:- | md5sum)
point 5 5
xdotool key Home
sleep 1
[ "$moved" != "$(import -window root -crop "$((WIDTH * 60 / 100))x$((HEIGHT * 8 / 10))+0+0" rgb:- | md5sum)" ] || fail "Home changed nothing"

echo "person: blanks, draws, clears, points"
xdotool key b
until_true 10 is_black || fail "B did not make it black: $(brightness)"
xdotool key period
until_true 10 is_lit || fail "the picture did not come back"
clean=$(import -window root rgb:- | md5sum)
xdotool key d
point $((WIDTH / 5)) $((HEIGHT / 3))
xdotool mousedown 1
point $((WIDTH / 4)) $((HEIGHT / 2))
point $((WIDTH / 3)) $((HEIGHT / 3))
xdotool mouseup 1
sleep 0.5
shot pen
xdotool key d
point $((WIDTH / 2)) 5
[ "$clean" != "$(import -window root rgb:- | md5sum)" ] || fail "the pen drew nothing"
xdotool key c
sleep 0.5
lit=$(brightness)
point $((WIDTH / 4)) $((HEIGHT / 2))
xdotool keydown s
sleep 0.6
shot spotlight
[ "$(brightness)" -lt "$lit" ] || fail "the spotlight did not darken the rest"
xdotool keyup s
sleep 0.5

echo "person: asks for the notes, in Persian, then Hebrew"
xdotool key F6
until_true 10 title_has 'نقاب' || fail "the title is not Persian: $(title)"
shot persian
xdotool key F7
notes() { xdotool search --onlyvisible --class attnscope 2>/dev/null | wc -l; }
two_windows() { [ "$(notes)" -ge 2 ]; }
one_window() { [ "$(notes)" -le 1 ]; }
until_true 10 two_windows || fail "no window of notes"
shot notes
xdotool key F7
until_true 10 one_window || fail "the notes did not go"
sleep 1
xdotool key F6
until_true 10 title_has 'מסכות' || fail "the title is not Hebrew: $(title)"
shot hebrew
xdotool key F6
until_true 10 title_has 'Masks' || fail "the title is not English again: $(title)"
xdotool key Escape
until_true 10 title_lacks 'Masks' || fail "Esc did not end the lesson: $(title)"
shot left
close_window

echo "person: writes a lesson and edits it while it is shown"
cat >"$work/own.toml" <<'LESSON'
title = { en = "My own lesson" }
[[step]]
title = { en = "One" }
panel = "attention"
set = { text = "to be or not to be" }
controls = ["temperature"]
text = { en = "The **first** step." }
try = { en = "Move the [temperature](temperature)." }
LESSON
"$program" lecture "$work/own.toml" >"$work/log" 2>&1 &
program_id=$!
started+=("$program_id")
window_appears
until_true 20 title_is "AttnScope – My own lesson, 1 / 1" || fail "the own lesson is not shown: $(title)"
sleep 2
sed -i 's/My own lesson/My better lesson/' "$work/own.toml"
xdotool mousemove --window "$window" 300 300
until_true 20 title_has "My better lesson" || fail "the edited lesson was not read again: $(title)"
xdotool key Escape
sleep 0.5
close_window
echo "person: done"
