#include "core/timing/power_law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "core/base/random.hpp"

namespace attnscope {
namespace power_law_test {

struct Curve {
    std::vector<double> lengths, seconds;

    operator TimeCurve() const { return {lengths, seconds}; }  // NOLINT(google-explicit-constructor)
};

Curve curve_of(std::vector<double> lengths, const std::function<double(double)>& seconds) {
    Curve curve{.lengths = std::move(lengths)};
    curve.seconds.reserve(curve.lengths.size());
    for (const double length : curve.lengths) curve.seconds.push_back(seconds(length));
    return curve;
}

// first, 2 first, 4 first, ...
std::vector<double> doublings(double first, int count) {
    std::vector<double> lengths;
    lengths.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) lengths.push_back(std::ldexp(first, i));
    return lengths;
}

Curve law(double factor, double exponent, std::vector<double> lengths, double noise = 0, std::uint64_t seed = 1) {
    Random random(seed);
    return curve_of(std::move(lengths), [&](double length) {
        return factor * std::pow(length, exponent) * std::exp(noise * random.normal());
    });
}

PowerLaw fitted(const Curve& curve) {
    const std::optional<PowerLaw> fit = fit_power_law(curve);
    EXPECT_TRUE(fit.has_value());
    return fit.value_or(PowerLaw{});
}

// ---- Student's t

TEST(StudentT, EqualsTheTables) {
    const double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
    for (std::size_t i = 0; i < std::size(table); ++i)
        EXPECT_NEAR(student_t_95(static_cast<Index>(i) + 1), table[i], 5.1e-4) << i + 1;
    EXPECT_NEAR(student_t_95(15), 2.131, 5.1e-4);
    EXPECT_NEAR(student_t_95(30), 2.042, 5.1e-4);
    EXPECT_NEAR(student_t_95(31), 2.040, 5.1e-4);
    EXPECT_NEAR(student_t_95(60), 2.000, 5.1e-4);
    EXPECT_NEAR(student_t_95(120), 1.980, 5.1e-4);
}

TEST(StudentT, EqualsTheClosedFormsOfOneTwoAndFourDegreesAndTheNormalLimit) {
    const double p = 0.975, a = 4 * p * (1 - p);
    EXPECT_NEAR(student_t_95(1), std::tan(std::acos(-1.0) * (p - 0.5)), 1e-9);
    EXPECT_NEAR(student_t_95(2), 2 * (p - 0.5) * std::sqrt(2 / a), 1e-9);
    const double q = std::cos(std::acos(std::sqrt(a)) / 3) / std::sqrt(a);
    EXPECT_NEAR(student_t_95(4), 2 * std::sqrt(q - 1), 1e-9);
    // z + (z^3 + z) / (4 degrees), of Cornish and Fisher's expansion
    const double z = 1.959963984540054;
    EXPECT_NEAR(student_t_95(100000), z + (z * z * z + z) / 4e5, 1e-9);
}

TEST(StudentT, FallsWithTheDegreesOfFreedom) {
    for (Index degrees = 1; degrees < 100; ++degrees) EXPECT_GT(student_t_95(degrees), student_t_95(degrees + 1));
}

// ---- fits

TEST(PowerLawFit, FindsALawWithoutNoiseExactly) {
    for (const double exponent : {0.5, 1.0, 1.37, 2.0, 3.0}) {
        const Curve curve = law(3e-9, exponent, doublings(64, 10));
        const PowerLaw fit = fitted(curve);
        EXPECT_NEAR(fit.exponent, exponent, 1e-12);
        EXPECT_NEAR(fit.log_factor, std::log(3e-9), 1e-11);
        EXPECT_NEAR(fit.residual, 0, 1e-12);
        EXPECT_NEAR(fit.high - fit.low, 0, 1e-11);
        EXPECT_EQ(fit.points, 10);
        EXPECT_EQ(fit.from, 64);
        EXPECT_NEAR(fit.at(5000) / (3e-9 * std::pow(5000, exponent)), 1, 1e-11);
    }
}

// The textbook's sums, and a residual that is spread on purpose: +e, -e, -e, +e about 2 + 3 x.
TEST(PowerLawFit, IsOrdinaryLeastSquaresOfLogarithms) {
    const double e = 0.01;
    const std::vector<double> x{0, 1, 2, 3}, off{e, -e, -e, e};
    Curve curve;
    for (std::size_t i = 0; i < x.size(); ++i) {
        curve.lengths.push_back(std::exp(x[i]));
        curve.seconds.push_back(std::exp(2 + 3 * x[i] + off[i]));
    }
    const PowerLaw fit = fitted(curve);
    EXPECT_NEAR(fit.exponent, 3, 1e-12);
    EXPECT_NEAR(fit.log_factor, 2, 1e-12);
    EXPECT_NEAR(fit.residual, std::sqrt(4 * e * e / 2), 1e-12);
    const double margin = 4.302652729911275 * fit.residual / std::sqrt(5.0);
    EXPECT_NEAR(fit.low, 3 - margin, 1e-10);
    EXPECT_NEAR(fit.high, 3 + margin, 1e-10);
    const Prediction next = predict(fit, curve, std::exp(4.5));
    const double wide = 4.302652729911275 * fit.residual * std::sqrt(1 + 1.0 / 4 + 9.0 / 5);
    EXPECT_NEAR(std::log(next.value), 15.5, 1e-12);
    EXPECT_NEAR(std::log(next.low), 15.5 - wide, 1e-10);
    EXPECT_NEAR(std::log(next.high), 15.5 + wide, 1e-10);
}

TEST(PowerLawFit, FindsTheExponentUnderNoise) {
    for (const double exponent : {1.0, 2.0})
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const PowerLaw fit = fitted(law(1e-8, exponent, doublings(128, 12), 0.05, seed));
            EXPECT_NEAR(fit.exponent, exponent, 0.05) << seed;
            EXPECT_LT(fit.residual, 0.1);
        }
}

