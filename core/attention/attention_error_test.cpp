// Every error of attention() and reference_attention(), by the words that matter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace attention_error_test {

using testing::AllOf;
using testing::HasSubstr;
using testing_input::Input;
using testing_input::options_of;
using testing_input::random_input;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

// The sentence of both paths, which must be the same; "" when there is no error.
std::string error_of(const Input& in, const AttentionOptions& options = {}) {
    const Result<Attention> fast = attention(in.q, in.k, in.v, options);
    const Result<ReferenceAttention> slow =
        reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), options);
    const std::string sentence = fast ? "" : fast.error().what;
    EXPECT_EQ(sentence, slow ? "" : slow.error().what);
    if (!fast) {
        EXPECT_EQ(fast.error().code, ErrorCode::invalid_input);
    }
    return sentence;
}

std::string float_error_of(const Input& in, const AttentionOptions& options = {}) {
    const Result<Attention> fast = attention(in.q, in.k, in.v, options);
    return fast ? "" : fast.error().what;
}

TEST(AttentionErrors, ShapesThatDoNotFitAreBothNamed) {
    Input in = random_input(5, 7, 4);
    in.k = Matrix::Zero(7, 3);
    EXPECT_THAT(error_of(in), AllOf(HasSubstr("queries are 5 x 4"), HasSubstr("keys 7 x 3"), HasSubstr("columns")));
    in = random_input(5, 7, 4);
    in.v = Matrix::Zero(6, 2);
    EXPECT_THAT(error_of(in), AllOf(HasSubstr("keys are 7 x 4"), HasSubstr("values 6 x 2"), HasSubstr("rows")));
    EXPECT_EQ(error_of(in, {.need_output = false}), "");
}

TEST(AttentionErrors, EmptyInputIsRefusedByName) {
    EXPECT_THAT(error_of(random_input(0, 7, 4)), AllOf(HasSubstr("queries are empty (0 x 4)"), HasSubstr("at least")));
    EXPECT_THAT(error_of(random_input(5, 0, 4)), HasSubstr("keys are empty (0 x 4)"));
    EXPECT_THAT(error_of(random_input(5, 7, 0)), HasSubstr("queries are empty (5 x 0)"));
    Input in = random_input(5, 7, 4);
    in.v = Matrix(7, 0);
    EXPECT_THAT(error_of(in), HasSubstr("values are empty (7 x 0)"));
}

TEST(AttentionErrors, NaNAndInfinityAreNamedWithTheirPlace) {
    Input in = random_input(5, 7, 4);
    in.q(2, 3) = nan;
    EXPECT_THAT(error_of(in), AllOf(HasSubstr("queries hold nan at row 2, column 3"), HasSubstr("finite")));
    in = random_input(5, 7, 4);
    in.k(6, 0) = inf;
    EXPECT_THAT(error_of(in), HasSubstr("keys hold inf at row 6, column 0"));
    in = random_input(5, 7, 4);
    in.v(0, 1) = -inf;
    in.v(3, 3) = nan;
    EXPECT_THAT(error_of(in), HasSubstr("values hold -inf at row 0, column 1"));
    EXPECT_EQ(error_of(in, {.need_output = false}), "");
}

TEST(AttentionErrors, TemperatureMustBePositiveAndFinite) {
    const Input in = random_input(5, 7, 4);
    for (const double bad : {0.0, -1.0, static_cast<double>(nan), static_cast<double>(inf)})
        EXPECT_THAT(error_of(in, {.temperature = bad}), AllOf(HasSubstr("temperature is"), HasSubstr("above 0")));
}

TEST(AttentionErrors, ScaleMustBeFiniteAlsoOverTheTemperature) {
    const Input in = random_input(5, 7, 4);
    EXPECT_THAT(error_of(in, {.scale = nan}), AllOf(HasSubstr("scale is nan"), HasSubstr("finite")));
    EXPECT_THAT(error_of(in, {.temperature = 1e-200, .scale = 1e200}),
                AllOf(HasSubstr("1e+200"), HasSubstr("1e-200"), HasSubstr("range of double")));
}

