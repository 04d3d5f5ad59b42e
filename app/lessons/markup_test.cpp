#include "app/lessons/markup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/text/utf8.hpp"

namespace attnscope {
namespace markup_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Paragraphs = std::vector<MarkupParagraph>;

Paragraphs parsed(std::string_view text) {
    auto paragraphs = parse_markup(text);
    EXPECT_TRUE(paragraphs) << paragraphs.error().what << "\n" << text;
    return paragraphs ? *paragraphs : Paragraphs();
}

std::string error_of(std::string_view text) {
    const auto paragraphs = parse_markup(text);
    return paragraphs ? "" : paragraphs.error().what;
}

MarkupSpan plain(std::string text) {
    return {.text = std::move(text)};
}
MarkupSpan bold(std::string text) {
    return {.text = std::move(text), .bold = true};
}
MarkupSpan italic(std::string text) {
    return {.text = std::move(text), .italic = true};
}
MarkupSpan formula(std::string text) {
    return {.text = std::move(text), .formula = true};
}
MarkupSpan link(std::string text, Link target) {
    return {.text = std::move(text), .link = std::move(target)};
}

TEST(Markup, TakesATextApart) {
    EXPECT_EQ(parsed("The **king** of *all*: `softmax(QK^T/√d_{k})`."),
              (Paragraphs{{plain("The "), bold("king"), plain(" of "), italic("all"), plain(": "),
                           formula("softmax(QK^T/√d_{k})"), plain(".")}}));
    EXPECT_EQ(parsed("***both*** **a*b*c**"), (Paragraphs{{{.text = "both", .bold = true, .italic = true},
                                                           plain(" "),
                                                           bold("a"),
                                                           {.text = "b", .bold = true, .italic = true},
                                                           bold("c")}}));
    EXPECT_EQ(parsed("پرس‌وجو **کلید** שאילתה"),
              (Paragraphs{{plain("پرس‌وجو "), bold("کلید"), plain(" שאילתה")}}));
}

TEST(Markup, LinksNameControlsCellsAndNumbers) {
    EXPECT_EQ(parsed("[a b](pin_query2)"), (Paragraphs{{link("a b", ParamLink{"pin_query2"})}}));
    EXPECT_EQ(parsed("[queen](cell:0,4294967295)"), (Paragraphs{{link("queen", CellLink{0, 4294967295U})}}));
    EXPECT_EQ(parsed("[0.42](=/weights/0/a~1b~0c/5)"),
              (Paragraphs{{link("0.42", NumberLink{"/weights/0/a~1b~0c/5"})}}));
    EXPECT_EQ(parsed("[1](=/)"), (Paragraphs{{link("1", NumberLink{"/"})}})) << "the member with the empty name";
    EXPECT_EQ(parsed("[1](=/a\\)b)"), (Paragraphs{{link("1", NumberLink{"/a)b"})}}));
}

TEST(Markup, LinksKeepTheirMarksAndTheirEnds) {
    MarkupSpan strong = link("b", ParamLink{"k"}), math = link("x_i", ParamLink{"k"});
    strong.bold = true;
    math.formula = true;
    EXPECT_EQ(parsed("[a **b** `x_i`](k)"),
              (Paragraphs{{link("a ", ParamLink{"k"}), strong, link(" ", ParamLink{"k"}), math}}));
    EXPECT_EQ(parsed("**see** [ a ](k) b"),
              (Paragraphs{{bold("see"), plain(" "), link("a", ParamLink{"k"}), plain(" b")}}));
    EXPECT_EQ(parsed("[1](=/a)[2](=/a)"), (Paragraphs{{link("1", NumberLink{"/a"}), link("2", NumberLink{"/a"})}}))
        << "two links stay two";
    EXPECT_EQ(parsed("**[b](k)**"), (Paragraphs{{strong}}));
}

TEST(Markup, WhiteSpaceIsOneSpaceAndEmptyLinesAreParagraphs) {
    EXPECT_EQ(parsed("\n a\n  b\t c \n"), (Paragraphs{{plain("a b c")}}));
    EXPECT_EQ(parsed("a\n\nb\n \t\n\n c\r\n\r\nd\r\ne"),
              (Paragraphs{{plain("a")}, {plain("b")}, {plain("c")}, {plain("d e")}}));
    EXPECT_EQ(parsed("` a\n b `"), (Paragraphs{{formula("a b")}}));
    EXPECT_EQ(parsed(""), Paragraphs());
    EXPECT_EQ(parsed(" \n\n \n"), Paragraphs());
    EXPECT_EQ(parsed("a **b ** c"), (Paragraphs{{plain("a "), bold("b "), plain("c")}}));
}

TEST(Markup, ABackslashTakesTheNextCharacterAsItIs) {
    EXPECT_EQ(parsed(R"(\*a\* \\ \[b\] \` \c \é)"), (Paragraphs{{plain(R"(*a* \ [b] ` c é)")}}));
    EXPECT_EQ(parsed(R"(`a\`b\\`)"), (Paragraphs{{formula(R"(a`b\)")}}));
    EXPECT_EQ(parsed("a] b) c("), (Paragraphs{{plain("a] b) c(")}})) << "marks of nothing";
}

TEST(Markup, WhatDoesNotEndIsRefusedWithItsPlace) {
    EXPECT_THAT(error_of("one **two three"), AllOf(StartsWith("\"**two three\": "), HasSubstr("** ends it")));
    EXPECT_THAT(error_of("one *two\n\nthree*"), AllOf(StartsWith("\"*two  three*\": "), HasSubstr("* ends it")));
    EXPECT_THAT(error_of("one `two\n\nthree`"), AllOf(StartsWith("\"`two  three`\": "), HasSubstr("` ends it")));
    EXPECT_THAT(error_of("a `"), AllOf(StartsWith("\"`\": "), HasSubstr("does not end")));
    EXPECT_THAT(error_of("a ` `"), HasSubstr("is empty"));
    EXPECT_THAT(error_of("***a**"), HasSubstr("italic"));
    EXPECT_THAT(error_of("a\\"), AllOf(StartsWith("\"\\\": "), HasSubstr("\\\\ is a plain backslash")));
    EXPECT_THAT(error_of("`a\\"), HasSubstr("\\\\ is a plain backslash"));
    EXPECT_THAT(error_of("[a](b\\"), HasSubstr("\\\\ is a plain backslash"));
}

TEST(Markup, LinksThatNameNothingAreRefused) {
    for (const char* bad : {"[a", "[a]", "[a] (b)", "[a](b", "[a\n\nb](c)", "x [0, 1] y"})
        EXPECT_THAT(error_of(bad), AllOf(HasSubstr("no target"), HasSubstr("[words](target)"))) << bad;
    for (const char* bad : {"[](b)", "[ ](b)", "[**](b) **"}) EXPECT_THAT(error_of(bad), HasSubstr("no words")) << bad;
    EXPECT_THAT(error_of("[a [b](c)](d)"), HasSubstr("a link within a link"));
    for (const char* bad :
         {"", " ", "Temperature", "a-b", "cell:", "cell:1", "cell:1,", "cell:-1,2", "cell:1,2,3", "cell:1, 2",
          "cell:1,4294967296", "cell:a,b", "=", "=weights", "=/a~2", "=/a~", "=/\n", "http://a"})
        EXPECT_THAT(error_of("[a](" + std::string(bad) + ")"),
                    AllOf(StartsWith("\"[a]("), HasSubstr("no target"), HasSubstr("cell:2,5")))
            << bad;
}

TEST(Markup, ErrorsAreOneLineOfUtf8) {
    std::string long_text = "**";
    for (int i = 0; i < 100; ++i) long_text += "کلید\n";
    const std::string error = error_of(long_text);
    EXPECT_TRUE(validate_utf8(error));
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_LT(error.size(), 300U);
}

TEST(Markup, PlainTextHasNoMarks) {
    EXPECT_EQ(plain_markup(parsed("The **king** [0.4](=/a) of\n`x_{ij}^2`.\n\n\\*b\\*")),
              "The king 0.4 of x_ij^2.\n\n*b*");
    EXPECT_EQ(plain_markup({}), "");
}

TEST(Markup, NoTextWithoutMarksIsChanged) {
    const std::vector<std::string> pieces{"a", "ب", "ש", "\"", "{", "}", "(", ")", "]", "_", "^", " x", "\u200c"};
    std::mt19937 random(4);
    for (int round = 0; round < 300; ++round) {
        std::string text = "a";
        for (int i = 0; i < 20; ++i) text += pieces[random() % pieces.size()];
        EXPECT_EQ(parsed(text), (Paragraphs{{plain(text)}}));
    }
}

TEST(Markup, EveryTextIsTakenApartOrRefused) {
    constexpr std::string_view marks = "**`[](=/a)\\ \n";
    std::mt19937 random(5);
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) text += marks[random() % marks.size()];
        const auto paragraphs = parse_markup(text);
        if (!paragraphs) {
            EXPECT_FALSE(paragraphs.error().what.empty());
            continue;
        }
        for (const MarkupParagraph& paragraph : *paragraphs) {
            EXPECT_FALSE(paragraph.empty()) << text;
            for (const MarkupSpan& span : paragraph) EXPECT_FALSE(span.text.empty()) << text;
        }
    }
}

TEST(Markup, ANumberOfAMatrixIsInItsCell) {
    EXPECT_EQ(place_of(NumberLink{"/weights/0/5/2"}), Link(CellLink{5, 2}));
    EXPECT_EQ(place_of(NumberLink{"/scores/7/0/11"}), Link(CellLink{0, 11}));
    EXPECT_EQ(place_of(CellLink{1, 2}), Link(CellLink{1, 2}));
    EXPECT_EQ(place_of(ParamLink{"temperature"}), Link(ParamLink{"temperature"}));
    for (const char* const none : {"/", "/weights", "/weights/", "/weights/0", "/weights/0/1", "/weights/0/1/2/3",
                                   "/weights/0/1/", "/weights/0//2", "/weights/a/1/2", "/weights/0/1/-2",
                                   "/weights/0/1/99999999999999999999", "/rotation/matrix/0/1", "/entropy_bits/0/1"})
        EXPECT_EQ(place_of(NumberLink{none}), std::nullopt) << none;
}

}  // namespace markup_test
}  // namespace attnscope
