# The program opens no network socket, runs no shell, and writes nothing but what it was told to, its own state folder and what
# the system's libraries need.  $1: the build folder.
set -euo pipefail
program=$(realpath "$1")/attnscope
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

# What is not there cannot be called: neither names of hosts, nor sockets, nor a shell.
imported=$(nm -D --undefined-only "$program" | sed 's/.* //; s/@.*//')
for name in socket connect bind listen accept getaddrinfo gethostbyname system popen execl execlp execvp; do
    ! grep -qx "$name" <<<"$imported" || fail "the program calls $name()"
done
grep -qxE 'posix_spawnp?' <<<"$imported" || fail "this check sees no calls"

# And what it does, seen by the kernel. A number of a file that cannot be had says so instead of being followed.
mkdir "$work/home"
traced() {
    local log=$1
    shift
    (cd "$work" && env -u DISPLAY -u WAYLAND_DISPLAY HOME="$work/home" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache" \
        strace -f -qq -e trace=network,openat,open,creat,execve,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat \
        -o "$work/$log" "$@")
}
cat >"$work/step.toml" <<'TOML'
version = 1
panel = "attention"
[panels.attention]
text = "$(touch owned); `touch owned` | touch owned"
TOML
traced render "$program" render attention --state step.toml --out picture.png
traced data "$program" data attention --set 'text=a b; touch owned' --set vectors= --out numbers.json
traced handout "$program" handout masks --out masks.pdf
traced window "$program" render attention --window --out window.png
[ ! -e "$work/owned" ] || fail "text was run as a command"
for log in render data handout window; do
    [ -s "$work/$log" ] || fail "nothing was traced"
    ! grep -E 'socket\(AF_(INET|INET6|NETLINK|PACKET)' "$work/$log" || fail "$log opens a socket"
    [ "$(grep -c 'execve(' "$work/$log")" = 1 ] || fail "$log starts another program"
    # Written to: the output and its temporary, and caches of fontconfig and of the graphics driver in the user's own folders.
    written=$(grep -E 'openat?\(.*O_(WRONLY|RDWR|CREAT)|creat\(|mkdir(at)?\(|rename' "$work/$log" | grep -vE '= -1 E' |
        grep -oE '"[^"]+"' | tr -d '"' | sort -u)
    while IFS= read -r path; do
        case $path in
            picture.png | numbers.json | masks.pdf | window.png | ./.attnscope-* | .attnscope-*) ;;
            "$work"/cache* | "$work"/home/* | /dev/null | /dev/tty | /dev/dri/* | /dev/shm/* | /memfd* | /proc/self/*) ;;
            '' | /tmp/.* | /var/cache/fontconfig*) ;;
            *) fail "$log writes $path" ;;
        esac
    done <<<"$written"
done
