# What the program carries inside itself stays below 2 MiB in all, the lessons in three languages and the catalogues among it:
# it is part of the binary that everybody downloads.
set -euo pipefail
total=$(find shaders assets/embedded assets/lessons assets/languages "$1/assets" \
    \( -path 'shaders/*' -o -path 'assets/embedded/*' -o -name '*.toml' -o -name '*.mo' \) -type f -printf '%s\n' |
    awk '{ sum += $1 } END { print sum + 0 }')
if [ "$total" -ge 2097152 ]; then
    echo "what is embedded holds $total bytes; below 2097152 would be right"
    exit 1
fi
echo "$total bytes"
