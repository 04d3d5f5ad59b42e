// Softmax of one row of scores, in whole tiles of keys: the inner loop of the float attention.
#pragma once

#include "core/base/matrix.hpp"
#include "core/engine/kernels.hpp"
#include "core/masks/key_range.hpp"

namespace attnscope {

/// Keys are worked on in tiles of this many, counted from key 0. A row of scores is padded to whole tiles, so that no
/// loop has a remainder and the bits of a row depend on its visible keys alone, not on how many keys follow.
inline constexpr Index key_tile = kernel_key_block;

/// The tiles that hold the range, as tile numbers: none for an empty range.
inline KeyRange tiles_of(KeyRange keys) {
    if (keys.empty()) return {};
    return {keys.begin / key_tile, (keys.end + key_tile - 1) / key_tile};
}

struct SoftmaxRow {
    double log_sum_exp;   // natural logarithm of sum exp(s_j)
    double entropy_bits;  // >= 0
};

/// Replaces the scores s_j of the visible keys by the weights exp(s_j - max) / sum, and everything else in their tiles
/// by 0; other tiles are not touched. `row` is aligned to 16 bytes and padded to whole tiles; the visible scores are
/// finite, and there is at least one.
///
/// Entropy: with t_j = s_j - max <= 0 and Z = sum exp(t_j) >= 1, H = log2(e) * (ln Z + sum w_j * (-t_j)). Both terms
/// are never negative, so nothing cancels and H cannot fall below 0; a weight of 0 adds 0.
///
/// Accuracy: a weight's error is at most (3e-7 + 6e-8 |t_j|) of itself, the second part from rounding t_j; where
/// t_j <= -87 the weight is 0 (the exact value is below 1.7e-38). O(tiles).
SoftmaxRow softmax_in_place(float* row, KeyRange visible);

}  // namespace attnscope
