#include "core/attention/explain.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace explain_test {

using testing_input::compute;
using testing_input::Input;
using testing_input::options_of;
using testing_input::painted;
using testing_input::random_input;

// Every cell against both paths. Float errors of a score are proportional to its terms' sizes: `size` covers them.
void expect_cells(const Input& in, AttentionOptions options, double size) {
    options.keep_scores = true;
    const Attention a = compute(in, options);
    const ReferenceAttention reference =
        *reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), options);
    for (Index i = 0; i < in.q.rows(); ++i)
        for (Index j = 0; j < in.k.rows(); ++j) {
            const CellExplanation cell = explain_cell(in.q.row(i), in.k, options, i, j);
            ASSERT_NEAR(cell.weight, static_cast<double>(a.weights(i, j)), 1e-6 * size);
            ASSERT_NEAR(cell.score, static_cast<double>(a.scores(i, j)), 1e-6 * size);
            ASSERT_NEAR(cell.weight, reference.weights(i, j), 1e-12 * size);
            ASSERT_NEAR(cell.score, reference.scores(i, j), 1e-12 * size);
            ASSERT_EQ(cell.visible, sees(options, i, j));
            const ScoreTerms terms = score_terms(in.q.row(i), in.k.row(j), options);
            ASSERT_NEAR(terms.sum, cell.raw, 1e-12 * size);
            ASSERT_EQ(terms.sum, terms.running(terms.terms.size() - 1));
            ASSERT_NEAR(terms.sum, terms.terms.sum(), 1e-12 * size);
        }
}

TEST(Explain, CellsAgreeWithAttentionForEveryMaskAndTemperature) {
    const Input in = random_input(14, 9, 12);
    for (const MaskSpec& mask : testing_input::all_masks)
        for (const double temperature : {0.01, 0.7, 30.0})
            expect_cells(in, {.temperature = temperature, .mask = mask}, 1 + 20 / temperature);
}

TEST(Explain, CellsAgreeWithAttentionForEveryScoreWithPaintedCellsSlopeAndLocalWindow) {
    const Input in = random_input(7, 9, 12);
    const auto local = std::make_shared<const LocalWindow>(LocalWindow{VectorD::LinSpaced(7, -1, 9.5), 2.5});
    for (const ScoreKind kind : testing_input::all_scores)
        for (const auto& window : {std::shared_ptr<const LocalWindow>(), local}) {
            AttentionOptions options = options_of(kind, 12, 12);
            options.mask = painted({MaskKind::prefix, 4}, "0:0-2;3:0-9;5:1,3");
            options.distance_slope = 0.4;
            options.local = window;
            expect_cells(in, options, 20);
        }
}

TEST(Explain, QueriesAndKeysMayDifferInTheirEntriesWhereTheScoreAllowsIt) {
    Input in = random_input(4, 5, 3);
    in.q = random_normal(4, 7, 1.0, 5, 5);
    for (const ScoreKind kind : {ScoreKind::general, ScoreKind::additive, ScoreKind::concat, ScoreKind::sum})
        expect_cells(in, options_of(kind, 7, 3), 10);
}

TEST(Explain, ZeroVectorsHaveACosineOfZero) {
    Input in = random_input(3, 3, 4);
    in.q.row(1).setZero();
    in.k.row(2).setZero();
    expect_cells(in, {.score = ScoreKind::cosine}, 2);
    EXPECT_EQ(explain_cell(in.q.row(1), in.k, {.score = ScoreKind::cosine}, 1, 0).raw, 0);
    EXPECT_EQ(explain_cell(in.q.row(0), in.k, {.score = ScoreKind::cosine}, 0, 2).raw, 0);
}

TEST(Explain, ItsNumbersFollowFromEachOther) {
    const Input in = random_input(5, 6, 8);
    const AttentionOptions options = {.temperature = 2.5,
                                      .scale = 0.3,
                                      .mask = painted({MaskKind::causal}, "3:2"),
                                      .distance_slope = 0.125,
                                      .local = std::make_shared<LocalWindow>(LocalWindow{VectorD::Ones(5) * 1.5, 2})};
    const CellExplanation cell = explain_cell(in.q.row(3), in.k, options, 3, 1);
    EXPECT_EQ(cell.scale, 0.3);
    EXPECT_EQ(cell.temperature, 2.5);
    EXPECT_EQ(cell.bias, -0.25);
    EXPECT_DOUBLE_EQ(cell.score, (cell.raw * 0.3 + cell.bias) / 2.5);
    EXPECT_DOUBLE_EQ(cell.exponential, std::exp(cell.score - cell.shift));
    EXPECT_DOUBLE_EQ(cell.gaussian, std::exp(-0.125));
    EXPECT_DOUBLE_EQ(cell.weight, cell.exponential / cell.row_sum * cell.gaussian);
    double sum = 0;
    for (Index j = 0; j < 6; ++j) sum += explain_cell(in.q.row(3), in.k, options, 3, j).exponential;
    EXPECT_DOUBLE_EQ(cell.row_sum, sum);
    EXPECT_FALSE(explain_cell(in.q.row(3), in.k, options, 3, 2).visible);
    EXPECT_EQ(explain_cell(in.q.row(3), in.k, {}, 3, 1).gaussian, 1);
    EXPECT_EQ(explain_cell(in.q.row(3), in.k, {}, 3, 1).bias, 0);
}

