#include "core/features/failure_modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>

namespace attnscope {
namespace failure_modes_test {

template <class T>
T value_of(Result<T> result) {
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

TEST(FailureModes, EachHasAName) {
    EXPECT_EQ(failure_mode_names[static_cast<std::size_t>(FailureMode::explosion)], "explosion");
    EXPECT_EQ(failure_mode_names[static_cast<std::size_t>(FailureMode::sign)], "sign");
}

TEST(FailureExplosion, TheoryHasTheNumbersOfTheClosedForms) {
    const std::vector<ExplosionPoint> points = value_of(measure_explosion(1, 1));
    ASSERT_EQ(points.size(), 9U);
    const ExplosionPoint& at_64 = points[6];
    EXPECT_EQ(at_64.dim, 64);
    // 2 sinh^2(8), e^16 - 1 and rho's form, of an independent implementation in double.
    EXPECT_NEAR(at_64.trig / 4443054.260, 1, 1e-8);
    EXPECT_NEAR(at_64.hyperbolic / 4443054.260, 1, 1e-8);
    EXPECT_NEAR(at_64.positive / 8886109.521, 1, 1e-8);
    EXPECT_NEAR(at_64.oprf / 110477, 1, 1e-5);
}

TEST(FailureExplosion, VariancesExplodeWithTheDimensionAndAtLargeNormsOprfIsTheLeast) {
    const std::vector<ExplosionPoint> points = value_of(measure_explosion(1, 1));
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_EQ(points[i].dim, Index{1} << i);
        EXPECT_LT(points[i].oprf, points[i].positive);
        EXPECT_LT(points[i].hyperbolic, points[i].positive);
        if (points[i].dim >= 16) {
            EXPECT_LT(points[i].oprf, std::min(points[i].trig, points[i].hyperbolic));
        }
        if (i == 0) continue;
        EXPECT_GT(points[i].trig, points[i - 1].trig);
        EXPECT_GT(points[i].positive, points[i - 1].positive);
        EXPECT_GT(points[i].oprf, points[i - 1].oprf);
    }
    EXPECT_GT(points.back().positive, 1e13);
}

TEST(FailureExplosion, ASampleFindsAModerateVarianceAndMissesAHeavyTail) {
    // At sigma = .3, |z|^2 is at most .18 sqrt d: up to d = 16 the tail is light.
    const std::vector<ExplosionPoint> light = value_of(measure_explosion(0.3, 1));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(light[i].sampled / light[i].positive, 1, 0.15) << light[i].dim;
    const std::vector<ExplosionPoint> heavy = value_of(measure_explosion(1, 1));
    EXPECT_LT(heavy[6].sampled, 0.01 * heavy[6].positive);
    for (const ExplosionPoint& point : value_of(measure_explosion(100, 1))) EXPECT_TRUE(std::isfinite(point.sampled));
}

TEST(FailureSigns, TrigonometricWeightsGoNegativeAndOutputsLeaveTheValues) {
    const std::vector<SignPoint> points = value_of(measure_signs({}, {0.25, 0.5, 1, 1.5}));
    ASSERT_EQ(points.size(), 4U);
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_GE(points[i].negative_share, i == 0 ? 0 : points[i - 1].negative_share);
        EXPECT_GE(points[i].bad_share, i == 0 ? 0 : points[i - 1].bad_share);
        EXPECT_LT(points[i].bad_share, 0.6);
        EXPECT_EQ(points[i].largest_value, points[0].largest_value);
    }
    EXPECT_EQ(points[0].bad_share, 0);
    EXPECT_GT(points[0].smallest_normalizer, 0.9);
    EXPECT_GT(points[1].negative_share, 0);
    EXPECT_LT(points[1].negative_share, 0.01);
    EXPECT_LT(points[1].largest_output, points[1].largest_value);
    EXPECT_NEAR(points[2].negative_share, 0.36, 0.06);
    EXPECT_GT(points[2].bad_share, 0.01);
    EXPECT_LT(points[2].smallest_normalizer, 0);
    EXPECT_GT(points[2].largest_output, 10 * points[2].largest_value);
    EXPECT_NEAR(points[3].negative_share, 0.49, 0.02);
    EXPECT_NEAR(points[3].bad_share, 0.48, 0.05);
    EXPECT_GT(points[3].largest_output, 100 * points[3].largest_value);
}

TEST(FailureSigns, StaysFiniteHoweverLongTheVectors) {
    for (const SignPoint& point : value_of(measure_signs({.length = 100}, {0, 10, 100}))) {
        EXPECT_TRUE(std::isfinite(point.largest_output) && std::isfinite(point.smallest_normalizer)) << point.sigma;
        EXPECT_LE(point.negative_share, 1);
    }
}

TEST(FailureEpsilon, BringsMostOfTheNormaliserOfLongVectors) {
    const std::vector<EpsilonPoint> points = value_of(measure_epsilon({}, {0.25, 0.5, 1, 2}));
    ASSERT_EQ(points.size(), 4U);
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_GE(points[i].share, i == 0 ? 0 : points[i - 1].share);
        EXPECT_LE(points[i].share, 1);
        EXPECT_GT(points[i].output_error, 0);
    }
    EXPECT_LT(points[0].share, 0.01);
    EXPECT_NEAR(points[0].output_error / points[0].error_without, 1, 0.05);
    EXPECT_LT(points[1].share, 0.3);
    EXPECT_GT(points[2].share, 0.9);
    EXPECT_GT(points[3].share, 0.999);
    // At 256 keys the numbers known from elsewhere are .046 and .96. The share hangs on a single largest projection and
    // varies by a factor of two from seed to seed: the median of nine seeds.
    std::vector<double> half, one;
    for (std::uint64_t seed = 1; seed <= 9; ++seed) {
        const std::vector<EpsilonPoint> shorter = value_of(measure_epsilon({.length = 256, .seed = seed}, {0.5, 1}));
        half.push_back(shorter[0].share);
        one.push_back(shorter[1].share);
    }
    std::sort(half.begin(), half.end());
    std::sort(one.begin(), one.end());
    EXPECT_LT(half.front(), 0.046);
    EXPECT_GT(half.back(), 0.046);
    EXPECT_NEAR(std::log(half[4] / 0.046), 0, std::log(2.0));
    EXPECT_NEAR(one[4], 0.96, 0.035);
    EXPECT_GT(points[1].uniform_error, 0);
    EXPECT_NEAR(points[3].output_error / points[3].uniform_error, 1, 0.05) << "attention has become uniform";
}