TEST(AttentionErrors, AMasksSizeMustNotBeNegativeAndABlocksBePositive) {
    const Input in = random_input(5, 7, 4);
    const auto error_with = [&](MaskKind kind, Index size) { return error_of(in, {.mask = {kind, size}}); };
    EXPECT_THAT(error_with(MaskKind::window, -3), AllOf(HasSubstr("window is -3"), HasSubstr("0 or more")));
    EXPECT_THAT(error_with(MaskKind::padding, -1), AllOf(HasSubstr("real keys is -1"), HasSubstr("0 or more")));
    EXPECT_THAT(error_with(MaskKind::prefix, -2), AllOf(HasSubstr("prefix is -2"), HasSubstr("0 or more")));
    EXPECT_THAT(error_with(MaskKind::block, 0), AllOf(HasSubstr("block is 0"), HasSubstr("1 or more")));
    EXPECT_EQ(error_with(MaskKind::padding, 0), "");
}

TEST(AttentionErrors, EveryScoreSaysWhichShapesItTakes) {
    Input in = random_input(5, 7, 4);
    in.k = Matrix::Ones(7, 3);
    for (const ScoreKind kind : {ScoreKind::scaled_dot, ScoreKind::dot, ScoreKind::cosine})
        EXPECT_THAT(error_of(in, {.score = kind}),
                    AllOf(HasSubstr("queries are 5 x 4"), HasSubstr("keys 7 x 3"), HasSubstr("equally many columns")));
    for (const ScoreKind kind : {ScoreKind::general, ScoreKind::additive, ScoreKind::concat, ScoreKind::sum})
        EXPECT_EQ(error_of(in, options_of(kind, 4, 3)), "");
}

TEST(AttentionErrors, ScoreWeightsMustBeThereFitAndBeFinite) {
    const Input in = random_input(5, 7, 4);
    EXPECT_THAT(error_of(in, {.score = ScoreKind::general}), AllOf(HasSubstr("no weights"), HasSubstr("w_q of 4 x 4")));
    for (const ScoreKind kind : {ScoreKind::additive, ScoreKind::concat})
        EXPECT_THAT(error_of(in, {.score = kind}), AllOf(HasSubstr("no weights"), HasSubstr("w_k of h x 4")));
    EXPECT_THAT(error_of(in, options_of(ScoreKind::general, 4, 5)), HasSubstr("w_q are 4 x 5: they must be 4 x 4"));
    EXPECT_THAT(error_of(in, options_of(ScoreKind::additive, 3, 4)), HasSubstr("w_q are 6 x 3: they must be 6 x 4"));
    EXPECT_THAT(error_of(in, options_of(ScoreKind::additive, 4, 5)), HasSubstr("w_k are 6 x 5: they must be 6 x 4"));

    const auto error_with = [&](ScoreKind kind, const ScoreWeights& w) {
        return error_of(in, {.score = kind, .score_weights = std::make_shared<ScoreWeights>(w)});
    };
    ScoreWeights w = make_score_weights(ScoreKind::additive, {4, 4, 6}, 1, 1);
    w.w_v(5) = nan;
    EXPECT_THAT(error_with(ScoreKind::additive, w), HasSubstr("w_v hold nan at row 5, column 0"));
    w.w_v.resize(5);
    w.w_v.setOnes();
    EXPECT_THAT(error_with(ScoreKind::concat, w), HasSubstr("w_q are 6 x 4: they must be 5 x 4"));
    w.w_v.resize(0);
    EXPECT_THAT(error_with(ScoreKind::additive, w), AllOf(HasSubstr("w_v are empty"), HasSubstr("at least one")));
    w = make_score_weights(ScoreKind::general, {4, 4}, 1, 1);
    w.w_q(1, 2) = inf;
    EXPECT_THAT(error_with(ScoreKind::general, w),
                AllOf(HasSubstr("w_q hold inf at row 1, column 2"), HasSubstr("finite")));
}

