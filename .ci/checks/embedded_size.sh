# What the program carries inside itself stays below 1 MiB in all: it is in memory at every start.
set -euo pipefail
total=$(find shaders assets/embedded -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }')
if [ "$total" -ge 1048576 ]; then
    echo "shaders/ and assets/embedded/ hold $total bytes; below 1048576 would be right"
    exit 1
fi
echo "$total bytes"
