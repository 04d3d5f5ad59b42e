// Why softmax cannot be factored: the rank of q k^T, of exp(q k^T), and what either order of multiplication costs.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/matrix.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

struct RankFacts {
    VectorD score_values, exp_values;    // singular values of S = Q K^T / sqrt d and of exp(S), descending
    Index score_rank = 0, exp_rank = 0;  // how many are above the tolerance
    Index exp_99 = 0;  // the least number of exp(S)'s singular values with 99 % of the sum of their squares; 0 if all 0
};
/// Numerical rank as LAPACK users know it: singular values above max(Lq, Lk) eps sigma_1, eps of double. q: Lq x d,
/// k: Lk x d, finite, at least one row and column each. exp entry by entry, without the normaliser: dividing rows
/// changes no exact rank. Scores that reach far (sigma above about 2) leave exp(S) with a few giant entries, beside
/// which the others fall below the tolerance: its numerical rank sinks again. O(Lq Lk (d + min(Lq, Lk))).
/// Errors: exp(S), or a singular value of it, may go beyond the range of double (invalid_input, with the largest score
/// and the limit); the iteration finds no end (invalid_input; never seen); cancelled (looked at between the
/// decompositions).
Result<RankFacts> rank_facts(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                             const Progress& progress = {});

/// rank_facts() of the same random input for each width: `length` queries and as many keys, all entries N(0, sigma^2);
/// width d takes each token's first d entries, so that a point does not depend on the other widths. length and dims
/// at least 1; the points are in the order of dims. The same bits for any number of threads.
/// Errors: a sigma that is negative, above 1e30 or not a number; those of rank_facts(), with the first width that
/// fails.
struct RankPoint {
    Index dim = 1, score_rank = 0, exp_rank = 0, exp_99 = 0;
};
Result<std::vector<RankPoint>> rank_by_width(Index length, const std::vector<Index>& dims, double sigma,
                                             std::uint64_t seed, const Progress& progress = {});

/// Multiplications and additions (2 for each pair) of the matrix products, and the numbers that have to be held beside
/// q, k and v, for one head with L tokens, values as wide as keys, and no causal mask. Exponentials are not counted.
struct OrderCost {
    double operations = 0, floats = 0;
};
/// (exp(Q K^T)) V: 4 L^2 d, the L^2 additions of softmax's normaliser left out; L^2 + L d numbers (weights, output).
OrderCost weights_first_cost(Index length, Index dim);
/// Q' (K'^T V), m = features drawn (0 for elu), r = feature_dim: 4 L m d to make the features (half for queries, half
/// for keys), 4 L r d for both products and 4 L r for the normaliser Q' (K'^T 1). So without the normaliser 8 L m d for
/// positive features, 12 L m d for trigonometric and hyperbolic ones (r = 2m). L r + r d + L d numbers (K', whose place
/// Q' takes after it; K'^T V; output).
OrderCost keys_first_cost(Index length, Index dim, Index features, Index feature_dim);
/// The length at which both orders take the same number of operations, a real number: m + r + r / d. Every longer input
/// takes fewer with keys first, every shorter one more. 0 only without features (m = r = 0).
double break_even_length(Index dim, Index features, Index feature_dim);

}  // namespace attnscope
