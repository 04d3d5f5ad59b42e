// How a token's vector x (D entries) becomes a head's query, key and value: q = x W_Q, k = x W_K, v = x W_V.
#pragma once

#include <cstdint>

#include "core/base/matrix.hpp"

namespace attnscope {

enum class ProjectionKind { identity, random, shared };

struct HeadSpec {
    Index head = 0;      // 0 .. heads-1
    Index heads = 1;     // H >= 1
    Index head_dim = 1;  // d >= 1
    std::uint64_t seed = 0;
};

struct Projections {
    Matrix q, k, v;  // D x d each; used as x W with x: L x D
};

/// The projections of one head for tokens of model_dim = D >= 1 entries. O(D d).
///
/// identity: W_Q = W_K = W_V picks d of the D coordinates, those from floor(head * D / heads) on, going round at the
/// end:
///   queries, keys and values are pieces of the token itself. Where d >= D every head gets all D coordinates once, in
///   their order, and zeros after them: the heads are then equal. The seed is not used.
/// random: three independent matrices of N(0, 1/D). For x of independent entries with variance 1 each entry of q, k, v
///   has variance 1, and q . k of two different tokens has variance d, so that q . k / sqrt(d) has variance 1: the
///   assumption behind the scale of attention (Vaswani et al. 2017, section 3.2.1, footnote).
/// shared: W_Q = W_K = W of N(0, 1/D), so that E[W W^T] = (d/D) I and E[q_i . k_j] = (d/D) x_i . x_j: similar tokens
///   attend to each other. It is the Johnson-Lindenstrauss projection up to the factor d/D, which is what `identity`
///   keeps of x_i . x_j on average. For fixed x_i, x_j its variance is (d/D^2) (|x_i|^2 |x_j|^2 + (x_i . x_j)^2).
///   W_Q and W_V are those of `random`.
///
/// Numbers come from streams named by use and head: a head has the same numbers whatever the number of heads.
Projections make_projections(ProjectionKind kind, Index model_dim, const HeadSpec& spec);

}  // namespace attnscope
