#include "core/attention/summary.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace attnscope {
namespace {

// Calls add(to, from, share) for every pair of `to` (of `small`) and `from` (of `large`) that overlap when both cover
// the same length. The shares of one `to` sum to 1. Borders are exact: lengths are counted in units of 1 / (small *
// large).
template <class Add>
void for_overlaps(Index small, Index large, const Add& add) {
    for (Index to = 0; to < small; ++to) {
        const Index begin = to * large, end = begin + large;
        for (Index from = begin / small; from * small < end; ++from) {
            const Index overlap = std::min(end, (from + 1) * small) - std::max(begin, from * small);
            add(to, from, static_cast<double>(overlap) / static_cast<double>(large));
        }
    }
}

}  // namespace

Matrix downsample_mean(const Eigen::Ref<const Matrix>& x, Index max_rows, Index max_cols) {
    check(max_rows >= 1 && max_cols >= 1, "a thumbnail has at least one cell");
    const Index rows = std::min(x.rows(), max_rows), cols = std::min(x.cols(), max_cols);
    if (rows == x.rows() && cols == x.cols()) return x;
    MatrixD lines = MatrixD::Zero(rows, x.cols());
    for_overlaps(rows, x.rows(),
                 [&](Index to, Index from, double share) { lines.row(to) += share * x.row(from).cast<double>(); });
    MatrixD result = MatrixD::Zero(rows, cols);
    for_overlaps(cols, x.cols(),
                 [&](Index to, Index from, double share) { result.col(to) += share * lines.col(from); });
    return result.cast<float>();
}

Matrix mean_of(std::span<const Matrix* const> matrices) {
    check(!matrices.empty(), "a mean is over at least one matrix");
    Matrix sum = *matrices.front();
    for (const Matrix* const matrix : matrices.subspan(1)) {
        check(matrix->rows() == sum.rows() && matrix->cols() == sum.cols(), "a mean is over matrices of one shape");
        sum += *matrix;
    }
    sum /= static_cast<float>(matrices.size());
    return sum;
}

}  // namespace attnscope
