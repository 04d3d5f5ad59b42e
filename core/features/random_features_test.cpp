#include "core/features/random_features.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <limits>

#include "core/base/random.hpp"

namespace attnscope {
namespace random_features_test {

Features map(Estimator estimator, const Matrix& projections, const Matrix& x) {
    Result<Features> result = feature_map(estimator, projections, x);
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

// phi(x_i) . phi(y_j) for all rows.
MatrixD estimates(Estimator estimator, const Matrix& projections, const Matrix& x, const Matrix& y) {
    const Features a = map(estimator, projections, x), b = map(estimator, projections, y);
    const MatrixD products = a.values.cast<double>() * b.values.cast<double>().transpose();
    const MatrixD logs = a.log_scale.replicate(1, y.rows()) + b.log_scale.transpose().replicate(x.rows(), 1);
    return products.array() * logs.array().exp();
}

// Inputs of the oracle: Q_ij = sin(1 + 4i + j), K = cos(2 + 4i + j), W_rc = 1.5 sin(5 + 7r + 3c), x = q / d^(1/4).
TEST(FeatureMap, EstimatesMatchTheOracle) {
    Matrix x(4, 4), y(4, 4), w(8, 4);
    for (Index i = 0; i < 4; ++i)
        for (Index j = 0; j < 4; ++j) {
            x(i, j) = static_cast<float>(std::sin(1.0 + static_cast<double>(4 * i + j)) / std::sqrt(2.0));
            y(i, j) = static_cast<float>(std::cos(2.0 + static_cast<double>(4 * i + j)) / std::sqrt(2.0));
        }
    for (Index r = 0; r < 8; ++r)
        for (Index c = 0; c < 4; ++c)
            w(r, c) = static_cast<float>(1.5 * std::sin(5.0 + static_cast<double>(7 * r + 3 * c)));
    // The first two rows of SM_hat of an independent implementation in double.
    const std::pair<Estimator, std::vector<double>> oracle[] = {
        {Estimator::trig,
         {1.719583675182795, 3.0413817129054457, 1.1541163733245394, 2.2737882738861757, 2.4854829048090594,
          0.8146916839200774, 3.186381014546167, 1.8073618247070882}},
        {Estimator::positive,
         {0.42509756834241563, 0.7234331450768067, 0.33298826407424165, 0.5488983548615846, 0.506123056132873,
          0.30345405965427424, 0.5927652659119852, 0.40567066376898486}},
        {Estimator::hyperbolic,
         {0.4088761976774862, 0.6561022455697255, 0.3370072279212162, 0.5085959968860482, 0.5555325627708269,
          0.30534716498292447, 0.6719737077280731, 0.4303378578676854}}};
    for (const auto& [estimator, expected] : oracle) {
        const MatrixD found = estimates(estimator, w, x, y);
        for (Index i = 0; i < 2; ++i)
            for (Index j = 0; j < 4; ++j)
                EXPECT_NEAR(found(i, j) / expected[static_cast<std::size_t>(4 * i + j)], 1, 2e-6);
    }
}

TEST(FeatureMap, EluIsEluPlusOne) {
    const Matrix x = (Matrix(2, 3) << -2, 0, 3, -0.5, -80, -1).finished();
    const Features f = map(Estimator::elu, {}, x);
    const MatrixD phi = f.log_scale.array().exp().matrix().asDiagonal() * f.values.cast<double>();
    const MatrixD expected =
        (MatrixD(2, 3) << std::exp(-2), 1, 4, std::exp(-0.5), std::exp(-80), std::exp(-1)).finished();
    EXPECT_LT(((phi - expected).array() / expected.array()).abs().maxCoeff(), 1e-5);  // exp(-80) sees float's 80
    EXPECT_EQ(feature_dim({.estimator = Estimator::elu}, 3), 3);
}

TEST(FeatureMap, TheLargestValueOfARowIsOneHoweverLongTheRow) {
    const Matrix w = draw_projections(32, 8, true, 1);
    const Matrix x = random_normal(10, 8, 1e4, 2, 0);
    for (const Estimator estimator : {Estimator::positive, Estimator::hyperbolic, Estimator::elu}) {
        const Features f = map(estimator, w, x);
        EXPECT_TRUE(f.values.allFinite() && f.log_scale.allFinite());
        EXPECT_TRUE((f.values.rowwise().maxCoeff().array() == 1.0F).all());
        EXPECT_GE(f.values.minCoeff(), 0.0F);
    }
    const Features f = map(Estimator::trig, w, x);
    EXPECT_TRUE(f.values.allFinite() && f.log_scale.allFinite());
    EXPECT_LE(f.values.cwiseAbs().maxCoeff(), 1.0F);
}

TEST(FeatureMap, ARowsBitsDependOnNoOtherRowAndNotOnTheThreads) {
    const Matrix w = draw_projections(20, 7, true, 1);
    const Matrix x = random_normal(200, 7, 1.0, 2, 0);
    for (const Estimator estimator : {Estimator::trig, Estimator::positive, Estimator::hyperbolic, Estimator::elu}) {
        const Features all = map(estimator, w, x);
        const Features some = map(estimator, w, x.topRows(70));
        EXPECT_EQ(some.values, all.values.topRows(70));
        EXPECT_EQ(some.log_scale, all.log_scale.head(70));
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, 1);
        EXPECT_EQ(map(estimator, w, x).values, all.values);
    }
}

TEST(FeatureMap, ARowBeyondFloatIsAnErrorThatNamesTheRow) {
    Matrix x = Matrix::Ones(100, 3);
    x.row(77).setConstant(std::numeric_limits<float>::max());
    const Result<Features> result = feature_map(Estimator::positive, draw_projections(8, 3, true, 1), x);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().what, testing::HasSubstr("row 77 (counted from 0)"));
    EXPECT_THAT(result.error().what, testing::HasSubstr("beyond the range of float"));
}

TEST(FeatureMap, StopsWhenAsked) {
    std::stop_source source;
    source.request_stop();
    const Result<Features> result =
        feature_map(Estimator::elu, Matrix(), Matrix::Ones(3, 3), {source.get_token(), nullptr});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::cancelled);
}

