#include "core/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>

namespace attnscope {
namespace result_test {

TEST(Result, HoldsAValue) {
    Result<std::string> result = std::string("text");
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(static_cast<bool>(result));
    EXPECT_EQ(result.value(), "text");
    EXPECT_EQ(*result, "text");
    EXPECT_EQ(result->size(), 4U);
    result->push_back('!');
    EXPECT_EQ(*std::as_const(result), "text!");
}

TEST(Result, HoldsAnErrorWithItsCodeAndSentence) {
    const Result<int> result = invalid_input("line 3: not a number");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(result.error().what, "line 3: not a number");
}

TEST(Result, MovesAValueThatCannotBeCopiedOut) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    const std::unique_ptr<int> taken = *std::move(result);
    ASSERT_NE(taken, nullptr);
    EXPECT_EQ(*taken, 7);
}

TEST(Result, OfVoidIsAValueByDefaultAndAnErrorWhenGivenOne) {
    const Result<void> good;
    EXPECT_TRUE(good.has_value());
    const Result<void> bad = io_error("cannot write");
    ASSERT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().code, ErrorCode::io);
    EXPECT_EQ(bad.error().what, "cannot write");
}

TEST(Result, ErrorMakersGiveTheirCode) {
    EXPECT_EQ(usage_error("x").code, ErrorCode::usage);
    EXPECT_EQ(cancelled().code, ErrorCode::cancelled);
}

TEST(Result, IsNotConvertedToBoolByAccident) {
    EXPECT_FALSE((std::is_convertible_v<Result<int>, bool>));
    EXPECT_TRUE((std::is_constructible_v<bool, Result<int>>));
}

TEST(ResultDeathTest, ValueOfAnErrorAndErrorOfAValueEndTheProgramWithTheirPlace) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Result<int> error = invalid_input("wrong");
    const Result<int> value = 1;
    const Result<void> nothing;
    EXPECT_DEATH((void)error.value(), "broken invariant: Result::value\\(\\) on an error .*result");
    EXPECT_DEATH((void)value.error(), "broken invariant: Result::error\\(\\) on a value");
    EXPECT_DEATH((void)nothing.error(), "broken invariant: Result::error\\(\\) on a value");
}

}  // namespace result_test
}  // namespace attnscope
