#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/lessons/lesson.hpp"
#include "app/lessons/test_panel.hpp"
#include "assets/embedded.hpp"
#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace library_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

const Workspace& real_panels() {
    static const Workspace workspace;
    return workspace;
}

TEST(Library, EveryShippedLessonIsRight) {
    const std::vector<std::string_view> paths = embedded_paths("assets/lessons/");
    for (const std::string_view path : paths) {
        const auto read = parse_lesson(embedded(path), path, real_panels());
        ASSERT_TRUE(read) << read.error().what;
        EXPECT_THAT(read->problems, IsEmpty());
        EXPECT_FALSE(read->lesson.summary.empty()) << path;
    }
    EXPECT_EQ(shipped_lessons(real_panels()).size(), paths.size());
}

TEST(Library, EveryShippedLessonSurvivesARoundTripAndIsShown) {
    Workspace workspace;
    for (const ReadLesson& read : shipped_lessons(workspace)) {
        const Lesson& lesson = read.lesson;
        const auto again = parse_lesson(format_lesson(lesson), lesson.name + ".toml", workspace);
        ASSERT_TRUE(again) << again.error().what;
        EXPECT_EQ(again->lesson, lesson);
        for (const LessonStep& step : lesson.steps) {
            show_step(workspace, step);
            EXPECT_TRUE(shows_step(workspace, step)) << lesson.name << ": " << step.title.in(Language::english);
        }
    }
}

TEST(Library, TheDocumentationsExampleIsRight) {
    std::ifstream file(ATTNSCOPE_SOURCE_DIR "/assets/lessons/README.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const std::size_t begin = page.find("```toml\n"), end = page.find("\n```\n", begin);
    ASSERT_NE(end, std::string::npos);
    const auto read = parse_lesson(page.substr(begin + 8, end - begin - 7), "example.toml", real_panels());
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_THAT(read->problems, IsEmpty());
}

TEST(Library, LessonsAreFoundByTheirNames) {
    for (const std::string_view path : embedded_paths("assets/lessons/")) {
        const std::string stem = std::filesystem::path(path).stem().string();
        for (const std::string& name : {stem, lesson_name(path)}) {
            const auto read = find_lesson(name, real_panels());
            ASSERT_TRUE(read) << read.error().what;
            EXPECT_EQ(read->lesson.name, lesson_name(path));
        }
        const auto unknown = find_lesson("nothing", real_panels());
        ASSERT_FALSE(unknown);
        EXPECT_THAT(unknown.error().what,
                    AllOf(HasSubstr("'nothing'"), HasSubstr(lesson_name(path)), HasSubstr(".toml")));
    }
}

TEST(Library, ANameThatEndsInTomlIsAFile) {
    const auto missing = find_lesson("no/such.toml", real_panels());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::io);
}

class ShowStep : public testing::Test {
protected:
    ShowStep() {
        step_.panel = "second";
        step_.set = {{"level", Value(0.25)}, {"mask", Value(std::string("causal"))}};
    }

    const Param& param(const char* key) const { return *find(space_.find_panel("second")->params, key); }

    Workspace space_{lesson_test_panels()};
    LessonStep step_;
};

TEST_F(ShowStep, SetsTheValuesOverTheDefaults) {
    ASSERT_TRUE(set(param("count"), Value(std::int64_t{9})));
    ASSERT_TRUE(set(*find(space_.find_panel("first")->params, "count"), Value(std::int64_t{9})));
    EXPECT_FALSE(shows_step(space_, step_));
    show_step(space_, step_);
    EXPECT_TRUE(shows_step(space_, step_));
    EXPECT_EQ(space_.active().info.name, "second");
    EXPECT_EQ(param("level").get(), Value(0.25));
    EXPECT_EQ(param("mask").get(), Value(std::string("causal")));
    EXPECT_TRUE(is_default(param("count")));
    EXPECT_FALSE(is_default(*find(space_.find_panel("first")->params, "count"))) << "other panels keep their settings";
}

TEST_F(ShowStep, ClosesAComparisonOfThatPanel) {
    space_.pin_a(0);
    space_.pin_a(1);
    show_step(space_, step_);
    EXPECT_FALSE(space_.entries()[1].a);
    EXPECT_TRUE(space_.entries()[0].a);
    space_.pin_a(1);
    EXPECT_FALSE(shows_step(space_, step_));
}

TEST_F(ShowStep, IsOneChangeToUndo) {
    ASSERT_TRUE(set(param("count"), Value(std::int64_t{9})));
    space_.pin_a(1);
    space_.record_changes("");
    show_step(space_, step_);
    space_.record_changes("");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(param("count").get(), Value(std::int64_t{9}));
    EXPECT_TRUE(is_default(param("level")));
    EXPECT_TRUE(space_.entries()[1].a);
    EXPECT_TRUE(space_.redo());
    EXPECT_TRUE(shows_step(space_, step_));
}

TEST_F(ShowStep, NoticesEveryOtherValue) {
    show_step(space_, step_);
    ASSERT_TRUE(set(param("words"), Value(std::string("other"))));
    EXPECT_FALSE(shows_step(space_, step_)) << "a parameter that the step leaves at its default";
    reset(param("words"));
    EXPECT_TRUE(shows_step(space_, step_));
    ASSERT_TRUE(set(param("level"), Value(0.5)));
    EXPECT_FALSE(shows_step(space_, step_));
    show_step(space_, step_);
    space_.activate(0);
    EXPECT_FALSE(shows_step(space_, step_));
}

TEST_F(ShowStep, AnIntegerServesAsAReal) {
    step_.set = {{"level", Value(std::int64_t{1})}};
    show_step(space_, step_);
    EXPECT_TRUE(shows_step(space_, step_));
}

// A lesson that is being written may be in any state.
TEST(Library, ALessonOnDiskThatCannotBeReadIsTheOneInside) {
    const TempFolder folder;
    std::filesystem::create_directories(folder / "assets/lessons");
    ASSERT_EQ(::setenv("ATTNSCOPE_ASSETS", folder.path().c_str(), 1), 0);
    const std::size_t inside = embedded_paths("assets/lessons/").size();
    for (const std::string& broken : {std::string(), std::string("version = [[["), std::string(300, '\xfe'),
                                      std::string(embedded("assets/lessons/05-masks.toml").substr(0, 900))}) {
        SCOPED_TRACE(broken.substr(0, 20));
        EXPECT_TRUE(write_file_atomically(folder / "assets/lessons/05-masks.toml", broken).has_value());
        const std::vector<ReadLesson> lessons = shipped_lessons(real_panels());
        EXPECT_EQ(lessons.size(), inside);
        EXPECT_TRUE(std::ranges::any_of(lessons, [](const ReadLesson& read) { return read.lesson.name == "masks"; }));
        const Result<ReadLesson> asked_for = find_lesson("masks", real_panels());
        EXPECT_FALSE(asked_for);
        EXPECT_THAT(asked_for ? "no error" : asked_for.error().what, HasSubstr("05-masks.toml"));
    }
    ::unsetenv("ATTNSCOPE_ASSETS");
}

}  // namespace library_test
}  // namespace attnscope
