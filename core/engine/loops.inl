// The two loops that everything is made of, their layout, and the ways into it and out of it. Included by kernels.inl,
// for tiles of VECTORS vectors.

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
