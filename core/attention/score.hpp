// Score functions: how a query q (d_q entries) and a key k (d_k entries) become one number, before scale and softmax.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/matrix.hpp"

namespace attnscope {

enum class ScoreKind {
    scaled_dot,  // q . k; its scale is 1/sqrt(d) where none is given (Vaswani et al. 2017)
    dot,         // q . k
    general,     // q^T W k (Luong et al. 2015, "general"; also called bilinear)
    additive,    // w_v . tanh(W_q q + W_k k) (Bahdanau et al. 2015)
    concat,      // w_v . tanh(W [q; k]) with W = [W_q W_k] (Luong et al. 2015): the same numbers as `additive`
    cosine,      // q . k / (|q| |k|); 0 when one of them is the zero vector
    sum,         // sum of q's entries + sum of k's entries: softmax over the keys cancels the query's part
};

/// By the enumerators' values.
inline constexpr std::array<std::string_view, 7> score_names{"scaled_dot", "dot",    "general", "additive",
                                                             "concat",     "cosine", "sum"};

/// What a score function learns; fields that a kind does not use are empty.
struct ScoreWeights {
    Matrix w_q;  // general: W, d_q x d_k; additive, concat: h x d_q
    Matrix w_k;  // additive, concat: h x d_k
    Vector w_v;  // additive, concat: h entries

    friend bool operator==(const ScoreWeights& a, const ScoreWeights& b);
};

struct ScoreShape {
    Index query_dim = 1;  // d_q >= 1
    Index key_dim = 1;    // d_k >= 1
    Index hidden = 32;    // h >= 1, for additive and concat
};

/// Whether the kind needs ScoreWeights.
bool has_weights(ScoreKind kind);

/// Whether the kind needs queries and keys of equally many entries.
bool needs_equal_dims(ScoreKind kind);

/// Random weights; none (all empty) for a kind without weights. `scale` is any finite number.
///
/// general: W of N(0, scale^2 / (d_q d_k)). For q and k of independent entries with variance 1 the score then has
///   variance scale^2: at scale 1 it is as large as the scaled dot product's.
/// additive, concat: W_q of N(0, scale^2 / d_q), W_k of N(0, scale^2 / d_k), w_v of N(0, 2/h). For such q and k what
///   tanh is taken of has variance 2 scale^2, and the score's standard deviation, over the weights, is
///   sqrt(2 E[tanh^2(sqrt(2) scale z)]) with z of N(0, 1): about 1.02 at scale 1, at most 1.41.
/// Both have the same numbers for the same shape and seed.
///
/// Each matrix has a stream of its own, named by its use. O(size of the weights).
ScoreWeights make_score_weights(ScoreKind kind, const ScoreShape& shape, double scale, std::uint64_t seed);

}  // namespace attnscope
