// Softmax attention of one head, in float: the fast path of the program.
#pragma once

#include <memory>
#include <optional>

#include "core/attention/local.hpp"
#include "core/attention/score.hpp"
#include "core/base/matrix.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/masks/mask.hpp"

namespace attnscope {

struct AttentionOptions {
    double temperature = 1.0;                    // T > 0: scores are divided by it
    std::optional<double> scale = std::nullopt;  // finite, any sign; effective_scale() when not given
    MaskSpec mask = {};
    bool keep_scores = false;
    bool need_output = true;  // false: v is not looked at and may be empty
    ScoreKind score = ScoreKind::scaled_dot;
    std::shared_ptr<const ScoreWeights> score_weights;  // for the kinds that has_weights() says
    double distance_slope = 0;  // m >= 0, finite: a score falls by m for each key's distance |i - j| (ALiBi)
    std::shared_ptr<const LocalWindow> local;  // null: no local attention

    /// By content: what pointers point to is compared.
    friend bool operator==(const AttentionOptions& a, const AttentionOptions& b);
};

/// The scale in use: options.scale, or else 1/sqrt(d) for the scaled dot product of vectors with d entries and 1 for
/// every other kind.
double effective_scale(const AttentionOptions& options, Index d);

/// What mask and local window together let a query see; hidden_keys(options.mask, query) are to be taken out of the
/// range. See the functions of the same names in mask.hpp.
KeyRange visible_keys(const AttentionOptions& options, Index query, Index keys);
bool sees(const AttentionOptions& options, Index query, Index key);
bool sees_any(const AttentionOptions& options, Index query, Index keys);

struct Attention {
    Matrix weights;        // Lq x Lk; a masked cell holds 0
    Matrix scores;         // Lq x Lk, before the mask: a masked cell holds its score too. 0 x 0 unless kept
    Matrix output;         // Lq x dv. 0 x 0 unless needed
    VectorD log_sum_exp;   // Lq, natural logarithm over the visible keys; -infinity for a fully masked row
    VectorD entropy_bits;  // Lq, 0 .. log2(visible keys); of the softmax before the Gaussian of local attention, as the
                           // weights after it do not sum to 1
    Index masked_rows = 0;  // rows that see no key: weights 0, output 0, entropy 0
};

/// s_ij = (scale * raw(q_i, k_j) - m |i - j|) / T;  w_ij = exp(s_ij) / sum over visible j' of exp(s_ij');
/// output_i = sum_j w_ij v_j;  H_i = -sum_j w_ij log2 w_ij.   q: Lq x d_q, k: Lk x d_k, v: Lk x dv.
/// raw is the score function (score.hpp), m the distance slope (Press, Smith, Lewis: "Train short, test long", 2022;
/// they take it with a causal mask). With a local window the weights are multiplied by its Gaussian, after H and before
/// the output. (Vaswani et al., "Attention is all you need", 2017, equation 1, with a temperature.)
///
/// The same bits for any number of threads. A row's results are the same bits whatever stands in the rows of q, k and v
/// that the row does not see, hidden cells included, and however many there are. Tiles of keys that no query of a block
/// sees are not computed unless scores are kept.
///
/// Accuracy, measured against the double reference for entries from N(0, 1), d = 64, 512 keys, T = 1: a weight differs
/// by at most 3e-6 of itself, an output entry by at most 2e-6, the entropy by at most 3e-6 bits, log_sum_exp by at most
/// 2e-6. In general a weight's error is about 2e-7 * A of itself, with A = (B + m |i - j|) / T where B is what the raw
/// score's terms sum to without their signs at most, times scale: |q_i| |k_j| for the dot products (general: W^T q_i
/// for q_i), sum |w_v| for additive and concat, 1 for cosine, |1'q_i| + |1'k_j| for sum. Weights below exp(-87) of the
/// row's largest (1.7e-38) are 0.
///
/// Cost: 2 Lq Lk (d + dv) additions and multiplications plus Lq Lk exponentials; with a mask about the visible part of
/// that. Additive and concat: Lq Lk h hyperbolic tangents instead of the products of q and k. Memory: the result, plus
/// 96 x Lk floats per thread and copies of k and v.
///
/// Errors (invalid_input): shapes that do not fit (q and k must have equally many columns only for scaled_dot, dot and
/// cosine), score weights that are missing, misshapen or not finite, empty input, a temperature that is not positive
/// and finite, a scale that is not finite, a slope that is negative or not finite, a mask's size out of range, a local
/// window with the wrong number of centres, a centre that is not finite or a half width that is not positive and
/// finite, NaN or infinity in the input (with its place), a visible (or kept) score or an output beyond the range of
/// float. Cancelled when `progress` is stopped. Not enough memory throws std::bad_alloc.
Result<Attention> attention(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                            const Eigen::Ref<const Matrix>& v, const AttentionOptions& options,
                            const Progress& progress = {});

}  // namespace attnscope
