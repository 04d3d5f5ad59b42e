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

// A tile is M = V * W queries, whose scores of one key, weights, or output channel fill V vectors: one query a lane.
constexpr int V = VECTORS;
constexpr int M = V * W;
constexpr int B = kernel_key_block;

constexpr float lowest = -__builtin_inff();

struct Lane {
    Floats of[V];
};

ATTNSCOPE_INLINE Lane each(float x) {
    Lane r;
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) r.of[v] = all(x);
    return r;
}
ATTNSCOPE_INLINE Lane load_lanes(const float* p) {
    Lane r;
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) r.of[v] = load(p + v * W);
    return r;
}
ATTNSCOPE_INLINE void store_lanes(float* p, const Lane& x) {
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) store(p + v * W, x.of[v]);
}

ATTNSCOPE_INLINE int smaller(int a, int b) {
    return a < b ? a : b;
}

// packed[c][lane] = rows[lane][c] * factor; lanes without a row are 0.
void pack(const float* rows, ptrdiff_t stride, int count, int d, float factor, float* packed) {
    for (int lane = 0; lane < M; lane += W) {
        const int here = smaller(W, count - lane);
        int c = 0;
        if (here == W) {
            for (; c + W <= d; c += W) {
                Floats x[W];
                ATTNSCOPE_UNROLL
                for (int i = 0; i < W; ++i) x[i] = load_loose(rows + (lane + i) * stride + c) * factor;
                transpose(x);
                ATTNSCOPE_UNROLL
                for (int i = 0; i < W; ++i) store(packed + (c + i) * M + lane, x[i]);
            }
        }
        for (; c < d; ++c)
            for (int i = 0; i < W; ++i)
                packed[c * M + lane + i] = i < here ? rows[(lane + i) * stride + c] * factor : 0.0F;
    }
}

// rows[lane][c] = packed[c][lane] * factor[lane], for the first `count` lanes.
void unpack(const float* packed, const Lane& factor, int count, int d, float* rows, ptrdiff_t stride) {
    alignas(64) float factors[M];
    store_lanes(factors, factor);
    for (int lane = 0; lane < count; lane += W) {
        const int here = smaller(W, count - lane);
        const Floats f = load(factors + lane);
        int c = 0;
        for (; c + W <= d; c += W) {
            Floats x[W];
            ATTNSCOPE_UNROLL
            for (int i = 0; i < W; ++i) x[i] = load(packed + (c + i) * M + lane) * f;
            transpose(x);
            ATTNSCOPE_UNROLL
            for (int i = 0; i < W; ++i)
                if (i < here) store_loose(rows + (lane + i) * stride + c, x[i]);
        }
        for (; c < d; ++c)
            for (int i = 0; i < here; ++i) rows[(lane + i) * stride + c] = packed[c * M + lane + i] * factors[lane + i];
    }
}

// s[r][lane] = q[.][lane] . k[r][.] for R keys, in registers all the while. `most` is raised to the largest.
template <int R>
ATTNSCOPE_INLINE void dot_rows(const float* __restrict q, const float* __restrict k, ptrdiff_t stride, int d,
                               float* __restrict s, Lane& most) {
    Lane sum[R];
    ATTNSCOPE_UNROLL
    for (int r = 0; r < R; ++r) sum[r] = each(0);
    ATTNSCOPE_ROLL
    for (int c = 0; c < d; ++c) {
        const Lane x = load_lanes(q + c * M);
        ATTNSCOPE_UNROLL
        for (int r = 0; r < R; ++r) {
            const Floats y = all(k[r * stride + c]);
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v) sum[r].of[v] = multiply_add(x.of[v], y, sum[r].of[v]);
        }
    }
    ATTNSCOPE_UNROLL
    for (int r = 0; r < R; ++r) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) most.of[v] = larger(most.of[v], sum[r].of[v]);
        store_lanes(s + r * M, sum[r]);
    }
}

