// Sums over keys of features times values: the features are the lanes. Included by linear_kernels.inl.

// The last group of features may fill fewer vectors than a tile has: the micro-kernels again, for N of them.
template <int N, int R>
ATTNSCOPE_INLINE void narrow_dots(const float* __restrict w, const float* __restrict k, ptrdiff_t stride, int d,
                                  float* __restrict s) {
    Floats sum[R][N] = {};
    ATTNSCOPE_ROLL
    for (int c = 0; c < d; ++c) {
        ATTNSCOPE_UNROLL
        for (int r = 0; r < R; ++r) {
            const Floats y = all(k[r * stride + c]);
            ATTNSCOPE_UNROLL
            for (int v = 0; v < N; ++v) sum[r][v] = multiply_add(load(w + c * M + v * W), y, sum[r][v]);
        }
    }
    ATTNSCOPE_UNROLL
    for (int r = 0; r < R; ++r) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < N; ++v) store(s + r * M + v * W, sum[r][v]);
    }
}

template <int N, int C>
ATTNSCOPE_INLINE void narrow_sums(const float* __restrict p, const float* __restrict x, ptrdiff_t stride, int keys,
                                  float* __restrict o) {
    Floats sum[C][N];
    ATTNSCOPE_UNROLL
    for (int c = 0; c < C; ++c) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < N; ++v) sum[c][v] = load(o + c * M + v * W);
    }
    ATTNSCOPE_ROLL
    for (int j = 0; j < keys; ++j) {
        ATTNSCOPE_UNROLL
        for (int c = 0; c < C; ++c) {
            const Floats y = all(x[j * stride + c]);
            ATTNSCOPE_UNROLL
            for (int v = 0; v < N; ++v) sum[c][v] = multiply_add(load(p + j * M + v * W), y, sum[c][v]);
        }
    }
    ATTNSCOPE_UNROLL
    for (int c = 0; c < C; ++c) {
        ATTNSCOPE_UNROLL
        for (int v = 0; v < N; ++v) store(o + c * M + v * W, sum[c][v]);
    }
}

// A group of features is N vectors of lanes: V, but for the last. s[key][lane] = w[.][lane] . k[key][.].
template <int N>
void group_dots(const float* w, const float* k, ptrdiff_t stride, int keys, int d, float* s) {
    if constexpr (N == V) {
        Lane most = each(lowest);
        dot_all(w, k, stride, keys, d, s, most);
    } else {
        int j = 0;
        for (; j + 8 <= keys; j += 8) narrow_dots<N, 8>(w, k + j * stride, stride, d, s + j * M);
        for (; j < keys; ++j) narrow_dots<N, 1>(w, k + j * stride, stride, d, s + j * M);
    }
}

// o[channel][lane] += sum over keys of p[key][lane] * x[key][channel].
template <int N>
void group_sums(const float* p, const float* x, ptrdiff_t stride, int keys, int dv, float* o) {
    if constexpr (N == V) {
        add_all(p, x, stride, keys, dv, o);
    } else {
        int c = 0;
        for (; c + 8 <= dv; c += 8) narrow_sums<N, 8>(p, x + c, stride, keys, o + c * M);
        for (; c < dv; ++c) narrow_sums<N, 1>(p, x + c, stride, keys, o + c * M);
    }
}

// What the keys of a block are multiplied by.
struct KeyScales {
    alignas(64) float most[key_step * W];  // of each key, the largest projection in each of W lanes
    float shift[key_step];                 // see features_of()
    int exponent[key_step];                // n
    float weight[key_step];                // 2^(n - exponent of the sums)
};

template <FeatureKind kind, int N>
void raise_most(const float* s, int keys, float* most) {
    for (int j = 0; j < keys; ++j) {
        Floats largest = load(most + j * W);
        ATTNSCOPE_UNROLL
        for (int v = 0; v < N; ++v) largest = larger(largest, size_of<kind>(load(s + j * M + v * W)));
        store(most + j * W, largest);
    }
}

