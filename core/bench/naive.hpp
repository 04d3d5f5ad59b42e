// Attention as one writes it with Eigen, and the softmax of rows that goes with a library's matrix products: what the
// engine is measured against. Plain structs and function pointers only, for the reason in core/engine/kernels.hpp.
#pragma once

#include <cstddef>

namespace attnscope {

/// Some queries of one head, all arrays contiguous.
struct NaiveRows {
    const float *q, *k, *v;                  // length x dim
    float* out;                              // length x dim
    float* scores;                           // (end - begin) x length, holding anything before and the weights after
    std::ptrdiff_t length, dim, begin, end;  // queries begin .. end-1
    bool causal;
};

/// Rows begin .. end-1 of length x length scores, in place.
struct SoftmaxRows {
    float* scores;  // of row `begin`
    std::ptrdiff_t length, begin, end;
    bool causal;  // row i is over the columns 0 .. i, the others become 0
};

struct NaiveKernels {
    void (*attention)(const NaiveRows&);  // out = softmax(q k' / sqrt(dim)) v: product, softmax of its rows, product
    void (*softmax)(const SoftmaxRows&);
};

// Those that this build has; others are null.
extern const NaiveKernels* const naive_sse2;
extern const NaiveKernels* const naive_x86_64_v3;
extern const NaiveKernels* const naive_x86_64_v4;
extern const NaiveKernels* const naive_neon;

/// Of isa_in_use().
const NaiveKernels& naive_in_use();

}  // namespace attnscope
