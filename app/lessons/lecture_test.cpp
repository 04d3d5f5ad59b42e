#include "app/lessons/lecture.hpp"

#include <GLFW/glfw3.h>
#include <gtest/gtest.h>

#include <set>

namespace attnscope {
namespace lecture_test {

Lesson lesson_of(std::size_t steps) {
    Lesson lesson;
    lesson.steps.resize(steps);
    for (std::size_t i = 0; i < steps; ++i) lesson.steps[i].panel = "panel " + std::to_string(i);
    return lesson;
}

}  // namespace lecture_test

using lecture_test::lesson_of;

TEST(Lecture, GoesToStepsThatThereAre) {
    Lecture lecture(lesson_of(3));
    EXPECT_EQ(lecture.index(), 0U);
    EXPECT_TRUE(lecture.go(2));
    EXPECT_EQ(lecture.step().panel, "panel 2");
    EXPECT_EQ(lecture.next_step(), nullptr);
    EXPECT_FALSE(lecture.go(3));
    EXPECT_EQ(lecture.index(), 2U);
    EXPECT_TRUE(lecture.go(0));
    ASSERT_NE(lecture.next_step(), nullptr);
    EXPECT_EQ(lecture.next_step()->panel, "panel 1");
}

TEST(Lecture, AnotherStepIsCleanAndHasItsAnswerHidden) {
    Lecture lecture(lesson_of(2));
    lecture.answer = lecture.blank = lecture.pen = true;
    lecture.strokes = {{{0, 0}, {1, 1}}};
    ASSERT_TRUE(lecture.go(1));
    EXPECT_FALSE(lecture.answer);
    EXPECT_FALSE(lecture.blank);
    EXPECT_TRUE(lecture.pen);  // the speaker goes on drawing
    EXPECT_TRUE(lecture.strokes.empty());
}

TEST(Lecture, AFileThatBecameShorterKeepsTheLastStep) {
    Lecture lecture(lesson_of(5));
    ASSERT_TRUE(lecture.go(3));
    lecture.replace(lesson_of(5));
    EXPECT_EQ(lecture.index(), 3U);
    lecture.replace(lesson_of(2));
    EXPECT_EQ(lecture.index(), 1U);
}

TEST(Lecture, UnderstandsTheKeysOfClickers) {
    EXPECT_EQ(lecture_key({GLFW_KEY_PAGE_DOWN}), LectureKey::next);
    EXPECT_EQ(lecture_key({GLFW_KEY_PAGE_UP}), LectureKey::previous);
    EXPECT_EQ(lecture_key({GLFW_KEY_B}), LectureKey::blank);
    EXPECT_EQ(lecture_key({GLFW_KEY_PERIOD}), LectureKey::blank);
    EXPECT_EQ(lecture_key({GLFW_KEY_F5}), LectureKey::leave);
    EXPECT_EQ(lecture_key({GLFW_KEY_SPACE}), LectureKey::next);
    EXPECT_EQ(lecture_key({GLFW_KEY_HOME}), LectureKey::first_state);
}

TEST(Lecture, KeysWithControlBelongToTheWindow) {
    EXPECT_EQ(lecture_key({GLFW_KEY_C, true}), std::nullopt);
    EXPECT_EQ(lecture_jump({GLFW_KEY_0, true}), std::nullopt);
}

TEST(Lecture, DigitsJump) {
    EXPECT_EQ(lecture_jump({GLFW_KEY_1}), 0U);
    EXPECT_EQ(lecture_jump({GLFW_KEY_KP_9}), 8U);
    EXPECT_EQ(lecture_jump({GLFW_KEY_A}), std::nullopt);
}

}  // namespace attnscope
