# For tests that drive the real window: sourced with the program as $1. Starts a window manager, gives the program a home of
# its own, and defines what a person does; open_window starts the program and brings the window to a known place and size.
program=$1
work=$(mktemp -d)
export XDG_STATE_HOME=$work HOME=$work LC_ALL=C.UTF-8  # the locale says the language
started=()
cleanup() {
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "person: $*" >&2; cat "$work/log" >&2 || true; [ -z "${SCREENSHOT:-}" ] || import -window root "$SCREENSHOT"; exit 1; }

openbox >/dev/null 2>&1 &
started+=($!)

# until_true SECONDS COMMAND...: waits for it.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}
# A window manager that is only half there makes GLFW 3.3 give up: the root names its window before that has its name.
until_true 60 wmctrl -m >/dev/null 2>&1 || fail "the window manager did not start"

window=
find_window() { window=$(xdotool search --onlyvisible --class attnscope 2>/dev/null | tail -n 1) && [ -n "$window" ]; }
title() { xdotool getwindowname "$window" 2>/dev/null; }
title_has() { [[ "$(title)" == *"$1"* ]]; }
title_lacks() { [[ "$(title)" != *"$1"* ]]; }

point() { xdotool mousemove --window "$window" "$1" "$2"; sleep 0.2; }
ended() { ! kill -0 "$program_id" 2>/dev/null; }
title_is() { [ "$(title)" = "$1" ]; }
# settled: the title stays as it is for a second: what is drawn meanwhile is finished.
settled() { local now; now=$(title); sleep 1; title_is "$now"; }

# window_appears: waits for it; a program that ends instead is told at once.
found_or_ended() { find_window || ended; }
window_appears() {
    local code=0
    until_true 60 found_or_ended || fail "no window appeared; the windows are: $(wmctrl -l 2>&1)"
    [ -z "$window" ] || return 0
    wait "$program_id" || code=$?
    fail "the program ended with status $code before there was a window"
}

# open_window TEXT: the text is in the title once the window is ready.
open_window() {
    "$program" >"$work/log" 2>&1 &
    program_id=$!
    started+=("$program_id")
    window_appears
    until_true 20 title_has "$1" || fail "the title is not '$1' but '$(title)'"
    # A known place and size, whatever the window manager did; then positions are those of the layout.
    xdotool windowsize "$window" 1400 900
    xdotool windowmove "$window" 0 0
    sleep 1
    eval "$(xdotool getwindowgeometry --shell "$window" | sed -n 's/^WIDTH=/WIDTH=/p')"
}
close_window() {
    wmctrl -i -c "$window"
    until_true 10 ended || fail "the window did not close"
    wait "$program_id" || fail "the program ended with an error"
}
