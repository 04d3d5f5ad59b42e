// How alike the codes of two positions are.
#pragma once

#include <optional>

#include "core/base/matrix.hpp"
#include "core/masks/key_range.hpp"

namespace attnscope {

/// p_i . p_(i + delta) of the sinusoidal code, for delta = 0 .. count-1: sum over j of cos(delta w_j), the same for
/// every i and for -delta; d / 2 at 0. d = dim: even, >= 2. O(count d), in parallel.
VectorD dot_by_offset(Index dim, double base, Index count);

/// |p_(i + delta) - p_i| of the same: 2 sqrt(sum over j of sin^2(delta w_j / 2)), which loses nothing where the two are
/// close. Its square is d - 2 dot. O(count d), in parallel.
VectorD distance_by_offset(Index dim, double base, Index count);

/// The first delta after which dots[delta + 1] is larger: up to there, farther means less alike. Nothing when it never
/// is.
std::optional<Index> last_before_rise(const VectorD& dots);

/// p_i . p_(i + delta) of any codes (n x d): the mean, and the smallest and largest, over i. For codes whose dot
/// depends on delta alone all three are the same.
struct OffsetDots {
    VectorD mean, low, high;
    VectorD distance;  // the mean of |p_(i + delta) - p_i|, made from dots: to 1e-7 |p| where two codes nearly agree
    Index starts = 0;  // over how many i at most
};
/// delta = 0 .. n-1. Over all i while n^2 d is at most 5e7, else over 16 of them spread over the text (`starts`).
/// O(n starts d), in parallel.
OffsetDots offset_dots(const MatrixD& codes);

/// p_i . p_j for i in `rows` and j in `columns`, as a picture of at most `pixels` by `pixels`: each pixel is the
/// average over an equal share of the rows and one of the columns. The average of dot products is the dot product of
/// averages, so it is exact: O((rows + columns) d + pixels^2 d), in parallel.
Matrix similarity_picture(const MatrixD& codes, KeyRange rows, KeyRange columns, Index pixels);

}  // namespace attnscope
