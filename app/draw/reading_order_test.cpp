#include "app/draw/reading_order.hpp"

#include <gtest/gtest.h>

#include "app/draw/recording_canvas.hpp"
#include "app/language/scoped_language.hpp"

namespace attnscope {
namespace reading_order_test {

constexpr Rect whole{{100, 0}, {500, 40}};
const TextStyle style{.size = 13};

const TextBox& box_of(const Recorder& canvas, std::string_view part) {
    const auto found = std::find_if(canvas.texts.begin(), canvas.texts.end(),
                                    [&](const TextBox& text) { return text.text.find(part) != std::string::npos; });
    EXPECT_NE(found, canvas.texts.end()) << part;
    return *found;
}

TEST(ReadingOrder, IsReflectedWhereLinesBeginAtTheRight) {
    const Rect part{{110, 5}, {150, 20}};
    EXPECT_EQ(in_reading_order(part, whole), part);
    for (const Language language : {Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        EXPECT_EQ(in_reading_order(part, whole), (Rect{{450, 5}, {490, 20}}));
        EXPECT_EQ(in_reading_order(in_reading_order(part, whole), whole), part);
    }
}

TEST(ReadingOrder, AlignsEntriesByTheLanguageAndLinesByTheirOwnDirection) {
    static TextShaper shaper;
    const auto left_of = [&](const auto& draw, const char* text) {
        Recorder canvas(shaper);
        draw(canvas, text);
        return box_of(canvas, text).corners[0].x;
    };
    const auto right_of = [&](const auto& draw, const char* text) {
        Recorder canvas(shaper);
        draw(canvas, text);
        return box_of(canvas, text).corners[1].x;
    };
    const auto entry = [](Canvas& canvas, const char* text) { draw_entry(canvas, whole, 20, text, style); };
    const auto last = [](Canvas& canvas, const char* text) {
        TextStyle end = style;
        end.align = Align::right;
        draw_entry_middle(canvas, whole, text, end);
    };
    const auto line = [](Canvas& canvas, const char* text) { draw_line_middle(canvas, whole, text, style); };
    EXPECT_FLOAT_EQ(left_of(entry, "3.14"), whole.min.x);
    EXPECT_FLOAT_EQ(right_of(last, "3.14"), whole.max.x);
    EXPECT_FLOAT_EQ(left_of(line, "3.14"), whole.min.x);
    const ScopedLanguage persian(Language::persian);
    for (const char* text : {"3.14", "میانگین"}) {
        EXPECT_FLOAT_EQ(right_of(entry, text), whole.max.x) << text;
        EXPECT_FLOAT_EQ(left_of(last, text), whole.min.x) << text;
    }
    EXPECT_FLOAT_EQ(left_of(line, "3.14"), whole.min.x);
    EXPECT_FLOAT_EQ(right_of(line, "میانگین"), whole.max.x);
}

TEST(ReadingOrder, LeavesAFormulasPiecesInTheirOrder) {
    static TextShaper shaper;
    const ScopedLanguage hebrew(Language::hebrew);
    Recorder canvas(shaper);
    draw_entry_formula(canvas, whole, 20, "p_{i+1} = M", style);
    EXPECT_LT(box_of(canvas, "p").corners[1].x, box_of(canvas, "i+1").corners[0].x + 0.1F);
    EXPECT_LT(box_of(canvas, "i+1").corners[1].x, box_of(canvas, "= M").corners[0].x + 0.1F);
    EXPECT_NEAR(box_of(canvas, "= M").corners[1].x, whole.max.x, 0.1F);
}

TEST(ReadingOrder, CutsAnEntryToItsBox) {
    static TextShaper shaper;
    const ScopedLanguage persian(Language::persian);
    Recorder canvas(shaper);
    draw_entry(canvas, {{200, 0}, {260, 20}}, 15,
               "میانگین وزن‌های همهٔ سرها در همهٔ لایه‌ها", style);
    ASSERT_EQ(canvas.texts.size(), 1U);
    EXPECT_GE(canvas.texts.front().corners[0].x, 199.9F);
    EXPECT_LE(canvas.texts.front().corners[1].x, 260.1F);
}

TEST(ReadingOrder, APhraseInAFormulaDoesNotTurnItAbout) {
    static TextShaper shaper;
    EXPECT_EQ(in_formula("Σ of 8 units"), "Σ of 8 units");
    EXPECT_FALSE(shaper.shape("= " + in_formula("مجموع 8 واحد") + " / 2", style)->right_to_left);
}

}  // namespace reading_order_test
}  // namespace attnscope
