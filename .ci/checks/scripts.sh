# Every shell script parses, and those that are started by name are executable.
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
exit "$status"
