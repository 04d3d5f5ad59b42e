# The same input gives the same bytes: twenty times, on one processor and on all. Between instruction sets exact attention and
# all that is computed in double give the same bytes too, where there is a fused multiplication; linear attention adds its keys
# up in blocks of another size, and sse2 rounds once more: by how much their numbers may differ is bounded here.
# $1: the build folder.
set -euo pipefail
program=$1/attnscope
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

cases=(
    "attention --set mask=causal"
    "attention --set source=random --set length=200 --set view=heads"
    "positions --set view=similarity"
    "random_features --set length=64 --set features_to=32 --set seeds=2"
    "random_features --set view=matrices --set length=128"
)
available=$("$program" --version | sed -n 's/.*kernels for \(.*\))/\1/p')
for arguments in "${cases[@]}"; do
    read -ra words <<<"$arguments"
    first=
    for run in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        on=()
        [ $((run % 2)) = 0 ] || on=(taskset -c 0)
        sum=$("${on[@]}" "$program" data "${words[@]}" --format csv --out - | sha256sum)
        [ "${first:=$sum}" = "$sum" ] || fail "run $run of 'data $arguments' gave other bytes"
    done
done
for arguments in "attention" "positions" "random_features --set view=matrices --set length=64"; do
    read -ra words <<<"$arguments"
    first=
    for run in 1 2 3 4 5 6 7 8; do
        on=()
        [ $((run % 2)) = 0 ] || on=(taskset -c 0)
        "${on[@]}" "$program" render "${words[@]}" --size 800x500 --out "$work/picture.png"
        sum=$(sha256sum <"$work/picture.png")
        [ "${first:=$sum}" = "$sum" ] || fail "run $run of 'render $arguments' gave other bytes"
    done
done

# close BOUND FILE FILE: numbers at the same places differ by at most that part of themselves, or half of it where they are
# smaller than what they are sums of; words not at all.
close() {
    paste -d, "$2" "$3" | awk -F, -v bound="$1" '
        { for (i = 1; i <= NF / 2; ++i) { a = $i; b = $(i + NF / 2)
            if (a == b) continue
            d = a - b; if (d < 0) d = -d
            m = a < 0 ? -a : a
            if (d > bound * m + bound / 2) { print "line " NR ": " a " and " b; exit 1 } } }
        END { if (NR < 10) { print "no numbers were compared"; exit 1 } }'
}
[ "$(uname -m)" = x86_64 ] || exit 0
for arguments in "${cases[@]}"; do
    read -ra words <<<"$arguments"
    "$program" data "${words[@]}" --format csv --out "$work/best.csv"
    for isa in x86-64-v3 sse2; do
        case $available:$isa in x86-64-v[34]:* | *:sse2) ;; *) continue ;; esac
        ATTNSCOPE_ISA=$isa "$program" data "${words[@]}" --format csv --out "$work/$isa.csv"
        case $isa:$arguments in
            x86-64-v3:attention* | x86-64-v3:positions*) cmp "$work/best.csv" "$work/$isa.csv" ;;
            *) close 2e-6 "$work/best.csv" "$work/$isa.csv" ;;
        esac || fail "$isa is too far off in 'data $arguments'"
    done
done
