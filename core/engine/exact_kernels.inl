// Exact attention of a tile of queries. Included by kernels.inl.

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
        shrink.of[v] = exp2_of(choose(higher[v], max.of[v] - most.of[v], Floats{}));  // 2^0 is 1, exactly
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
    float* const state = s + B * M;
    Lane max = each(lowest);
    Total sum;
    if (t.from == in.key_begin) {
        pack(in.q, in.q_stride, in.queries, in.d, in.factor, q);
        for (int c = 0; c < t.dv; ++c) store_lanes(o + c * M, each(0));
    } else {
        max = load_lanes(state);
        sum.sum = load_lanes(state + M);
        sum.lost = load_lanes(state + 2 * M);
    }
    for (int begin = t.from; begin < t.to; begin += B) {
        const int keys = smaller(B, t.to - begin);
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
        const bool more = begin + 2 * B <= t.to;
        const float* const next_k = more ? k + B * in.k_stride : nullptr;
        const float* const next_v = more ? v + B * t.v_stride : nullptr;
        if (adjusted)
            exponentials<true>(s, keys, max, sum, t, next_k, next_v);
        else
            exponentials<false>(s, keys, max, sum, t, next_k, next_v);
        add_all(s, v, t.v_stride, keys, t.dv, o);
    }
    if (t.to < in.key_end) {
        store_lanes(state, max);
        store_lanes(state + M, sum.sum);
        store_lanes(state + 2 * M, sum.lost);
        return;
    }
    unpack(o, inverse_of(sum.sum), in.queries, t.dv, t.out, t.out_stride);
    store_lanes(t.max, max);
    store_lanes(t.sum, sum.sum);
}
