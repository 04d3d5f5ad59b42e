// The oracle: softmax attention in double precision, written as the formula reads. For tests and explanations only.
#pragma once

#include "core/attention/attention.hpp"

namespace attnscope {

struct ReferenceAttention {
    MatrixD weights;        // Lq x Lk; a masked cell holds 0
    MatrixD scores;         // Lq x Lk, before the mask; always there
    MatrixD output;         // Lq x dv; 0 x 0 unless needed
    VectorD log_sum_exp;    // Lq, natural logarithm; -infinity for a fully masked row
    VectorD entropy_bits;   // Lq
    Index masked_rows = 0;  // rows that see no key: weights 0, output 0, entropy 0
};

/// The same formula, options and errors as attention() (an infinite double score is not looked for). The only liberty
/// is that each row's largest visible score is subtracted before exp. O(Lq Lk (d + dv)), for score functions with
/// weights O(Lq Lk (size of the weights + dv)), one thread, slow on purpose.
Result<ReferenceAttention> reference_attention(const Eigen::Ref<const MatrixD>& q, const Eigen::Ref<const MatrixD>& k,
                                               const Eigen::Ref<const MatrixD>& v, const AttentionOptions& options);

}  // namespace attnscope
