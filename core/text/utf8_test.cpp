#include "core/text/utf8.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text/unicode.hpp"

namespace attnscope {
namespace utf8_test {

using testing::HasSubstr;

/// The bytes of a code point by arithmetic on the definition (RFC 3629, section 3), apart from the code under test.
std::string bytes_of(unsigned code) {
    const auto tail = [code](int shift) { return static_cast<char>(0x80 + code / (1U << shift) % 64); };
    if (code < 0x80) return {static_cast<char>(code)};
    if (code < 0x800) return {static_cast<char>(0xC0 + code / 64), tail(0)};
    if (code < 0x10000) return {static_cast<char>(0xE0 + code / 4096), tail(6), tail(0)};
    return {static_cast<char>(0xF0 + code / 262144), tail(12), tail(6), tail(0)};
}

TEST(Utf8, EveryScalarValueGoesToItsBytesAndBack) {
    for (unsigned code = 0; code <= 0x10FFFF; ++code) {
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        const std::string bytes = encode_utf8(code);
        ASSERT_EQ(bytes, bytes_of(code)) << code;
        const CodePoint point = code_point_at(bytes, 0);
        ASSERT_EQ(point.fault, nullptr) << code;
        ASSERT_EQ(point.code, code);
        ASSERT_EQ(point.length, bytes.size());
    }
}

TEST(Utf8, TwoBytesAreLegalExactlyWhereTheDefinitionSaysSo) {
    for (unsigned a = 0; a < 256; ++a)
        for (unsigned b = 0; b < 256; ++b) {
            const std::string text{static_cast<char>(a), static_cast<char>(b)};
            const bool legal = (a < 0x80 && b < 0x80) || (a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF);
            ASSERT_EQ(validate_utf8(text).has_value(), legal) << a << " " << b;
        }
}

TEST(Utf8, RefusesEachKindOfFaultWithTheByteAndItsOffset) {
    const struct {
        std::string text;
        const char* byte;
        const char* why;
    } cases[] = {
        {"abc\xC0\x80", "byte 0xC0 at offset 3", "overlong"},
        {"abc\xE0\x80\x80", "byte 0xE0 at offset 3", "overlong"},
        {"\xF0\x8F\xBF\xBF", "byte 0xF0 at offset 0", "overlong"},
        {"\xED\xA0\x80", "byte 0xED at offset 0", "surrogate"},
        {"\xED\xBF\xBF", "byte 0xED at offset 0", "surrogate"},
        {"x\xF4\x90\x80\x80", "byte 0xF4 at offset 1", "above U+10FFFF"},
        {"x\xF5", "byte 0xF5 at offset 1", "never occurs"},
        {"xy\xFF", "byte 0xFF at offset 2", "never occurs"},
        {"\xC3\xA9\x80", "byte 0x80 at offset 2", "did not begin"},
        {"ab\xE2\x82", "byte 0xE2 at offset 2", "end of the text cuts short"},
        {"\xE2\x82z", "byte 0xE2 at offset 0", "next one cuts short"},
    };
    for (const auto& c : cases) {
        const Result<void> result = validate_utf8(c.text, "this file");
        ASSERT_FALSE(result.has_value()) << c.byte;
        EXPECT_THAT(result.error().what, HasSubstr("this file is not valid UTF-8"));
        EXPECT_THAT(result.error().what, HasSubstr(c.byte));
        EXPECT_THAT(result.error().what, HasSubstr(c.why));
        const Result<std::u32string> decoded = decode_utf8(c.text);
        ASSERT_FALSE(decoded.has_value());
        EXPECT_THAT(decoded.error().what, HasSubstr(c.byte));
    }
}

TEST(Utf8, DecodesToCodePoints) {
    EXPECT_EQ(*decode_utf8("a\u00E9\u05D0\u4E2D\U0001F600"), U"a\u00E9\u05D0\u4E2D\U0001F600");
    EXPECT_EQ(*decode_utf8(""), U"");
    EXPECT_EQ(decode_utf8(std::string_view("a\0b", 3))->size(), 3U);
}

TEST(Utf8, IterationTakesAFaultyByteAsOneReplacementAndGoesOn) {
    std::vector<char32_t> codes;
    std::vector<std::size_t> offsets;
    for (const CodePoint& point : CodePoints("a\xE2\x82z\u00E9")) {
        codes.push_back(point.code);
        offsets.push_back(point.offset);
    }
    EXPECT_THAT(codes, testing::ElementsAre(U'a', 0xFFFDU, 0xFFFDU, U'z', 0xE9U));
    EXPECT_THAT(offsets, testing::ElementsAre(0U, 1U, 2U, 3U, 4U));
}

TEST(LowerCase, CoversScriptsWithCaseAndLeavesOthersAlone) {
    EXPECT_EQ(lower_case_utf8("KING \u00C9\u0130 \u0391\u03A9 \u0416\u042F \u0531 \u1E9E"),
              "king \u00E9\u0130 \u03B1\u03C9 \u0436\u044F \u0561 \u00DF");
    EXPECT_EQ(lower_case_utf8("\u0100\u0101\u0102\u0178"), "\u0101\u0101\u0103\u00FF");
    EXPECT_EQ(lower_case_utf8("\U00010400"), "\U00010428");
    EXPECT_EQ(lower_case_utf8("\u05E9\u0644\u4E2D-7"), "\u05E9\u0644\u4E2D-7");
    EXPECT_EQ(lower_case_utf8("A\xFF"), "a\xFF");
}

TEST(LowerCase, IsStableWhenAppliedTwice) {
    for (unsigned code = 0; code <= 0x10FFFF; ++code) ASSERT_EQ(lower_case(lower_case(code)), lower_case(code)) << code;
}

using Codes = std::u32string_view;

void expect_all(bool (*property)(char32_t), bool expected, Codes codes) {
    for (const char32_t code : codes) EXPECT_EQ(property(code), expected) << static_cast<unsigned>(code);
}

TEST(Unicode, ClassesOfSomeCodePoints) {
    expect_all(is_white_space, true, U" \t\n\u00A0\u1680\u2003\u2029\u3000");
    expect_all(is_white_space, false, U"A\u200B\u200C\u180E\uFEFF");
    expect_all(is_mark, true, U"\u0301\u05B0\u064B\u093F\uFE0F\u20E3\U000E0100");
    expect_all(is_mark, false, U"A\u05D0\u200D\u4E00");
    expect_all(is_symbol, true, U"!+\u060C\u05BE\u3002\u2014\u20AC\U0001F600");
    expect_all(is_symbol, false, U"_A7\u4E00\u0627");
    expect_all(is_invisible_format, true, U"\u00AD\u200B\u200E\u202B\u2067\uFEFF");
    expect_all(is_invisible_format, false, U"A\u200C\u200D\u0600\U000E0067");
}

}  // namespace utf8_test
}  // namespace attnscope
