# The kernels compile for ARM too: they need nothing but the compiler's own headers, so that another machine's standard library
# need not be there.
set -euo pipefail
object=$(mktemp)
trap 'rm -f "$object"' EXIT
clang++ --target=aarch64-linux-gnu -ffreestanding -nostdlibinc -std=c++20 -O3 -I. -Wall -Wextra -Wconversion -Wshadow -Werror \
    -c core/engine/kernels_neon.cpp -o "$object"
[ "$(wc -c <"$object")" -gt 10000 ] || { echo "kernels_neon.cpp is empty for ARM"; exit 1; }
