# The program has what the system offers against misuse of a bug: it runs at a place not known beforehand, its tables of
# functions are read-only once it runs, its stack is not executable, and it was compiled to notice a stack or a buffer that
# is overwritten.  $1: the build folder.
set -euo pipefail
program=$1/attnscope
missing() { echo "$program: $*"; exit 1; }
headers=$(readelf --wide --file-header --program-headers --dynamic "$program")
symbols=$(readelf --wide --dyn-syms "$program")
has() { grep -qE -e "$1" <<<"$2"; }
has '^ *Type: +DYN \(Position-Independent Executable' "$headers" || missing "not a position-independent executable"
has '^ *GNU_RELRO ' "$headers" || missing "no part is made read-only (relro)"
has '\(FLAGS(_1)?\).*\bNOW\b' "$headers" || missing "functions are looked up late (-z now), so their table stays writable"
has '^ *GNU_STACK .* RW +0x' "$headers" || missing "the stack is executable"
has ' __stack_chk_fail' "$symbols" || missing "not compiled with -fstack-protector-strong"
# Some calls cannot be told the size of what they write to, but some can: where none is checked, the option is missing.
has ' __(mem|str|read|f?read|v?s?n?f?printf)[a-z]*_chk' "$symbols" || missing "not compiled with -D_FORTIFY_SOURCE=2"