TEST(ValidateFeatures, RefusesNumbersOutOfRangeAndSaysTheRange) {
    for (const Index m : {Index{-1}, Index{0}, max_features + 1, std::numeric_limits<Index>::max()}) {
        const Result<void> result = validate_features({.features = m});
        ASSERT_FALSE(result);
        EXPECT_THAT(result.error().what, testing::HasSubstr(std::to_string(m) + ": it must be 1 .. 1048576"));
    }
    EXPECT_TRUE(validate_features({.features = max_features}));
    EXPECT_TRUE(validate_features({.estimator = Estimator::elu, .features = 0}));
}

TEST(DrawProjections, BlocksAreOrthogonalAndTheFirstRowsDoNotDependOnM) {
    const Index d = 6;
    const MatrixD w = draw_projections(15, d, true, 4).cast<double>();
    for (Index a = 0; a < 15; ++a)
        for (Index b = 0; b < a; ++b) {
            const double cosine = w.row(a).dot(w.row(b)) / (w.row(a).norm() * w.row(b).norm());
            EXPECT_EQ(std::abs(cosine) < 1e-6, a / d == b / d) << a << " " << b;
        }
    for (const bool orthogonal : {true, false}) {
        EXPECT_EQ(draw_projections(15, d, orthogonal, 4).topRows(7), draw_projections(7, d, orthogonal, 4));
        EXPECT_NE(draw_projections(15, d, orthogonal, 4), draw_projections(15, d, orthogonal, 5));
    }
}

TEST(DrawProjections, EachRowAloneIsStandardNormal) {
    const Index d = 4, trials = 3000;
    for (const bool orthogonal : {true, false}) {
        VectorD mean = VectorD::Zero(d), fourth = VectorD::Zero(d);
        MatrixD second = MatrixD::Zero(d, d);
        for (Index seed = 0; seed < trials; ++seed) {
            const MatrixD w = draw_projections(d, d, orthogonal, static_cast<std::uint64_t>(seed)).cast<double>();
            mean += w.row(1);
            second += w.row(1).transpose() * w.row(1);
            fourth += w.row(1).array().pow(4).matrix().transpose();
        }
        // 4.5 standard errors of N(0, 1): 1, sqrt 2 and sqrt 96 over sqrt(trials).
        const double error = 4.5 / std::sqrt(static_cast<double>(trials));
        EXPECT_LT((mean / trials).cwiseAbs().maxCoeff(), error);
        EXPECT_LT((second / trials - MatrixD::Identity(d, d)).cwiseAbs().maxCoeff(), error * std::sqrt(2.0));
        EXPECT_LT(((fourth / trials).array() - 3).abs().maxCoeff(), error * std::sqrt(96.0));
    }
}

