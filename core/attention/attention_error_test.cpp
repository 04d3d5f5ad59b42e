// Every error of attention() and reference_attention(), by the words that matter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_input::Input;
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

TEST(AttentionErrors, WindowMustNotBeNegative) {
    EXPECT_THAT(error_of(random_input(5, 7, 4), {.mask = {MaskKind::window, -3}}),
                AllOf(HasSubstr("window is -3"), HasSubstr("0 or more")));
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

}  // namespace
}  // namespace attnscope