TEST(FailureEpsilon, NoneBringsNothing) {
    const std::vector<EpsilonPoint> points = value_of(measure_epsilon({.length = 64, .epsilon = 0}, {0.5, 1}));
    for (const EpsilonPoint& point : points) {
        EXPECT_EQ(point.share, 0);
        EXPECT_EQ(point.output_error, point.error_without);
    }
}

TEST(FailureOverflow, AProductOfExponentialsIsNaNWhereTheirSumIsFine) {
    const std::vector<OverflowPoint> points = measure_overflow();
    ASSERT_EQ(points.size(), 101U);
    EXPECT_EQ(points.front().norm, 0);
    EXPECT_EQ(points.back().norm, 25);
    for (const OverflowPoint& point : points) {
        EXPECT_EQ(std::isnan(point.unfused), point.norm >= 17.75) << point.norm;  // 5 |x| > 88.72
        EXPECT_TRUE(std::isfinite(point.fused)) << point.norm;
        EXPECT_EQ(std::isinf(point.trig), point.norm * point.norm > 177.4) << point.norm;
        if (point.log10_true > -37) {
            EXPECT_NEAR(std::log10(point.fused), point.log10_true, 1e-4) << point.norm;
        }
        // Before it is NaN the product is 0: exp(-|x|^2 / 2) is below the smallest float.
        if (point.norm >= 14.5 && point.norm < 17.75) {
            EXPECT_EQ(point.unfused, 0.0F) << point.norm;
        }
    }
    const OverflowPoint& at_20 = points[80];
    EXPECT_EQ(at_20.norm, 20);
    EXPECT_NEAR(static_cast<double>(at_20.fused), 3.78e-44, 0.01e-44);
    EXPECT_NEAR(at_20.log10_true, -100 / std::log(10.0), 1e-12);
}

