// Every score function with every mask, painted cells, distance slope and local window: the float path against the
// reference, and the promises of attention() for them.
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace attention_kinds_test {

using testing_input::all_masks;
using testing_input::all_scores;
using testing_input::compute;
using testing_input::Input;
using testing_input::options_of;
using testing_input::painted;
using testing_input::random_input;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr const char* some_cells = "0:0-200;1:0;3:1-2,5,7-20;64:60-64;65:0-30,40-64;70:0-60,62-100;129:3,128-129";

template <class A, class B>
bool same_bits(const A& a, const B& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
}

std::shared_ptr<const LocalWindow> slanted_window(Index queries, double half_width) {
    return std::make_shared<LocalWindow>(
        LocalWindow{VectorD::LinSpaced(queries, -3, static_cast<double>(queries) * 0.9), half_width});
}

// All combinations for queries and keys of d entries.
std::vector<AttentionOptions> all_options(Index queries, Index d) {
    std::vector<AttentionOptions> all;
    for (const ScoreKind kind : all_scores)
        for (const MaskSpec& mask : all_masks)
            for (const bool hidden : {false, true})
                for (const int extra : {0, 1, 2}) {
                    AttentionOptions options = options_of(kind, d, d);
                    options.mask = hidden ? painted(mask, some_cells) : mask;
                    options.keep_scores = true;
                    if (extra == 1) options.distance_slope = 0.125;
                    if (extra == 2) options.local = slanted_window(queries, 4.5);
                    all.push_back(options);
                }
    return all;
}

// A of the accuracy that attention() states, for its largest row; kept generous by the norms' product.
double score_size(const Input& in, const AttentionOptions& options) {
    const double q = static_cast<double>(in.q.rowwise().norm().maxCoeff());
    const double k = static_cast<double>(in.k.rowwise().norm().maxCoeff());
    const double scale = effective_scale(options, in.q.cols()) / options.temperature;
    const double distance = static_cast<double>(std::max(in.q.rows(), in.k.rows()));
    double size = scale * q * k;
    if (has_weights(options.score))
        size = options.score == ScoreKind::general
                   ? scale * q * k * static_cast<double>(options.score_weights->w_q.norm())
                   : scale * static_cast<double>(options.score_weights->w_v.cwiseAbs().sum());
    if (options.score == ScoreKind::sum) size = scale * std::sqrt(static_cast<double>(in.q.cols())) * (q + k);
    if (options.score == ScoreKind::cosine) size = scale;
    return size + options.distance_slope * distance / options.temperature;
}

void expect_like_reference(const Input& in, const AttentionOptions& options) {
    const Attention fast = compute(in, options);
    const ReferenceAttention slow =
        *reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), options);
    const double error = 1e-6 + 2e-7 * score_size(in, options);
    ASSERT_LT((fast.scores.cast<double>() - slow.scores).cwiseAbs().maxCoeff(), error);
    ASSERT_LT(
        ((fast.weights.cast<double>() - slow.weights).array().abs() - 2 * error * slow.weights.array()).maxCoeff(),
        1e-37);
    ASSERT_LT((fast.output.cast<double>() - slow.output).cwiseAbs().maxCoeff(), 10 * error);
    ASSERT_LT((fast.entropy_bits - slow.entropy_bits).cwiseAbs().maxCoeff(), 10 * error);
    ASSERT_EQ(fast.masked_rows, slow.masked_rows);
    for (Index i = 0; i < in.q.rows(); ++i) {
        if (sees_any(options, i, in.k.rows())) {
            ASSERT_NEAR(fast.log_sum_exp(i), slow.log_sum_exp(i), error) << i;
            if (!options.local) {
                ASSERT_NEAR(fast.weights.row(i).cast<double>().sum(), 1, 1e-6) << i;
            } else {
                ASSERT_LE(fast.weights.row(i).cast<double>().sum(), 1 + 1e-6) << i;
            }
        } else {
            ASSERT_EQ(fast.log_sum_exp(i), -infinity) << i;
            ASSERT_TRUE((fast.output.row(i).array() == 0).all()) << i;
            ASSERT_EQ(fast.entropy_bits(i), 0) << i;
        }
        for (Index j = 0; j < in.k.rows(); ++j)
            if (!sees(options, i, j)) {
                ASSERT_EQ(fast.weights(i, j), 0) << i << " " << j;
            }
    }
}

TEST(AttentionKinds, AgreeWithTheReferenceForEveryScoreMaskPaintingSlopeAndWindow) {
    const Input square = random_input(131, 131, 5), wide = random_input(5, 140, 5), tall = random_input(70, 3, 5);
    for (const Input& in : {square, wide, tall})
        for (const AttentionOptions& options : all_options(in.q.rows(), 5))
            ASSERT_NO_FATAL_FAILURE(expect_like_reference(in, options))
                << static_cast<int>(options.score) << " " << static_cast<int>(options.mask.kind) << " " << in.q.rows();
}

