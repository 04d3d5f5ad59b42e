// From heads to a layer's output, and what multi-head attention costs.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/matrix.hpp"

namespace attnscope {

/// The heads' outputs side by side, head 0 first: L x (sum of their widths). At least one; equally many rows. O(size).
Matrix concat_heads(std::span<const Matrix* const> heads);

/// W_O, (heads * value_dim) x model_dim of N(0, 1 / (heads * value_dim)), all >= 1: concat(heads) W_O keeps the
/// variance of independent entries of mean 0. Its rows of head h are the numbers of a stream named by h.
Matrix output_projection(Index heads, Index value_dim, Index model_dim, std::uint64_t seed);

/// All >= 0. Self-attention has queries == keys.
struct MultiHeadShape {
    Index queries = 0, keys = 0;       // n_q, n_k
    Index model_dim = 0;               // D
    Index heads = 1;                   // h
    Index key_dim = 0, value_dim = 0;  // d_k, d_v of each head
};

/// Counts of scalar operations and parameters, in double: exact up to 2^53, and no shape overflows.
struct AttentionCosts {
    double projections = 0;   // multiplications of Q, K, V: D h (n_q d_k + n_k d_k + n_k d_v)
    double scores = 0;        // multiplications of Q K^T: cells h d_k
    double mixing = 0;        // multiplications of weights times V: cells h d_v
    double output = 0;        // multiplications of concat W_O: n_q h d_v D
    double exponentials = 0;  // cells h; so many divisions too, and so many scores that are scaled
    double parameters = 0;    // of W_Q, W_K, W_V, W_O: D h (2 d_k + d_v) + h d_v D
    double biases = 0;        // were each to have one: h (2 d_k + d_v) + D
    double cells = 0;         // (query, key) pairs of one head that are computed

    double multiplications() const { return projections + scores + mixing + output; }
};

/// cells = n_q n_k, every pair. (Vaswani et al. 2017, section 3.2.2 for the shapes.) O(1).
AttentionCosts attention_costs(const MultiHeadShape& shape);

/// The same when only `visible_cells` of a head's pairs are computed: n (n+1) / 2 for a causal mask.
AttentionCosts attention_costs(const MultiHeadShape& shape, double visible_cells);

}  // namespace attnscope
