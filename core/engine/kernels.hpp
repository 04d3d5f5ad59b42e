// What the engine's kernels look like from outside: plain structs and function pointers, nothing with code. These
// headers and kernels*.inl are all that the units of one instruction set include: an inline function or a template in
// here could be compiled for AVX-512 in one unit, and the linker could keep that copy for a machine that lacks it.
#pragma once

// Not <cstddef>: a compiler for another machine may find no standard library here.
#include <stddef.h>  // NOLINT(modernize-deprecated-headers)

namespace attnscope {

/// Keys are worked on in blocks of this many, counted from key 0: sums are made block by block.
inline constexpr int kernel_key_block = 128;

/// The keys that each of a tile's queries sees, and single cells hidden besides.
struct TileMask {
    struct Hidden {
        int lane;        // the query's place in the tile
        int begin, end;  // keys
    };
    const int *begin, *end;    // of each lane: it sees begin <= j < end
    int first_full, end_full;  // every lane sees first_full <= j < end_full (none: first_full >= end_full)
    const Hidden* hidden;
    int hidden_count;
};

/// A tile of queries against keys. Scores are in powers of two: s_ij = q_i . k_j * factor - |i - j| * slope.
struct TileScores {
    const float* q;  // of the first query
    ptrdiff_t q_stride;
    int queries;     // 1 .. lanes
    const float* k;  // of key 0
    ptrdiff_t k_stride;
    int d;
    int key_begin, key_end;  // the keys looked at
    float factor, slope;
    const float* query_places;  // of each lane, in the sequence, for the distance
    const float* key_places;    // null: keys are numbered by their places
    TileMask mask;
    float* scratch;  // aligned to 64 bytes, scratch_floats() of them
};

struct ExactTile {
    TileScores scores;
    const float* v;
    ptrdiff_t v_stride;
    int dv;
    float* out;
    ptrdiff_t out_stride;
    float *max, *sum;  // of each lane: the running maximum, in powers of two, and the sum of 2^(s - max); aligned to 64
    // The keys of this call: all, or one after the other whole blocks of scores.key_begin .. key_end. In between the
    // scratch memory keeps what there is; the last call writes the rest.
    int from, to;
};

/// Sums of a row, and of its bins of keys if there are any: bin b holds the keys bin_end[b-1] .. bin_end[b]-1.
struct SumTile {
    TileScores scores;
    int bins;            // 0: none
    const int* bin_end;  // the last is key_end
    bool maximum;        // of a bin, instead of the sum
    float *max, *sum;    // of each lane, as ExactTile has them
    float* mean;         // of each lane: sum over keys of 2^(s - max) (s - max), divided by `sum`
    float* out;          // queries x bins: sums, or the largest, of the row's weights in each bin
    ptrdiff_t out_stride;
};

/// Weights of rows whose sums are known: bins of keys again, one key each for single cells.
struct WeightTile {
    TileScores scores;
    const float *max, *sum;  // of each lane, aligned to 64; weight = 2^(s - max) / sum, 0 where sum is 0
    int bins;
    const int* bin_end;
    bool maximum;
    float* out;
    ptrdiff_t out_stride;
};

/// Products of a few rows of `a` with a whole `b`.
struct ProductTile {
    const float* a;
    ptrdiff_t a_stride;
    int a_rows;  // 1 .. lanes
    const float* b;
    ptrdiff_t b_stride;
    int b_rows;
    int d;  // columns of b
    float* out;
    ptrdiff_t out_stride;
    float* scratch;
};

/// How linear attention's features are made. `projection . row * factor` is in powers of two, for trig in turns.
enum class FeatureKind { trig, positive, hyperbolic, elu };

struct FeatureMap {
    FeatureKind kind;
    int d;      // columns of queries and keys
    int count;  // projections; elu: d. There are as many features, in pairs (trig, hyperbolic) twice as many
    const float* projections;  // count x d; elu: not looked at
    ptrdiff_t stride;
    float query_factor, key_factor;
    double square_factor;  // all features of a key are multiplied by 2^(|key|^2 * square_factor); a query's cancel
};

/// No key has been summed up yet.
constexpr int no_exponent = -0x7fffffff - 1;

/// Sums over keys, times 2^-exponent.
struct LinearKeys {
    FeatureMap map;
    const float* packed;  // the projections, as pack_projections() wrote them
    const float *k, *v;
    ptrdiff_t k_stride, v_stride;
    int keys, dv;
    float* sum;  // features x (dv + 1): sums over keys of features times values, and in the last column of features
    int* exponent;
    float* features;  // of each key, times 2^-key_exponents, or null; then there are at most linear_block keys
    ptrdiff_t features_stride;  // at least their number and `lanes`
    int* key_exponents;
    float* scratch;  // aligned to 64 bytes, linear_scratch_floats() of them
};

/// Queries that see what has been summed up, and of a block of keys those up to their own place.
struct LinearQueries {
    FeatureMap map;
    const float* q;
    ptrdiff_t q_stride;
    int queries;  // 1 .. lanes
    int dv;
    const float* sum;  // as LinearKeys has it; its last column is 0 where exponent is no_exponent
    int exponent;
    int keys;                   // of the block, 0: none
    int first;                  // the place in the block of the first query
    const float *features, *v;  // of the block's keys
    ptrdiff_t features_stride, v_stride;
    const int* key_exponents;
    float* out;
    ptrdiff_t out_stride;
    float* normalizer;  // of each lane, aligned to 64, in a scale of its own; NaN where the output is not finite
    float* scratch;
};

struct Kernels {
    int lanes;                                          // queries in a tile
    int vector;                                         // queries in the smallest tile of `exact`, `linear_queries`
    size_t (*scratch_floats)(int d, int dv, int bins);  // enough for each of these
    void (*exact)(const ExactTile&);
    void (*sums)(const SumTile&);
    void (*weights)(const WeightTile&);
    void (*transposed_product)(const ProductTile&);  // out = a b^T: a_rows x b_rows, a has d columns
    void (*product)(const ProductTile&);             // out = a b: a_rows x d, a has b_rows columns
    /// Whether no entry of these rows is NaN or infinite.
    bool (*finite)(const float* rows, ptrdiff_t stride, ptrdiff_t count, int columns);
    /// Does nothing but fused (sse2: separate) multiplications and additions; gives how many operations it did.
    double (*peak)(long rounds);
    int linear_block;  // queries and keys of a block of causal linear attention: whole tiles
    size_t (*linear_scratch_floats)(const FeatureMap&, int dv);
    void (*pack_projections)(const FeatureMap&, float* packed);  // to d x count floats, count rounded up to whole tiles
    void (*linear_keys)(const LinearKeys&);
    void (*linear_queries)(const LinearQueries&);
};

// Those that this build has; others are null.
extern const Kernels* const kernels_sse2;
extern const Kernels* const kernels_x86_64_v3;
extern const Kernels* const kernels_x86_64_v4;
extern const Kernels* const kernels_neon;

/// Of isa_in_use().
const Kernels& kernels_in_use();

}  // namespace attnscope