TEST(AttentionKinds, KeepTheirAccuracyForSixtyFourEntriesAndFiveHundredKeys) {
    const Input in = random_input(40, 512, 64);
    for (const ScoreKind kind : all_scores) {
        AttentionOptions options = options_of(kind, 64, 64);
        options.keep_scores = true;
        ASSERT_NO_FATAL_FAILURE(expect_like_reference(in, options)) << static_cast<int>(kind);
    }
}

TEST(AttentionKinds, QueriesAndKeysMayDifferInTheirEntriesWhereTheScoreAllowsIt) {
    Input in = random_input(70, 130, 3);
    in.q = random_normal(70, 11, 1.0, 5, 5);
    for (const ScoreKind kind : {ScoreKind::general, ScoreKind::additive, ScoreKind::concat, ScoreKind::sum}) {
        AttentionOptions options = options_of(kind, 11, 3);
        options.keep_scores = true;
        ASSERT_NO_FATAL_FAILURE(expect_like_reference(in, options)) << static_cast<int>(kind);
    }
}

TEST(AttentionKinds, CausalRowsDoNotChangeABitWhenLaterTokensChangeOrAppear) {
    const Index length = 140, longer = 270;
    const Input all = random_input(longer, longer, 16, 1), other = random_input(longer, longer, 16, 2);
    for (const ScoreKind kind : all_scores)
        for (const double slope : {0.0, 0.3})
            for (const Index cut : {1, 5, 64, 100, 130}) {
                AttentionOptions options = options_of(kind, 16, 16);
                options.mask = painted({MaskKind::causal}, some_cells);
                options.distance_slope = slope;
                Input changed = {all.q.topRows(length), all.k.topRows(length), all.v.topRows(length)};
                const Attention base = compute(changed, options), extended = compute(all, options);
                changed.q.bottomRows(length - cut) = other.q.bottomRows(length - cut) * 100;
                changed.k.bottomRows(length - cut) = other.k.bottomRows(length - cut);
                changed.v.bottomRows(length - cut) = other.v.bottomRows(length - cut) * -1e30F;
                for (const Attention& a : {compute(changed, options), extended}) {
                    ASSERT_TRUE(same_bits(a.weights.topLeftCorner(cut, cut), base.weights.topLeftCorner(cut, cut)));
                    ASSERT_TRUE(same_bits(a.output.topRows(cut), base.output.topRows(cut)));
                    ASSERT_TRUE(same_bits(a.log_sum_exp.head(cut), base.log_sum_exp.head(cut)));
                    ASSERT_TRUE(same_bits(a.entropy_bits.head(cut), base.entropy_bits.head(cut)));
                }
            }
}

TEST(AttentionKinds, HiddenCellsDoNotChangeABitOfTheirRowWhateverTheirScore) {
    Input in = random_input(3, 200, 16);
    for (const ScoreKind kind : all_scores) {
        AttentionOptions options = options_of(kind, 16, 16);
        options.mask.hidden = testing_input::cells("1:0,70-80,199");
        const Attention base = compute(in, options);
        Input changed = in;
        for (const Index hidden : {0, 75, 199}) {
            changed.k.row(hidden) *= 1e6F;
            changed.v.row(hidden) *= -1e6F;
        }
        const Attention a = compute(changed, options);
        EXPECT_TRUE(same_bits(a.weights.row(1), base.weights.row(1))) << static_cast<int>(kind);
        EXPECT_TRUE(same_bits(a.output.row(1), base.output.row(1))) << static_cast<int>(kind);
        EXPECT_EQ(a.log_sum_exp(1), base.log_sum_exp(1));
        EXPECT_EQ(a.entropy_bits(1), base.entropy_bits(1));
        EXPECT_FALSE(same_bits(a.output.row(0), base.output.row(0)));
    }
}

TEST(AttentionKinds, AHiddenScoreMayBeBeyondFloatUnlessScoresAreKept) {
    Input in = random_input(2, 3, 2);
    in.q.setConstant(1e20F);
    in.k = Matrix::Zero(3, 2);
    in.k.row(1).setConstant(1e20F);
    const MaskSpec mask = painted({}, "0:1;1:1");
    const Attention a = compute(in, {.mask = mask});
    EXPECT_EQ(a.weights, (Matrix(2, 3) << 0.5F, 0, 0.5F, 0.5F, 0, 0.5F).finished());
    const Result<Attention> kept = attention(in.q, in.k, in.v, {.mask = mask, .keep_scores = true});
    ASSERT_FALSE(kept.has_value());
    EXPECT_NE(kept.error().what.find("query 0 and key 1"), std::string::npos) << kept.error().what;
}

