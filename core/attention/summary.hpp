// Small pictures of large maps: area-averaged thumbnails, the mean over heads; and what a map of weights says in
// numbers.
#pragma once

#include <span>
#include <vector>

#include "core/base/matrix.hpp"

namespace attnscope {

/// A thumbnail of min(rows, max_rows) x min(cols, max_cols) cells, each the mean of x over its equal share of x's area:
/// where a border falls inside a cell of x, that cell counts by the part that lies inside. All shares are equal, so the
/// thumbnail has the mean of x (to float rounding). x may be empty; max_rows, max_cols >= 1. Sums in double; O(size of
/// x).
Matrix downsample_mean(const Eigen::Ref<const Matrix>& x, Index max_rows, Index max_cols);

/// The mean, cell by cell, of at least one matrix, all of one shape. O(total size).
Matrix mean_of(std::span<const Matrix* const> matrices);

// Below, w holds weights (Lq x Lk). A cell that is NaN is masked: it counts as 0, and stays NaN where a matrix comes
// out. Sums in double; O(size of w).

/// sum_i w_ij for each key j: how much attention it gets in all. Lk entries.
VectorD column_sums(const Eigen::Ref<const Matrix>& w);

/// -sum_j w_ij log2 w_ij for each query i, over the weights above 0 and as they are: not divided by their sum. In
/// float, to about 1e-6 of the largest entropy. Lq entries, never negative for weights up to 1.
VectorD row_entropies(const Eigen::Ref<const Matrix>& w);

/// sum_j w_ij |i - j| / sum_j w_ij for each query i: how far it looks, in tokens. 0 where the weights sum to 0. Lq
/// entries.
VectorD mean_distance(const Eigen::Ref<const Matrix>& w);

/// The map without its first key: w_i0 becomes 0 and the rest of row i is divided by its sum, so that it sums to 1. A
/// row whose rest sums to 0 becomes 0.
Matrix without_first_key(const Eigen::Ref<const Matrix>& w);

/// The min(k, number of cells not NaN) keys of largest weight, largest first, of equals the earlier key. k >= 0.
/// O(Lk log k).
std::vector<Index> top_keys(const Eigen::Ref<const Eigen::RowVectorXf>& row, Index k);

/// The mean Euclidean distance between two different rows of x (n x d): how far apart the contexts of n queries are. 0
/// for fewer than two rows. O(n^2 d).
double mean_pairwise_distance(const Eigen::Ref<const Matrix>& x);

/// |a - b|_F = sqrt(sum of (a_ij - b_ij)^2); a and b of one shape.
double frobenius_distance(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b);

/// |a - b|_F / |b|_F, b the exact one: 0 where both are 0, infinity where only b is.
double relative_frobenius_error(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b);

}  // namespace attnscope
