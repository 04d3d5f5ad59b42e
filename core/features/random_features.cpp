#include "core/features/random_features.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr Index token_block = 64;  // every product has this many rows, filled up with zeros: so rows do not meet

// The rows of one orthogonal block: a Haar-distributed rotation's rows, each as long as an independent Gaussian vector.
MatrixD orthogonal_block(Index dim, std::uint64_t seed, Index block) {
    const auto gaussian = [&](const char* use) {
        const std::uint64_t stream = stable_hash(fmt::format("random features, {} of block {}", use, block));
        return MatrixD(random_normal(dim, dim, 1.0, seed, stream).cast<double>());
    };
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian("directions"));
    const VectorD diagonal = qr.matrixQR().diagonal();
    const VectorD lengths = gaussian("lengths").rowwise().norm();
    MatrixD rows = MatrixD(qr.householderQ()).transpose();
    for (Index r = 0; r < dim; ++r) rows.row(r) *= diagonal(r) < 0 ? -lengths(r) : lengths(r);
    return rows;
}

// A row of exponents e becomes exp(e - max e); gives max e. What is below exp(-87) is near float's smallest: 0.
double exponentials_in_place(Eigen::Ref<Eigen::RowVectorXf> row) {
    const float max = row.maxCoeff();
    row.array() -= max;
    row = (row.array() < -87.0F).select(0.0F, row.array().exp());
    return static_cast<double>(max);
}

// u: n x m, the projections w_r . x_i, or for elu x itself; half_square: n, |x_i|^2 / 2. Row by row into `values`;
// gives the row's log_scale.
double map_row(Estimator estimator, const Eigen::Ref<const Eigen::RowVectorXf>& u, double half_square,
               Eigen::Ref<Eigen::RowVectorXf> values) {
    const Index m = u.size();
    const double draws = static_cast<double>(m);
    switch (estimator) {
        case Estimator::trig:
            values.head(m) = u.array().sin();
            values.tail(m) = u.array().cos();
            return half_square - 0.5 * std::log(draws);
        case Estimator::positive:
            values = u;
            return exponentials_in_place(values) - half_square - 0.5 * std::log(draws);
        case Estimator::hyperbolic:
            values.head(m) = u;
            values.tail(m) = -u;
            return exponentials_in_place(values) - half_square - 0.5 * std::log(2.0 * draws);
        case Estimator::elu:  // elu(x) + 1 is x + 1 above 0 and exp(x) below: log(elu(x) + 1) is log1p(x), or x
            values = u.array().max(0.0F).log1p() + u.array().min(0.0F);
            return exponentials_in_place(values);
    }
    check(false, "an estimator that exists");
    return 0;
}

}  // namespace

Index feature_dim(const FeatureSpec& spec, Index dim) {
    switch (spec.estimator) {
        case Estimator::trig:
        case Estimator::hyperbolic:
            return 2 * spec.features;
        case Estimator::positive:
            return spec.features;
        case Estimator::elu:
            return dim;
    }
    check(false, "an estimator that exists");
    return 0;
}

Result<void> validate_features(const FeatureSpec& spec) {
    if (spec.estimator != Estimator::elu && (spec.features < 1 || spec.features > max_features))
        return invalid_input(
            tr("the number of random features is {}: it must be 1 .. {}", spec.features, max_features));
    return {};
}

Matrix draw_projections(Index features, Index dim, bool orthogonal, std::uint64_t seed, const Progress& progress) {
    check(features >= 1 && dim >= 1, "projections have at least one row and one column");
    if (!orthogonal) return random_normal(features, dim, 1.0, seed, stable_hash("random features, independent"));
    Matrix result = Matrix::Zero(features, dim);
    for (Index begin = 0; begin < features && !progress.stopped(); begin += dim) {
        const Index rows = std::min(dim, features - begin);
        result.middleRows(begin, rows) = orthogonal_block(dim, seed, begin / dim).topRows(rows).cast<float>();
    }
    return result;
}

Result<Features> feature_map(Estimator estimator, const Eigen::Ref<const Matrix>& projections,
                             const Eigen::Ref<const Matrix>& x, const Progress& progress) {
    const bool random = estimator != Estimator::elu;
    check(!random || (projections.rows() >= 1 && projections.cols() == x.cols()),
          "a projection's row is as long as x's");
    const Index m = random ? projections.rows() : x.cols();
    Features result{Matrix(x.rows(), feature_dim({estimator, m}, x.cols())), VectorD(x.rows())};
    parallel_blocks(x.rows(), token_block, progress, [&](Index begin, Index end) {
        Matrix tokens = Matrix::Zero(token_block, x.cols());
        tokens.topRows(end - begin) = x.middleRows(begin, end - begin);
        // Made at once: a matrix of Eigen 3.4 that is given another size when memory runs out is freed twice.
        const Matrix u = random ? Matrix(tokens * projections.transpose()) : tokens;
        for (Index i = begin; i < end; ++i) {
            const double half_square = 0.5 * x.row(i).cast<double>().squaredNorm();
            const bool finite = u.row(i - begin).allFinite();
            result.log_scale(i) = finite ? map_row(estimator, u.row(i - begin), half_square, result.values.row(i))
                                         : std::numeric_limits<double>::quiet_NaN();
        }
    });
    if (progress.stopped()) return cancelled();
    for (Index i = 0; i < x.rows(); ++i)
        if (std::isnan(result.log_scale(i)))
            return invalid_input(
                tr("the random features of row {} (counted from 0) are beyond the range of float: "
                   "shorter vectors, a smaller scale or a higher temperature is needed",
                   i));
    return result;
}

}  // namespace attnscope
