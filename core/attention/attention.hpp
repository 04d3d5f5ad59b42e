// Scaled dot-product softmax attention of one head, in float: the fast path of the program.
#pragma once

#include <optional>

#include "core/attention/mask.hpp"
#include "core/base/matrix.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

struct AttentionOptions {
    double temperature = 1.0;                    // T > 0: scores are divided by it
    std::optional<double> scale = std::nullopt;  // finite, any sign; 1/sqrt(d) when not given
    MaskSpec mask = {};
    bool keep_scores = false;
    bool need_output = true;  // false: v is not looked at and may be empty

    friend bool operator==(const AttentionOptions&, const AttentionOptions&) = default;
};

/// The scale in use for vectors of d entries: options.scale, or 1/sqrt(d).
double effective_scale(const AttentionOptions& options, Index d);

struct Attention {
    Matrix weights;         // Lq x Lk; a masked cell holds 0
    Matrix scores;          // Lq x Lk, before the mask: a masked cell holds its score too. 0 x 0 unless kept
    Matrix output;          // Lq x dv. 0 x 0 unless needed
    VectorD log_sum_exp;    // Lq, natural logarithm over the visible keys; -infinity for a fully masked row
    VectorD entropy_bits;   // Lq, 0 .. log2(visible keys)
    Index masked_rows = 0;  // rows that see no key: weights 0, output 0, entropy 0
};

/// s_ij = scale * (q_i . k_j) / T;  w_ij = exp(s_ij) / sum over visible j' of exp(s_ij');  output_i = sum_j w_ij v_j;
/// H_i = -sum_j w_ij log2 w_ij.   q: Lq x d, k: Lk x d, v: Lk x dv.
/// (Vaswani et al., "Attention is all you need", 2017, equation 1, with a temperature.)
///
/// The same bits for any number of threads. A row's results are the same bits whatever stands in the rows of q, k and v
/// that the row does not see, and however many there are: every matrix product has the same shape (64 queries by 128
/// keys, filled up with zeros). Tiles of keys that no query of a block sees are not computed unless scores are kept.
///
/// Accuracy, measured against the double reference for entries from N(0, 1), d = 64, 512 keys, T = 1: a weight differs
/// by at most 3e-6 of itself, an output entry by at most 2e-6, the entropy by at most 3e-6 bits, log_sum_exp by at most
/// 2e-6. In general a weight's error is about 2e-7 * scale |q_i| |k_j| / T of itself; weights below exp(-87) of the
/// row's largest (1.7e-38) are 0.
///
/// Cost: 2 Lq Lk (d + dv) additions and multiplications plus Lq Lk exponentials; with a mask about the visible part of
/// that. Memory: the result, plus 64 x Lk floats per thread and copies of k and v.
///
/// Errors (invalid_input): shapes that do not fit, empty input, a temperature that is not positive and finite, a scale
/// that is not finite, a negative window, NaN or infinity in the input (with its place), a visible (or kept) score or
/// an output beyond the range of float. Cancelled when `progress` is stopped. Not enough memory throws std::bad_alloc.
Result<Attention> attention(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                            const Eigen::Ref<const Matrix>& v, const AttentionOptions& options,
                            const Progress& progress = {});

}  // namespace attnscope