struct Moments {
    double mean = 0, square_error = 0;
};

// x, y and m of the oracle, over `trials` seeds.
const Index draws = 16, trials = 20000;
const Matrix oracle_x = (Matrix(1, 4) << 0.6F, -0.2F, 0.4F, 0.1F).finished();
const Matrix oracle_y = (Matrix(1, 4) << -0.3F, 0.5F, 0.2F, 0.4F).finished();
const double truth = 0.8521437889662113;  // exp(x . y)

Moments moments(Estimator estimator, bool orthogonal) {
    Moments result;
    for (Index seed = 0; seed < trials; ++seed) {
        const Matrix w = draw_projections(draws, 4, orthogonal, static_cast<std::uint64_t>(seed));
        const double estimate = estimates(estimator, w, oracle_x, oracle_y)(0, 0);
        result.mean += estimate / trials;
        result.square_error += (estimate - truth) * (estimate - truth) / trials;
    }
    return result;
}

// Choromanski et al. 2021, Lemma 2.
double theory(Estimator estimator) {
    const double z = (oracle_x + oracle_y).cast<double>().squaredNorm();
    const double difference = (oracle_x - oracle_y).cast<double>().squaredNorm();
    const double positive = std::exp(z) * truth * truth * (1 - std::exp(-z)) / static_cast<double>(draws);
    if (estimator == Estimator::positive) return positive;
    if (estimator == Estimator::hyperbolic) return 0.5 * (1 - std::exp(-z)) * positive;
    const double part = 1 - std::exp(-difference);
    return std::exp(z) / (truth * truth) * part * part / (2.0 * static_cast<double>(draws));
}

TEST(Estimators, IndependentDrawsHaveTheMeanAndMeanSquareErrorOfTheory) {
    EXPECT_NEAR(theory(Estimator::trig), 0.054869820741835586, 1e-7);
    EXPECT_NEAR(theory(Estimator::positive), 0.054615322258979346, 1e-7);
    EXPECT_NEAR(theory(Estimator::hyperbolic), 0.014914221254536487, 1e-7);
    for (const Estimator estimator : {Estimator::trig, Estimator::positive, Estimator::hyperbolic}) {
        const Moments found = moments(estimator, false);
        const double expected = theory(estimator);
        EXPECT_NEAR(found.mean, truth, 4 * std::sqrt(expected / trials)) << static_cast<int>(estimator);
        EXPECT_NEAR(found.square_error / expected, 1, 0.06) << static_cast<int>(estimator);
    }
}

TEST(Estimators, OrthogonalDrawsAreUnbiasedAndNoWorse) {
    for (const Estimator estimator : {Estimator::trig, Estimator::positive, Estimator::hyperbolic}) {
        const Moments found = moments(estimator, true);
        // Without the signs of R the mean of `positive` would be 0.741.
        EXPECT_NEAR(found.mean, truth, 4 * std::sqrt(theory(estimator) / trials)) << static_cast<int>(estimator);
        EXPECT_LT(found.square_error, theory(estimator)) << static_cast<int>(estimator);
        // The oracle's Monte Carlo value.
        if (estimator == Estimator::positive) {
            EXPECT_NEAR(found.square_error / 0.04973231944639024, 1, 0.06);
        }
    }
}

TEST(RandomFeaturesDeathTest, ShapesThatDoNotFitAreABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)draw_projections(0, 3, true, 1), "at least one row");
    EXPECT_DEATH((void)feature_map(Estimator::trig, Matrix::Ones(2, 3), Matrix::Ones(2, 4)), "as long as");
}

}  // namespace random_features_test
}  // namespace attnscope
