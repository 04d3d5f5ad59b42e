#include "core/features/approximation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/random.hpp"
#include "core/features/stabiliser.hpp"
#include "core/features/theory.hpp"

namespace attnscope {
namespace approximation_test {

ApproximationTask task_of(Index length, Index dim, double sigma, bool causal = false) {
    Result<ApproximationTask> task = random_task(length, dim, sigma, causal, 1);
    check(task.has_value(), task ? "" : task.error().what);
    return *std::move(task);
}

double error_of(const ApproximationTask& task, const ApproximationSpec& spec, ErrorMetric metric) {
    const Result<double> error = approximation_error(task, spec, metric);
    check(error.has_value(), error ? "" : error.error().what);
    return *error;
}

// softmax(x y^T), rows of unseen keys 0, plainly.
MatrixD plain_weights(const ApproximationTask& task) {
    MatrixD a = (task.x.cast<double>() * task.y.cast<double>().transpose()).array().exp();
    for (Index i = 0; i < a.rows(); ++i) {
        if (task.causal) a.row(i).tail(a.cols() - i - 1).setZero();
        a.row(i) /= a.row(i).sum();
    }
    return a;
}

// phi(x) . phi(y) with rows divided by their sums, from the formula of one kernel value.
MatrixD plain_approximation(const ApproximationTask& task, const ApproximationSpec& spec) {
    const FeatureDraw draw =
        draw_features(spec.method, spec.features, task.dim(), spec.orthogonal, spec.seed, task.moments);
    const double factor = spec.method == FeatureMethod::elu ? std::pow(static_cast<double>(task.dim()), 0.25) : 1;
    MatrixD a = MatrixD::Zero(task.length(), task.length());
    for (Index i = 0; i < a.rows(); ++i) {
        for (Index j = 0; j < (task.causal ? i + 1 : a.cols()); ++j)
            a(i, j) =
                kernel_estimate(draw, factor * task.x.row(i).cast<double>(), factor * task.y.row(j).cast<double>());
        a.row(i) /= a.row(i).sum();
    }
    return a;
}

TEST(Approximation, BothErrorsOfEveryMethodAreThoseOfThePlainFormulas) {
    for (const bool causal : {false, true}) {
        const ApproximationTask task = task_of(70, 4, 0.5, causal);
        const MatrixD exact = plain_weights(task), v = task.v.cast<double>();
        for (std::size_t k = 0; k < feature_method_names.size(); ++k) {
            const ApproximationSpec spec{.method = static_cast<FeatureMethod>(k), .features = 24, .seed = 3};
            SCOPED_TRACE(feature_method_names[k]);
            const MatrixD difference = plain_approximation(task, spec) - exact;
            const double output = MatrixD(difference * v).squaredNorm() / static_cast<double>(task.v.size());
            EXPECT_NEAR(error_of(task, spec, ErrorMetric::output) / output, 1, 1e-3);
            EXPECT_NEAR(error_of(task, spec, ErrorMetric::frobenius) / (difference.norm() / exact.norm()), 1, 1e-3);
        }
        const MatrixD uniform = [&] {
            MatrixD u = MatrixD::Ones(70, 70);
            if (causal) u = MatrixD(u.triangularView<Eigen::Lower>());
            for (Index i = 0; i < 70; ++i) u.row(i) /= u.row(i).sum();
            return u;
        }();
        const MatrixD off = uniform - exact;
        EXPECT_NEAR(uniform_error(task, ErrorMetric::output) * static_cast<double>(task.v.size()) /
                        MatrixD(off * v).squaredNorm(),
                    1, 1e-4);
        EXPECT_NEAR(uniform_error(task, ErrorMetric::frobenius) / (off.norm() / exact.norm()), 1, 1e-5);
    }
}

// Means over 15 seeds of an independent implementation at L = 4096, d = 16 (sigma .5, m = 64), in parts of its uniform
// baseline (1.59e-5; sigma 1: 4.65e-4): outputs of fewer keys vary more, all of them alike.
TEST(Approximation, OutputErrorsAreOfTheSizeOfTheReference) {
    struct Known {
        FeatureMethod method;
        bool orthogonal;
        double sigma, error;
    };
    const Known known[] = {{FeatureMethod::trig, false, 0.5, 1.03e-5 / 1.59e-5},
                           {FeatureMethod::trig, true, 0.5, 3.78e-6 / 1.59e-5},
                           {FeatureMethod::positive, false, 0.5, 2.30e-5 / 1.59e-5},
                           {FeatureMethod::positive, true, 0.5, 2.28e-5 / 1.59e-5},
                           {FeatureMethod::hyperbolic, true, 0.5, 1.11e-5 / 1.59e-5},
                           {FeatureMethod::oprf, true, 0.5, 1.23e-5 / 1.59e-5},
                           {FeatureMethod::smreg, true, 0.5, 7.54e-6 / 1.59e-5},
                           {FeatureMethod::elu, true, 0.5, 1.41e-5 / 1.59e-5},
                           {FeatureMethod::elu, true, 1, 4.20e-4 / 4.65e-4}};
    for (const Known& k : known) {
        double errors = 0, uniform = 0;
        for (std::uint64_t seed = 1; seed <= 15; ++seed) {
            const Result<ApproximationTask> task = random_task(1024, 16, k.sigma, false, seed);
            ASSERT_TRUE(task);
            const ApproximationSpec spec{.method = k.method, .orthogonal = k.orthogonal, .seed = seed};
            errors += error_of(*task, spec, ErrorMetric::output);
            uniform += uniform_error(*task, ErrorMetric::output);
        }
        EXPECT_NEAR(std::log(errors / uniform), std::log(k.error), std::log(1.5)) << name_of(k.method) << k.orthogonal;
    }
}

TEST(Approximation, EpsilonIsThatOfThePublishedCode) {
    for (const bool causal : {false, true}) {
        const ApproximationTask task = task_of(50, 8, 1, causal);
        for (const FeatureMethod method : {FeatureMethod::positive, FeatureMethod::hyperbolic, FeatureMethod::oprf,
                                           FeatureMethod::smreg, FeatureMethod::sderf}) {
            const ApproximationSpec spec{.method = method, .features = 16, .seed = 4, .epsilon = 1e-3};
            const FeatureDraw draw = draw_features(method, 16, 8, true, 4, task.moments);
            const Result<StabilisedAttention> published =
                stabilised_attention(draw, task.x, task.y, task.v, 1e-3, causal);
            ASSERT_TRUE(published);
            const double expected =
                (published->output - task.exact.cast<double>()).squaredNorm() / static_cast<double>(task.exact.size());
            EXPECT_NEAR(error_of(task, spec, ErrorMetric::output) / expected, 1, 1e-3) << name_of(method);
        }
    }
}

TEST(Approximation, TheErrorOfOneKernelValueFallsAsOneOverTheRootOfM) {
    const auto [x, y] = pair_at_angle(8, 0.6, 0.6, 2 * std::numbers::pi / 3);
    for (const FeatureMethod method : {FeatureMethod::trig, FeatureMethod::positive, FeatureMethod::hyperbolic,
                                       FeatureMethod::oprf, FeatureMethod::sderf}) {
        double deviation[2] = {};
        for (int k = 0; k < 2; ++k) {
            const Index m = k == 0 ? 8 : 128;
            const std::vector<double> estimates =
                kernel_draws({.method = method, .orthogonal = false, .features = m}, x, y, 4000);
            double sum = 0;
            for (const double e : estimates) sum += (e - std::exp(x.dot(y))) * (e - std::exp(x.dot(y)));
            deviation[k] = std::sqrt(sum / 4000);
        }
        EXPECT_NEAR(std::log(deviation[1] / deviation[0]) / std::log(16.0), -0.5, 0.03) << name_of(method);
    }
}

TEST(Approximation, EveryEstimatorIsWithoutBiasAndReluIsItsOwnKernels) {
    const auto [x, y] = pair_at_angle(4, 0.7, 0.5, 2);
    const KernelPoint at = at_angle(0.7, 0.5, 2);
    for (const bool orthogonal : {false, true})
        for (std::size_t k = 0; k < feature_method_names.size(); ++k) {
            const auto method = static_cast<FeatureMethod>(k);
            if (!is_random(method)) continue;
            const std::vector<double> e =
                kernel_draws({.method = method, .orthogonal = orthogonal, .features = 6}, x, y, 8000);
            const double mean = std::accumulate(e.begin(), e.end(), 0.0) / 8000;
            double square = 0;
            for (const double value : e) square += (value - mean) * (value - mean);
            const std::optional<double> expected = kernel_mean({.method = method, .dim = 4}, at);
            ASSERT_TRUE(expected) << name_of(method);
            EXPECT_NEAR(mean, *expected, 4 * std::sqrt(square / 8000 / 8000)) << name_of(method) << orthogonal;
        }
}

TEST(Approximation, SameBitsForOneAndTwoThreads) {
    const ApproximationTask task = task_of(200, 8, 0.7);
    const std::pair<VectorD, VectorD> pair = pair_at_angle(8, 1, 1, 1);
    const auto numbers = [&](std::size_t threads) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        std::vector<double> all = kernel_draws({}, pair.first, pair.second, 100);
        for (std::size_t k = 0; k < feature_method_names.size(); ++k)
            for (const ErrorMetric metric : {ErrorMetric::output, ErrorMetric::frobenius})
                all.push_back(error_of(task, {.method = static_cast<FeatureMethod>(k), .features = 32}, metric));
        return all;
    };
    EXPECT_EQ(numbers(1), numbers(2));
}

TEST(Approximation, StopsWhenAsked) {
    std::stop_source source;
    source.request_stop();
    const Progress stopped(source.get_token(), nullptr);
    const ApproximationTask task = task_of(100, 4, 1);
    for (const ErrorMetric metric : {ErrorMetric::output, ErrorMetric::frobenius}) {
        const Result<double> error = approximation_error(task, {}, metric, stopped);
        ASSERT_FALSE(error);
        EXPECT_EQ(error.error().code, ErrorCode::cancelled);
    }
    EXPECT_TRUE(kernel_draws({}, VectorD::Ones(3), VectorD::Ones(3), 100, stopped).empty());
    EXPECT_FALSE(random_task(2000, 16, 1, false, 1, stopped));
}

TEST(Approximation, InputBeyondFloatIsRefusedWithASentence) {
    const Matrix huge = Matrix::Constant(3, 2, 1e30F);
    const Result<ApproximationTask> task = make_task(huge, huge, huge, false);
    ASSERT_FALSE(task);
    EXPECT_THAT(task.error().what, testing::HasSubstr("beyond the range of float"));
}

}  // namespace approximation_test
}  // namespace attnscope
