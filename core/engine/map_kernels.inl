// Sums of rows and of bins of keys, and weights of rows whose sums are known. Included by kernels.inl.

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