// The same for any number of keys.
ATTNSCOPE_INLINE void dot_all(const float* q, const float* k, ptrdiff_t stride, int keys, int d, float* s, Lane& most) {
    int j = 0;
    for (; j + ROWS <= keys; j += ROWS) dot_rows<ROWS>(q, k + j * stride, stride, d, s + j * M, most);
    if (ROWS > 4 && j + 4 <= keys) {
        dot_rows<4>(q, k + j * stride, stride, d, s + j * M, most);
        j += 4;
    }
    if (j + 2 <= keys) {
        dot_rows<2>(q, k + j * stride, stride, d, s + j * M, most);
        j += 2;
    }
    if (j < keys) dot_rows<1>(q, k + j * stride, stride, d, s + j * M, most);
}

// o[c][lane] += sum over keys of p[key][lane] * x[key][c] for C channels, in registers all the while. The block is
// summed up by itself: with one long sum of 65,536 keys rounding would be ten times as large.
template <int C>
ATTNSCOPE_INLINE void add_channels(const float* __restrict p, const float* __restrict x, ptrdiff_t stride, int keys,
                                   float* __restrict o) {
    Lane sum[C];
    ATTNSCOPE_UNROLL
    for (int c = 0; c < C; ++c) sum[c] = each(0);
    ATTNSCOPE_ROLL
    for (int j = 0; j < keys; ++j) {
        const Lane w = load_lanes(p + j * M);
        ATTNSCOPE_UNROLL
        for (int c = 0; c < C; ++c) {
            const Floats y = all(x[j * stride + c]);
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v) sum[c].of[v] = multiply_add(w.of[v], y, sum[c].of[v]);
        }
    }
    ATTNSCOPE_UNROLL
    for (int c = 0; c < C; ++c) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) store(o + c * M + v * W, load(o + c * M + v * W) + sum[c].of[v]);
    }
}

// The same for any number of channels.
ATTNSCOPE_INLINE void add_all(const float* p, const float* x, ptrdiff_t stride, int keys, int dv, float* o) {
    int c = 0;
    for (; c + CHANNELS <= dv; c += CHANNELS) add_channels<CHANNELS>(p, x + c, stride, keys, o + c * M);
    if (CHANNELS > 4 && c + 4 <= dv) {
        add_channels<4>(p, x + c, stride, keys, o + c * M);
        c += 4;
    }
    if (c + 2 <= dv) {
        add_channels<2>(p, x + c, stride, keys, o + c * M);
        c += 2;
    }
    if (c < dv) add_channels<1>(p, x + c, stride, keys, o + c * M);
}

// Rows are a stride apart, and may be wide: one line of the cache after the other.
ATTNSCOPE_INLINE void prefetch_row(const float* row, int d) {
    for (int c = 0; c < d; c += 16) __builtin_prefetch(row + c, 0, 2);
}

// What happens to a block of scores that not every lane sees in full, or that falls with distance: the penalty is
// subtracted, cells that are not seen become -infinity, and the largest is looked for again.
void adjust(const TileScores& t, int begin, int keys, float* s, Lane& most) {
    const int end = begin + keys;
    const bool whole = begin >= t.mask.first_full && end <= t.mask.end_full && t.mask.hidden_count == 0;
    for (int h = 0; h < t.mask.hidden_count; ++h) {
        const TileMask::Hidden& hidden = t.mask.hidden[h];
        const int from = hidden.begin > begin ? hidden.begin : begin;
        for (int j = from; j < smaller(hidden.end, end); ++j) s[(j - begin) * M + hidden.lane] = lowest;
    }
    Ints first[V], last[V];
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) {
        first[v] = *reinterpret_cast<const Ints*>(t.mask.begin + v * W);
        last[v] = *reinterpret_cast<const Ints*>(t.mask.end + v * W);
    }
    most = each(lowest);
    for (int j = 0; j < keys; ++j) {
        Lane x = load_lanes(s + j * M);
        const int key = begin + j;
        const Floats key_place = all(t.key_places != nullptr ? t.key_places[key] : static_cast<float>(key));
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) {
            if (t.slope > 0) {
                const Floats distance = load(t.query_places + v * W) - key_place;
                x.of[v] = multiply_add(larger(distance, -distance), all(-t.slope), x.of[v]);
            }
            if (!whole) {
                const Ints seen = (first[v] <= all(key)) & (all(key) < last[v]);
                x.of[v] = choose(seen, x.of[v], all(lowest));
            }
            most.of[v] = larger(most.of[v], x.of[v]);
        }
        store_lanes(s + j * M, x);
    }
}

