#include "core/features/feature_draw.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr Index relu_rows = 64;  // as in feature_map(): so a row's bits do not depend on how many rows there are

std::optional<Estimator> estimator_of(FeatureMethod method) {
    switch (method) {
        case FeatureMethod::trig:
            return Estimator::trig;
        case FeatureMethod::hyperbolic:
            return Estimator::hyperbolic;
        case FeatureMethod::elu:
            return Estimator::elu;
        case FeatureMethod::positive:
        case FeatureMethod::smreg:
        case FeatureMethod::oprf:
        case FeatureMethod::sderf:
            return Estimator::positive;
        case FeatureMethod::relu:
            break;
    }
    return std::nullopt;
}

// w and x get an entry more, whose product is the bias: so that whoever knows exp(w . x) knows exp(w . x + b).
Matrix with_column(const Eigen::Ref<const Matrix>& m, const Vector& last) {
    Matrix result(m.rows(), m.cols() + 1);
    result << m, last;
    return result;
}

void make_optimal(FeatureDraw& draw, const InputMoments& moments) {
    const auto dim = static_cast<double>(draw.projections.cols());
    const double a = oprf_parameter(moments.sum_square / dim);
    draw.bias = static_cast<float>(a) * draw.projections.rowwise().squaredNorm();
    draw.projections *= static_cast<float>(std::sqrt(1 - 4 * a));
    draw.log_factor = dim / 4 * std::log(1 - 4 * a);
}

// The same along every principal axis of the sums, which have moments of their own.
void make_optimal_along_axes(FeatureDraw& draw, const InputMoments& moments) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(moments.sums);
    const MatrixD w = draw.projections.cast<double>();
    const VectorD a = axes.eigenvalues().unaryExpr([](double p) { return oprf_parameter(std::max(p, 0.0)); });
    const VectorD stretch = (1 - 4 * a.array()).sqrt();
    draw.bias = (w.array().square().matrix() * a).cast<float>();
    draw.projections = (w * stretch.asDiagonal() * axes.eigenvectors().transpose()).cast<float>();
    draw.log_factor = 0.5 * stretch.array().log().sum();
}

Result<Features> relu_features(const Matrix& projections, const Eigen::Ref<const Matrix>& x, const Progress& progress) {
    Features result{Matrix(x.rows(), projections.rows()), VectorD::Zero(x.rows())};
    const double half_log = 0.5 * std::log(static_cast<double>(projections.rows()));
    parallel_blocks(x.rows(), relu_rows, progress, [&](Index begin, Index end) {
        Matrix tokens = Matrix::Zero(relu_rows, x.cols());
        tokens.topRows(end - begin) = x.middleRows(begin, end - begin);
        const Matrix u = tokens * projections.transpose();
        for (Index i = begin; i < end; ++i) {
            const float largest = u.row(i - begin).maxCoeff();
            result.values.row(i) = u.row(i - begin).cwiseMax(0.0F) / (largest > 0 ? largest : 1.0F);
            if (largest > 0) result.log_scale(i) = std::log(static_cast<double>(largest)) - half_log;
        }
    });
    if (progress.stopped()) return cancelled();
    if (!result.values.allFinite() || !result.log_scale.allFinite())
        return invalid_input(tr("the random features are beyond the range of float: shorter vectors are needed"));
    return result;
}

}  // namespace

std::string_view name_of(FeatureMethod method) {
    return feature_method_names[static_cast<std::size_t>(method)];
}

bool estimates_softmax(FeatureMethod method) {
    switch (method) {
        case FeatureMethod::trig:
        case FeatureMethod::positive:
        case FeatureMethod::hyperbolic:
        case FeatureMethod::smreg:
        case FeatureMethod::oprf:
        case FeatureMethod::sderf:
            return true;
        case FeatureMethod::elu:
        case FeatureMethod::relu:
            return false;
    }
    check(false, "a feature method that exists");
    return false;
}

bool is_estimator(FeatureMethod method) {
    return estimator_of(method).has_value();
}

bool is_random(FeatureMethod method) {
    return method != FeatureMethod::elu;
}