TEST(AttentionErrors, TheDistanceSlopeMustBeFiniteAndNotNegative) {
    const Input in = random_input(5, 7, 4);
    for (const double bad : {-0.5, static_cast<double>(nan), static_cast<double>(inf)})
        EXPECT_THAT(error_of(in, {.distance_slope = bad}),
                    AllOf(HasSubstr("distance slope is"), HasSubstr("0 or more")));
    EXPECT_THAT(error_of(in, {.temperature = 1e-200, .distance_slope = 1e200}),
                AllOf(HasSubstr("slope 1e+200"), HasSubstr("range of double")));
    EXPECT_THAT(float_error_of(in, {.distance_slope = 1e300}), HasSubstr("query 0 and key 1"));
    EXPECT_EQ(float_error_of(in, {.mask = {MaskKind::window, 0}, .distance_slope = 1e300}), "");
}

TEST(AttentionErrors, ALocalWindowNeedsAFiniteCentreForEachQueryAndAPositiveHalfWidth) {
    const Input in = random_input(5, 7, 4);
    const auto error_with = [&](const VectorD& centers, double half_width) {
        return error_of(in, {.local = std::make_shared<LocalWindow>(LocalWindow{centers, half_width})});
    };
    EXPECT_THAT(error_with(VectorD::Zero(4), 1), AllOf(HasSubstr("4 centres for 5 queries"), HasSubstr("each query")));
    VectorD centers = VectorD::Zero(5);
    centers(3) = static_cast<double>(nan);
    EXPECT_THAT(error_with(centers, 1), AllOf(HasSubstr("centre of query 3"), HasSubstr("nan"), HasSubstr("finite")));
    for (const double bad : {0.0, -1.0, static_cast<double>(nan), static_cast<double>(inf)})
        EXPECT_THAT(error_with(VectorD::Zero(5), bad), AllOf(HasSubstr("half width is"), HasSubstr("above 0")));
    EXPECT_EQ(error_with(VectorD::Constant(5, 1e300), 1), "");
}

TEST(AttentionErrors, AScoreBeyondFloatIsNamedUnlessTheMaskHidesItUnkept) {
    Input in = random_input(200, 200, 4);
    in.q.row(150) *= 1e20F;
    in.k.row(170) *= 1e25F;
    in.q.row(170).setZero();
    EXPECT_THAT(float_error_of(in), AllOf(HasSubstr("query 150 and key 170"), HasSubstr("range of float"),
                                          HasSubstr("higher temperature")));
    EXPECT_EQ(float_error_of(in, {.temperature = 1e10}), "");
    EXPECT_THAT(float_error_of(in, {.temperature = 1e-30, .mask = {MaskKind::causal}}), HasSubstr("query 1"));
    EXPECT_EQ(float_error_of({in.q.topRows(160), in.k, in.v}, {.mask = {MaskKind::causal}}), "");
    EXPECT_THAT(float_error_of({in.q.topRows(160), in.k, in.v}, {.mask = {MaskKind::causal}, .keep_scores = true}),
                HasSubstr("query 150 and key 170"));
}

TEST(AttentionErrors, AnOutputBeyondFloatIsNamed) {
    Input in = {Matrix::Zero(1, 1), Matrix::Zero(1, 1), Matrix::Zero(1, 1)};
    bool found = false;
    // A mean of the largest floats may round beyond them: for some number of keys it does.
    for (Index keys = 2; keys < 200 && !found; ++keys) {
        in.k = Matrix::Zero(keys, 1);
        in.v = Matrix::Constant(keys, 1, std::numeric_limits<float>::max());
        const std::string sentence = float_error_of(in);
        if (sentence.empty()) continue;
        found = true;
        EXPECT_THAT(sentence, AllOf(HasSubstr("output of query 0"), HasSubstr("range of float")));
    }
    EXPECT_TRUE(found);
}

}  // namespace attention_error_test
}  // namespace attnscope