ATTNSCOPE_INLINE bool needs_adjusting(const TileScores& t, int begin, int keys) {
    return t.slope > 0 || t.mask.hidden_count > 0 || begin < t.mask.first_full || begin + keys > t.mask.end_full;
}

// The running maximum of each lane. Lazily: a lane's maximum is raised only when it grew by more than 2^8, so that
// almost all blocks leave what was summed up as it is; 2^8 times a sum is far from the range's end. A lane's decision
// depends on its own scores alone. `shrink`: what the sums so far are to be multiplied by.
ATTNSCOPE_INLINE bool raise_maximum(Lane& max, const Lane& most, Lane& shrink) {
    Ints higher[V];
    Ints some{};
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) {
        higher[v] = most.of[v] > max.of[v] + 8.0F;
        some |= higher[v];
    }
    if (__builtin_expect(!any(some), 1)) return false;
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) {
        // 2^(-infinity - x) comes out as 2^-126, and is multiplied with the 0 of an empty sum.
        shrink.of[v] = choose(higher[v], exp2_of(max.of[v] - most.of[v]), all(1.0F));
        max.of[v] = choose(higher[v], most.of[v], max.of[v]);
    }
    return true;
}

ATTNSCOPE_INLINE Lane inverse_of(const Lane& sum) {
    Lane inverse;
    ATTNSCOPE_UNROLL
    for (int v = 0; v < V; ++v) inverse.of[v] = choose(sum.of[v] == 0.0F, Floats{}, 1.0F / sum.of[v]);
    return inverse;
}

// A sum of up to a million positive terms: what each addition rounds away is kept and added to the next (Kahan,
// "Further remarks on reducing truncation errors", 1965).
struct Total {
    Lane sum = each(0), lost = each(0);

    ATTNSCOPE_INLINE void add(const Lane& x) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) {
            const Floats more = x.of[v] - lost.of[v], next = sum.of[v] + more;
            lost.of[v] = (next - sum.of[v]) - more;
            sum.of[v] = next;
        }
    }
    ATTNSCOPE_INLINE void multiply(const Lane& factor) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) {
            sum.of[v] *= factor.of[v];
            lost.of[v] *= factor.of[v];
        }
    }
};

// Scores become weights 2^(s - max), and their sum is added. `next` rows are fetched on the way.
template <bool masked>
ATTNSCOPE_INLINE void exponentials(float* __restrict s, int keys, const Lane& max, Total& sum, const ExactTile& t,
                                   const float* next_k, const float* next_v) {
    Lane total = each(0);
    for (int j = 0; j < keys; ++j) {
        if (next_k != nullptr) {
            prefetch_row(next_k + j * t.scores.k_stride, t.scores.d);
            prefetch_row(next_v + j * t.v_stride, t.dv);
        }
        Lane x = load_lanes(s + j * M);
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) {
            Floats p = exp2_of(x.of[v] - max.of[v]);
            // A lane that has seen nothing yet has a maximum of -infinity, and p is NaN.
            if (masked) p = choose(x.of[v] == lowest, Floats{}, p);
            total.of[v] += p;
            x.of[v] = p;
        }
        store_lanes(s + j * M, x);
    }
    sum.add(total);
}

