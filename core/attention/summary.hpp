// Small pictures of large maps: area-averaged thumbnails, and the mean over heads.
#pragma once

#include <span>

#include "core/base/matrix.hpp"

namespace attnscope {

/// A thumbnail of min(rows, max_rows) x min(cols, max_cols) cells, each the mean of x over its equal share of x's area:
/// where a border falls inside a cell of x, that cell counts by the part that lies inside. All shares are equal, so the
/// thumbnail has the mean of x (to float rounding). x may be empty; max_rows, max_cols >= 1. Sums in double; O(size of
/// x).
Matrix downsample_mean(const Eigen::Ref<const Matrix>& x, Index max_rows, Index max_cols);

/// The mean, cell by cell, of at least one matrix, all of one shape. O(total size).
Matrix mean_of(std::span<const Matrix* const> matrices);

}  // namespace attnscope
