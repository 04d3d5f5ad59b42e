// How one attention weight comes about, number by number, in double precision: what the Explain line says.
#pragma once

#include "core/attention/attention.hpp"

namespace attnscope {

/// weight = exponential / row_sum * gaussian with exponential = exp(score - shift),
/// score = (raw * scale + bias) / temperature.
struct CellExplanation {
    double raw = 0;    // what the score function says of q_i and k_j
    double scale = 1;  // as given, or effective_scale()
    double bias = 0;   // -distance_slope * |i - j|
    double temperature = 1;
    double score = 0;  // before the mask
    double shift = 0;  // the row's largest visible score; 0 when no visible |score| reaches 30, where exp is harmless
    double exponential = 0;  // 0 for a masked cell
    double row_sum = 0;      // of the exponentials of all visible keys; 0 for a fully masked row
    double gaussian = 1;     // of the local window, also where the cell is masked; 1 without a local window
    double weight = 0;       // 0 for a masked cell
    bool visible = false;    // whether query i sees key j, by mask and local window
};

/// Cell (query, key) of attention(): q_row is that query's vector (d_q), k holds all keys (Lk x d_k). Input and options
/// are ones that attention() takes; query >= 0, 0 <= key < Lk. The weight agrees with Attention::weights to float
/// accuracy (see there). O(Lk d), additive and concat O(Lk h d).
CellExplanation explain_cell(const Eigen::Ref<const Eigen::RowVectorXf>& q_row, const Eigen::Ref<const Matrix>& k,
                             const AttentionOptions& options, Index query, Index key);

/// What a raw score is the sum of, entry by entry.
///   scaled_dot, dot: left = q, right = k;  general: left = W^T q, right = k;  cosine: left = q/|q|, right = k/|k|, a
///   zero
///     vector staying zero. terms_c = left_c right_c.
///   additive, concat: left = W_q q, right = W_k k (h entries), terms_c = w_v,c tanh(left_c + right_c).
///   sum: left = q, right = k, both with max(d_q, d_k) entries, zeros filled up. terms_c = left_c + right_c.
struct ScoreTerms {
    VectorD left, right, terms, running;  // running_c = terms_0 + ... + terms_c
    double sum = 0;                       // of all terms: the raw score
};

/// q_row: d_q entries, k_row: d_k, with options that attention() takes for them. O(d), general, additive and concat
/// O(size of the weights).
ScoreTerms score_terms(const Eigen::Ref<const Eigen::RowVectorXf>& q_row,
                       const Eigen::Ref<const Eigen::RowVectorXf>& k_row, const AttentionOptions& options);

}  // namespace attnscope
