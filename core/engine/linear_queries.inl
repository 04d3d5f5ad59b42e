// Queries that look at sums over keys: the queries are the lanes, and features take the keys' place. Included by
// linear_kernels.inl.

struct Totals {
    const float *first, *second;
    ptrdiff_t stride;
};

// Queries: projections become features in place, the second ones map.count rows further on; `sum` grows by features
// times totals.
template <FeatureKind kind>
void make_query_features(float* p, ptrdiff_t second, int count, const Lane& shift, const Totals& totals, Lane& sum) {
    for (int r = 0; r < count; ++r) {
        const Floats weight = all(totals.first[r * totals.stride]);
        const Floats second_weight = in_pairs(kind) ? all(totals.second[r * totals.stride]) : Floats{};
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) {
            float* const at = p + r * M + v * W;
            Floats a, b;
            features_of<kind>(load(at), shift.of[v], a, b);
            store(at, a);
            sum.of[v] = multiply_add(a, weight, sum.of[v]);
            if constexpr (!in_pairs(kind)) continue;
            store(at + second, b);
            sum.of[v] = multiply_add(b, second_weight, sum.of[v]);
        }
    }
}

template <FeatureKind kind>
Lane query_shift(const float* p, int count, Lane most) {
    if constexpr (kind == FeatureKind::trig) return each(1);
    if constexpr (kind != FeatureKind::positive) {
        most = each(lowest);
        for (int r = 0; r < count; ++r) {
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v) most.of[v] = larger(most.of[v], size_of<kind>(load(p + r * M + v * W)));
        }
    }
    if constexpr (kind == FeatureKind::elu) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) most.of[v] = log2_of_elu(most.of[v]);
    }
    return most;
}

// A tile of queries: its sums so far, and through which features.
struct LinearTile {
    explicit LinearTile(const LinearQueries& queries) : t(queries) {}

    const LinearQueries& t;
    const int count = t.map.count;
    const int features = in_pairs(t.map.kind) ? 2 * count : count;
    float* const q = t.scratch;                                 // d x M
    float* const p = q + static_cast<ptrdiff_t>(t.map.d) * M;   // features x M
    float* const o = p + static_cast<ptrdiff_t>(features) * M;  // dv x M
    float* const own = o + static_cast<ptrdiff_t>(t.dv) * M;    // linear_block x M
    const ptrdiff_t row_stride = t.dv + 1;                      // of the sums
    Lane sum = each(0);

    // The product with the sums, a few features at a time: made, weighted and still at hand when they are multiplied.
    template <FeatureKind kind>
    void see_sums() {
        Lane most = each(lowest);
        if constexpr (kind == FeatureKind::elu) {
            pack(t.q, t.q_stride, t.queries, t.map.d, 1.0F, p);
        } else {
            pack(t.q, t.q_stride, t.queries, t.map.d, t.map.query_factor, q);
            dot_all(q, t.map.projections, t.map.stride, count, t.map.d, p, most);
        }
        const Lane shift = query_shift<kind>(p, count, most);
        const ptrdiff_t second = static_cast<ptrdiff_t>(count) * M;
        const int parts = (count + B - 1) / B, step = (count + parts - 1) / parts;
        for (int begin = 0; begin < count; begin += step) {
            const int here = smaller(step, count - begin);
            float* const at = p + static_cast<ptrdiff_t>(begin) * M;
            const float* const rows = t.sum + begin * row_stride;
            const float* const second_rows = in_pairs(kind) ? rows + count * row_stride : rows;
            make_query_features<kind>(at, second, here, shift, {rows + t.dv, second_rows + t.dv, row_stride}, sum);
            if (t.exponent == no_exponent) continue;
            add_all(at, rows, row_stride, here, t.dv, o);
            if constexpr (in_pairs(kind)) add_all(at + second, second_rows, row_stride, here, t.dv, o);
        }
    }

    void multiply(const Lane& factor) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) sum.of[v] *= factor.of[v];
        for (int c = 0; c < t.dv; ++c) {
            Lane x = load_lanes(o + c * M);
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v) x.of[v] *= factor.of[v];
            store_lanes(o + c * M, x);
        }
    }

    // The block's keys one by one, each seen by the queries from its own on. Scales are those of the largest key that
    // the query sees, and whole powers of two: so later keys change no bit.
    void see_own_keys() {
        const int keys = smaller(t.keys, t.first + t.queries);
        Lane most = each(lowest), weight;
        dot_all(p, t.features, t.features_stride, keys, features, own, most);
        alignas(64) int exponent[M];
        alignas(64) float factor[M];
        for (int lane = 0, j = 0, largest = t.exponent; lane < M; ++lane) {
            for (; j < keys && j <= t.first + lane; ++j)
                if (t.key_exponents[j] > largest) largest = t.key_exponents[j];
            exponent[lane] = largest;
            factor[lane] = power_of_2(static_cast<long>(t.exponent) - largest);
        }
        multiply(load_lanes(factor));
        for (int j = 0; j < keys; ++j) {
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v) {
                // Both are at most 2^29 in size.
                const Ints down = t.key_exponents[j] - *reinterpret_cast<const Ints*>(exponent + v * W);
                const Ints seen = (count_from(t.first + v * W) >= j) & (down >= -126);
                const Floats power = reinterpret_cast<Floats>(((seen & down) + 127) << 23);
                weight.of[v] = choose(seen, load(own + j * M + v * W) * power, Floats{});
                sum.of[v] += weight.of[v];
            }
            store_lanes(own + j * M, weight);
        }
        add_all(own, t.v, t.v_stride, keys, t.dv, o);
    }

    // Rows of quotients. One that is not finite makes its row's normaliser NaN.
    void finish() {
        Lane inverse, check = each(0);
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) inverse.of[v] = 1.0F / sum.of[v];
        for (int c = 0; c < t.dv; ++c) {
            ATTNSCOPE_UNROLL
            for (int v = 0; v < V; ++v)
                check.of[v] = multiply_add(load(o + c * M + v * W) * inverse.of[v], Floats{}, check.of[v]);
        }
        ATTNSCOPE_UNROLL
        for (int v = 0; v < V; ++v) sum.of[v] += check.of[v];
        store_lanes(t.normalizer, sum);
        unpack(o, inverse, t.queries, t.dv, t.out, t.out_stride);
    }

    void run() {
        for (int c = 0; c < t.dv; ++c) store_lanes(o + c * M, each(0));
        switch (t.map.kind) {
            case FeatureKind::trig:
                see_sums<FeatureKind::trig>();
                break;
            case FeatureKind::positive:
                see_sums<FeatureKind::positive>();
                break;
            case FeatureKind::hyperbolic:
                see_sums<FeatureKind::hyperbolic>();
                break;
            case FeatureKind::elu:
                see_sums<FeatureKind::elu>();
                break;
        }
        if (t.keys > 0) see_own_keys();
        finish();
    }
};

void linear_queries(const LinearQueries& t) {
    LinearTile(t).run();
}
