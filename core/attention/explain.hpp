// How one attention weight comes about, number by number, in double precision: what the Explain line says.
#pragma once

#include "core/attention/attention.hpp"

namespace attnscope {

/// weight = exponential / row_sum with exponential = exp(score - shift), score = dot * scale / temperature.
struct CellExplanation {
    double dot = 0;    // q_i . k_j
    double scale = 1;  // as given, or 1/sqrt(d)
    double temperature = 1;
    double score = 0;  // before the mask
    double shift = 0;  // the row's largest visible score; 0 when no visible |score| reaches 30, where exp is harmless
    double exponential = 0;  // 0 for a masked cell
    double row_sum = 0;      // of the exponentials of all visible keys; 0 for a fully masked row
    double weight = 0;       // 0 for a masked cell
    bool visible = false;    // whether query i sees key j
};

/// Cell (query, key) of attention(): q_row is that query's vector (d), k holds all keys (Lk x d). Input and options are
/// ones that attention() takes; query >= 0, 0 <= key < Lk. The weight agrees with Attention::weights to float accuracy
/// (see there). O(Lk d).
CellExplanation explain_cell(const Eigen::Ref<const Eigen::RowVectorXf>& q_row, const Eigen::Ref<const Matrix>& k,
                             const AttentionOptions& options, Index query, Index key);

/// What each dimension adds to q . k.
struct DotContributions {
    VectorD products;  // q_c k_c
    VectorD running;   // sum of products 0 .. c; the last one is q . k
};

/// q_row and k_row have equally many entries. O(d).
DotContributions dot_contributions(const Eigen::Ref<const Eigen::RowVectorXf>& q_row,
                                   const Eigen::Ref<const Eigen::RowVectorXf>& k_row);

}  // namespace attnscope
