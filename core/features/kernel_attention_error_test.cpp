#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/attention/test_input.hpp"
#include "core/features/kernel_attention.hpp"

namespace attnscope {
namespace kernel_attention_error_test {

using testing::HasSubstr;
using testing_input::Input;
using testing_input::random_input;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string error_of(const Input& in, const KernelOptions& options = {}) {
    const Result<KernelAttention> result = kernel_attention(in.q, in.k, in.v, options);
    return result ? "no error" : result.error().what;
}

TEST(KernelAttentionError, ShapesThatDoNotFitAreNamed) {
    EXPECT_THAT(error_of({Matrix::Ones(2, 3), Matrix::Ones(4, 5), Matrix::Ones(4, 2)}), HasSubstr("2 x 3"));
    EXPECT_THAT(error_of({Matrix::Ones(2, 3), Matrix::Ones(4, 3), Matrix::Ones(5, 2)}), HasSubstr("5 x 2"));
    EXPECT_THAT(error_of({Matrix(0, 3), Matrix::Ones(4, 3), Matrix::Ones(4, 2)}), HasSubstr("queries are empty"));
}

TEST(KernelAttentionError, EntriesThatAreNotFiniteAreNamed) {
    Input in = random_input(3, 4, 2);
    in.k(2, 1) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(error_of(in), HasSubstr("keys hold nan at row 2, column 1"));
}

TEST(KernelAttentionError, OptionsOutOfRangeAreNamed) {
    const Input in = random_input(3, 4, 2);
    EXPECT_THAT(error_of(in, {.temperature = 0}), HasSubstr("temperature is 0"));
    EXPECT_THAT(error_of(in, {.scale = infinity}), HasSubstr("scale is inf"));
    EXPECT_THAT(error_of(in, {.mask = {MaskKind::window, -1}}), HasSubstr("-1"));
    EXPECT_THAT(error_of(in, {.features = {.features = 0}}), HasSubstr("number of random features is 0"));
}

TEST(KernelAttentionError, AVectorTooLongForItsFeaturesIsNamed) {
    Input in = random_input(3, 4, 2);
    in.k.row(1).setConstant(3e38F);
    EXPECT_THAT(error_of(in, {.scale = 100.0}), HasSubstr("the keys: the random features of row 1"));
    in.q.row(2).setConstant(3e38F);
    EXPECT_THAT(error_of(in, {.scale = 100.0}), HasSubstr("the queries: the random features of row 2"));
}

TEST(KernelAttentionError, StopsWhenAsked) {
    std::stop_source source;
    source.request_stop();
    const Input in = random_input(3, 4, 2);
    const Result<KernelAttention> result = kernel_attention(in.q, in.k, in.v, {}, {source.get_token(), nullptr});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::cancelled);
}

}  // namespace kernel_attention_error_test
}  // namespace attnscope
