#include "core/features/failure_modes.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/engine/exact.hpp"
#include "core/features/approximation.hpp"
#include "core/features/stabiliser.hpp"
#include "core/features/theory.hpp"

namespace attnscope {
namespace {

constexpr Index failure_block = 64;
constexpr double least_normalizer = 1e-280;

struct FailureInput {
    Matrix x, y, v;  // length x dim
};

// The input of random_task(): for every sigma the same draw, scaled.
FailureInput failure_input(Index length, Index dim, double sigma, std::uint64_t seed) {
    RandomInput input = random_input(length, dim, sigma, seed);
    const auto root = static_cast<float>(1 / std::sqrt(std::sqrt(static_cast<double>(dim))));
    return {input.q * root, input.k * root, std::move(input.v)};
}

void report_part(const Progress& progress, std::size_t done, std::size_t parts) {
    progress.report(static_cast<double>(done) / static_cast<double>(parts));
}

// Var / SM^2 of one feature, iid.
double one_feature_variance(FeatureMethod method, Index dim, const KernelPoint& point) {
    const KernelDraw draw{.method = method,
                          .features = 1,
                          .dim = dim,
                          .oprf_a = oprf_parameter(point.sum_square() / static_cast<double>(dim))};
    const double kernel = softmax_kernel(point);
    const double infinite = std::numeric_limits<double>::infinity();
    return kernel_mse(draw, point).value_or(infinite) / (kernel * kernel);
}

// The variance of exp(w . z - |z|^2 / 2): w . z is from N(0, |z|^2), so that one number stands for the d of w.
double sampled_variance(double sum_square, Index dim, std::uint64_t seed) {
    Random random(seed, stable_hash(fmt::format("failure modes, features for d = {}", dim)));
    const double count = static_cast<double>(explosion_samples);
    VectorD features(explosion_samples);
    for (double& feature : features) feature = std::exp(std::sqrt(sum_square) * random.normal() - 0.5 * sum_square);
    return (features.array() - features.mean()).square().sum() / (count - 1);
}

// Of each row, so that threads do not meet.
struct SignRows {
    Eigen::Matrix<Index, Eigen::Dynamic, 1> negative;
    VectorD normalizer, largest;  // normaliser: in parts of exp(log_scale of the query + the largest of the keys)
};

void sign_rows(const Features& queries, const MatrixD& keys, const Eigen::RowVectorXd& key_scales, const MatrixD& v,
               Index begin, Index end, SignRows& rows) {
    MatrixD weights = queries.values.middleRows(begin, end - begin).cast<double>() * keys.transpose();
    weights.array().rowwise() *= key_scales.array();
    const MatrixD sums = weights * v;
    for (Index r = 0; r < end - begin; ++r) {
        const double normalizer = weights.row(r).sum();
        rows.normalizer(begin + r) = normalizer;
        rows.negative(begin + r) = (weights.row(r).array() * normalizer < 0).count();
        // A sum this small is nothing but rounding, and a quotient by it beyond double.
        rows.largest(begin + r) =
            std::abs(normalizer) < least_normalizer ? 0 : sums.row(r).cwiseAbs().maxCoeff() / std::abs(normalizer);
    }
}

double median_size(const VectorD& values) {
    VectorD sizes = values.cwiseAbs();
    double* middle = sizes.data() + sizes.size() / 2;
    std::nth_element(sizes.data(), middle, sizes.data() + sizes.size());
    return *middle;
}

Result<SignPoint> sign_point(const SignSetting& setting, const FeatureDraw& draw, double sigma,
                             const Progress& progress) {
    const FailureInput in = failure_input(setting.length, setting.dim, sigma, setting.seed);
    const Result<Features> queries = features_of(draw, in.x, progress);
    if (!queries) return queries.error();
    const Result<Features> keys = features_of(draw, in.y, progress);
    if (!keys) return keys.error();
    const MatrixD key_values = keys->values.cast<double>(), v = in.v.cast<double>();
    const Eigen::RowVectorXd key_scales =
        (keys->log_scale.array() - keys->log_scale.maxCoeff()).exp().matrix().transpose();
    SignRows rows{decltype(SignRows::negative)(setting.length), VectorD(setting.length), VectorD(setting.length)};
    parallel_blocks(setting.length, failure_block, progress,
                    [&](Index begin, Index end) { sign_rows(*queries, key_values, key_scales, v, begin, end, rows); });
    if (progress.stopped()) return cancelled();
    const double length = static_cast<double>(setting.length);
    const VectorD normalizers =
        rows.normalizer.array() * (queries->log_scale.array() - queries->log_scale.maxCoeff()).exp();
    const double median = median_size(normalizers);
    return SignPoint{.sigma = sigma,
                     .negative_share = static_cast<double>(rows.negative.sum()) / (length * length),
                     .bad_share = static_cast<double>((rows.normalizer.array() <= 0).count()) / length,
                     .smallest_normalizer = median > least_normalizer ? normalizers.minCoeff() / median : 0,
                     .largest_output = rows.largest.maxCoeff(),
                     .largest_value = v.cwiseAbs().maxCoeff()};
}

Result<EpsilonPoint> epsilon_point(const EpsilonSetting& setting, const FeatureDraw& draw, double sigma,
                                   const Progress& progress) {
    const FailureInput in = failure_input(setting.length, setting.dim, sigma, setting.seed);
    Matrix exact(setting.length, setting.dim);
    const Result<void> computed =
        exact_attention(view_of(in.x), view_of(in.y), view_of(in.v), {.scale = 1.0}, span_of(exact), {}, progress);
    if (!computed) return computed.error();
    const auto error = [&](const StabilisedAttention& found) {
        return (found.output - exact.cast<double>()).array().square().mean();
    };
    const Result<StabilisedAttention> with =
        stabilised_attention(draw, in.x, in.y, in.v, setting.epsilon, false, progress);
    if (!with) return with.error();
    const Result<StabilisedAttention> without = stabilised_attention(draw, in.x, in.y, in.v, 0, false, progress);
    if (!without) return without.error();
    return EpsilonPoint{
        .sigma = sigma,
        .share = with->epsilon_share.mean(),
        .output_error = error(*with),
        .error_without = error(*without),
        .uniform_error = (in.v.cast<double>().colwise().mean().replicate(setting.length, 1) - exact.cast<double>())
                             .array()
                             .square()
                             .mean()};
}

// One point for each sigma, by point_of(sigma, progress of its own).
template <class Point, class PointOf>
Result<std::vector<Point>> for_each_sigma(const std::vector<double>& sigmas, const Progress& progress,
                                          const PointOf& point_of) {
    std::vector<Point> points;
    points.reserve(sigmas.size());
    for (const double sigma : sigmas) {
        if (progress.stopped()) return cancelled();
        const Result<Point> point = point_of(sigma, progress.silent());
        if (!point) return point.error();
        points.push_back(*point);
        report_part(progress, points.size(), sigmas.size());
    }
    return points;
}

// Per row but the last: the largest change of an entry of the output when the last key becomes longer.
Result<std::vector<double>> leak_changes(const LeakSetting& setting, const FeatureDraw& draw, double epsilon,
                                         const Progress& progress) {
    FailureInput in = failure_input(setting.length, setting.dim, setting.sigma, setting.seed);
    const Result<StabilisedAttention> before = stabilised_attention(draw, in.x, in.y, in.v, epsilon, true, progress);
    if (!before) return before.error();
    in.y.row(setting.length - 1) *= static_cast<float>(setting.longer);
    const Result<StabilisedAttention> after = stabilised_attention(draw, in.x, in.y, in.v, epsilon, true, progress);
    if (!after) return after.error();
    const VectorD changes = (after->output - before->output).cwiseAbs().rowwise().maxCoeff();
    return std::vector<double>(changes.begin(), changes.end() - 1);
}

struct SignPair {
    double with = 0, without = 0;
};

// One block of m = d orthogonal draws: the mean over them of exp(w . z) / E[exp(w . z)], z = (1 .. 1) / sqrt d.
SignPair qr_estimates(Index dim, std::uint64_t seed, Index draw) {
    Random random(seed, stable_hash(fmt::format("failure modes, orthogonal block {} for d = {}", draw, dim)));
    MatrixD gaussian(dim, dim);
    for (double& entry : gaussian.reshaped()) entry = random.normal();
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
    const double count = static_cast<double>(dim);
    VectorD along = VectorD::Constant(dim, 1 / std::sqrt(count));
    along.applyOnTheLeft(qr.householderQ().transpose());  // of the rows of Q^T, the component along z
    SignPair sums;
    for (Index r = 0; r < dim; ++r) {
        double square = 0;  // chi^2 of d degrees of freedom
        for (Index c = 0; c < dim; ++c) {
            const double normal = random.normal();
            square += normal * normal;
        }
        const double product = std::sqrt(square) * along(r);
        sums.with += std::exp((qr.matrixQR()(r, r) < 0 ? -product : product) - 0.5) / count;
        sums.without += std::exp(product - 0.5) / count;
    }
    return sums;
}

// The mean and its standard error.
std::pair<double, double> mean_and_error(const VectorD& values) {
    const double count = static_cast<double>(values.size()), mean = values.mean();
    return {mean, std::sqrt((values.array() - mean).square().sum() / (count * (count - 1)))};
}

}  // namespace

Result<std::vector<ExplosionPoint>> measure_explosion(double sigma, std::uint64_t seed, const Progress& progress) {
    constexpr std::size_t dims = 9;
    std::vector<ExplosionPoint> points;
    points.reserve(dims);
    for (Index dim = 1; points.size() < dims; dim *= 2) {
        if (progress.stopped()) return cancelled();
        const double square = sigma * sigma * std::sqrt(static_cast<double>(dim));
        const KernelPoint at{.x_square = square, .y_square = square, .product = 0};
        points.push_back({.dim = dim,
                          .trig = one_feature_variance(FeatureMethod::trig, dim, at),
                          .positive = one_feature_variance(FeatureMethod::positive, dim, at),
                          .hyperbolic = one_feature_variance(FeatureMethod::hyperbolic, dim, at),
                          .oprf = one_feature_variance(FeatureMethod::oprf, dim, at),
                          .sampled = sampled_variance(at.sum_square(), dim, seed)});
        report_part(progress, points.size(), dims);
    }
    return points;
}

Result<std::vector<SignPoint>> measure_signs(const SignSetting& setting, const std::vector<double>& sigmas,
                                             const Progress& progress) {
    check(setting.length >= 1, "there is a token");
    const FeatureDraw draw =
        draw_features(FeatureMethod::trig, setting.features, setting.dim, true, setting.seed, InputMoments{});
    return for_each_sigma<SignPoint>(
        sigmas, progress, [&](double sigma, const Progress& part) { return sign_point(setting, draw, sigma, part); });
}

Result<std::vector<EpsilonPoint>> measure_epsilon(const EpsilonSetting& setting, const std::vector<double>& sigmas,
                                                  const Progress& progress) {
    const FeatureDraw draw =
        draw_features(FeatureMethod::positive, setting.features, setting.dim, true, setting.seed, InputMoments{});
    return for_each_sigma<EpsilonPoint>(sigmas, progress, [&](double sigma, const Progress& part) {
        return epsilon_point(setting, draw, sigma, part);
    });
}

std::vector<OverflowPoint> measure_overflow() {
    constexpr int steps = 100;
    std::vector<OverflowPoint> points;
    points.reserve(steps + 1);
    for (int i = 0; i <= steps; ++i) {
        const double norm = 0.25 * i;
        // Each step is stored as a float, so that none is taken with more digits or merged with the next.
        volatile float product = static_cast<float>(5 * norm), half_square = static_cast<float>(0.5 * norm * norm);
        volatile float factor = std::exp(product), damping = std::exp(-half_square), exponent = product - half_square;
        points.push_back({.norm = norm,
                          .unfused = factor * damping,
                          .fused = std::exp(exponent),
                          .trig = std::exp(half_square),
                          .log10_true = (5 * norm - 0.5 * norm * norm) / std::log(10.0)});
    }
    return points;
}

Result<Leak> measure_leak(const LeakSetting& setting, const Progress& progress) {
    check(setting.length >= 2, "there is a row before the last");
    const FeatureDraw draw =
        draw_features(FeatureMethod::positive, setting.features, setting.dim, true, setting.seed, InputMoments{});
    Result<std::vector<double>> with = leak_changes(setting, draw, setting.epsilon, progress.silent());
    if (!with) return with.error();
    progress.report(0.5);
    Result<std::vector<double>> without = leak_changes(setting, draw, 0, progress.silent());
    if (!without) return without.error();
    progress.report(1);
    Leak leak{.with_epsilon = *std::move(with), .without = *std::move(without)};
    leak.largest_with = *std::max_element(leak.with_epsilon.begin(), leak.with_epsilon.end());
    leak.largest_without = *std::max_element(leak.without.begin(), leak.without.end());
    return leak;
}

Result<std::vector<QrSignPoint>> measure_qr_sign(std::uint64_t seed, const Progress& progress) {
    // So many draws that the standard errors are about .006: a block of a large d is a mean of more features.
    constexpr std::array<std::pair<Index, Index>, 3> settings{{{4, 8000}, {16, 2500}, {64, 500}}};
    std::vector<QrSignPoint> points;
    points.reserve(settings.size());
    for (const auto& [dim, draws] : settings) {
        VectorD with(draws), without(draws);
        parallel_blocks(draws, 16, progress, [&, size = dim](Index begin, Index end) {
            for (Index draw = begin; draw < end; ++draw) {
                const SignPair estimates = qr_estimates(size, seed, draw);
                with(draw) = estimates.with;
                without(draw) = estimates.without;
            }
        });
        if (progress.stopped()) return cancelled();
        QrSignPoint point{.dim = dim, .draws = draws};
        std::tie(point.with, point.with_error) = mean_and_error(with);
        std::tie(point.without, point.without_error) = mean_and_error(without);
        points.push_back(point);
        report_part(progress, points.size(), settings.size());
    }
    return points;
}

}  // namespace attnscope
