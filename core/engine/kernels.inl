// The engine's kernels, written once and compiled once for each instruction set. A unit defines before it includes
// this: ATTNSCOPE_KERNELS (the name of its table), VECTORS, ROWS, CHANNELS (see below). README.md says how
// it works.

#include "core/engine/kernels.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace attnscope {
namespace {

#include "core/engine/vectors.inl"

#include "core/engine/loops.inl"  // uses the vectors

#include "core/engine/exact_kernels.inl"  // use the loops
#include "core/engine/linear_kernels.inl"

// What has queries for lanes again, for tiles of one vector, and of two where a whole tile has more: short sequences
// are shared among threads in smaller parts, and the last queries of a sequence need not pay for lanes that stand
// empty. A lane comes out with the same bits in any of them.
constexpr int whole_tile = VECTORS;
#undef VECTORS
namespace one_vector {
#define VECTORS 1
#include "core/engine/loops.inl"

#include "core/engine/exact_kernels.inl"
#include "core/engine/linear_queries.inl"
#undef VECTORS
}  // namespace one_vector
namespace two_vectors {
#define VECTORS 2
#include "core/engine/loops.inl"

#include "core/engine/exact_kernels.inl"
#include "core/engine/linear_queries.inl"
#undef VECTORS
}  // namespace two_vectors

void exact_in_smallest_tile(const ExactTile& t) {
    if (t.scores.queries <= W)
        one_vector::exact(t);
    else if (whole_tile > 2 && t.scores.queries <= 2 * W)
        two_vectors::exact(t);
    else
        exact(t);
}

void linear_queries_in_smallest_tile(const LinearQueries& t) {
    if (t.queries <= W)
        one_vector::linear_queries(t);
    else if (whole_tile > 2 && t.queries <= 2 * W)
        two_vectors::linear_queries(t);
    else
        linear_queries(t);
}

#include "core/engine/map_kernels.inl"  // uses what is exact

void transposed_product(const ProductTile& t) {
    float* const a = t.scratch;
    float* const s = a + t.d * M;
    pack(t.a, t.a_stride, t.a_rows, t.d, 1.0F, a);
    for (int begin = 0; begin < t.b_rows; begin += B) {
        const int rows = smaller(B, t.b_rows - begin);
        Lane most = each(lowest);
        dot_all(a, t.b + begin * t.b_stride, t.b_stride, rows, t.d, s, most);
        unpack(s, each(1), t.a_rows, rows, t.out + begin, t.out_stride);
    }
}

void product(const ProductTile& t) {
    float* const o = t.scratch;
    float* const a = o + t.d * M;
    for (int c = 0; c < t.d; ++c) store_lanes(o + c * M, each(0));
    for (int begin = 0; begin < t.b_rows; begin += B) {
        const int rows = smaller(B, t.b_rows - begin);
        pack(t.a + begin, t.a_stride, t.a_rows, rows, 1.0F, a);
        add_all(a, t.b + begin * t.b_stride, t.b_stride, rows, t.d, o);
    }
    unpack(o, each(1), t.a_rows, t.d, t.out, t.out_stride);
}

// exact: queries, outputs, a block of scores, three lanes' state. The others take the outputs' place for finished bins.
size_t scratch_floats(int d, int dv, int bins) {
    const int largest = dv > B ? dv : B;
    return static_cast<size_t>(M) * static_cast<size_t>(d + largest + B + 2 * bins + 3);
}

// 0 * x is 0 for a finite x and NaN otherwise.
bool finite(const float* rows, ptrdiff_t stride, ptrdiff_t count, int columns) {
    Floats zero[4] = {};
    float rest = 0;
    for (ptrdiff_t i = 0; i < count; ++i) {
        const float* const row = rows + i * stride;
        int c = 0;
        for (; c + 4 * W <= columns; c += 4 * W) {
            ATTNSCOPE_UNROLL
            for (int n = 0; n < 4; ++n) zero[n] = multiply_add(load_loose(row + c + n * W), Floats{}, zero[n]);
        }
        for (; c < columns; ++c) rest += row[c] * 0.0F;
    }
    const Floats all_zero = (zero[0] + zero[1]) + (zero[2] + zero[3]);
    return rest == 0.0F && !any(all_zero != Floats{});
}

double peak(long rounds) {
    Floats x = all(0.999F), y = all(0.5F);
    Floats sum[ROWS * V];
    for (Floats& each_sum : sum) each_sum = Floats{};
    for (long i = 0; i < rounds; ++i) {
        ATTNSCOPE_UNROLL
        for (int a = 0; a < ROWS * V; ++a) sum[a] = multiply_add(x, sum[a], y);
    }
    Floats total{};
    for (const Floats& each_sum : sum) total += each_sum;
    volatile float sink = total[0];
    static_cast<void>(sink);
    return 2.0 * ROWS * V * W * static_cast<double>(rounds);
}

constexpr Kernels table{M,
                        W,
                        scratch_floats,
                        exact_in_smallest_tile,
                        sums,
                        weights,
                        transposed_product,
                        product,
                        finite,
                        peak,
                        linear_block,
                        linear_scratch_floats,
                        pack_projections,
                        linear_keys,
                        linear_queries_in_smallest_tile};

}  // namespace

const Kernels* const ATTNSCOPE_KERNELS = &table;

}  // namespace attnscope
