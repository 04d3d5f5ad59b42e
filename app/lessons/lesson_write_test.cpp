#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "app/lessons/lesson.hpp"
#include "app/lessons/test_panel.hpp"

namespace attnscope {
namespace lesson_write_test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Workspace& panels() {
    static const Workspace workspace(lesson_test_panels());
    return workspace;
}

void expect_round_trip(const Lesson& lesson) {
    const std::string text = format_lesson(lesson);
    const auto read = parse_lesson(text, lesson.name + ".toml", panels());
    ASSERT_TRUE(read) << read.error().what << "\n" << text;
    EXPECT_THAT(read->problems, IsEmpty()) << text;
    EXPECT_EQ(read->lesson, lesson) << text;
}

/// Lessons that are right, of anything a lesson may hold.
class RandomLesson {
public:
    explicit RandomLesson(unsigned seed) : random_(seed) {}

    Lesson make() {
        Lesson lesson;
        lesson.name = "random";
        lesson.title = languages(line_pieces_);
        if (coin()) lesson.summary = languages(line_pieces_);
        for (std::size_t i = 0, count = 1 + below(5); i < count; ++i) lesson.steps.push_back(step());
        return lesson;
    }

private:
    std::size_t below(std::size_t end) { return random_() % end; }
    bool coin() { return below(2) == 0; }
    double number(double from, double to) { return std::uniform_real_distribution<double>(from, to)(random_); }

    std::string text(const std::vector<std::string>& pieces) {
        std::string text = "a";
        for (std::size_t i = 0, count = below(7); i < count; ++i) text += pieces[below(pieces.size())];
        return text;
    }

    LessonText languages(const std::vector<std::string>& pieces) {
        LessonText languages;
        for (std::size_t i = 0; i < languages.by_language.size(); ++i)
            if (i == 0 || coin()) languages.by_language[i] = text(pieces);
        return languages;
    }

    void maybe(LessonText& field) {
        if (coin()) field = languages(pieces_);
    }

    LessonStep step() {
        LessonStep step;
        step.panel = coin() ? "first" : "second";
        step.title = languages(line_pieces_);
        step.text = languages(pieces_);
        maybe(step.attempt);
        maybe(step.mistake);
        maybe(step.question);
        if (!step.question.empty()) maybe(step.answer);
        maybe(step.notes);
        const bool heads = coin();
        if (coin()) step.set.emplace_back("level", Value(coin() ? 1.0 : number(0, 2)));
        if (coin()) step.set.emplace_back("words", Value(text(line_pieces_)));
        if (heads) step.set.emplace_back("heads", Value(true));
        if (coin()) step.set.emplace_back("count", Value(static_cast<std::int64_t>(1 + below(10))));
        if (coin()) step.set.emplace_back("mask", Value(std::string(coin() ? "none" : "causal")));
        if (coin()) step.part = heads ? "heads" : "map";
        if (coin()) step.zoom = {number(-1e6, 0), number(1, 2), coin() ? 1e-300 : 5.0, number(-3, -2)};
        for (const char* key : {"words", "level", "mask"})
            if (coin()) step.controls.emplace_back(key);
        if (coin()) step.play = Play{"level", number(0, 1), number(1, 2), number(0.1, 600)};
        if (coin()) step.play = Play{"count", 1, static_cast<double>(2 + below(9)), 5};
        return step;
    }

    std::mt19937 random_;
    const std::vector<std::string> line_pieces_{
        "\"",     "\"\"\"", "'",       "'''",  R"(\\)", R"(\*)", "{", "}",         "#", "=", "پرس‌وجو",
        "שאילתה", "\t",     R"(\[\[)", "\x01", "\x7f",  " ",     "é", "\U0001F600"};
    const std::vector<std::string> pieces_{"\"",
                                           "\"\"\"",
                                           "'",
                                           "\n",
                                           "\r\n",
                                           "\n\n",
                                           R"(\\)",
                                           R"(\{)",
                                           "{",
                                           "}",
                                           "پرس‌وجو",
                                           "שאילתה",
                                           "**bold**",
                                           "`x_{i}`",
                                           "\t",
                                           "\x01",
                                           "\x7f",
                                           "#",
                                           "[a](level)",
                                           "[1](=/a~0/1)",
                                           "[b](cell:2,5)",
                                           " *i* "};
};

TEST(LessonWrite, WhatIsWrittenIsReadBackExactly) {
    for (unsigned seed = 0; seed < 400; ++seed) expect_round_trip(RandomLesson(seed).make());
}

TEST(LessonWrite, AStepHasTheOrderOfTheDocumentation) {
    Lesson lesson;
    lesson.name = "a";
    lesson.title.by_language = {"Lesson", "درس", ""};
    LessonStep step;
    step.panel = "first";
    step.title.by_language[0] = "One";
    step.text.by_language = {"First \"line\".\nSecond \\\\ line.\n", "", "שורה"};
    step.set = {{"level", Value(1.0)}, {"words", Value(std::string("a \"b\""))}};
    step.part = "map";
    step.zoom = {0, 16, 1, 0};
    step.controls = {"level", "mask"};
    step.play = Play{"level", 0.25, 2, 6};
    lesson.steps = {step};
    EXPECT_EQ(format_lesson(lesson), R"(title = { en = "Lesson", fa = "درس" }

[[step]]
title = { en = "One" }
panel = "first"
set = { level = 1.0, words = "a \"b\"" }
part = "map"
zoom = [0.0, 16.0, 1.0, 0.0]
controls = ["level", "mask"]
text = { en = """
First "line".
Second \\\\ line.
""", he = "שורה" }
play = { key = "level", from = 0.25, to = 2.0, seconds = 6.0 }
)");
    expect_round_trip(lesson);
}

}  // namespace lesson_write_test
}  // namespace attnscope