InputMoments input_moments(const Eigen::Ref<const Matrix>& x, const Eigen::Ref<const Matrix>& y) {
    check(x.cols() == y.cols() && x.rows() > 0 && y.rows() > 0, "moments of vectors of one width");
    const MatrixD a = x.cast<double>(), b = y.cast<double>();
    const VectorD a_mean = a.colwise().mean(), b_mean = b.colwise().mean();
    InputMoments moments;
    moments.sums = MatrixD(a.transpose() * a) / static_cast<double>(a.rows()) +
                   MatrixD(b.transpose() * b) / static_cast<double>(b.rows()) + MatrixD(a_mean * b_mean.transpose()) +
                   MatrixD(b_mean * a_mean.transpose());
    moments.sum_square = moments.sums.trace();
    return moments;
}

double oprf_parameter(double p) {
    // 1 - 2p - sqrt((1 - 2p)^2 + 16p), without its cancellation for small p.
    const double root = std::sqrt((2 * p + 1) * (2 * p + 1) + 8 * p);
    return p < 0.5 ? -p / (1 - 2 * p + root) : (1 - 2 * p - root) / 16;
}

FeatureDraw adapt(FeatureMethod method, Matrix projections, const InputMoments& moments) {
    FeatureDraw draw{.method = method, .projections = std::move(projections)};
    if (method == FeatureMethod::smreg) {
        const Vector lengths = draw.projections.rowwise().norm();
        draw.projections.array().colwise() *= std::sqrt(static_cast<float>(draw.projections.cols())) / lengths.array();
    }
    if (method == FeatureMethod::oprf) make_optimal(draw, moments);
    if (method == FeatureMethod::sderf) make_optimal_along_axes(draw, moments);
    return draw;
}

FeatureDraw draw_features(FeatureMethod method, Index features, Index dim, bool orthogonal, std::uint64_t seed,
                          const InputMoments& moments, const Progress& progress) {
    if (!is_random(method)) return {.method = method};
    return adapt(method, draw_projections(features, dim, orthogonal, seed, progress), moments);
}

BiasedVectors without_bias(const FeatureDraw& draw, const Eigen::Ref<const Matrix>& x) {
    const std::optional<Estimator> estimator = estimator_of(draw.method);
    check(estimator.has_value(), "a method whose features the engine knows");
    if (draw.bias.size() == 0) return {*estimator, draw.projections, x};
    return {*estimator, with_column(draw.projections, draw.bias), with_column(x, Vector::Ones(x.rows()))};
}

Result<Features> features_of(const FeatureDraw& draw, const Eigen::Ref<const Matrix>& x, const Progress& progress) {
    if (!is_estimator(draw.method)) return relu_features(draw.projections, x, progress);
    const BiasedVectors plain = without_bias(draw, x);
    Result<Features> features = feature_map(plain.estimator, plain.projections, plain.x, progress);
    if (!features) return features.error();
    // The entry that carries the bias is 1, and half its square has been taken off.
    features->log_scale.array() += draw.log_factor + (draw.bias.size() > 0 ? 0.5 : 0.0);
    return features;
}

double kernel_estimate(const FeatureDraw& draw, const VectorD& x, const VectorD& y) {
    if (!is_random(draw.method)) {
        const auto phi = [](double value) { return value > 0 ? value + 1 : std::exp(value); };
        return x.unaryExpr(phi).dot(y.unaryExpr(phi));
    }
    const MatrixD w = draw.projections.cast<double>();
    const VectorD u = w * x, v = w * y;
    const double squares = (x.squaredNorm() + y.squaredNorm()) / 2;
    switch (draw.method) {
        case FeatureMethod::trig:
            return std::exp(squares) * (u - v).array().cos().mean();
        case FeatureMethod::hyperbolic:
            return 0.5 * ((u + v).array() - squares).exp().mean() + 0.5 * (-(u + v).array() - squares).exp().mean();
        case FeatureMethod::relu:
            return (u.array().max(0.0) * v.array().max(0.0)).mean();
        case FeatureMethod::positive:
        case FeatureMethod::smreg:
        case FeatureMethod::oprf:
        case FeatureMethod::sderf:
        case FeatureMethod::elu:
            break;
    }
    VectorD exponents = u + v;
    if (draw.bias.size() > 0) exponents += 2 * draw.bias.cast<double>();
    return (exponents.array() - squares + 2 * draw.log_factor).exp().mean();
}

}  // namespace attnscope