TEST(PowerLawFit, IntervalsHoldTheTruthInNineteenOfTwentyRepetitions) {
    std::uint64_t seed = 0;
    for (const int points : {3, 4, 6, 12}) {
        int exponents = 0, predictions = 0;
        constexpr int repetitions = 400;
        for (int i = 0; i < repetitions; ++i) {
            ++seed;
            const Curve curve = law(1e-8, 2, doublings(64, points), 0.03, seed);
            const PowerLaw fit = fitted(curve);
            ASSERT_EQ(fit.points, points) << "noise this small is no overhead";
            exponents += fit.low <= 2 && 2 <= fit.high;
            const double later = law(1e-8, 2, {1 << 20}, 0.03, seed + 1000000).seconds.front();
            const Prediction next = predict(fit, curve, 1 << 20);
            predictions += next.low <= later && later <= next.high;
        }
        EXPECT_GE(exponents, repetitions * 0.91) << points;
        EXPECT_LE(exponents, repetitions * 0.99) << points;
        EXPECT_GE(predictions, repetitions * 0.91) << points;
        EXPECT_LE(predictions, repetitions * 0.99) << points;
    }
}

TEST(PowerLawFit, NeedsThreePoints) {
    EXPECT_FALSE(fit_power_law({}).has_value());
    EXPECT_FALSE(fit_power_law(law(1, 2, doublings(1, 1))).has_value());
    EXPECT_FALSE(fit_power_law(law(1, 2, doublings(1, 2))).has_value());
    EXPECT_TRUE(fit_power_law(law(1, 2, doublings(1, 3))).has_value());
}

TEST(PowerLawFit, PredictionsSpreadWithTheDistanceFromWhatWasMeasured) {
    const Curve curve = law(1e-8, 2, doublings(64, 8), 0.02);
    const PowerLaw fit = fitted(curve);
    double last = 0;
    for (const double length : doublings(1024, 11)) {
        const Prediction next = predict(fit, curve, length);
        EXPECT_LT(next.low, next.value);
        EXPECT_NEAR(next.value / fit.at(length), 1, 1e-12);
        EXPECT_NEAR(next.high / next.value, next.value / next.low, 1e-9) << "the same factor either way";
        EXPECT_GT(next.high / next.value, last);
        last = next.high / next.value;
    }
}

