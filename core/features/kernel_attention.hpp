// Attention with a kernel phi(q) . phi(k) in place of exp(q . k): random features of softmax, or elu + 1.
#pragma once

#include <optional>

#include "core/features/random_features.hpp"
#include "core/masks/mask.hpp"

namespace attnscope {

struct KernelOptions {
    FeatureSpec features = {};
    double temperature = 1.0;                    // T > 0; not used by elu
    std::optional<double> scale = std::nullopt;  // finite, any sign; 1/sqrt(d) when not given; not used by elu
    MaskSpec mask = {};
    bool keep_weights = false;
    bool need_output = true;  // false: v is not looked at and may be empty

    friend bool operator==(const KernelOptions&, const KernelOptions&) = default;
};

struct KernelAttention {
    Matrix weights;              // Lq x Lk, may be negative (trig); a masked cell holds 0. 0 x 0 unless kept
    Matrix output;               // Lq x dv. 0 x 0 unless needed
    VectorD normalizer;          // Lq: sum over visible j of g_ij, see below; 0 for a fully masked row
    Index masked_rows = 0;       // rows that see no key: weights 0, output 0; not counted as bad
    Index negative_weights = 0;  // among the weights kept
    Index bad_rows = 0;          // rows whose normalizer is not positive or that left the range of float
};

/// w_ij = phi(x_i) . phi(y_j) / sum over visible j' of phi(x_i) . phi(y_j');  output_i = sum_j w_ij v_j, with
/// x_i = q_i sqrt(|scale| / T) and y_j = k_j sqrt(|scale| / T), negated where scale < 0: so exp(x_i . y_j) is what
/// softmax attention exponentiates, and the weights estimate softmax's (each phi . phi without bias, their quotient
/// not). elu: x_i = q_i, y_j = k_j.   q: Lq x d, k: Lk x d, v: Lk x dv.
///
/// Stabilisers: nothing is added anywhere (no epsilon), so they cancel exactly. In Features' terms
/// g_ij = values_i . values_j exp(c_j - max over visible j' of c_j'), c the keys' log_scale. phi . phi is g_ij times
/// one factor per row.
///
/// A negative normalizer divides all the same, as the method has it, and its row is bad. A row whose normalizer is 0,
/// or whose weights or output leave the range of float, has weights and output 0 and is bad. Never NaN or infinity.
///
/// Output, r = feature_dim: without painted cells, masks none and padding by phi(Y)^T V first, 2 L r dv
/// multiplications; causal by running sums, the same cost; every other mask by the weights, Lq Lk (r + dv). Weights
/// cost Lq Lk r when kept. Same bits for any number of threads; a causal row is the same bits whatever stands in later
/// rows. Memory: the result, copies of q, k, v and the output, the features (L x r floats each), and per thread 64 x Lk
/// floats where weights are computed but not kept.
///
/// Accuracy: rounding is about 1e-6 of sum |g_ij| / |normalizer|; for trig that quotient has no bound.
/// Errors: those of attention() but for scores; a number of features outside 1 .. max_features; a query or key so long
/// that its features leave the range of float. Cancelled when `progress` is stopped.
Result<KernelAttention> kernel_attention(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                                         const Eigen::Ref<const Matrix>& v, const KernelOptions& options,
                                         const Progress& progress = {});

/// The same from features that are there, of whatever kind; of the options, mask, keep_weights and need_output count.
Result<KernelAttention> feature_attention(const Features& queries, const Features& keys,
                                          const Eigen::Ref<const Matrix>& v, const KernelOptions& options,
                                          const Progress& progress = {});

}  // namespace attnscope
