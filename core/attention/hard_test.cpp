#include "core/attention/hard.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace attnscope {
namespace hard_test {

VectorD vector(std::initializer_list<double> entries) {
    return Eigen::Map<const VectorD>(entries.begin(), static_cast<Index>(entries.size()));
}

double largest_difference(const VectorD& a, const VectorD& b) {
    return (a - b).cwiseAbs().maxCoeff();
}

VectorD softmax(const VectorD& s) {
    const VectorD e = (s.array() - s.maxCoeff()).exp();
    return e / e.sum();
}

// The oracle's example: scores (1, 0, -1), values (1, 2, 4), loss (c - 3)^2; numbers of an independent implementation.
const VectorD example_p = softmax(vector({1, 0, -1}));
const VectorD example_values = vector({1, 2, 4});
const VectorD example_losses = (example_values.array() - 3).square();

TEST(SoftAttention, GradientMatchesTheOracle) {
    const double context = example_p.dot(example_values);
    EXPECT_NEAR(context, 1.514820190565939, 1e-14);
    const VectorD expected = vector({1.0172872046854349, -0.35269251963797055, -0.6645946850474641});
    EXPECT_LT(largest_difference(soft_gradient(example_p, example_values, 2 * (context - 3)), expected), 1e-14);
}

TEST(SoftAttention, GradientIsTheSlopeOfTheLossInTheScores) {
    const VectorD s = vector({0.3, -1.2, 0.8, 0.1}), values = vector({2, -1, 0.5, 7});
    const auto loss = [&](const VectorD& scores) { return std::pow(softmax(scores).dot(values) - 3, 2); };
    const VectorD gradient = soft_gradient(softmax(s), values, 2 * (softmax(s).dot(values) - 3));
    for (Index k = 0; k < 4; ++k) {
        const VectorD step = 1e-5 * VectorD::Unit(4, k);
        EXPECT_NEAR(gradient(k), (loss(s + step) - loss(s - step)) / 2e-5, 1e-8);
    }
}

TEST(HardAttention, ClosedFormsMatchTheOracle) {
    const ReinforceStatistics found = reinforce(example_p, example_losses);
    EXPECT_NEAR(found.expected_loss, 2.995722867324466, 1e-14);
    const auto near = [](const VectorD& a, std::initializer_list<double> b) {
        EXPECT_LT(largest_difference(a, vector(b)), 1e-13);
    };
    near(found.exact_gradient, {0.66808627960387, -0.4884102059694134, -0.17967607363445678});
    near(found.variance_none, {0.8945957716404163, 0.5439313319871608, 0.13052327709986664});
    near(found.variance_mean, {0.21890173083184827, 0.3791369483708317, 0.2779787027995219});
    near(found.variance_optimal, {0, 0.04274421873386547, 0.013051463531222593});
    near(found.optimal_baseline, {2.004277132675534, 1.6466683666091821, 1.197452868565549});
    EXPECT_NEAR(found.variance_none.sum(), 1.5690503807274436, 1e-13);
}

TEST(HardAttention, AConstantAddedToTheLossChangesOnlyTheVarianceWithoutBaseline) {
    const ReinforceStatistics plain = reinforce(example_p, example_losses);
    const ReinforceStatistics shifted = reinforce(example_p, example_losses.array() + 100);
    EXPECT_NEAR(shifted.variance_none.sum(), 5065.900289352382, 1e-9);
    EXPECT_NEAR(shifted.variance_mean.sum(), 0.8760173820022019, 1e-12);
    EXPECT_LT(largest_difference(shifted.exact_gradient, plain.exact_gradient), 1e-12);
    EXPECT_LT(largest_difference(shifted.variance_optimal, plain.variance_optimal), 1e-12);
    EXPECT_LT(largest_difference(shifted.optimal_baseline.array() - 100, plain.optimal_baseline), 1e-12);
    // And a constant of 1e9 does not drown the variances in rounding.
    EXPECT_NEAR(reinforce(example_p, example_losses.array() + 1e9).variance_mean.sum(), 0.8760173820022019, 1e-5);
}

TEST(HardAttention, NoBaselineBeatsTheOptimalOne) {
    const VectorD p = softmax(vector({0.2, 1.5, -0.7, 0.9})), losses = vector({3, -1, 10, 2});
    const ReinforceStatistics best = reinforce(p, losses);
    for (Index k = 0; k < 4; ++k)
        for (const double off : {-0.5, 0.5}) {
            // The variance at b is that at 0 for losses less b.
            const double b = best.optimal_baseline(k) + off;
            EXPECT_GT(reinforce(p, losses.array() - b).variance_none(k), best.variance_optimal(k) + 1e-3);
        }
}

TEST(HardAttention, SampledGradientsHaveTheMeanAndVarianceOfTheClosedForms) {
    const Index samples = 100000;
    const std::vector<Index> keys = sample_keys(example_p, samples, 3, 0);
    const ReinforceStatistics exact = reinforce(example_p, example_losses);
    const std::pair<VectorD, VectorD> baselines[] = {{VectorD::Zero(3), exact.variance_none},
                                                     {VectorD::Constant(3, exact.expected_loss), exact.variance_mean},
                                                     {exact.optimal_baseline, exact.variance_optimal}};
    for (const auto& [baseline, variance] : baselines) {
        const VectorD mean = sampled_gradient(example_p, example_losses, keys, baseline);
        VectorD squares = VectorD::Zero(3);
        for (const Index& key : keys)
            squares +=
                (sampled_gradient(example_p, example_losses, {&key, 1}, baseline) - exact.exact_gradient).cwiseAbs2();
        for (Index k = 0; k < 3; ++k) {
            EXPECT_NEAR(mean(k), exact.exact_gradient(k), 4 * std::sqrt(variance(k) / samples) + 1e-10);
            EXPECT_NEAR(squares(k) / samples, variance(k), 0.03 * variance(k) + 1e-10);
        }
    }
}

TEST(HardAttention, JensenTheExpectedLogIsBelowTheLogOfTheExpectation) {
    const VectorD given = vector({0.9, 0.2, 0.05});
    EXPECT_NEAR(std::log(example_p.dot(given)), -0.4274590875714115, 1e-14);
    EXPECT_NEAR(reinforce(example_p, given.array().log()).expected_loss, -0.733672903357836, 1e-14);
}

TEST(SampleKeys, DrawEachKeyAsOftenAsItsWeightSaysAndNeverOneOfWeightZero) {
    const VectorD p = vector({0, 0.1, 0, 0.6, 0.3, 0, 0});
    const Index samples = 100000;
    VectorD counts = VectorD::Zero(7);
    for (const Index key : sample_keys(p, samples, 1, 2)) counts(key) += 1;
    for (Index j = 0; j < 7; ++j)
        EXPECT_NEAR(counts(j) / samples, p(j), 4 * std::sqrt(p(j) * (1 - p(j)) / samples)) << j;
}

TEST(SampleKeys, TheNormOfTheWeightsDoesNotMatterAndSeedAndStreamDo) {
    const std::vector<Index> keys = sample_keys(example_p, 50, 1, 2);
    EXPECT_EQ(keys.size(), 50U);
    EXPECT_EQ(sample_keys(1024 * example_p, 50, 1, 2), keys);
    EXPECT_NE(sample_keys(example_p, 50, 2, 2), keys);
    EXPECT_NE(sample_keys(example_p, 50, 1, 3), keys);
    EXPECT_EQ(sample_keys(vector({0, 0, 1e-300}), 3, 1, 2), (std::vector<Index>{2, 2, 2}));
}

TEST(HardAttention, AFullyMaskedRowDrawsNothingAndItsStatisticsAreZero) {
    const VectorD none = VectorD::Zero(3);
    EXPECT_TRUE(sample_keys(none, 10, 1, 2).empty());
    EXPECT_FALSE(argmax_key(none));
    EXPECT_FALSE(argmax_key(VectorD()));
    const ReinforceStatistics found = reinforce(none, example_losses);
    EXPECT_TRUE(found.exact_gradient.isZero(0) && found.variance_none.isZero(0) && found.variance_optimal.isZero(0));
    EXPECT_TRUE(sampled_gradient(example_p, example_losses, {}, none).isZero(0));
    EXPECT_TRUE(soft_gradient(none, example_values, 1).isZero(0));
}

TEST(HardAttention, ACertainKeyLeavesNothingToVaryAndItsBaselineIsTheExpectedLoss) {
    const ReinforceStatistics found = reinforce(vector({0, 1, 0}), example_losses);
    EXPECT_TRUE(found.variance_none.isZero(0) && found.exact_gradient.isZero(0));
    EXPECT_EQ(found.optimal_baseline, VectorD::Constant(3, 1));
}

TEST(ArgmaxKey, IsTheFirstOfTheLargest) {
    EXPECT_EQ(argmax_key(vector({0.1, 0.4, 0.1, 0.4})), 1);
}

TEST(HardAttentionDeathTest, WeightsThatAreNoneAreABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)sample_keys(vector({0.5, -0.5}), 1, 1, 1), "not negative");
    EXPECT_DEATH((void)sample_keys(vector({std::numeric_limits<double>::quiet_NaN()}), 1, 1, 1), "finite");
    EXPECT_DEATH((void)sample_keys(example_p, -1, 1, 1), "not negative");
    EXPECT_DEATH((void)reinforce(example_p, vector({1})), "as many losses");
    const std::vector<Index> keys = {3};
    EXPECT_DEATH((void)sampled_gradient(example_p, example_losses, keys, VectorD::Zero(3)), "one of the keys");
}

TEST(SampledGradient, OfSharesIsThatOfTheKeysTheyCount) {
    const std::vector<Index> keys{0, 2, 1, 0, 0, 2, 2, 1};
    VectorD shares = VectorD::Zero(3);
    for (const Index key : keys) shares(key) += 1.0 / static_cast<double>(keys.size());
    const VectorD one_by_one = sampled_gradient(example_p, example_losses, keys, VectorD::Constant(3, 1.7));
    EXPECT_LT((sampled_gradient(example_p, example_losses, shares, 1.7) - one_by_one).cwiseAbs().maxCoeff(), 1e-14);
}

}  // namespace hard_test
}  // namespace attnscope
