# What is compiled for one instruction set stays there: such a unit shares no function with the rest of the program (see
# core/engine/kernels.hpp), and uses the registers it is meant to.  $1: the build folder.
set -euo pipefail
status=0
# Symbols that the linker may take from any unit: weak (W, V) and unique (u). Those that carry the instruction set's name are
# nobody else's, and DW.ref is only the address of the exceptions' handler.
shared() { nm -C "$1" | grep -E '^[0-9a-f]* +[WVu] ' | grep -vE "${2:-nothing}::| DW\.ref\." || true; }
for unit in engine/kernels bench/naive; do
    for isa in sse2 x86_64_v3 x86_64_v4 neon; do
        object=$(find "$1/core" -path "*${unit}_$isa.cpp.o" | head -n 1)
        [ -n "$object" ] || { echo "not built: ${unit}_$isa"; status=1; continue; }
        if found=$(shared "$object" "Eigen_$isa") && [ -n "$found" ]; then
            printf '%s has symbols that other units could be given:\n%s\n' "$object" "$(head -n 5 <<<"$found")"
            status=1
        fi
    done
done
# The same test sees such symbols where there are some.
plain=$(find "$1/core" -name 'exact.cpp.o' -o -name 'unity_core_engine_0_cxx.cxx.o' | head -n 1)
[ -n "$(shared "$plain")" ] || { echo "this check would not see a shared symbol"; status=1; }

if [ "$(uname -m)" = x86_64 ]; then
    uses() { objdump -d --no-show-raw-insn "$(find "$1/core" -path "*engine/kernels_$2.cpp.o" | head -n 1)" | grep -cE "%$3[0-9]" >/dev/null; }
    uses "$1" x86_64_v4 zmm || { echo "the kernels for x86-64-v4 use no register of 512 bits"; status=1; }
    uses "$1" x86_64_v3 ymm || { echo "the kernels for x86-64-v3 use no register of 256 bits"; status=1; }
    ! uses "$1" x86_64_v3 zmm || { echo "the kernels for x86-64-v3 use registers of 512 bits"; status=1; }
    ! uses "$1" sse2 ymm || { echo "the kernels for sse2 use registers of 256 bits"; status=1; }
fi
exit "$status"
