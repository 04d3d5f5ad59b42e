// Local attention: a query looks at the keys around a centre of its own (Luong, Pham, Manning: "Effective approaches to
// attention-based neural machine translation", 2015, section 3.2, "local-p").
#pragma once

#include <cstdint>

#include "core/base/matrix.hpp"
#include "core/masks/key_range.hpp"

namespace attnscope {

/// Query i sees key j only where |j - p_i| <= D, beside what the mask hides. The softmax is over these keys, and the
/// weights are then multiplied by exp(-(j - p_i)^2 / (2 sigma^2)), sigma = D/2, and not normalised again: a row sums to
/// less than 1, but for a window of one key at the centre itself.
struct LocalWindow {
    VectorD centers;        // p_i, one for each query, in keys counted from 0; finite, and may lie beyond the keys
    double half_width = 1;  // D > 0, finite, in keys

    friend bool operator==(const LocalWindow& a, const LocalWindow& b);
};

/// The keys out of 0 .. keys-1 with |j - p_i| <= D. 0 <= query < number of centres. O(1).
KeyRange local_keys(const LocalWindow& local, Index query, Index keys);

/// exp(-(j - p_i)^2 / (2 (D/2)^2)): 1 at the centre, exp(-2) at the window's border.
double local_gaussian(const LocalWindow& local, Index query, Index key);

/// Predicted centres, p_i = S sigmoid(v . tanh(W q_i)), so that 0 < p_i < S (up to rounding) with S = keys, as in the
/// paper. Keys are counted from 0 here: p_i may lie beyond the last key, by less than 1. q: Lq x d, W: d x d of
/// N(0, 1/d), v: d of N(0, 4/d), both random: centres then spread over the keys instead of piling up at both ends.
/// O(Lq d^2).
VectorD predicted_centers(const Eigen::Ref<const Matrix>& q, Index keys, std::uint64_t seed);

}  // namespace attnscope