TEST(Explain, ShiftsOnlyWhereAScoreReachesThirty) {
    const Matrix k = (Matrix(3, 1) << 29.5F, -29.5F, 1).finished(), q = Matrix::Ones(1, 1);
    EXPECT_EQ(explain_cell(q.row(0), k, {}, 0, 0).shift, 0);
    const Matrix larger = (Matrix(3, 1) << 20, -31, 1).finished();
    EXPECT_EQ(explain_cell(q.row(0), larger, {}, 0, 0).shift, 20);
    EXPECT_EQ(explain_cell(q.row(0), larger, {}, 0, 0).exponential, 1);
    EXPECT_EQ(explain_cell(q.row(0), larger, {.mask = {MaskKind::causal}}, 0, 1).shift, 0);  // the -31 is not seen
}

TEST(Explain, AMaskedCellHasAScoreButNoExponentialAndNoWeight) {
    const Input in = random_input(8, 4, 3);
    const CellExplanation hidden = explain_cell(in.q.row(1), in.k, {.mask = {MaskKind::causal}}, 1, 2);
    EXPECT_FALSE(hidden.visible);
    EXPECT_NE(hidden.score, 0);
    EXPECT_EQ(hidden.exponential, 0);
    EXPECT_EQ(hidden.weight, 0);
    EXPECT_GT(hidden.row_sum, 0);
    const CellExplanation alone = explain_cell(in.q.row(7), in.k, {.mask = {MaskKind::window, 1}}, 7, 2);
    EXPECT_EQ(alone.row_sum, 0);
    EXPECT_EQ(alone.weight, 0);
}

TEST(Explain, TermsOfADotProductAreTheProductsOfTheEntries) {
    const Eigen::RowVectorXf q = (Eigen::RowVectorXf(3) << 1, -2, 3).finished();
    const Eigen::RowVectorXf k = (Eigen::RowVectorXf(3) << 4, 5, 0.5F).finished();
    const ScoreTerms t = score_terms(q, k, {});
    EXPECT_EQ(t.left, q.transpose().cast<double>());
    EXPECT_EQ(t.right, k.transpose().cast<double>());
    EXPECT_EQ(t.terms, (VectorD(3) << 4, -10, 1.5).finished());
    EXPECT_EQ(t.running, (VectorD(3) << 4, -6, -4.5).finished());
    EXPECT_EQ(t.sum, -4.5);
    EXPECT_EQ(explain_cell(q, k, {}, 0, 0).raw, -4.5);
    const ScoreTerms cosine = score_terms(q, k, {.score = ScoreKind::cosine});
    EXPECT_NEAR(cosine.left.norm(), 1, 1e-15);
    EXPECT_NEAR(cosine.right.norm(), 1, 1e-15);
    EXPECT_NEAR(cosine.sum, -4.5 / std::sqrt(14 * 41.25), 1e-15);
}

TEST(Explain, TermsOfScoresWithWeightsAreInTheirOwnSpace) {
    const Eigen::RowVectorXf q = (Eigen::RowVectorXf(2) << 1, 2).finished();
    const Eigen::RowVectorXf k = (Eigen::RowVectorXf(3) << 1, 0, -1).finished();
    ScoreWeights w;
    w.w_q = (Matrix(2, 3) << 1, 2, 3, 0, 1, 0).finished();
    AttentionOptions options = {.score = ScoreKind::general, .score_weights = std::make_shared<ScoreWeights>(w)};
    const ScoreTerms general = score_terms(q, k, options);
    EXPECT_EQ(general.left, (VectorD(3) << 1, 4, 3).finished());  // W^T q
    EXPECT_EQ(general.right, (VectorD(3) << 1, 0, -1).finished());
    EXPECT_EQ(general.sum, -2);

    w.w_q = (Matrix(1, 2) << 0.5F, 0.25F).finished();
    w.w_k = (Matrix(1, 3) << 2, 1, 1).finished();
    w.w_v = Vector::Constant(1, -3);
    options = {.score = ScoreKind::additive, .score_weights = std::make_shared<ScoreWeights>(w)};
    const ScoreTerms additive = score_terms(q, k, options);
    EXPECT_EQ(additive.left, VectorD::Constant(1, 1));
    EXPECT_EQ(additive.right, VectorD::Constant(1, 1));
    EXPECT_NEAR(additive.sum, -3 * std::tanh(2.0), 1e-15);
}

TEST(Explain, TermsOfTheSumAreFilledUpWithZeros) {
    const Eigen::RowVectorXf q = (Eigen::RowVectorXf(2) << 1, 2).finished();
    const Eigen::RowVectorXf k = (Eigen::RowVectorXf(3) << 1, 0, -1).finished();
    for (const bool swapped : {false, true}) {
        const ScoreTerms t =
            swapped ? score_terms(k, q, {.score = ScoreKind::sum}) : score_terms(q, k, {.score = ScoreKind::sum});
        EXPECT_EQ(t.terms, (VectorD(3) << 2, 2, -1).finished());
        EXPECT_EQ(t.running, (VectorD(3) << 2, 4, 3).finished());
        EXPECT_EQ(t.sum, 3);
        EXPECT_EQ(swapped ? t.right : t.left, (VectorD(3) << 1, 2, 0).finished());
    }
}

TEST(ExplainDeathTest, WhatAttentionWouldNotTakeIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Matrix k = Matrix::Ones(2, 3);
    EXPECT_DEATH((void)explain_cell(k.row(0), k, {}, 0, 2), "one of the keys");
    EXPECT_DEATH((void)score_terms(k.row(0), k.row(0).head(2), {}), "equally many");
    EXPECT_DEATH((void)score_terms(k.row(0), k.row(1), {.score = ScoreKind::general}), "has its weights");
    EXPECT_DEATH((void)score_terms(k.row(0), k.row(1), options_of(ScoreKind::concat, 3, 4)), "fit");
}

}  // namespace explain_test
}  // namespace attnscope
