# The program runs on other machines than the one that built it (-march=native nowhere), and no file names a path of one
# machine: neither this checkout's, nor somebody's home.  $1: the build folder.
set -euo pipefail
. .ci/files.sh
native='-m(arch|tune|cpu)=nativ''e'
status=0
if found=$(project_files | grep -zvE '\.(md|png|bin)$' | xargs -0 grep -nIE -e "$native"); then
    printf 'built for one machine only:\n%s\n' "$found"
    status=1
fi
if [ -f "$1/compile_commands.json" ] && grep -qE -e "$native" "$1/compile_commands.json"; then
    echo "a compile command has -march=native: $1/compile_commands.json"
    status=1
fi
homes='(^|[^A-Za-z0-9_./-])/(home|root|Users|mnt)/[A-Za-z]'
if found=$(project_files | xargs -0 grep -nIE -e "$homes" --); then
    printf 'a path of one machine:\n%s\n' "$found"
    status=1
fi
for place in "$PWD" "${PWD%/*}/"; do
    # A checkout directly below the root would match any path.
    case $place in /*/*) ;; *) continue ;; esac
    if [ "${place%/}" != "${place%/*/*}" ] && found=$(project_files | xargs -0 grep -nIF -e "${place%/}/" --); then
        printf 'the path of this checkout:\n%s\n' "$found"
        status=1
    fi
done
exit "$status"
