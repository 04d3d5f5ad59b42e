#include "app/language/language.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <regex>
#include <set>

#include "app/language/scoped_language.hpp"
#include "assets/embedded.hpp"
#include "core/io/file.hpp"
#include "core/io/npy.hpp"
#include "core/io/safetensors.hpp"
#include "core/masks/cell_set.hpp"
#include "core/masks/mask.hpp"
#include "core/text/tokenizer.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace language_test {

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

// All texts of a compiled catalogue (GNU gettext's format, in this machine's byte order) with their translations.
std::map<std::string, std::string> catalogue(Language language) {
    const std::string_view bytes = embedded("assets/languages/" + std::string(code_of(language)) + ".mo");
    std::map<std::string, std::string> texts;
    const std::uint32_t count = number_at(bytes, 8), originals = number_at(bytes, 12), found = number_at(bytes, 16);
    const auto text = [&](std::uint32_t table, std::uint32_t i) {
        return std::string(bytes.substr(number_at(bytes, table + 8 * i + 4), number_at(bytes, table + 8 * i)));
    };
    for (std::uint32_t i = 0; i < count; ++i) texts[text(originals, i)] = text(found, i);
    texts.erase("");
    return texts;
}

// The values that a format string takes, in any order: "{:.2f}" and "{1:.2f}" take the same.
std::multiset<std::string> placeholders(const std::string& text) {
    std::multiset<std::string> found;
    static const std::regex pattern(R"(\{\{|\}\}|\{[0-9]*(:[^{}]*)?\})");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern); it != std::sregex_iterator(); ++it)
        if (it->str() != "{{" && it->str() != "}}") found.insert((*it)[1].str());
    return found;
}

}  // namespace language_test

using namespace language_test;

TEST(Language, AnEnglishTextStaysAsItIs) {
    const ScopedLanguage english(Language::english);
    EXPECT_EQ(tr("Nothing to undo."), "Nothing to undo.");
    EXPECT_EQ(tr("p_{i+δ}"), "p_{i+δ}");
}