// Projections become features, `second` floats further on the second ones; their sums, weighted, are added to `total`.
template <FeatureKind kind, int N>
void make_key_features(float* s, ptrdiff_t second, int keys, const KeyScales& scales, float* total,
                       ptrdiff_t second_total) {
    Floats sum[2][N];
    ATTNSCOPE_UNROLL
    for (int v = 0; v < N; ++v) {
        sum[0][v] = load(total + v * W);
        if constexpr (in_pairs(kind)) sum[1][v] = load(total + second_total + v * W);
    }
    for (int j = 0; j < keys; ++j) {
        const Floats shift = all(scales.shift[j]), weight = all(scales.weight[j]);
        ATTNSCOPE_UNROLL
        for (int v = 0; v < N; ++v) {
            float* const at = s + j * M + v * W;
            Floats a, b;
            features_of<kind>(load(at), shift, a, b);
            store(at, a);
            sum[0][v] = multiply_add(a, weight, sum[0][v]);
            if constexpr (!in_pairs(kind)) continue;
            store(at + second, b);
            sum[1][v] = multiply_add(b, weight, sum[1][v]);
        }
    }
    ATTNSCOPE_UNROLL
    for (int v = 0; v < N; ++v) {
        store(total + v * W, sum[0][v]);
        if constexpr (in_pairs(kind)) store(total + second_total + v * W, sum[1][v]);
    }
}

// Columns of the keys themselves, as features of elu: lanes beyond the last column repeat it.
void take_columns(const LinearKeys& t, int begin, int keys, int column, float* s) {
    for (int j = 0; j < keys; ++j) {
        const float* const row = t.k + (begin + j) * t.k_stride;
        for (int lane = 0; lane < M; lane += W) {
            if (column + lane + W <= t.map.d) {
                store(s + j * M + lane, load_loose(row + column + lane));
            } else {
                for (int i = 0; i < W; ++i) s[j * M + lane + i] = row[smaller(column + lane + i, t.map.d - 1)];
            }
        }
    }
}

// One call's memory and the way through it.
template <FeatureKind kind>
struct KeySums {
    static constexpr int halves = in_pairs(kind) ? 2 : 1;

    explicit KeySums(const LinearKeys& keys) : t(keys) {}

    const LinearKeys& t;
    const int groups = (t.map.count + M - 1) / M;
    const ptrdiff_t group_floats = static_cast<ptrdiff_t>(key_step) * M;
    const ptrdiff_t sum_floats = static_cast<ptrdiff_t>(t.dv) * M;
    float* const s = t.scratch;                               // features: halves x groups x key_step x M
    float* const sum = s + halves * groups * group_floats;    // halves x groups x dv x M
    float* const total = sum + halves * groups * sum_floats;  // halves x groups x M
    float* const values = total + halves * groups * M;        // key_step x dv: those of v, weighted
    const ptrdiff_t row_stride = t.dv + 1;  // of values and sums: rows a power of two apart get into each other's way
    int exponent = no_exponent;
    KeyScales scales;

    int lanes(int group) const { return smaller(M, t.map.count - group * M); }
    // Calls f.template operator()<N>() with the group's number of vectors.
    template <class F>
    void with_vectors(int group, const F& f) const {
        const int vectors = (lanes(group) + W - 1) / W;
        if (vectors == V) return f.template operator()<V>();
        if constexpr (V > 1)
            if (vectors == 1) return f.template operator()<1>();
        if constexpr (V > 2)
            if (vectors == 2) return f.template operator()<2>();
        if constexpr (V > 3)
            if (vectors == 3) return f.template operator()<3>();
    }

    void project(int begin, int keys) {
        const float* const k = t.k + begin * t.k_stride;
        for (int i = 0; i < keys * W; ++i) scales.most[i] = lowest;
        for (int g = 0; g < groups; ++g)
            with_vectors(g, [&]<int N>() {
                float* const at = s + g * group_floats;
                if constexpr (kind == FeatureKind::elu)
                    take_columns(t, begin, keys, g * M, at);
                else
                    group_dots<N>(t.packed + static_cast<ptrdiff_t>(g) * t.map.d * M, k, t.k_stride, keys, t.map.d, at);
                if constexpr (kind != FeatureKind::trig) raise_most<kind, N>(at, keys, scales.most);
            });
    }

    // The key's largest feature is about 2^logarithm.
    void scale_key(int begin, int j) {
        const double own =
            kind == FeatureKind::elu ? 0 : t.map.square_factor * square_of(t.k + (begin + j) * t.k_stride, t.map.d);
        double logarithm = own;
        if constexpr (kind != FeatureKind::trig) {
            float most = lowest;
            for (int i = 0; i < W; ++i) most = scales.most[j * W + i] > most ? scales.most[j * W + i] : most;
            logarithm += static_cast<double>(kind == FeatureKind::elu ? log2_of_elu(all(most))[0] : most);
        }
        // So far out a float cannot tell features apart: too large is NaN, as it is where a projection was NaN.
        constexpr double far = 1 << 29;
        const bool lost = !(logarithm <= far);
        if (!(logarithm > -far)) logarithm = -far;
        const int whole = lost ? 0 : static_cast<int>(logarithm + 2 * far + 0.5) - 2 * static_cast<int>(far);
        scales.exponent[j] = whole;
        const double shift = kind == FeatureKind::trig ? logarithm - whole : whole - own;
        scales.shift[j] = lost ? __builtin_nanf("") : static_cast<float>(shift);
        if constexpr (kind == FeatureKind::trig) scales.shift[j] = exp2_of(all(scales.shift[j]))[0];
    }

