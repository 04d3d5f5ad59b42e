#include "app/lessons/snapshot_lesson.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/language/scoped_language.hpp"
#include "app/lessons/test_panel.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace snapshot_lesson_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SnapshotLesson : public testing::Test {
protected:
    Workspace space_{lesson_test_panels()};
    TempFolder folder_;
    std::filesystem::path path_ = folder_.path() / "l.toml";

    Lesson read_back(const Lesson& lesson) {
        const Result<void> written = write_lesson(path_, lesson, space_);
        EXPECT_TRUE(written) << written.error().what;
        const Result<ReadLesson> read = read_lesson(path_, space_);
        EXPECT_TRUE(read) << read.error().what;
        if (!read) return {};
        EXPECT_THAT(read->problems, IsEmpty());
        return read->lesson;
    }
};

TEST_F(SnapshotLesson, SetsAndShowsWhatDiffersFromTheDefaults) {
    const Snapshot snapshot{.name = "Warm *and* [cold] `x` \\",
                            .panel = "second",
                            .values = {{"level", Value(0.25)},
                                       {"count", Value(std::int64_t{3})},
                                       {"heads", Value(true)},
                                       {"mask", Value(std::string("causal"))},
                                       {"words", Value(std::string("two\nlines \"quoted\""))}},
                            .explain = "w_{1} = [0.5] * `exp`(−1) \\ …"};
    Lesson lesson = lesson_of_snapshots({&snapshot, 1}, space_);
    const Lesson read = read_back(lesson);
    lesson.name = "l";
    EXPECT_EQ(read, lesson);
    ASSERT_EQ(read.steps.size(), 1U);
    EXPECT_EQ(read.steps[0].set.size(), 4U) << "count has its default";
    EXPECT_THAT(read.steps[0].controls, ElementsAre("level", "heads", "mask", "words"));
    show_step(space_, read.steps[0]);
    EXPECT_EQ(space_.active().info.name, "second");
    EXPECT_TRUE(shows_step(space_, read.steps[0]));
}

TEST_F(SnapshotLesson, TheLongestTextsAreRight) {
    const Snapshot snapshot{.name = std::string(snapshot_name_max, '*'),
                            .panel = "first",
                            .explain = std::string(snapshot_explain_max, '[')};
    EXPECT_EQ(read_back(lesson_of_snapshots({&snapshot, 1}, space_)).steps.size(), 1U);
}

TEST_F(SnapshotLesson, WithoutAnExplainLineThePanelSaysWhatItIsFor) {
    const ScopedLanguage persian(Language::persian);
    const Snapshot snapshot{.name = "نام", .panel = "first"};
    const Lesson read = read_back(lesson_of_snapshots({&snapshot, 1}, space_));
    ASSERT_EQ(read.steps.size(), 1U);
    EXPECT_EQ(read.steps[0].text.in(Language::english), "For tests.");
    EXPECT_EQ(read.steps[0].title.in(Language::english), "نام");
    EXPECT_EQ(read.steps[0].title.in(Language::persian), "نام");
}

TEST_F(SnapshotLesson, ValuesOfAnOldVersionAreLeftOut) {
    const Snapshot snapshot{
        .name = "old",
        .panel = "first",
        .values = {{"level", Value(77.0)}, {"gone", Value(true)}, {"count", Value(std::int64_t{5})}}};
    const Lesson read = read_back(lesson_of_snapshots({&snapshot, 1}, space_));
    ASSERT_EQ(read.steps.size(), 1U);
    EXPECT_EQ(read.steps[0].set, (ParamValues{{"count", Value(std::int64_t{5})}}));
}

TEST_F(SnapshotLesson, ALessonThatIsNotRightIsNotWritten) {
    EXPECT_FALSE(write_lesson(path_, {}, space_));
    const Snapshot snapshot{.name = "n", .panel = "first"};
    Lesson lesson = lesson_of_snapshots({&snapshot, 1}, space_);
    while (lesson.steps.size() <= lesson_steps_max) {
        LessonStep step = lesson.steps.front();
        lesson.steps.push_back(std::move(step));
    }
    const Result<void> written = write_lesson(path_, lesson, space_);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().what, HasSubstr("at most 40 steps"));
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST(SnapshotLessons, EveryPanelOfTheProgramMakesAStepThatIsRight) {
    Workspace space;
    TempFolder folder;
    std::vector<Snapshot> snapshots;
    snapshots.reserve(space.entries().size());
    for (std::size_t i = 0; i < space.entries().size(); ++i) {
        space.activate(i);
        snapshots.push_back(space.make_snapshot(space.active().info.title));
    }
    const std::filesystem::path path = folder.path() / "all.toml";
    const Result<void> written = write_lesson(path, lesson_of_snapshots(snapshots, space), space);
    ASSERT_TRUE(written) << written.error().what;
    const Result<ReadLesson> read = read_lesson(path, space);
    ASSERT_TRUE(read);
    EXPECT_THAT(read->problems, IsEmpty());
    EXPECT_EQ(read->lesson.steps.size(), space.entries().size());
}

}  // namespace snapshot_lesson_test
}  // namespace attnscope
