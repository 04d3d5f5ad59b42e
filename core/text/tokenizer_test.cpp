#include "core/text/tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace tokenizer_test {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> words(std::string_view text) {
    return *tokenize(text, Tokenizer::words, 1000);
}

std::vector<std::string> characters(std::string_view text) {
    return *tokenize(text, Tokenizer::characters, 1000);
}

TEST(Words, SplitAtWhiteSpaceOfEveryKind) {
    EXPECT_THAT(words("  the\tking\r\nand\u00A0the\u3000queen\u2029 "),
                ElementsAre("the", "king", "and", "the", "queen"));
}

TEST(Words, PunctuationMarksAreTokensOfTheirOwn) {
    EXPECT_THAT(words("Stop, (now)!"), ElementsAre("Stop", ",", "(", "now", ")", "!"));
    EXPECT_THAT(words("wait..."), ElementsAre("wait", ".", ".", "."));
    EXPECT_THAT(words("a=b+1\u20AC"), ElementsAre("a", "=", "b", "+", "1", "\u20AC"));
}

TEST(Words, ApostropheAndHyphenStayInsideAWordOnly) {
    EXPECT_THAT(words("don't well-known rock'n'roll"), ElementsAre("don't", "well-known", "rock'n'roll"));
    EXPECT_THAT(words("it\u2019s"), ElementsAre("it\u2019s"));
    EXPECT_THAT(words("'tis the kings' -x a--b -"),
                ElementsAre("'", "tis", "the", "kings", "'", "-", "x", "a", "-", "-", "b", "-"));
}

TEST(Words, PointAndCommaStayBetweenDigitsOnly) {
    EXPECT_THAT(words("3.14 1,000,000 a.b 5."), ElementsAre("3.14", "1,000,000", "a", ".", "b", "5", "."));
    EXPECT_THAT(words("\u06F3\u066B\u06F1"), ElementsAre("\u06F3\u066B\u06F1"));
}

TEST(Words, PersianKeepsItsZeroWidthNonJoinerAndItsMarks) {
    EXPECT_THAT(
        words("\u0645\u06CC\u200C\u0631\u0648\u0645\u060C \u06A9\u062A\u0627\u0628\u064E\u061F"),
        ElementsAre("\u0645\u06CC\u200C\u0631\u0648\u0645", "\u060C", "\u06A9\u062A\u0627\u0628\u064E", "\u061F"));
    EXPECT_THAT(words(" \u200C\u06A9 "), ElementsAre("\u06A9"));
}

TEST(Words, HebrewKeepsPointsGershayimAndMaqaf) {
    EXPECT_THAT(words("\u05E9\u05C1\u05B8\u05DC\u05D5\u05B9\u05DD \u05E6\u05D4\u05F4\u05DC "
                      "\u05D1\u05D9\u05EA\u05BE\u05E1\u05E4\u05E8\u05C3"),
                ElementsAre("\u05E9\u05C1\u05B8\u05DC\u05D5\u05B9\u05DD", "\u05E6\u05D4\u05F4\u05DC",
                            "\u05D1\u05D9\u05EA\u05BE\u05E1\u05E4\u05E8", "\u05C3"));
}

TEST(Words, IdeographsAndHiraganaStandAloneKatakanaAndHangulRun) {
    EXPECT_THAT(words("\u6CE8\u610F\u529B\u3002"), ElementsAre("\u6CE8", "\u610F", "\u529B", "\u3002"));
    EXPECT_THAT(words("\u79C1\u306E\u30C6\u30B9\u30C8"), ElementsAre("\u79C1", "\u306E", "\u30C6\u30B9\u30C8"));
    EXPECT_THAT(words("\uC8FC\uC758 \uAE30\uC220"), ElementsAre("\uC8FC\uC758", "\uAE30\uC220"));
}

TEST(Words, CombiningMarksStayWithTheirLetter) {
    EXPECT_THAT(words("cafe\u0301 nai\u0308ve"), ElementsAre("cafe\u0301", "nai\u0308ve"));
    EXPECT_THAT(words("\u0939\u093F\u0928\u094D\u0926\u0940"), ElementsAre("\u0939\u093F\u0928\u094D\u0926\u0940"));
}

