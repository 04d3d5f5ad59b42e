#include "core/attention/summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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

// The weights of a row in double, a masked cell's as 0.
Eigen::RowVectorXd weights_of(const Eigen::Ref<const Eigen::RowVectorXf>& row) {
    return row.array().isNaN().select(0.0F, row).cast<double>();
}

}  // namespace

Matrix downsample_mean(const Eigen::Ref<const Matrix>& x, Index max_rows, Index max_cols) {
    check(max_rows >= 1 && max_cols >= 1, "a thumbnail has at least one cell");
    const Index rows = std::min(x.rows(), max_rows), cols = std::min(x.cols(), max_cols);
    if (rows == x.rows() && cols == x.cols()) return x;
    if (x.size() == 0) return Matrix(rows, cols);
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

VectorD column_sums(const Eigen::Ref<const Matrix>& w) {
    VectorD sums = VectorD::Zero(w.cols());
    for (Index i = 0; i < w.rows(); ++i) sums += weights_of(w.row(i)).transpose();
    return sums;
}

VectorD row_entropies(const Eigen::Ref<const Matrix>& w) {
    VectorD entropies(w.rows());
    for (Index i = 0; i < w.rows(); ++i) {
        const Eigen::ArrayXf weights =
            (w.row(i).array() > 0).select(w.row(i).array(), 1.0F).transpose();  // 1 log 1 = 0
        entropies(i) = std::max(0.0, -static_cast<double>((weights * weights.log()).sum()) / std::log(2.0));
    }
    return entropies;
}

VectorD mean_distance(const Eigen::Ref<const Matrix>& w) {
    const Eigen::RowVectorXd keys = Eigen::RowVectorXd::LinSpaced(w.cols(), 0.0, static_cast<double>(w.cols() - 1));
    VectorD distance(w.rows());
    for (Index i = 0; i < w.rows(); ++i) {
        const Eigen::RowVectorXd weights = weights_of(w.row(i));
        const double sum = weights.sum();
        distance(i) = sum == 0 ? 0.0 : weights.dot((keys.array() - static_cast<double>(i)).abs().matrix()) / sum;
    }
    return distance;
}

Matrix without_first_key(const Eigen::Ref<const Matrix>& w) {
    Matrix result = w;
    for (Index i = 0; i < w.rows() && w.cols() > 0; ++i) {
        Eigen::RowVectorXd weights = weights_of(w.row(i));
        weights(0) = 0;
        const double sum = weights.sum();
        weights = sum == 0 ? Eigen::RowVectorXd::Zero(w.cols()) : Eigen::RowVectorXd(weights / sum);
        result.row(i) = w.row(i).array().isNaN().select(w.row(i), weights.cast<float>());
    }
    return result;
}

std::vector<Index> top_keys(const Eigen::Ref<const Eigen::RowVectorXf>& row, Index k) {
    check(k >= 0, "a number of keys is not negative");
    std::vector<Index> keys;
    for (Index j = 0; j < row.size(); ++j)
        if (!std::isnan(row(j))) keys.push_back(j);
    const auto end = keys.begin() + std::min(k, static_cast<Index>(keys.size()));
    std::partial_sort(keys.begin(), end, keys.end(),
                      [&](Index a, Index b) { return row(a) != row(b) ? row(a) > row(b) : a < b; });
    keys.erase(end, keys.end());
    return keys;
}

double mean_pairwise_distance(const Eigen::Ref<const Matrix>& x) {
    if (x.rows() < 2) return 0.0;
    double sum = 0;
    for (Index a = 0; a < x.rows(); ++a)
        for (Index b = 0; b < a; ++b) sum += (weights_of(x.row(a)) - weights_of(x.row(b))).norm();
    const auto n = static_cast<double>(x.rows());
    return sum / (0.5 * n * (n - 1));
}

double frobenius_distance(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b) {
    check(a.rows() == b.rows() && a.cols() == b.cols(), "a distance is between matrices of one shape");
    double square = 0;
    for (Index i = 0; i < a.rows(); ++i) square += (weights_of(a.row(i)) - weights_of(b.row(i))).squaredNorm();
    return std::sqrt(square);
}

double relative_frobenius_error(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b) {
    const double distance = frobenius_distance(a, b);
    const double exact = frobenius_distance(b, Matrix::Zero(b.rows(), b.cols()));
    if (exact == 0) return distance == 0 ? 0.0 : std::numeric_limits<double>::infinity();
    return distance / exact;
}

}  // namespace attnscope
