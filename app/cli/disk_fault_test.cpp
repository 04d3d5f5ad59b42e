// Every command that writes a file, where the disk takes a part of it, nothing, or cannot be written to: it says so,
// and what stood there before still does.
#include "app/cli/run_command_line.hpp"
#include "app/lessons/snapshot_lesson.hpp"
#include "app/state/state_file.hpp"
#include "core/io/full_disk.hpp"
#include "core/io/npy.hpp"

namespace attnscope {
namespace disk_fault_test {

using testing::HasSubstr;

struct Command {
    const char* file;
    std::vector<std::string> words;
};

class DiskFault : public testing_cli::CommandLineTest, public testing::WithParamInterface<Command> {
protected:
    std::vector<std::string> to(const std::string& out) const {
        std::vector<std::string> words;
        for (const std::string& word : GetParam().words) words.push_back(word == "X" ? path("x.npy") : word);
        words.insert(words.end(), {"--out", out});
        return words;
    }
    void SetUp() override {
        const std::vector<float> values(64 * 64, 0.5F);
        const std::vector<Index> shape{64, 64};
        static_cast<void>(folder_.file("x.npy", format_npy(shape, values)));
    }
};

TEST_P(DiskFault, AFullDiskLeavesTheOldFile) {
    static_cast<void>(folder_.file(GetParam().file, "old"));
    {
        const FullDisk full(1000);
        expect_nothing_written(to(path(GetParam().file)), 1, HasSubstr("cannot write"));
    }
    EXPECT_EQ(content_of(folder_ / GetParam().file), "old");
}

TEST_P(DiskFault, AFolderThatCannotBeWrittenToIsNamed) {
    // Not even root may make a file there.
    expect_nothing_written(to("/proc/" + std::string(GetParam().file)), 1, HasSubstr("/proc/"));
    expect_nothing_written(to(path("no such folder/" + std::string(GetParam().file))), 1, HasSubstr("does not exist"));
}

INSTANTIATE_TEST_SUITE_P(
    Commands, DiskFault,
    testing::Values(Command{"x.png", {"render", "attention"}}, Command{"x.svg", {"render", "positions"}},
                    Command{"x.pdf", {"render", "timing", "--set", "view=layers"}},
                    Command{"w.png", {"render", "attention", "--window"}}, Command{"x.json", {"data", "attention"}},
                    Command{"x.csv", {"data", "positions"}},
                    Command{"x.npy", {"data", "attention", "--set", "length=64"}},
                    Command{"o.npy", {"compute", "attention", "--q", "X", "--k", "X", "--v", "X"}},
                    Command{"h.pdf", {"handout", "masks"}},
                    Command{"r.png", {"record", "attention", "--play", "temperature=0.5..2", "--seconds", "0.2"}}),
    [](const auto& test) {
        std::string name = test.param.file;
        std::ranges::replace(name, '.', '_');
        return name;
    });

TEST(DiskFault, TheStateAndALessonOfOnesOwnStayWhole) {
    const TempFolder folder;
    StateFile state;
    state.panel = "attention";
    ASSERT_TRUE(save_state(folder / "state.toml", state));
    const std::string before = content_of(folder / "state.toml");
    const int files = folder.files();
    state.panels["attention"] = {{"text", Value(std::string(5000, 'x'))}};
    {
        const FullDisk full(1000);
        const Result<void> saved = save_state(folder / "state.toml", state);
        ASSERT_FALSE(saved);
        EXPECT_THAT(saved.error().what, HasSubstr("cannot write"));
    }
    EXPECT_EQ(content_of(folder / "state.toml"), before);
    EXPECT_EQ(folder.files(), files);
    EXPECT_TRUE(save_state(folder / "state.toml", state)) << "there is room again";
    EXPECT_FALSE(save_state("/proc/state.toml", state)) << "not even root may make a file there";

    const Workspace workspace;
    const std::vector<Snapshot> snapshots{workspace.make_snapshot("one")};
    Lesson lesson = lesson_of_snapshots(snapshots, workspace);
    ASSERT_TRUE(write_lesson(folder / "lesson.toml", lesson, workspace));
    const std::string lesson_before = content_of(folder / "lesson.toml");
    const int with_lesson = folder.files();
    lesson.steps.resize(20, lesson.steps.front());
    {
        const FullDisk full(1000);
        const Result<void> saved = write_lesson(folder / "lesson.toml", lesson, workspace);
        ASSERT_FALSE(saved);
        EXPECT_THAT(saved.error().what, HasSubstr("cannot write"));
    }
    EXPECT_EQ(content_of(folder / "lesson.toml"), lesson_before);
    EXPECT_EQ(folder.files(), with_lesson);
    EXPECT_FALSE(write_lesson("/proc/lesson.toml", lesson, workspace));
}

// The system's own word for it, where a file is written in place.
TEST(DiskFault, NoSpaceIsSaidInWords) {
    testing_cli::expect_failure({"data", "attention", "--format", "json", "--out", "/dev/full"}, 1,
                                HasSubstr("no space left on the disk"));
}

}  // namespace disk_fault_test
}  // namespace attnscope