TEST(Words, EmojiSequencesAreOneToken) {
    EXPECT_THAT(words("hi\U0001F468\u200D\U0001F469\u200D\U0001F467\U0001F44D\U0001F3FD!"),
                ElementsAre("hi", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F44D\U0001F3FD", "!"));
}

TEST(Words, DirectionMarksAndByteOrderMarkAreDropped) {
    EXPECT_THAT(words("\uFEFF\u200Fking\u200E \u2067queen\u2069"), ElementsAre("king", "queen"));
}

TEST(Characters, TakeMarksJoinersAndSelectorsWithTheirBase) {
    EXPECT_THAT(characters("e\u0301a"), ElementsAre("e\u0301", "a"));
    EXPECT_THAT(characters("\u05E9\u05C1\u05B8\u05DC"), ElementsAre("\u05E9\u05C1\u05B8", "\u05DC"));
    EXPECT_THAT(characters("\u06CC\u200C\u0631"), ElementsAre("\u06CC\u200C", "\u0631"));
    EXPECT_THAT(characters("\u2764\uFE0F\u200D\U0001F525x"), ElementsAre("\u2764\uFE0F\u200D\U0001F525", "x"));
    EXPECT_THAT(characters("1\uFE0F\u20E3"), ElementsAre("1\uFE0F\u20E3"));
    EXPECT_THAT(characters("\u1112\u1161\u11AB\u1100"), ElementsAre("\u1112\u1161\u11AB", "\u1100"));
}

TEST(Characters, RegionalIndicatorsPairToFlags) {
    EXPECT_THAT(characters("\U0001F1EE\U0001F1F7\U0001F1EE\U0001F1F1\U0001F1EB"),
                ElementsAre("\U0001F1EE\U0001F1F7", "\U0001F1EE\U0001F1F1", "\U0001F1EB"));
}

TEST(Characters, WhiteSpaceIsKeptAndCrLfIsOne) {
    EXPECT_THAT(characters("a b\r\n\t"), ElementsAre("a", " ", "b", "\r\n", "\t"));
}

TEST(Characters, ZwjJoinsPicturesOnlyNotLetters) {
    EXPECT_THAT(characters("a\u200Db"), ElementsAre("a\u200D", "b"));
}

std::string random_text(std::uint64_t seed) {
    static constexpr char32_t interesting[] = {
        'a',    'Z',    '7',    ' ',    '\n',   '\r',   '\'',   '-',    '.',     ',',     0x301,   0x5D0,  0x5B8, 0x645,
        0x200C, 0x200D, 0x200F, 0xFEFF, 0x4E2D, 0x3042, 0xAC00, 0x1161, 0x1F468, 0x1F1EE, 0x1F3FD, 0xFE0F, 0};
    Random random(seed);
    std::string text;
    for (unsigned i = random.bits() % 40 + 1; i > 0; --i)
        append_utf8(text, interesting[random.bits() % std::size(interesting)]);
    return text;
}

TEST(Characters, TogetherAreTheTextAgain) {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const std::string text = random_text(seed);
        std::string joined;
        for (const std::string& token : characters(text)) joined += token;
        ASSERT_EQ(joined, text) << seed;
    }
}

TEST(Words, AreNeverEmptyAndAWordSplitsToItself) {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const Result<std::vector<std::string>> tokens = tokenize(random_text(seed), Tokenizer::words, 1000);
        if (!tokens) continue;
        for (const std::string& token : *tokens) {
            ASSERT_FALSE(token.empty());
            ASSERT_EQ(words(token), std::vector<std::string>{token}) << seed;
        }
    }
}

TEST(Tokenize, RefusesInvalidUtf8WithTheOffset) {
    for (const Tokenizer tokenizer : {Tokenizer::words, Tokenizer::characters}) {
        const auto result = tokenize("king \xC0", tokenizer, 10);
        ASSERT_FALSE(result.has_value());
        EXPECT_THAT(result.error().what, HasSubstr("the text is not valid UTF-8: byte 0xC0 at offset 5"));
    }
}

TEST(Tokenize, RefusesATextWithoutATokenAndSaysWhatToDo) {
    for (const char* text : {"", "  \n", "\u200F", "\uFEFF \u200C"}) {
        const auto result = tokenize(text, Tokenizer::words, 10);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().what, "the text is empty: type at least one word");
    }
    EXPECT_FALSE(tokenize("", Tokenizer::characters, 10).has_value());
}

TEST(Tokenize, RefusesMoreTokensThanTheLimitAndSaysHowMany) {
    EXPECT_TRUE(tokenize("a b c", Tokenizer::words, 3).has_value());
    const auto result = tokenize("a b c, d", Tokenizer::words, 3);
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().what, HasSubstr("5 tokens"));
    EXPECT_THAT(result.error().what, HasSubstr("limit is 3"));
    std::string huge;
    for (int i = 0; i < 100000; ++i) huge += "word ";
    EXPECT_THAT(tokenize(huge, Tokenizer::words, 4096).error().what, HasSubstr("100000 tokens, the limit is 4096"));
    EXPECT_THAT(tokenize(huge, Tokenizer::characters, 4096).error().what, HasSubstr("500000 tokens"));
}

}  // namespace tokenizer_test
}  // namespace attnscope
