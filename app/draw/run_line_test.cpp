#include "app/draw/run_line.hpp"

#include <gtest/gtest.h>

#include "app/draw/recording_canvas.hpp"
#include "app/language/scoped_language.hpp"

namespace attnscope {
namespace run_line_test {

constexpr Rect line_box{{100, 0}, {600, 40}};
constexpr Color quiet = Color::hex(0x808080), query = Color::hex(0x0000ff);

float left_of(const Recorder& canvas, std::string_view part) {
    for (const TextBox& text : canvas.texts)
        if (text.text.find(part) != std::string::npos) return text.corners[0].x;
    ADD_FAILURE() << "not drawn: " << part;
    return 0;
}

const std::vector<TextRun> sentence{
    {"چرا ", quiet}, {"the", query}, {" به ", quiet}, {"cat", query}, {" می‌نگرد", quiet}};

TEST(RunLine, OfASentenceFromRightToLeftBeginsAtTheRight) {
    static TextShaper shaper;
    const ScopedLanguage persian(Language::persian);
    Recorder canvas(shaper);
    draw_run_line(canvas, line_box, 20, sentence, 14);
    EXPECT_GT(left_of(canvas, "چرا"), left_of(canvas, "the"));
    EXPECT_GT(left_of(canvas, "the"), left_of(canvas, "cat"));
    EXPECT_GT(left_of(canvas, "cat"), left_of(canvas, "نگرد"));
    float right = 0;
    for (const TextBox& text : canvas.texts) {
        right = std::max(right, text.corners[1].x);
        EXPECT_NEAR(text.corners[0].y, 20 + 0.22F * 14, 0.1F) << text.text;
    }
    EXPECT_NEAR(right, line_box.max.x, 1);
}

TEST(RunLine, BeginsAtTheRightEvenWithANameOfAnotherDirectionInFront) {
    static TextShaper shaper;
    const ScopedLanguage hebrew(Language::hebrew);
    Recorder canvas(shaper);
    draw_run_line(canvas, line_box, 20, std::vector<TextRun>{{"the", query}, {" רואה את ", quiet}, {"cat", query}}, 14);
    EXPECT_GT(left_of(canvas, "the"), left_of(canvas, "cat"));
}

TEST(RunLine, OfAnotherLanguageFollowsFromLeftToRight) {
    static TextShaper shaper;
    const std::vector<TextRun> runs{{"why ", quiet}, {"שלום", query}, {" sees ", quiet}, {"עולם", query}};
    Recorder canvas(shaper), plain(shaper);
    draw_run_line(canvas, line_box, 20, runs, 14);
    draw_runs(plain, {line_box.min.x, 20}, runs, 14);
    ASSERT_EQ(canvas.texts.size(), plain.texts.size());
    for (std::size_t i = 0; i < plain.texts.size(); ++i) {
        EXPECT_EQ(canvas.texts[i].text, plain.texts[i].text);
        EXPECT_EQ(canvas.texts[i].corners, plain.texts[i].corners);
    }
    const ScopedLanguage persian(Language::persian);
    Recorder formula(shaper);
    draw_run_line(formula, line_box, 20, std::vector<TextRun>{{"q", query}, {" = 2", quiet}}, 14);
    EXPECT_FLOAT_EQ(left_of(formula, "q"), line_box.min.x) << "a formula is no sentence";
}

TEST(RunLine, IsMadeSmallerWhereItIsTooLong) {
    static TextShaper shaper;
    const ScopedLanguage persian(Language::persian);
    Recorder wide(shaper), narrow(shaper);
    draw_run_line(wide, line_box, 20, sentence, 14);
    float from = line_box.max.x;
    for (const TextBox& text : wide.texts) from = std::min(from, text.corners[0].x);
    const float least = line_box.max.x - (line_box.max.x - from) * 0.8F;
    draw_run_line(narrow, {{least, 0}, line_box.max}, 20, sentence, 14);
    for (const TextBox& text : narrow.texts) EXPECT_GE(text.corners[0].x, least - 2) << text.text;
}

}  // namespace run_line_test
}  // namespace attnscope