TEST(AttentionKinds, SameBitsForOneAndTwoThreads) {
    const Input in = random_input(300, 200, 16);
    for (const AttentionOptions& options : all_options(300, 16)) {
        if (options.mask.kind != MaskKind::prefix) continue;
        std::vector<Attention> results;
        for (const std::size_t threads : {1U, 2U}) {
            const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
            results.push_back(compute(in, options));
        }
        ASSERT_TRUE(same_bits(results[0].weights, results[1].weights));
        ASSERT_TRUE(same_bits(results[0].scores, results[1].scores));
        ASSERT_TRUE(same_bits(results[0].output, results[1].output));
        ASSERT_TRUE(same_bits(results[0].entropy_bits, results[1].entropy_bits));
        ASSERT_TRUE(same_bits(results[0].log_sum_exp, results[1].log_sum_exp));
    }
}

TEST(AttentionKinds, AdditiveAndConcatAreTheSameBits) {
    const Input in = random_input(20, 30, 8);
    EXPECT_TRUE(same_bits(compute(in, options_of(ScoreKind::additive, 8, 8)).weights,
                          compute(in, options_of(ScoreKind::concat, 8, 8)).weights));
}

TEST(AttentionKinds, GeneralWithTheUnitMatrixIsTheDotProduct) {
    const Input in = random_input(20, 30, 8);
    AttentionOptions options = {
        .score = ScoreKind::general,
        .score_weights = std::make_shared<ScoreWeights>(ScoreWeights{Matrix::Identity(8, 8), Matrix(), Vector()})};
    EXPECT_TRUE(same_bits(compute(in, options).weights, compute(in, {.score = ScoreKind::dot}).weights));
}

TEST(AttentionKinds, CosineDoesNotSeeLengthsAndAZeroVectorScoresZero) {
    Input in = random_input(9, 12, 8);
    const AttentionOptions options = {.keep_scores = true, .score = ScoreKind::cosine};
    const Attention base = compute(in, options);
    EXPECT_LE(base.scores.cwiseAbs().maxCoeff(), 1 + 1e-6F);
    in.q.row(2) *= 1e30F;
    in.k.row(5) *= 1e-30F;
    const Attention scaled = compute(in, options);
    EXPECT_LT((scaled.scores - base.scores).cwiseAbs().maxCoeff(), 1e-6F);
    in.q.row(2).setZero();
    in.k.row(5).setZero();
    const Attention zero = compute(in, options);
    EXPECT_TRUE((zero.scores.row(2).array() == 0).all());
    EXPECT_TRUE((zero.scores.col(5).array() == 0).all());
}

TEST(AttentionKinds, TheDefaultScaleIsOneButForTheScaledDot) {
    for (const ScoreKind kind : all_scores) {
        EXPECT_EQ(effective_scale({.score = kind}, 16), kind == ScoreKind::scaled_dot ? 0.25 : 1);
        EXPECT_EQ(effective_scale({.scale = 3.0, .score = kind}, 16), 3);
    }
}

TEST(AttentionKinds, OptionsAreComparedByContent) {
    const AttentionOptions a = options_of(ScoreKind::additive, 4, 4);
    EXPECT_EQ(a, options_of(ScoreKind::additive, 4, 4));
    EXPECT_NE(a, options_of(ScoreKind::concat, 4, 4));
    EXPECT_NE(a, options_of(ScoreKind::additive, 4, 5));
    AttentionOptions b = a;
    b.local = slanted_window(5, 2);
    EXPECT_NE(a, b);
    AttentionOptions c = a;
    c.local = slanted_window(5, 2);
    EXPECT_EQ(b, c);
    c.local = slanted_window(5, 3);
    EXPECT_NE(b, c);
    c = a;
    c.distance_slope = 1;
    EXPECT_NE(a, c);
    c = a;
    c.mask = painted({}, "0:1");
    EXPECT_NE(a, c);
    c = a;
    c.temperature = 2;
    EXPECT_NE(a, c);
}

TEST(AttentionKinds, WhatAQuerySeesIsTheMaskAndTheWindowTogether) {
    AttentionOptions options = {.mask = painted({MaskKind::causal}, "4:3-4"), .local = slanted_window(9, 2)};
    const VectorD& p = options.local->centers;
    for (Index i = 0; i < 9; ++i) {
        bool any = false;
        for (Index j = 0; j < 9; ++j) {
            const bool expected =
                j <= i && std::abs(static_cast<double>(j) - p(i)) <= 2 && !(i == 4 && 3 <= j && j <= 4);
            EXPECT_EQ(sees(options, i, j), expected) << i << " " << j;
            any = any || expected;
        }
        EXPECT_EQ(sees_any(options, i, 9), any) << i;
    }
    EXPECT_FALSE(sees_any(options, 0, 9));
}

}  // namespace attention_kinds_test
}  // namespace attnscope