void exact(const ExactTile& t) {
    const TileScores& in = t.scores;
    float* const q = in.scratch;
    float* const o = q + in.d * M;
    float* const s = o + t.dv * M;
    pack(in.q, in.q_stride, in.queries, in.d, in.factor, q);
    for (int c = 0; c < t.dv; ++c) store_lanes(o + c * M, each(0));
    Lane max = each(lowest);
    Total sum;
    for (int begin = in.key_begin; begin < in.key_end; begin += B) {
        const int keys = smaller(B, in.key_end - begin);
        const float* const k = in.k + begin * in.k_stride;
        const float* const v = t.v + begin * t.v_stride;
        Lane most = each(lowest), shrink;
        dot_all(q, k, in.k_stride, keys, in.d, s, most);
        const bool adjusted = needs_adjusting(in, begin, keys);
        if (adjusted) adjust(in, begin, keys, s, most);
        if (raise_maximum(max, most, shrink)) {
            sum.multiply(shrink);
            if (begin > in.key_begin)
                for (int c = 0; c < t.dv; ++c) {
                    Lane x = load_lanes(o + c * M);
                    ATTNSCOPE_UNROLL
                    for (int i = 0; i < V; ++i) x.of[i] *= shrink.of[i];
                    store_lanes(o + c * M, x);
                }
        }
        const bool more = begin + 2 * B <= in.key_end;
        const float* const next_k = more ? k + B * in.k_stride : nullptr;
        const float* const next_v = more ? v + B * t.v_stride : nullptr;
        if (adjusted)
            exponentials<true>(s, keys, max, sum, t, next_k, next_v);
        else
            exponentials<false>(s, keys, max, sum, t, next_k, next_v);
        add_all(s, v, t.v_stride, keys, t.dv, o);
    }
    unpack(o, inverse_of(sum.sum), in.queries, t.dv, t.out, t.out_stride);
    store_lanes(t.max, max);
    store_lanes(t.sum, sum.sum);
}

// One block's part of one bin, or of the whole row where there are no bins.
struct Part {
    Lane sum, mean, most;
};

template <bool masked>
ATTNSCOPE_INLINE Part sum_part(const float* __restrict s, int begin, int end, const Lane& max) {
    Part part{each(0), each(0), each(lowest)};
    for (int j = begin; j < end; ++j) {
        const Lane x = load_lanes(s + j * M);
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) {
            Floats below = x.of[v] - max.of[v];
            if (masked) below = choose(x.of[v] == lowest, all(-126.0F), below);
            Floats p = exp2_of(below);
            if (masked) p = choose(x.of[v] == lowest, Floats{}, p);
            part.sum.of[v] += p;
            part.mean.of[v] = multiply_add(p, below, part.mean.of[v]);
            part.most.of[v] = larger(part.most.of[v], x.of[v]);
        }
    }
    return part;
}

// The sums of the bins of a tile: what a bin's sum refers to is noted with it, since the row's maximum may grow later.
struct Bins {
    float *sum, *max;  // bins x M
    bool maximum;

    void add(int bin, bool first, const Part& part, const Lane& row_max) const {
        float *const at = sum + bin * M, *const reference = max + bin * M;
        if (maximum) {
            Lane most = part.most;
            if (!first)
                for (int v = 0; v < V; ++v) most.of[v] = larger(most.of[v], load(at + v * W));
            store_lanes(at, most);
            return;
        }
        Lane total = part.sum;
        if (!first)
            for (int v = 0; v < V; ++v) {
                const Floats old = load(reference + v * W);
                const Floats shrink = choose(old == row_max.of[v], all(1.0F), exp2_of(old - row_max.of[v]));
                total.of[v] = multiply_add(load(at + v * W), shrink, total.of[v]);
            }
        store_lanes(at, total);
        store_lanes(reference, row_max);
    }

    // Shares of the row, but for its sum.
    void finish(int count, const Lane& row_max) const {
        for (int bin = 0; bin < count; ++bin) {
            Lane share;
            for (int v = 0; v < V; ++v) {
                const Floats old = load((maximum ? sum : max) + bin * M + v * W);
                const Floats shrink = choose(old == lowest, Floats{}, exp2_of(old - row_max.of[v]));
                share.of[v] = maximum ? shrink : shrink * load(sum + bin * M + v * W);
            }
            store_lanes(sum + bin * M, share);
        }
    }
};