    // The sums' exponent is that of the largest key so far.
    void scale(int begin, int keys) {
        int largest = exponent;
        for (int j = 0; j < keys; ++j) {
            scale_key(begin, j);
            if (scales.exponent[j] > largest) largest = scales.exponent[j];
        }
        if (largest > exponent) {
            const Floats shrink = all(power_of_2(static_cast<long>(exponent) - largest));
            for (float* at = sum; at < values; at += W) store(at, load(at) * shrink);
            exponent = largest;
        }
        for (int j = 0; j < keys; ++j) {
            const float weight = scales.weight[j] = power_of_2(static_cast<long>(scales.exponent[j]) - exponent);
            const float* const v = t.v + (begin + j) * t.v_stride;
            float* const weighted = values + j * row_stride;
            for (int c = 0; c < t.dv; ++c) weighted[c] = v[c] * weight;
        }
    }

    void add(int keys) {
        for (int g = 0; g < groups; ++g)
            with_vectors(g, [&]<int N>() {
                float* const at = s + g * group_floats;
                make_key_features<kind, N>(at, groups * group_floats, keys, scales, total + g * M, groups * M);
                for (int h = 0; h < halves; ++h)
                    group_sums<N>(at + h * groups * group_floats, values, row_stride, keys, t.dv,
                                  sum + (h * groups + g) * sum_floats);
            });
    }

    // Rows of features, for the block's own queries. Lanes beyond a group's last are written over by the next group's.
    void keep(int keys) const {
        for (int h = 0; h < halves; ++h)
            for (int g = 0; g < groups; ++g)
                for (int j = 0; j < keys; ++j) {
                    float* const to = t.features + j * t.features_stride + h * t.map.count + g * M;
                    const float* const from = s + (h * groups + g) * group_floats + j * M;
                    for (int lane = 0; lane < lanes(g); lane += W) store_loose(to + lane, load(from + lane));
                }
        for (int j = 0; j < keys; ++j) t.key_exponents[j] = scales.exponent[j];
    }

    void run() {
        for (float* at = sum; at < values; at += W) store(at, Floats{});
        for (int begin = 0; begin < t.keys; begin += key_step) {
            const int keys = smaller(key_step, t.keys - begin);
            project(begin, keys);
            scale(begin, keys);
            add(keys);
            if (t.features != nullptr) keep(keys);
        }
        for (int h = 0; h < halves; ++h)
            for (int g = 0; g < groups; ++g) {
                const ptrdiff_t row = h * t.map.count + g * M;
                unpack(sum + (h * groups + g) * sum_floats, each(1), lanes(g), t.dv, t.sum + row * row_stride,
                       row_stride);
                for (int i = 0; i < lanes(g); ++i)
                    t.sum[(row + i) * row_stride + t.dv] = total[(h * groups + g) * M + i];
            }
        *t.exponent = exponent;
    }
};

void linear_keys(const LinearKeys& t) {
    switch (t.map.kind) {
        case FeatureKind::trig:
            return KeySums<FeatureKind::trig>(t).run();
        case FeatureKind::positive:
            return KeySums<FeatureKind::positive>(t).run();
        case FeatureKind::hyperbolic:
            return KeySums<FeatureKind::hyperbolic>(t).run();
        case FeatureKind::elu:
            return KeySums<FeatureKind::elu>(t).run();
    }
}

// Lanes beyond the last projection repeat it, so that they change no key's largest.
void pack_projections(const FeatureMap& map, float* packed) {
    for (int first = 0; first < map.count; first += M, packed += static_cast<ptrdiff_t>(map.d) * M) {
        const int lanes = smaller(M, map.count - first);
        pack(map.projections + first * map.stride, map.stride, lanes, map.d, map.key_factor, packed);
        for (int c = 0; c < map.d; ++c)
            for (int lane = lanes; lane < M; ++lane) packed[c * M + lane] = packed[c * M + lanes - 1];
    }
}
