#include "core/attention/explain.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace {

using testing_input::compute;
using testing_input::Input;
using testing_input::random_input;

TEST(Explain, WeightsAgreeWithAttentionForEveryMaskTemperatureAndCell) {
    const Input in = random_input(14, 9, 12);
    for (const MaskSpec& mask : {MaskSpec{MaskKind::none}, {MaskKind::causal}, {MaskKind::window, 2}})
        for (const double temperature : {0.01, 0.7, 30.0}) {
            const AttentionOptions options = {.temperature = temperature, .mask = mask, .keep_scores = true};
            const Attention a = compute(in, options);
            const ReferenceAttention reference =
                *reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), options);
            const double longest_key = static_cast<double>(in.k.rowwise().norm().maxCoeff());
            for (Index i = 0; i < in.q.rows(); ++i)
                for (Index j = 0; j < in.k.rows(); ++j) {
                    const CellExplanation cell = explain_cell(in.q.row(i), in.k, options, i, j);
                    // What the float error of a score is proportional to.
                    const double size =
                        1 + cell.scale / temperature * static_cast<double>(in.q.row(i).norm()) * longest_key;
                    ASSERT_NEAR(cell.weight, static_cast<double>(a.weights(i, j)), 1e-6 * size);
                    ASSERT_NEAR(cell.score, static_cast<double>(a.scores(i, j)), 1e-6 * size);
                    ASSERT_NEAR(cell.weight, reference.weights(i, j), 1e-12 * size);
                    ASSERT_EQ(cell.visible, visible_keys(mask, i, in.k.rows()).contains(j));
                }
        }
}

TEST(Explain, ItsNumbersFollowFromEachOther) {
    const Input in = random_input(5, 6, 8);
    const AttentionOptions options = {.temperature = 2.5, .scale = 0.3, .mask = {MaskKind::causal}};
    const CellExplanation cell = explain_cell(in.q.row(3), in.k, options, 3, 1);
    EXPECT_EQ(cell.scale, 0.3);
    EXPECT_EQ(cell.temperature, 2.5);
    EXPECT_DOUBLE_EQ(cell.score, cell.dot * 0.3 / 2.5);
    EXPECT_DOUBLE_EQ(cell.exponential, std::exp(cell.score - cell.shift));
    EXPECT_DOUBLE_EQ(cell.weight, cell.exponential / cell.row_sum);
    double sum = 0;
    for (Index j = 0; j <= 3; ++j) sum += explain_cell(in.q.row(3), in.k, options, 3, j).exponential;
    EXPECT_DOUBLE_EQ(cell.row_sum, sum);
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

TEST(Explain, ContributionsAddUpToTheDotProduct) {
    const Eigen::RowVectorXf q = (Eigen::RowVectorXf(3) << 1, -2, 3).finished();
    const Eigen::RowVectorXf k = (Eigen::RowVectorXf(3) << 4, 5, 0.5F).finished();
    const DotContributions c = dot_contributions(q, k);
    EXPECT_EQ(c.products, (VectorD(3) << 4, -10, 1.5).finished());
    EXPECT_EQ(c.running, (VectorD(3) << 4, -6, -4.5).finished());
    EXPECT_EQ(explain_cell(q, k, {}, 0, 0).dot, c.running(2));
}

TEST(ExplainDeathTest, AKeyThatDoesNotExistIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Matrix k = Matrix::Ones(2, 3);
    EXPECT_DEATH((void)explain_cell(k.row(0), k, {}, 0, 2), "one of the keys");
    EXPECT_DEATH((void)dot_contributions(k.row(0), k.row(0).head(2)), "equally many");
}

}  // namespace
}  // namespace attnscope