void sums(const SumTile& t) {
    const TileScores& in = t.scores;
    float* const q = in.scratch;
    float* const s = q + in.d * M;
    const Bins bins{s + B * M, s + B * M + t.bins * M, t.maximum};
    pack(in.q, in.q_stride, in.queries, in.d, in.factor, q);
    Lane max = each(lowest);
    Total sum, mean;
    int bin = 0, bin_begin = in.key_begin;
    for (int begin = in.key_begin; begin < in.key_end; begin += B) {
        const int keys = smaller(B, in.key_end - begin);
        Lane most = each(lowest), shrink;
        dot_all(q, in.k + begin * in.k_stride, in.k_stride, keys, in.d, s, most);
        const bool adjusted = needs_adjusting(in, begin, keys);
        if (adjusted) adjust(in, begin, keys, s, most);
        const Lane before = max;
        if (raise_maximum(max, most, shrink)) {
            Lane moved;
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v)  // nothing is summed up where `before` is -infinity
                moved.of[v] = choose(sum.sum.of[v] == 0.0F, Floats{}, (before.of[v] - max.of[v]) * sum.sum.of[v]);
            mean.add(moved);
            mean.multiply(shrink);
            sum.multiply(shrink);
        }
        for (int j = 0; j < keys;) {
            const int end = t.bins > 0 ? smaller(keys, t.bin_end[bin] - begin) : keys;
            const Part part = adjusted ? sum_part<true>(s, j, end, max) : sum_part<false>(s, j, end, max);
            sum.add(part.sum);
            mean.add(part.mean);
            if (t.bins > 0) {
                bins.add(bin, begin + j <= bin_begin, part, max);
                if (begin + end == t.bin_end[bin]) bin_begin = t.bin_end[bin++];
            }
            j = end;
        }
    }
    const Lane inverse = inverse_of(sum.sum);
    mean.multiply(inverse);
    store_lanes(t.max, max);
    store_lanes(t.sum, sum.sum);
    store_lanes(t.mean, mean.sum);
    if (t.bins == 0) return;
    bins.finish(t.bins, max);
    unpack(bins.sum, inverse, in.queries, t.bins, t.out, t.out_stride);
}

void weights(const WeightTile& t) {
    const TileScores& in = t.scores;
    float* const q = in.scratch;
    float* const s = q + in.d * M;
    float* const finished = s + B * M;  // bins that are complete, at most B
    pack(in.q, in.q_stride, in.queries, in.d, in.factor, q);
    const Lane max = load_lanes(t.max), inverse = inverse_of(load_lanes(t.sum));
    Lane bin_value = each(0);
    int bin = 0;
    for (int begin = in.key_begin; begin < in.key_end; begin += B) {
        const int keys = smaller(B, in.key_end - begin);
        Lane most = each(lowest);
        dot_all(q, in.k + begin * in.k_stride, in.k_stride, keys, in.d, s, most);
        const bool adjusted = needs_adjusting(in, begin, keys);
        if (adjusted) adjust(in, begin, keys, s, most);
        const int first_bin = bin;
        for (int j = 0; j < keys; ++j) {
            const Lane x = load_lanes(s + j * M);
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v) {
                Floats p = exp2_of(x.of[v] - max.of[v]);
                if (adjusted) p = choose(x.of[v] == lowest, Floats{}, p);
                bin_value.of[v] = t.maximum ? larger(bin_value.of[v], p) : bin_value.of[v] + p;
            }
            if (begin + j + 1 < t.bin_end[bin]) continue;
            store_lanes(finished + (bin - first_bin) * M, bin_value);
            bin_value = each(0);
            ++bin;
        }
        unpack(finished, inverse, in.queries, bin - first_bin, t.out + first_bin, t.out_stride);
    }
}

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

// exact: queries, outputs, a block of scores. The others take the outputs' place for finished bins.
size_t scratch_floats(int d, int dv, int bins) {
    const int largest = dv > B ? dv : B;
    return static_cast<size_t>(M) * static_cast<size_t>(d + largest + B + 2 * bins);
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

#include "core/engine/linear_kernels.inl"

constexpr Kernels table{M,
                        scratch_floats,
                        exact,
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
                        linear_queries};

}  // namespace

const Kernels* const ATTNSCOPE_KERNELS = &table;

}  // namespace attnscope
