# Every shell script parses, those that are started by name are executable, and what they share begins in a checkout where
# nothing was built.
set -euo pipefail
. .ci/files.sh
status=0
while IFS= read -r -d '' file; do
    first=''
    IFS= read -r first <"$file" 2>/dev/null || true
    case $file:$first in
        *.sh:* | *:'#!'*bash* | *:'#!/bin/sh'*) bash -n "$file" || status=1 ;;
        *) continue ;;
    esac
    case $first in '#!'*) [ -x "$file" ] || { echo "not executable: $file"; status=1; } ;; esac
done < <(project_files | grep -zvE '\.(cpp|hpp|png|bin|md)$')
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
mkdir "$fresh/third_party"
cp third_party/*.sh "$fresh/third_party"
said=$(root=$fresh bash -euc '. "$root/third_party/setup.sh"; configure none' 2>&1) || true
[ -f "$fresh/build/none.log" ] || { echo "the first build of a checkout cannot write its log: $said"; status=1; }
exit "$status"