TEST(PowerLawFitDeathTest, CurvesThatAreNoneAreRefused) {
    EXPECT_DEATH(fit_power_law(Curve{{1, 2, 3}, {1, 2}}), "a length for each time");
    EXPECT_DEATH(fit_power_law(Curve{{1, 3, 3}, {1, 2, 3}}), "lengths ascend");
    EXPECT_DEATH(fit_power_law(Curve{{1, 2, 3}, {1, 0, 3}}), "positive");
}

// ---- the asymptotic range

TEST(AsymptoticRange, IsAllOfALaw) {
    EXPECT_EQ(asymptotic_begin(law(1, 2, doublings(1, 12))), 0);
    EXPECT_EQ(asymptotic_begin(law(1, 1, doublings(1, 12), 0.05)), 0);
}

TEST(AsymptoticRange, BeginsWhereOverheadNoLongerMatters) {
    for (const double exponent : {1.0, 2.0})
        for (const double noise : {0.0, 0.02}) {
            // As much overhead as law at a length of 256, the fifth of 15.
            const double overhead = std::pow(256, exponent);
            Random random(7);
            const Curve curve = curve_of(doublings(16, 15), [&](double length) {
                return (overhead + std::pow(length, exponent)) * std::exp(noise * random.normal());
            });
            const PowerLaw fit = fitted(curve);
            EXPECT_NEAR(fit.exponent, exponent, 0.1) << exponent << " " << noise;
            EXPECT_GE(fit.from, 256);
            EXPECT_LE(fit.from, 2048);
            EXPECT_EQ(fit.from, curve.lengths.at(static_cast<std::size_t>(asymptotic_begin(curve))));
            EXPECT_EQ(fit.points, 15 - asymptotic_begin(curve));
        }
}

TEST(AsymptoticRange, IsTheLongerHalfWhereNoEndIsStraight) {
    const Curve bent =
        curve_of(doublings(1, 12), [](double length) { return std::exp(std::pow(std::log(length), 2)); });
    EXPECT_EQ(asymptotic_begin(bent), 6);
    EXPECT_EQ(asymptotic_begin(bent, 8), 4) << "no fewer than asked for";
    EXPECT_EQ(asymptotic_begin(bent, 20), 0) << "there are not so many";
    EXPECT_EQ(asymptotic_begin(bent, 4, 100), 0) << "all is straight to such a tolerance";
    EXPECT_EQ(asymptotic_begin({}), 0);
}

TEST(AsymptoticRange, IsNotEndedByTheNoiseOfTwoLengthsSideBySide) {
    Curve curve = law(1, 2, doublings(64, 10));
    curve.lengths.insert(curve.lengths.begin() + 7, 8200);  // after 4096; 8192 is next
    curve.lengths[8] = 8250;
    curve.seconds.insert(curve.seconds.begin() + 7, 1.02 * 8200 * 8200);
    curve.seconds[8] = 0.98 * 8250 * 8250;
    EXPECT_EQ(asymptotic_begin(curve), 0);
}

// ---- crossovers

TEST(Crossover, IsWhereKnownLawsMeet) {
    // 1e-8 L^2 = 1e-5 L at 1000, between lengths measured; a line in ln-ln is a law, so nothing is lost in between.
    const Curve quadratic = law(1e-8, 2, doublings(64, 10)), linear = law(1e-5, 1, doublings(64, 12));
    EXPECT_NEAR(crossover(quadratic, linear).value_or(0), 1000, 1e-8);
    EXPECT_FALSE(crossover(linear, quadratic).has_value()) << "the linear one becomes faster, never slower";
}

