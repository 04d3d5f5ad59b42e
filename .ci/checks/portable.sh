# The program runs on other machines than the one that built it, and no file names a path of one machine: somebody's home,
# or where this checkout stands.  $1: the build folder.
set -euo pipefail
. .ci/files.sh
status=0

native='-m(arch|tune|cpu)=nativ''e'
if found=$(project_files | grep -zvE '\.(md|png|bin)$' | xargs -0 grep -nIE -e "$native" --); then
    printf 'built for one machine only:\n%s\n' "$found"
    status=1
fi
if [ -f "$1/compile_commands.json" ] && grep -qE -e "$native" "$1/compile_commands.json"; then
    echo "built for one machine only: see $1/compile_commands.json"
    status=1
fi

places='home|root|Users|mnt'
here=${PWD#/}
here=${here%%/*}
case $here in usr | tmp | var | opt | src) ;; *) places+="|$here" ;; esac
# Ada is nobody: tests of paths below a home use her name.
if found=$(project_files | xargs -0 grep -nIE "(^|[^A-Za-z0-9_./-])/($places)/[A-Za-z]" -- | grep -vF /home/user); then
    printf 'a path of one machine:\n%s\n' "$found"
    status=1
fi
exit "$status"
