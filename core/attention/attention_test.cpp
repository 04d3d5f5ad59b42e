// Properties of the float attention. Numbers from elsewhere: attention_oracle_test.cpp; errors:
// attention_error_test.cpp.
#include "core/attention/attention.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/attention/test_input.hpp"

namespace attnscope {
namespace attention_test {

using testing_input::compute;
using testing_input::Input;
using testing_input::random_input;

const std::vector<MaskSpec> masks = {
    {MaskKind::none}, {MaskKind::causal}, {MaskKind::window, 0}, {MaskKind::window, 3}, {MaskKind::window, 150}};

template <class A, class B>
bool same_bits(const A& a, const B& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
}

bool same_bits(const Attention& a, const Attention& b) {
    return same_bits(a.weights, b.weights) && same_bits(a.scores, b.scores) && same_bits(a.output, b.output) &&
           same_bits(a.log_sum_exp, b.log_sum_exp) && same_bits(a.entropy_bits, b.entropy_bits) &&
           a.masked_rows == b.masked_rows;
}

TEST(Attention, RowsSumToOneAndMaskedCellsAreZeroForEveryMaskAndSize) {
    for (const MaskSpec& mask : masks)
        for (const Index length : {1, 2, 63, 64, 65, 127, 128, 129, 300}) {
            const Attention a = compute(random_input(length, length, 16), {.mask = mask});
            for (Index i = 0; i < length; ++i) {
                const KeyRange visible = visible_keys(mask, i, length);
                ASSERT_NEAR(a.weights.row(i).cast<double>().sum(), 1, 1e-6);
                ASSERT_TRUE((a.weights.row(i).array() >= 0).all());
                ASSERT_TRUE((a.weights.row(i).head(visible.begin).array() == 0).all());
                ASSERT_TRUE((a.weights.row(i).tail(length - visible.end).array() == 0).all());
                ASSERT_GE(a.entropy_bits(i), 0);
                ASSERT_LE(a.entropy_bits(i), std::log2(static_cast<double>(visible.size())) + 1e-6);
            }
            EXPECT_EQ(a.masked_rows, 0);
        }
}

TEST(Attention, AddingOneVectorToEveryKeyShiftsEachRowsScoresAndLeavesItsWeights) {
    Input in = random_input(40, 50, 8);
    const Attention before = compute(in, {.keep_scores = true});
    const Eigen::RowVectorXf shift = random_normal(1, 8, 3.0, 9, 9);
    in.k.rowwise() += shift;
    const Attention after = compute(in, {.keep_scores = true});
    EXPECT_GT((after.scores - before.scores).cwiseAbs().maxCoeff(), 1);
    EXPECT_LT((after.weights - before.weights).cwiseAbs().maxCoeff(), 5e-6);
}

TEST(Attention, CausalRowsDoNotChangeABitWhenLaterTokensChangeOrAppear) {
    const Index length = 200, longer = 333;
    for (const Index d : {1, 3, 16, 64})
        for (const Index cut : {1, 5, 64, 100, 130, 199}) {
            const Input all = random_input(longer, longer, d, 1), other = random_input(longer, longer, d, 2);
            Input changed = {all.q.topRows(length), all.k.topRows(length), all.v.topRows(length)};
            const AttentionOptions options = {.mask = {MaskKind::causal}};
            const Attention base = compute(changed, options), extended = compute(all, options);
            changed.q.bottomRows(length - cut) = other.q.bottomRows(length - cut) * 100;
            changed.k.bottomRows(length - cut) = other.k.bottomRows(length - cut);
            changed.v.bottomRows(length - cut) = other.v.bottomRows(length - cut) * -1e30F;
            for (const Attention& a : {compute(changed, options), extended}) {
                ASSERT_TRUE(same_bits(a.weights.topLeftCorner(cut, cut), base.weights.topLeftCorner(cut, cut)));
                ASSERT_TRUE(same_bits(a.output.topRows(cut), base.output.topRows(cut))) << d << " " << cut;
                ASSERT_TRUE(same_bits(a.log_sum_exp.head(cut), base.log_sum_exp.head(cut)));
                ASSERT_TRUE(same_bits(a.entropy_bits.head(cut), base.entropy_bits.head(cut)));
            }
        }
}

TEST(Attention, WindowRowsDoNotChangeABitWhenUnseenTokensChangeOrAppear) {
    const Index length = 400, window = 5, row = 200;
    const AttentionOptions options = {.mask = {MaskKind::window, window}};
    Input in = random_input(length, length, 16);
    const Attention base = compute(in, options);
    for (const Index unseen : {Index{0}, row - window - 1, row + window + 1, length - 1}) {
        in.k.row(unseen) *= 1e20F;
        in.v.row(unseen) *= -1e20F;
    }
    in.q.topRows(row) *= 1e-3F;
    const Input longer =
        random_input(length + 77, length + 77, 16);  // the same stream: its head differs from `in` only in what follows
    Input cut = {longer.q.topRows(300), longer.k.topRows(300), longer.v.topRows(300)};
    const Attention changed = compute(in, options), shorter = compute(cut, options), whole = compute(longer, options);
    EXPECT_TRUE(same_bits(changed.weights.row(row), base.weights.row(row)));
    EXPECT_TRUE(same_bits(changed.output.row(row), base.output.row(row)));
    EXPECT_EQ(changed.entropy_bits(row), base.entropy_bits(row));
    EXPECT_TRUE(same_bits(shorter.output.topRows(290), whole.output.topRows(290)));
    EXPECT_TRUE(same_bits(shorter.weights.topRows(290), whole.weights.topLeftCorner(290, 300)));
}

TEST(Attention, WindowOverAllKeysIsNoMaskBitForBit) {
    const Input in = random_input(150, 210, 24);
    for (const Index window : {Index{210}, Index{100000}, std::numeric_limits<Index>::max()})
        EXPECT_TRUE(same_bits(compute(in, {.mask = {MaskKind::window, window}}), compute(in)));
}

TEST(Attention, SameBitsForOneAndTwoThreads) {
    const Input in = random_input(500, 300, 64);
    for (const MaskSpec& mask : masks) {
        std::vector<Attention> results;
        for (const std::size_t threads : {1U, 2U}) {
            const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
            results.push_back(compute(in, {.mask = mask, .keep_scores = true}));
        }
        EXPECT_TRUE(same_bits(results[0], results[1]));
    }
}

TEST(Attention, IsEquivariantUnderPermutationsOfTheTokens) {
    const Index length = 200;
    const Input in = random_input(length, length, 32);
    Eigen::PermutationMatrix<Eigen::Dynamic> p(length);
    for (Index i = 0; i < length; ++i) p.indices()(i) = static_cast<int>(i * 7 % length);
    const Input permuted = {p * in.q, p * in.k, p * in.v};
    const Attention a = compute(in), b = compute(permuted);
    const Matrix expected_weights = p * a.weights * p.transpose(), expected_output = p * a.output;
    EXPECT_LT((b.weights - expected_weights).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_LT((b.output - expected_output).cwiseAbs().maxCoeff(), 3e-6);
}

TEST(Attention, BecomesUniformAsTheTemperatureGrows) {
    const Input in = random_input(20, 30, 16);
    const Attention a = compute(in, {.temperature = 1e12});
    EXPECT_LT((a.weights.array() - 1.0F / 30).abs().maxCoeff(), 1e-8);
    EXPECT_NEAR(a.entropy_bits.minCoeff(), std::log2(30.0), 1e-6);
    EXPECT_LT((a.output.rowwise() - in.v.colwise().mean()).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(Attention, BecomesTheArgmaxAsTheTemperatureFallsAndSplitsTies) {
    Input in = random_input(20, 30, 16);
    const Attention a = compute(in, {.temperature = 1e-6, .keep_scores = true});
    for (Index i = 0; i < 20; ++i) {
        Index best = 0;
        a.scores.row(i).maxCoeff(&best);
        EXPECT_EQ(a.weights(i, best), 1.0F);
        EXPECT_EQ(a.weights.row(i).sum(), 1.0F);
        EXPECT_EQ(a.entropy_bits(i), 0.0);
        EXPECT_TRUE(same_bits(a.output.row(i), in.v.row(best)));
    }
    in.k.row(4) = in.k.row(3) = in.q.row(0) * 5;
    const Attention tie = compute(in, {.temperature = 1e-6});
    EXPECT_EQ(tie.weights(0, 3), 0.5F);
    EXPECT_EQ(tie.weights(0, 4), 0.5F);
    EXPECT_EQ(tie.entropy_bits(0), 1.0);
}

TEST(Attention, AFullyMaskedRowIsZeroAndCounted) {
    const Attention a = compute(random_input(10, 4, 8), {.mask = {MaskKind::window, 2}, .keep_scores = true});
    EXPECT_EQ(a.masked_rows, 4);  // queries 6 .. 9 are more than 2 beyond key 3
    for (Index i = 6; i < 10; ++i) {
        EXPECT_TRUE((a.weights.row(i).array() == 0).all());
        EXPECT_TRUE((a.output.row(i).array() == 0).all());
        EXPECT_EQ(a.entropy_bits(i), 0);
        EXPECT_EQ(a.log_sum_exp(i), -std::numeric_limits<double>::infinity());
    }
    EXPECT_TRUE(a.scores.allFinite());
    EXPECT_NEAR(a.weights.row(5).sum(), 1, 1e-6);
    EXPECT_EQ(compute(random_input(200, 1, 8), {.mask = {MaskKind::window, 0}}).masked_rows, 199);
}

TEST(Attention, OneKeyGetsAllTheWeightAndNoEntropy) {
    const Input in = random_input(3, 1, 5);
    const Attention a = compute(in);
    EXPECT_TRUE((a.weights.array() == 1).all());
    EXPECT_TRUE((a.entropy_bits.array() == 0).all());
    EXPECT_TRUE(same_bits(a.output.row(2), in.v.row(0)));
}

TEST(Attention, ExtremeScoresGiveNoNaN) {
    Matrix q(1, 1), k(4, 1), v(4, 1);
    q << 1.8e19F;
    k << 1.8e19F, -1.8e19F, 0, 1e19F;  // scores from -3.2e38 to 3.2e38: their distance is beyond float
    v << 1, 2, 3, 4;
    const Attention a = compute({q, k, v}, {.keep_scores = true});
    EXPECT_TRUE(same_bits(a.weights, (Matrix(1, 4) << 1, 0, 0, 0).finished()));
    EXPECT_EQ(a.output(0, 0), 1);
    EXPECT_EQ(a.entropy_bits(0), 0);
    EXPECT_NEAR(a.log_sum_exp(0) / 3.24e38, 1, 1e-6);
}

TEST(Attention, ScaleDefaultsToOneOverRootDAndTemperatureDivides) {
    const Input in = random_input(9, 9, 16);
    const Attention a = compute(in, {.keep_scores = true});
    EXPECT_NEAR(a.scores(2, 3), in.q.row(2).dot(in.k.row(3)) / 4, 1e-6);
    EXPECT_TRUE(same_bits(a, compute(in, {.scale = 0.25, .keep_scores = true})));
    EXPECT_TRUE(same_bits(a, compute(in, {.temperature = 2, .scale = 0.5, .keep_scores = true})));
    EXPECT_TRUE((compute(in, {.scale = 0.0}).weights.array() == 1.0F / 9).all());
}

TEST(Attention, KeepsScoresBeforeTheMaskAndLeavesOutWhatIsNotAskedFor) {
    const Input in = random_input(70, 140, 16);
    const Attention masked = compute(in, {.mask = {MaskKind::causal}, .keep_scores = true});
    EXPECT_TRUE(same_bits(masked.scores, compute(in, {.keep_scores = true}).scores));
    const Attention bare = compute({in.q, in.k, Matrix()}, {.mask = {MaskKind::causal}, .need_output = false});
    EXPECT_EQ(bare.scores.size(), 0);
    EXPECT_EQ(bare.output.size(), 0);
    EXPECT_TRUE(same_bits(bare.weights, masked.weights));
}

TEST(Attention, TakesBlocksOfLargerMatrices) {
    const Matrix big = random_normal(100, 90, 1.0, 3, 0);
    const Input in = {big.block(1, 2, 60, 17), big.block(30, 20, 70, 17), big.block(0, 50, 70, 9)};
    Result<Attention> strided =
        attention(big.block(1, 2, 60, 17), big.block(30, 20, 70, 17), big.block(0, 50, 70, 9), {});
    ASSERT_TRUE(strided.has_value());
    EXPECT_TRUE(same_bits(*strided, compute(in)));
}

TEST(Attention, ReportsProgressUpToOneAndStopsWhenAsked) {
    const Input in = random_input(200, 50, 8);
    std::atomic<float> fraction = 0;
    ASSERT_TRUE(attention(in.q, in.k, in.v, {}, Progress({}, &fraction)).has_value());
    EXPECT_GT(fraction, 0.5F);
    std::stop_source source;
    source.request_stop();
    const Result<Attention> stopped = attention(in.q, in.k, in.v, {}, Progress(source.get_token(), nullptr));
    ASSERT_FALSE(stopped.has_value());
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

}  // namespace attention_test
}  // namespace attnscope