TEST(Crossover, LengthsNeedNotBeTheSame) {
    const Curve quadratic = law(1e-8, 2, {50, 300, 700, 5000}), linear = law(1e-5, 1, {90, 400, 3000, 70000});
    EXPECT_NEAR(crossover(quadratic, linear).value_or(0), 1000, 1e-8);
}

TEST(Crossover, IsTheLastOneWhereTheOrderChangesMoreThanOnce) {
    const std::vector<double> lengths{1, 2, 4, 8, 16, 32};
    const Curve flat{lengths, {1, 1, 1, 1, 1, 1}};
    EXPECT_NEAR(crossover(Curve{lengths, {0.5, 2, 0.5, 0.5, 2, 3}}, flat).value_or(0), 8 * std::sqrt(2.0), 1e-12);
    EXPECT_FALSE(crossover(Curve{lengths, {0.5, 2, 2, 2, 2, 0.5}}, flat).has_value()) << "not for good";
    EXPECT_NEAR(crossover(Curve{lengths, {0.5, 0.5, 1, 1, 2, 2}}, flat).value_or(0), 8, 1e-12) << "equal for a while";
    EXPECT_NEAR(crossover(Curve{lengths, {0.5, 2, 2, 1, 2, 2}}, flat).value_or(0), std::sqrt(2.0), 1e-12)
        << "touching is no change";
}

TEST(Crossover, IsNotWhereTheOrderStays) {
    const Curve slow = law(2, 1.5, doublings(1, 8)), fast = law(1, 1.5, doublings(1, 8));
    EXPECT_FALSE(crossover(slow, fast).has_value());
    EXPECT_FALSE(crossover(fast, slow).has_value());
    EXPECT_FALSE(crossover(fast, fast).has_value());
}

TEST(Crossover, IsOnlyLookedForWhereBothWereMeasured) {
    const Curve early = law(1e-8, 2, doublings(16, 5));  // to 256
    EXPECT_FALSE(crossover(early, law(1e-5, 1, doublings(16, 12))).has_value()) << "they meet at 1000";
    EXPECT_FALSE(crossover(early, law(1e-5, 1, doublings(512, 5))).has_value());
    EXPECT_FALSE(crossover(early, law(1e-5, 1, doublings(256, 5))).has_value());
    EXPECT_FALSE(crossover(early, Curve{}).has_value());
}

TEST(Crossover, OfFitsLiesBeyondWhatWasMeasured) {
    const PowerLaw quadratic = fitted(law(1e-8, 2, doublings(16, 5))), linear = fitted(law(1e-5, 1, doublings(16, 5)));
    EXPECT_NEAR(crossover(quadratic, linear, 256).value_or(0), 1000, 1e-6);
    EXPECT_FALSE(crossover(quadratic, linear, 1001).has_value());
    EXPECT_FALSE(crossover(linear, quadratic, 256).has_value());
    EXPECT_FALSE(crossover(linear, linear, 1).has_value());
    const PowerLaw level{.exponent = 1, .log_factor = 0}, hardly{.exponent = 1 + 1e-9, .log_factor = -1};
    EXPECT_FALSE(crossover(hardly, level, 1).has_value()) << "beyond any number";
}

TEST(PowerLaw, ADisturbedPointAmongTheLastDoesNotLeaveFourPointsAlone) {
    // A sweep as it is measured, one length three times as slow.
    std::vector<double> lengths, seconds;
    for (double l = 128; l <= 8192; l *= 2)
        for (const double length : {l, 1.5 * l}) {
            lengths.push_back(length);
            seconds.push_back(2e-5 + 1.6e-9 * length * length);
        }
    seconds[seconds.size() - 4] *= 3;
    const TimeCurve curve{lengths, seconds};
    const std::optional<PowerLaw> fit = fit_power_law(curve);
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->points, 7);
    EXPECT_NEAR(fit->exponent, 2, 0.15);
    EXPECT_LT(fit->low, 2);
    EXPECT_GT(fit->high, 2);
}

}  // namespace power_law_test
}  // namespace attnscope
