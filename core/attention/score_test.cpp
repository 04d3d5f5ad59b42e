#include "core/attention/score.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/attention/explain.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace score_test {

// The standard deviation of the scores of random queries and keys over `draws` random weights.
double deviation(ScoreKind kind, const ScoreShape& shape, double scale) {
    double squares = 0;
    const int draws = 300;
    const Index pairs = 20;
    for (int draw = 0; draw < draws; ++draw) {
        const auto seed = static_cast<std::uint64_t>(draw);
        const AttentionOptions options = {
            .score = kind,
            .score_weights = std::make_shared<ScoreWeights>(make_score_weights(kind, shape, scale, seed))};
        const Matrix q = random_normal(pairs, shape.query_dim, 1, seed, 100);
        const Matrix k = random_normal(pairs, shape.key_dim, 1, seed, 101);
        for (Index i = 0; i < pairs; ++i) squares += std::pow(score_terms(q.row(i), k.row(i), options).sum, 2);
    }
    return std::sqrt(squares / static_cast<double>(draws * pairs));
}

TEST(ScoreWeights, HaveTheShapesOfTheirKind) {
    const ScoreShape shape{3, 5, 7};
    for (const ScoreKind kind : testing_input::all_scores) {
        const ScoreWeights w = make_score_weights(kind, shape, 1, 1);
        const bool general = kind == ScoreKind::general;
        const bool tanh = kind == ScoreKind::additive || kind == ScoreKind::concat;
        EXPECT_EQ(w.w_q.rows(), general ? 3 : tanh ? 7 : 0);
        EXPECT_EQ(w.w_q.cols(), general ? 5 : tanh ? 3 : 0);
        EXPECT_EQ(w.w_k.rows(), tanh ? 7 : 0);
        EXPECT_EQ(w.w_k.cols(), tanh ? 5 : 0);
        EXPECT_EQ(w.w_v.size(), tanh ? 7 : 0);
        EXPECT_EQ(has_weights(kind), general || tanh);
    }
}

// 6000 scores of 300 draws: the standard error of the deviation is about 0.01 for general, 0.03 for additive, where the
// scores of one draw are not independent.
TEST(ScoreWeights, GiveScoresOfTheDocumentedSize) {
    EXPECT_NEAR(deviation(ScoreKind::general, {64, 16}, 1), 1, 0.05);
    EXPECT_NEAR(deviation(ScoreKind::general, {8, 32}, 0.25), 0.25, 0.0125);
    EXPECT_NEAR(deviation(ScoreKind::additive, {64, 16, 32}, 1), 1.02, 0.06);
    EXPECT_NEAR(deviation(ScoreKind::additive, {64, 16, 32}, 1000), std::sqrt(2.0), 0.06);
}

TEST(ScoreWeights, AreAFunctionOfTheSeedAndTheirScaleIsAFactorOfTheMatrices) {
    const ScoreShape shape{4, 4, 6};
    const ScoreWeights w = make_score_weights(ScoreKind::additive, shape, 1, 1);
    EXPECT_EQ(w, make_score_weights(ScoreKind::concat, shape, 1, 1));
    EXPECT_NE(w, make_score_weights(ScoreKind::additive, shape, 1, 2));
    EXPECT_NE(w.w_q, w.w_k);
    const ScoreWeights larger = make_score_weights(ScoreKind::additive, shape, 4, 1);
    EXPECT_EQ(larger.w_q, w.w_q * 4);
    EXPECT_EQ(larger.w_k, w.w_k * 4);
    EXPECT_EQ(larger.w_v, w.w_v);
    EXPECT_EQ(make_score_weights(ScoreKind::general, shape, -4, 1).w_q,
              make_score_weights(ScoreKind::general, shape, 1, 1).w_q * -4);
}

TEST(ScoreWeights, OfDifferentShapesAreDifferent) {
    ScoreWeights a, b;
    a.w_q = Matrix::Zero(2, 3);
    b.w_q = Matrix::Zero(3, 2);
    EXPECT_FALSE(a == b);
    EXPECT_FALSE(a == ScoreWeights());
    EXPECT_TRUE(a == ScoreWeights(a));
}

TEST(ScoreWeightsDeathTest, EmptyShapesAndInfiniteScalesAreBrokenInvariants) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)make_score_weights(ScoreKind::general, {0, 3}, 1, 1), "at least one entry");
    EXPECT_DEATH((void)make_score_weights(ScoreKind::general, {3, 3}, INFINITY, 1), "finite");
}

}  // namespace score_test
}  // namespace attnscope
