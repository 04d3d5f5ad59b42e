#include "app/panels/random_features/compute.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace attnscope::random_features_panel {
namespace compute_test {

using testing::HasSubstr;

Shown shown_of(const Params& params) {
    const Result<Request> request = make_request(params);
    check(request.has_value(), request ? "" : request.error().what);
    Result<Shown> shown = compute_shown(*request, {});
    check(shown.has_value(), shown ? "" : shown.error().what);
    return *std::move(shown);
}

TEST(RandomFeaturesRequest, HoldsWhatTheViewUsesAndNothingElse) {
    Params p;
    p.view = View::variance;
    const Request before = *make_request(p);
    p.sigma = 3;
    p.length = 5;
    p.epsilon = 0.1;
    p.estimators = "elu";
    EXPECT_EQ(*make_request(p), before);
    p.angle = 1;
    EXPECT_NE(*make_request(p), before);
    p.view = View::factoring;
    const Request factoring = *make_request(p);
    p.features = 7;  // counted with, but nothing is computed of it
    EXPECT_EQ(*make_request(p), factoring);
}

TEST(VarianceMap, IsTheFormulaInTheMiddleOfEveryCell) {
    const VarianceMap& map = variance_map();
    ASSERT_EQ(map.log_ratio->rows(), std::ssize(map.norms));
    ASSERT_EQ(map.log_ratio->cols(), std::ssize(map.angles));
    EXPECT_TRUE(map.log_ratio->allFinite());
    for (const Index r : {0, 50, 149})
        for (const Index c : {0, 90, 179}) {
            const double l = map.norms[static_cast<std::size_t>(r)], phi = map.angles[static_cast<std::size_t>(c)];
            // Plainly, where nothing overflows: Choromanski et al. 2021, Figure 2.
            const double d = 1 - std::exp(-2 * l * l * (1 - std::cos(phi)));
            const double ratio =
                0.5 * std::exp(-4 * l * l * std::cos(phi)) * d * d / -std::expm1(-2 * l * l * (1 + std::cos(phi)));
            EXPECT_NEAR(static_cast<double>((*map.log_ratio)(r, c)), std::log10(ratio), 1e-4);
        }
    EXPECT_GT(map.norms.front(), map.norms.back()) << "the largest norm on top";
}

TEST(VarianceView, BothCloudsAreAboutTheTruthWithTheSpreadOfTheory) {
    Params p;
    p.view = View::variance;
    for (const Drawing drawing : {Drawing::independent, Drawing::orthogonal}) {
        p.orthogonal = drawing;
        const VarianceFacts facts = *shown_of(p).variance;
        EXPECT_NEAR(facts.truth, std::exp(-0.5), 1e-12);
        for (const Cloud* cloud : {&facts.trig, &facts.positive}) {
            const auto draws = static_cast<double>(cloud->estimates.size());
            ASSERT_GE(draws, 500);
            ASSERT_TRUE(cloud->theory);
            EXPECT_NEAR(cloud->mean, facts.truth, 4 * *cloud->theory / std::sqrt(draws));
            EXPECT_NEAR(cloud->deviation / *cloud->theory, 1, 0.1);
        }
    }
}

TEST(KernelView, HasACloudForEachEstimatorAndEachNumberOfFeatures) {
    Params p;
    p.view = View::kernel;
    p.estimators = "trig,positive,elu";
    p.ratio = 0.5;
    const Shown shown = shown_of(p);
    EXPECT_NEAR(shown.kernel->truth, std::exp(0.5 * std::cos(p.angle)), 1e-12);
    ASSERT_EQ(shown.kernel->methods.size(), 4U) << "elu is no estimate";
    ASSERT_EQ(shown.kernel->counts.size(), 10U);
    for (std::size_t k = 2; k < shown.kernel->counts.size(); ++k)
        EXPECT_LT(*shown.kernel->counts[k].theory, *shown.kernel->counts[k - 2].theory);
    p.estimator = FeatureMethod::relu;
    EXPECT_TRUE(shown_of(p).kernel->counts.empty());
}

TEST(MatricesView, RowsOfBothMatricesSumToOneAndTheErrorsAreThoseOfThePictures) {
    Params p;
    p.view = View::matrices;
    p.length = 60;
    for (const bool causal : {false, true}) {
        p.causal = causal;
        const Shown shown = shown_of(p);
        const MatrixFacts& f = *shown.matrices;
        const auto zeroed = [](const Picture& picture) -> MatrixD {
            return picture->array().isNaN().select(0.0F, picture->array()).matrix().cast<double>();
        };
        const MatrixD exact = zeroed(f.exact), approximate = zeroed(f.approximate), difference = zeroed(f.difference);
        EXPECT_LT((exact.rowwise().sum().array() - 1).abs().maxCoeff(), 1e-5);
        EXPECT_LT((approximate.rowwise().sum().array() - 1).abs().maxCoeff(), 1e-5);
        EXPECT_LT((approximate - exact - difference).cwiseAbs().maxCoeff(), 1e-6);
        EXPECT_NEAR(f.matrix_error, difference.norm() / exact.norm(), 1e-5);
        EXPECT_EQ(f.negative, 0);
        EXPECT_TRUE(f.broken.empty());
        EXPECT_EQ(std::isnan((*f.exact)(0, 1)), causal);
        EXPECT_EQ(f.cells, causal ? 60 * 61 / 2 : 3600);
        EXPECT_LE(f.largest_output, f.largest_value) << "weights that sum to 1";
        EXPECT_EQ(f.sampled_exact.size(), f.sampled_approximate.size());
    }
}

TEST(MatricesView, CountsWhatTrigonometricFeaturesBreak) {
    Params p;
    p.view = View::matrices;
    p.estimator = FeatureMethod::trig;
    p.sigma = 1.5;
    const Shown shown = shown_of(p);
    const MatrixFacts& f = *shown.matrices;
    EXPECT_EQ(f.negative, (f.approximate->array() < 0).count());
    EXPECT_GT(f.negative, f.cells / 3);
    EXPECT_GT(f.broken.size(), 300U);
    EXPECT_GT(f.largest_output, 10 * f.largest_value);
    EXPECT_GT(f.output_error, f.uniform_output);
}

TEST(MatricesView, EpsilonPullsTowardsUniformAttention) {
    Params p;
    p.view = View::matrices;
    p.sigma = 2;
    p.length = 256;
    const double without = shown_of(p).matrices->matrix_error;
    p.epsilon = 1;
    const Shown swamped = shown_of(p);
    EXPECT_NEAR(swamped.matrices->matrix_error, swamped.matrices->uniform_matrix, 0.02);
    EXPECT_NE(without, swamped.matrices->matrix_error);
}

TEST(FailuresView, EachModeHasItsMeasurementAtTheChosenSigma) {
    Params p;
    p.view = View::failures;
    p.failure_sigma = 1.1;
    for (std::size_t k = 0; k < failure_mode_names.size(); ++k) {
        p.failure = static_cast<FailureMode>(k);
        const FailureFacts f = *shown_of(p).failures;
        EXPECT_EQ(!f.explosion.empty(), p.failure == FailureMode::explosion);
        EXPECT_EQ(!f.signs.empty(), p.failure == FailureMode::negative || p.failure == FailureMode::normaliser);
        EXPECT_EQ(!f.epsilon.empty(), p.failure == FailureMode::epsilon);
        EXPECT_EQ(!f.overflow.empty(), p.failure == FailureMode::overflow);
        EXPECT_EQ(f.leak.has_value(), p.failure == FailureMode::leak);
        EXPECT_EQ(!f.qr.empty(), p.failure == FailureMode::sign);
        const auto has = [&](const auto& points) {
            return std::any_of(points.begin(), points.end(), [](const auto& at) { return at.sigma == 1.1; });
        };
        if (!f.signs.empty()) {
            EXPECT_TRUE(has(f.signs));
        }
        if (!f.epsilon.empty()) {
            EXPECT_TRUE(has(f.epsilon));
        }
    }
}

TEST(FactoringView, ScoresHaveRankDAndTheirExponentialsFullRank) {
    Params p;
    p.view = View::factoring;
    p.length = 100;
    p.sigma = 1;
    const FactoringFacts f = *shown_of(p).factoring;
    EXPECT_EQ(f.tokens, 100);
    EXPECT_EQ(f.ranks.score_rank, 16);
    EXPECT_EQ(f.ranks.exp_rank, 100);
    EXPECT_EQ(f.lengths.back().length, 100);
    EXPECT_EQ(f.lengths.back().exp_rank, 100);
    EXPECT_EQ(f.lengths.front().score_rank, 16);
    p.length = 4096;
    p.dim = 20;  // no width of the list
    const FactoringFacts long_text = *shown_of(p).factoring;
    EXPECT_EQ(long_text.tokens, most_rank_tokens);
    EXPECT_TRUE(std::any_of(long_text.widths.begin(), long_text.widths.end(),
                            [](const RankPoint& w) { return w.dim == 20 && w.score_rank == 20; }));
}

TEST(RandomFeaturesInput, RefusesATextWithoutWords) {
    Params p;
    p.view = View::matrices;
    p.source = Source::text;
    p.text = "  ";
    const Result<Shown> shown = compute_shown(*make_request(p), {});
    ASSERT_FALSE(shown);
    EXPECT_THAT(shown.error().what, HasSubstr("the text is empty"));
}

TEST(RandomFeaturesCompute, EveryViewStopsWhenAsked) {
    std::stop_source source;
    source.request_stop();
    Params p;
    for (const View view : {View::variance, View::kernel, View::matrices, View::failures, View::factoring}) {
        p.view = view;
        const Result<Shown> shown = compute_shown(*make_request(p), {source.get_token(), nullptr});
        ASSERT_FALSE(shown) << static_cast<int>(view);
        EXPECT_EQ(shown.error().code, ErrorCode::cancelled);
    }
}

}  // namespace compute_test
}  // namespace attnscope::random_features_panel
