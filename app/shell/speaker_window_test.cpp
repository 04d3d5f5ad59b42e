#include "app/shell/speaker_window.hpp"

#include <gtest/gtest.h>

#include "app/draw/recording_canvas.hpp"
#include "app/language/scoped_language.hpp"

namespace attnscope {
namespace speaker_window_test {

LessonText english(const std::string& text) {
    LessonText result;
    result.by_language[0] = text;
    return result;
}

LessonStep step(const std::string& number) {
    LessonStep result;
    result.title = english("Title " + number);
    result.text = english("Words " + number + ".");
    result.panel = "attention";
    return result;
}

class SpeakerPageTest : public testing::Test {
protected:
    const Recorder& drawn(const Lecture& lecture) {
        draw_speaker_page(recorder_, {.lecture = &lecture, .seconds = 65, .time = "10:30"}, page_);
        return recorder_;
    }

    ScopedLanguage english_{Language::english};
    TextShaper shaper_;
    Recorder recorder_{shaper_};
    const Rect page_ = Rect::sized({0, 0}, 1100, 700);
};

TEST_F(SpeakerPageTest, HasTheNotesTheAnswerAndTheNextStep) {
    LessonStep first = step("one");
    first.notes = english("Say it slowly.");
    first.question = english("Why?");
    first.answer = english("Because.");
    const Recorder& page = drawn(Lecture({.name = "a", .steps = {first, step("two")}}));
    for (const char* text : {"1 / 2", "1:05", "10:30", "Title one", "Say it slowly.", "Why?", "Because.",
                             "Next:", "Title two", "Words two."})
        EXPECT_TRUE(page.says(text)) << text;
    EXPECT_FALSE(page.says("Words one.")) << "the audience's words stand on the projector";
    EXPECT_TRUE(page.outside(page_).empty());
}

TEST_F(SpeakerPageTest, AStepWithoutNotesHasItsWordsThere) {
    EXPECT_TRUE(drawn(Lecture({.name = "a", .steps = {step("one")}})).says("Words one."));
}

TEST_F(SpeakerPageTest, TheLastStepIsSaidToBeTheLast) {
    const Recorder& page = drawn(Lecture({.name = "a", .steps = {step("one")}}));
    EXPECT_TRUE(page.says("The last step."));
    EXPECT_FALSE(page.says("Next:"));
}

TEST_F(SpeakerPageTest, TheLineStandsAboveWhatComesNext) {
    const Recorder& page = drawn(Lecture({.name = "a", .steps = {step("one"), step("two")}}));
    ASSERT_FALSE(page.rects.empty());
    const Rect rule = page.rects.back().first;
    for (const TextBox& text : page.texts)
        for (const Vec2 corner : text.corners)
            EXPECT_FALSE(corner.y > rule.min.y && corner.y < rule.max.y + 4) << text.text;
    const auto next =
        std::find_if(page.texts.begin(), page.texts.end(), [](const TextBox& t) { return t.text == "Next:"; });
    ASSERT_NE(next, page.texts.end());
    for (const Vec2 corner : next->corners) EXPECT_GT(corner.y, rule.max.y);
}

}  // namespace speaker_window_test
}  // namespace attnscope