TEST(FailureLeak, ALaterKeyChangesEarlierOutputsThroughEpsilonAlone) {
    const LeakSetting setting;
    const Leak leak = value_of(measure_leak(setting));
    EXPECT_EQ(static_cast<Index>(leak.with_epsilon.size()), setting.length - 1);
    EXPECT_EQ(leak.without.size(), leak.with_epsilon.size());
    EXPECT_GT(leak.largest_with, 0.1);
    EXPECT_LT(leak.largest_without, 1e-13);
    EXPECT_EQ(leak.largest_with, *std::max_element(leak.with_epsilon.begin(), leak.with_epsilon.end()));
    EXPECT_LT(leak.with_epsilon.front(), 1e-13);  // sees one key: its weight is 1
    const Leak unchanged = value_of(measure_leak({.longer = 1}));
    EXPECT_EQ(unchanged.largest_with, 0);
}

TEST(FailureSign, WithoutTheSignsOfRPositiveFeaturesAreBiased) {
    const std::vector<QrSignPoint> points = value_of(measure_qr_sign(1));
    ASSERT_EQ(points.size(), 3U);
    // Known from elsewhere.
    const std::pair<Index, double> expected[] = {{4, 0.814}, {16, 0.855}, {64, 0.927}};
    for (std::size_t i = 0; i < points.size(); ++i) {
        const QrSignPoint& point = points[i];
        EXPECT_EQ(point.dim, expected[i].first);
        EXPECT_LT(point.with_error, 0.01);
        EXPECT_LT(point.without_error, 0.01);
        EXPECT_LT(std::abs(point.with - 1), 4 * point.with_error) << point.dim;
        EXPECT_GT(1 - point.without, 5 * point.without_error) << point.dim;
        EXPECT_NEAR(point.without, expected[i].second, 4 * point.without_error) << point.dim;
    }
}

// Every number of every measurement, in the order of the members.
std::vector<double> all_numbers(std::uint64_t seed) {
    std::vector<double> numbers;
    const auto add = [&](std::initializer_list<double> some) { numbers.insert(numbers.end(), some); };
    for (const ExplosionPoint& p : value_of(measure_explosion(1, seed)))
        add({p.trig, p.positive, p.hyperbolic, p.oprf, p.sampled});
    for (const SignPoint& p : value_of(measure_signs({.length = 300, .seed = seed}, {0.5, 1})))
        add({p.negative_share, p.bad_share, p.smallest_normalizer, p.largest_output, p.largest_value});
    for (const EpsilonPoint& p : value_of(measure_epsilon({.length = 200, .seed = seed}, {0.5, 1})))
        add({p.share, p.output_error, p.error_without});
    const Leak leak = value_of(measure_leak({.seed = seed}));
    numbers.insert(numbers.end(), leak.with_epsilon.begin(), leak.with_epsilon.end());
    numbers.insert(numbers.end(), leak.without.begin(), leak.without.end());
    for (const QrSignPoint& p : value_of(measure_qr_sign(seed)))
        add({p.with, p.with_error, p.without, p.without_error});
    return numbers;
}

TEST(FailureModes, TheBitsDependOnTheSeedAndNotOnTheThreads) {
    const auto with_threads = [](std::size_t threads, std::uint64_t seed) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        return all_numbers(seed);
    };
    const std::vector<double> one = with_threads(1, 1);
    EXPECT_EQ(one, with_threads(2, 1));
    EXPECT_NE(one, with_threads(2, 2));
}

TEST(FailureModes, EachReportsItsEndAndStopsWhenAsked) {
    // Gives whether it was cancelled.
    const auto cancelled_by = [](const auto& result) {
        return !result.has_value() && result.error().code == ErrorCode::cancelled;
    };
    const std::function<bool(const Progress&)> measurements[] = {
        [&](const Progress& p) { return cancelled_by(measure_explosion(1, 1, p)); },
        [&](const Progress& p) {
            return cancelled_by(measure_signs({.length = 100}, {0.5, 1}, p));
        },
        [&](const Progress& p) {
            return cancelled_by(measure_epsilon({.length = 100}, {0.5, 1}, p));
        },
        [&](const Progress& p) { return cancelled_by(measure_leak({}, p)); },
        [&](const Progress& p) { return cancelled_by(measure_qr_sign(1, p)); }};
    for (const auto& measure : measurements) {
        std::stop_source source;
        std::atomic<float> fraction = 0;
        EXPECT_FALSE(measure({source.get_token(), &fraction}));
        EXPECT_EQ(fraction, 1);
        source.request_stop();
        EXPECT_TRUE(measure({source.get_token(), &fraction}));
    }
}

}  // namespace failure_modes_test
}  // namespace attnscope