TEST(Language, ATextThatNoCatalogueHasStaysEnglish) {
    for (const Language language : {Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        EXPECT_EQ(tr_text("no catalogue has this text 7c1"), "no catalogue has this text 7c1");
        EXPECT_EQ(tr("no catalogue has {} or {}", 1, "b"), "no catalogue has 1 or b");
    }
}

TEST(Language, EveryCatalogueIsRead) {
    for (const Language language : {Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        const auto texts = catalogue(language);
        ASSERT_FALSE(texts.empty());
        for (const auto& [english, translated] : texts) {
            const std::size_t separator = english.find('\4');
            const std::string got = separator == std::string::npos
                                        ? tr_text(english)
                                        : tr_in(english.substr(0, separator).c_str(), english.substr(separator + 1));
            EXPECT_EQ(got, laid_out_right_to_left(translated)) << english;
        }
    }
}

TEST(Language, ATranslationTakesTheSameValuesAsTheEnglish) {
    for (const Language language : {Language::persian, Language::hebrew})
        for (const auto& [english, translated] : catalogue(language))
            EXPECT_EQ(placeholders(english), placeholders(translated)) << english << "\n" << translated;
}

TEST(Language, WhatGoesWrongInTheCoreIsSaidInTheLanguage) {
    const auto errors = [] {
        return std::vector<std::string>{
            parse_npy("no array", "a.npy").error().what,
            parse_safetensors(std::string("\2\0\0\0\0\0\0\0[]", 10), "x", "a.safetensors").error().what,
            tokenize("", Tokenizer::words, 10).error().what,
            validate_utf8("\xff").error().what,
            size_of_file("/there is no such folder/a").error().what,
            CellSet::parse("0:5-3").error().what,
            validate_mask({.kind = MaskKind::block, .size = 0}).error().what};
    };
    const ScopedLanguage english(Language::english);
    const std::vector<std::string> in_english = errors();
    for (const std::string& error : in_english) EXPECT_FALSE(has_right_to_left(error)) << error;
    for (const Language language : {Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        for (const std::string& error : errors()) EXPECT_TRUE(has_right_to_left(error)) << error;
    }
}

TEST(Language, ARightToLeftTextBeginsWithItsDirection) {
    const ScopedLanguage scope(Language::persian);
    int checked = 0;
    for (const auto& [english, translated] : catalogue(Language::persian)) {
        if (english.find('\4') != std::string::npos) continue;
        const std::string got = tr_text(english);
        if (!has_right_to_left(got)) continue;  // a formula, a name
        const auto first = static_cast<unsigned char>(got[0]);
        EXPECT_GE(first, 0xD7) << got;  // an Arabic letter, or the mark
        ++checked;
    }
    EXPECT_GT(checked, 500);
}

TEST(Language, CodesAreReadAndLocalesUnderstood) {
    EXPECT_EQ(language_of_code("fa"), Language::persian);
    EXPECT_EQ(language_of_code("de"), std::nullopt);
    ASSERT_EQ(setenv("LC_ALL", "he_IL.UTF-8", 1), 0);
    EXPECT_EQ(language_of_system(), Language::hebrew);
    ASSERT_EQ(setenv("LC_ALL", "iw", 1), 0);
    EXPECT_EQ(language_of_system(), Language::hebrew);
    ASSERT_EQ(setenv("LC_ALL", "C.UTF-8", 1), 0);
    EXPECT_EQ(language_of_system(), Language::english);
    ASSERT_EQ(unsetenv("LC_ALL"), 0);
}

TEST(Language, FormulasInARightToLeftSentenceKeepTheirOrder) {
    const auto laid_out = [](std::string_view text) {
        std::string result = laid_out_right_to_left(text);
        for (const auto& [mark, shown] :
             {std::pair<std::string, std::string>{"\u2066", "<"}, {"\u2069", ">"}, {"\u200F", "^"}})
            for (std::size_t at = 0; (at = result.find(mark, at)) != std::string::npos;)
                result.replace(at, mark.size(), shown);
        return result;
    };
    EXPECT_EQ(laid_out("only English (here)."), "only English (here).");
    EXPECT_EQ(laid_out("خطای exp(x·y) کم است."), "خطای <exp(x·y)> کم است.");
    EXPECT_EQ(laid_out("روش FAVOR+."), "روش <FAVOR+>.");
    EXPECT_EQ(laid_out("دما = 0.5"), "دما = <0.5>");
    EXPECT_EQ(laid_out("مقدار −0.5 است"), "مقدار <−0.5> است");
    EXPECT_EQ(laid_out("توجه softmax نرم"), "توجه softmax نرم");
    EXPECT_EQ(laid_out("توجه (مانند p_i)"), "توجه (مانند <p_i>)");
    EXPECT_EQ(laid_out("AMD EPYC (2 ליבות)"), "^<AMD EPYC> (2 ליבות)");
    EXPECT_EQ(laid_out("ליבות (2 של AMD EPYC)"), "ליבות (2 של <AMD EPYC>)");
    EXPECT_EQ(laid_out("RoPE می‌چرخاند"), "^RoPE می‌چرخاند");
    EXPECT_EQ(laid_out("נמדד: exp(x, y), ReLU, 1/m ועוד"), "נמדד: <exp(x, y)>, <ReLU>, <1/m> ועוד");
    EXPECT_EQ(laid_out("A הוא softmax, B משתמש"), "^A הוא <softmax>, <B> משתמש");
    EXPECT_EQ(laid_out("r = ½ (הוגן)"), "^<r = ½> (הוגן)");
    EXPECT_EQ(laid_out("عدد −۱ است"), "عدد <−۱> است");
    EXPECT_EQ(laid_out("«king» با m = 16"), "^«king» با <m = 16>");
    EXPECT_EQ(laid_out(""), "");
}

TEST(Language, OnlyPersianProseHasPersianDigits) {
    EXPECT_EQ(prose_digits("3.5 of 12.", Language::persian), "۳٫۵ of ۱۲.");
    EXPECT_EQ(prose_digits("3.5 of 12.", Language::hebrew), "3.5 of 12.");
}

}  // namespace attnscope
