// What every attention function asks of its input, said in the same sentences.
#pragma once

#include <optional>
#include <string>

#include "core/attention/attention.hpp"

namespace attnscope {

struct Cell {
    Index row, col;
};

/// True when no entry is NaN or infinite. 0 * x is 0 for a finite x and NaN otherwise: a sum the compiler makes vectors
/// of, where a test of each entry would be many times slower. O(size).
template <class Derived>
bool all_finite(const Eigen::DenseBase<Derived>& x) {
    using Scalar = typename Derived::Scalar;
    return x.size() == 0 || (x.derived().array() * Scalar{0}).sum() == Scalar{0};
}

/// The first entry, row by row, that is NaN or infinite.
template <class Scalar>
std::optional<Cell> first_not_finite(
    const Eigen::Ref<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& x);

/// An error that names the shapes, the option or the entry that attention(q, k, v, options) cannot take.
template <class Scalar>
Result<void> validate_attention(
    const Eigen::Ref<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& q,
    const Eigen::Ref<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& k,
    const Eigen::Ref<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& v,
    const AttentionOptions& options);

/// "a score of query I and key J is beyond the range of float ..."
Error score_out_of_range(Index query, Index key);

}  // namespace attnscope
