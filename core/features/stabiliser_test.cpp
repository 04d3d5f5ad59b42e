#include "core/features/stabiliser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/base/random.hpp"

namespace attnscope {
namespace stabiliser_test {

constexpr FeatureMethod exponential_methods[] = {FeatureMethod::positive, FeatureMethod::hyperbolic,
                                                 FeatureMethod::smreg, FeatureMethod::oprf, FeatureMethod::sderf};

struct Input {
    Matrix x, y, v;
};

Input random_input(Index queries, Index keys, double scale, std::uint64_t seed = 1) {
    return {random_normal(queries, 8, scale, seed, 1), random_normal(keys, 8, scale, seed, 2),
            random_normal(keys, 5, 1, seed, 3)};
}

FeatureDraw draw_of(FeatureMethod method, const Input& in) {
    return draw_features(method, 24, in.x.cols(), true, 3, input_moments(in.x, in.y));
}

StabilisedAttention run(const FeatureDraw& draw, const Input& in, double epsilon, bool causal) {
    Result<StabilisedAttention> result = stabilised_attention(draw, in.x, in.y, in.v, epsilon, causal);
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

// What the formula says, one sum after the other.
struct Plain {
    MatrixD output;
    VectorD normalizer, share;
};

MatrixD plain_exponents(const FeatureDraw& draw, const Matrix& x) {
    const Index m = draw.projections.rows();
    const bool two = draw.method == FeatureMethod::hyperbolic;
    MatrixD u(x.rows(), two ? 2 * m : m);
    for (Index i = 0; i < x.rows(); ++i)
        for (Index r = 0; r < m; ++r) {
            u(i, r) = draw.projections.row(r).cast<double>().dot(x.row(i).cast<double>());
            if (draw.bias.size() > 0) u(i, r) += static_cast<double>(draw.bias(r));
            if (two) u(i, m + r) = -u(i, r);
        }
    return u;
}

Plain plain_attention(const FeatureDraw& draw, const Input& in, double epsilon, bool causal) {
    MatrixD a = plain_exponents(draw, in.x), b = plain_exponents(draw, in.y);
    const double largest = b.maxCoeff();
    for (Index i = 0; i < a.rows(); ++i)
        a.row(i) = (a.row(i).array() - a.row(i).maxCoeff() - in.x.row(i).cast<double>().squaredNorm() / 2).exp();
    for (Index j = 0; j < b.rows(); ++j)
        b.row(j) = (b.row(j).array() - largest - in.y.row(j).cast<double>().squaredNorm() / 2).exp();
    Plain result{MatrixD::Zero(a.rows(), in.v.cols()), VectorD::Zero(a.rows()), VectorD::Zero(a.rows())};
    for (Index i = 0; i < a.rows(); ++i) {
        double without = 0;
        for (Index j = 0; j < (causal ? std::min(i + 1, b.rows()) : b.rows()); ++j) {
            const double weight = (a.row(i).array() + epsilon).matrix().dot((b.row(j).array() + epsilon).matrix());
            result.output.row(i) += weight * in.v.row(j).cast<double>();
            result.normalizer(i) += weight;
            without += a.row(i).dot(b.row(j));
        }
        result.output.row(i) /= result.normalizer(i);
        result.share(i) = 1 - without / result.normalizer(i);
    }
    return result;
}

double largest(const MatrixD& difference) {
    return difference.cwiseAbs().maxCoeff();
}

// Q_ij = sin(1 + 4i + j), K = cos(2 + 4i + j), V = sin(3 + 2 (4i + j)), W_rc = 1.5 sin(5 + 7r + 3c), x = q / d^(1/4).
TEST(Stabiliser, MatchesTheOracleForBothPublishedEpsilons) {
    Input in{Matrix(4, 4), Matrix(4, 4), Matrix(4, 4)};
    for (Index i = 0; i < 4; ++i)
        for (Index j = 0; j < 4; ++j) {
            const double n = static_cast<double>(4 * i + j);
            in.x(i, j) = static_cast<float>(std::sin(1 + n) / std::sqrt(2.0));
            in.y(i, j) = static_cast<float>(std::cos(2 + n) / std::sqrt(2.0));
            in.v(i, j) = static_cast<float>(std::sin(3 + 2 * n));
        }
    FeatureDraw draw{.method = FeatureMethod::positive, .projections = Matrix(8, 4)};
    for (Index r = 0; r < 8; ++r)
        for (Index c = 0; c < 4; ++c)
            draw.projections(r, c) = static_cast<float>(1.5 * std::sin(5.0 + static_cast<double>(7 * r + 3 * c)));
    // Of an independent implementation in double.
    const MatrixD at_1e_4 =
        (MatrixD(4, 4) << -0.043558662657062604, -0.09325268575605491, 0.12117228301087667, -0.007598238748287871,
         0.1353233402694093, -0.0725302281157014, -0.07495689030062574, 0.13491637366773454, -0.008926810695990826,
         -0.09622541524216742, 0.08901461499291718, 0.022139114370638768, -0.0008151623641541823, -0.09198528797847001,
         0.07737393556639058, 0.02758745094415823)
            .finished();
    const MatrixD at_1e_6 =
        (MatrixD(4, 4) << -0.043623754211450295, -0.09325404396312571, 0.12123850499241616, -0.007651996677472134,
         0.13539030626319587, -0.07251549278626553, -0.07503612041587282, 0.13496758106193738, -0.008964778950397406,
         -0.09622841260712511, 0.08905507876750765, 0.02210843499201528, -0.0008472645929336987, -0.09198569196870181,
         0.07740637403368401, 0.027560856603296848)
            .finished();
    EXPECT_LT(largest(run(draw, in, 1e-4, false).output - at_1e_4), 2e-7);
    EXPECT_LT(largest(run(draw, in, 1e-6, false).output - at_1e_6), 2e-7);
}

TEST(Stabiliser, IsItsFormulaForEveryMethodAndShape) {
    const Input inputs[] = {random_input(150, 150, 0.5), random_input(150, 70, 0.5), random_input(70, 150, 0.5),
                            random_input(1, 1, 0.5)};
    for (const Input& in : inputs)
        for (const FeatureMethod method : exponential_methods)
            for (const double epsilon : {0.0, 1e-6, 1e-2})
                for (const bool causal : {false, true}) {
                    const FeatureDraw draw = draw_of(method, in);
                    const StabilisedAttention found = run(draw, in, epsilon, causal);
                    const Plain expected = plain_attention(draw, in, epsilon, causal);
                    EXPECT_LT(largest(found.output - expected.output), 1e-12) << name_of(method) << causal;
                    EXPECT_LT(largest(found.epsilon_share - expected.share), 1e-12) << name_of(method) << causal;
                    EXPECT_TRUE(found.normalizer.isApprox(expected.normalizer, 1e-12)) << name_of(method) << causal;
                    EXPECT_EQ(found.bad_rows, 0);
                }
}

TEST(Stabiliser, WithoutEpsilonBothMaximaCancel) {
    const Input in = random_input(40, 40, 0.7);
    for (const FeatureMethod method : exponential_methods) {
        const FeatureDraw draw = draw_of(method, in);
        const Result<Features> a = features_of(draw, in.x), b = features_of(draw, in.y);
        ASSERT_TRUE(a && b);
        MatrixD weights = a->values.cast<double>() * b->values.cast<double>().transpose();
        weights.array().rowwise() *= b->log_scale.array().exp().transpose();
        for (Index i = 0; i < weights.rows(); ++i) weights.row(i) /= weights.row(i).sum();
        const StabilisedAttention found = run(draw, in, 0, false);
        EXPECT_LT(largest(found.output - weights * in.v.cast<double>()), 1e-5) << name_of(method);  // float features
        EXPECT_EQ(largest(found.epsilon_share), 0);
    }
}

TEST(Stabiliser, CausalRowsSeeALaterKeyThroughEpsilonAlone) {
    const Input in = random_input(100, 100, 0.7);
    Input changed = in;
    changed.y.row(99) *= 5;
    const FeatureDraw draw = draw_of(FeatureMethod::positive, in);
    const auto change = [&](double epsilon) {
        return largest((run(draw, changed, epsilon, true).output - run(draw, in, epsilon, true).output).topRows(99));
    };
    EXPECT_LT(change(0), 1e-12);
    EXPECT_GT(change(1e-4), 1e-3);
}

TEST(Stabiliser, EpsilonsShareIsAPartAndGrowsWithItAndWithTheVectors) {
    const Input in = random_input(100, 100, 0.5);
    Input longer = in;
    longer.x *= 2;
    longer.y *= 2;
    const FeatureDraw draw = draw_of(FeatureMethod::positive, in);
    for (const bool causal : {false, true}) {
        double before = -1;
        for (const double epsilon : {0.0, 1e-6, 1e-4, 1e-2, 1.0, 1e3}) {
            const VectorD share = run(draw, in, epsilon, causal).epsilon_share;
            EXPECT_GE(share.minCoeff(), 0);
            EXPECT_LE(share.maxCoeff(), 1);
            EXPECT_GT(share.mean(), before);
            before = share.mean();
        }
        EXPECT_GT(run(draw, longer, 1e-4, causal).epsilon_share.mean(),
                  run(draw, in, 1e-4, causal).epsilon_share.mean());
    }
}

TEST(Stabiliser, ARowWithoutANormaliserIsBadAndHoldsZeros) {
    Input in = random_input(80, 80, 0.5);
    in.x.row(70).setConstant(1e3F);  // exp(-|x|^2 / 2) is no longer there
    in.x.row(71).setConstant(std::numeric_limits<float>::quiet_NaN());
    const FeatureDraw draw = draw_of(FeatureMethod::positive, random_input(80, 80, 0.5));
    for (const bool causal : {false, true}) {
        const StabilisedAttention found = run(draw, in, 0, causal);
        EXPECT_EQ(found.bad_rows, 2);
        EXPECT_EQ(largest(found.output.middleRows(70, 2)), 0);
        EXPECT_EQ(found.normalizer(70), 0);
        EXPECT_EQ(largest(found.epsilon_share), 0);
        EXPECT_TRUE(found.output.allFinite());
    }
    const StabilisedAttention with = run(draw, in, 1e-4, false);  // epsilon hides it: all weights are equal
    EXPECT_EQ(with.bad_rows, 1);
    EXPECT_GT(with.epsilon_share(70), 0.5);
}

TEST(Stabiliser, TheBitsDoNotDependOnTheThreads) {
    const Input in = random_input(300, 300, 0.5);
    const FeatureDraw draw = draw_of(FeatureMethod::hyperbolic, in);
    for (const bool causal : {false, true}) {
        const auto with_threads = [&](std::size_t threads) {
            const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
            return run(draw, in, 1e-4, causal);
        };
        const StabilisedAttention one = with_threads(1), two = with_threads(2);
        EXPECT_EQ(one.output, two.output);
        EXPECT_EQ(one.normalizer, two.normalizer);
        EXPECT_EQ(one.epsilon_share, two.epsilon_share);
    }
}

TEST(Stabiliser, StopsWhenAskedAndReportsItsEnd) {
    const Input in = random_input(100, 100, 0.5);
    const FeatureDraw draw = draw_of(FeatureMethod::positive, in);
    for (const bool causal : {false, true}) {
        std::stop_source source;
        std::atomic<float> fraction = 0;
        EXPECT_TRUE(stabilised_attention(draw, in.x, in.y, in.v, 0, causal, {source.get_token(), &fraction}));
        EXPECT_EQ(fraction, 1);
        source.request_stop();
        const Result<StabilisedAttention> result =
            stabilised_attention(draw, in.x, in.y, in.v, 0, causal, {source.get_token(), nullptr});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::cancelled);
    }
}

TEST(Stabiliser, IsForExponentialFeaturesAlone) {
    for (const FeatureMethod method : exponential_methods) EXPECT_TRUE(has_exponential_features(method));
    for (const FeatureMethod method : {FeatureMethod::trig, FeatureMethod::elu, FeatureMethod::relu})
        EXPECT_FALSE(has_exponential_features(method));
}

TEST(StabiliserDeathTest, WhatDoesNotFitIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Input in = random_input(4, 4, 0.5);
    const auto attend = [&](FeatureMethod method, double epsilon, const Matrix& v) {
        (void)stabilised_attention(draw_of(method, in), in.x, in.y, v, epsilon, false);
    };
    EXPECT_DEATH(attend(FeatureMethod::trig, 0, in.v), "exponential features");
    EXPECT_DEATH(attend(FeatureMethod::positive, -1e-6, in.v), "not negative");
    EXPECT_DEATH(attend(FeatureMethod::positive, 0, in.v.topRows(3)), "a value for each");
}

}  // namespace stabiliser_test
}  // namespace attnscope
