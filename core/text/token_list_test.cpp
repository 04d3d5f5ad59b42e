#include "core/text/token_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/timing/memory.hpp"

namespace attnscope {
namespace token_list_test {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(std::string_view bytes, Index most = 100) {
    const auto parsed = parse_token_list(bytes, "t.txt", most);
    return parsed ? "no error" : parsed.error().what;
}

TEST(TokenList, TakesOneTokenALineWithEitherLineEnd) {
    EXPECT_THAT(*parse_token_list("the\nking\r\n\nשלום", "t", 9), ElementsAre("the", "king", "", "שלום"));
    EXPECT_THAT(*parse_token_list("the\n", "t", 9), ElementsAre("the"));
}

TEST(TokenList, TakesAJsonListOfStrings) {
    EXPECT_THAT(*parse_token_list(" [\"[CLS]\", \"a b\", \"\\u0041\"]\n", "t", 9), ElementsAre("[CLS]", "a b", "A"));
}

TEST(TokenList, SaysWhatIsWrongAndWhere) {
    EXPECT_THAT(error_of("a\n\xff"), AllOf(HasSubstr("t.txt"), HasSubstr("2")));
    EXPECT_THAT(error_of("[1]"), AllOf(HasSubstr("t.txt"), HasSubstr("item 0"), HasSubstr("no string")));
    EXPECT_THAT(error_of("[\"a\""), AllOf(HasSubstr("t.txt"), HasSubstr("no JSON")));
    EXPECT_THAT(error_of("[]"), HasSubstr("empty"));
    EXPECT_THAT(error_of(" \n "), HasSubstr("no token"));
    EXPECT_THAT(error_of("a\nb\nc", 2), HasSubstr("more than 2 tokens"));
    EXPECT_THAT(load_token_list("there-is-no-such-file.txt", 9).error().what, HasSubstr("there-is-no-such-file.txt"));
}

TEST(TokenList, DeepNestingIsAnErrorNotACrash) {
    EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("t.txt"));
}

// A file of 64 MB could hold 64 million tokens, of a kilobyte each where it is a tree of JSON.
TEST(TokenList, WhatIsBeyondTheMostIsNotKept) {
    const auto bytes_for = [](const std::string& bytes) {
        return extra_bytes_of([&] { EXPECT_THAT(error_of(bytes, 2), HasSubstr("more than 2 tokens")); });
    };
    std::string json = "[\"a\"";
    for (int i = 0; i < 1'000'000; ++i) json += ",\"a\"";
    for (const std::string& bytes : {json + "]", "a" + std::string(std::size_t{16} << 20U, '\n')}) {
        const std::optional<std::int64_t> extra = bytes_for(bytes);
        if (!extra) GTEST_SKIP() << "this system does not tell";
        EXPECT_LT(*extra, std::int64_t{16} << 20U);
    }
}

}  // namespace token_list_test
}  // namespace attnscope
