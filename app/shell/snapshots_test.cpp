// The grid of snapshots as a person uses it.
#include "app/shell/snapshots.hpp"

#include <gmock/gmock.h>

#include "app/lessons/lesson.hpp"
#include "app/shell/headless_fixture.hpp"
#include "app/shell/toy_panel.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace snapshots_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<PanelFactory> toy() {
    return {[] { return std::make_unique<ToyPanel>(); }};
}

class SnapshotApp : public HeadlessApp {
protected:
    SnapshotApp() : HeadlessApp(toy()) {}

    TempFolder folder_;

    void SetUp() override {
        open(1200, 800);
        app.set_export_folder(folder_.path());
    }
    void show() { press(GLFW_KEY_D, true); }
    void level(double value) {
        EXPECT_TRUE(set(param("level"), Value(value)));
        rest();
    }
    double level() { return std::get<double>(param("level").get()); }
    /// One with each of these levels; the grid is open afterwards.
    void keep(const std::vector<double>& levels) {
        show();
        for (const double value : levels) {
            level(value);
            click(center_of("snapshot add"));
        }
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        found.reserve(workspace.snapshots.size());
        for (const Snapshot& snapshot : workspace.snapshots) found.push_back(snapshot.name);
        return found;
    }
    void alt(int key) {
        queue.push(KeyPress{key, false, false, true});
        rest();
    }
};

TEST_F(SnapshotApp, TabScrollsToATileOutOfSight) {
    screen.reset();
    open(400, 300);
    keep(std::vector<double>(10, 1.0));
    ASSERT_GT(app.area_of("snapshot 10")->max.y, 300 - 54) << "it is in sight without Tab";
    for (int i = 0; i < 100 && app.focus() != "snapshot 10"; ++i) press(GLFW_KEY_TAB);
    ASSERT_EQ(app.focus(), "snapshot 10");
    const Rect tile = *app.area_of("snapshot 10");
    EXPECT_GE(tile.min.y, 56);
    EXPECT_LE(tile.max.y, 300 - 54);
}

TEST_F(SnapshotApp, CtrlDOpensAndClosesTheGridAndSoDoesEscape) {
    EXPECT_FALSE(app.area_of("snapshot add"));
    show();
    EXPECT_TRUE(app.area_of("snapshot add"));
    show();
    EXPECT_FALSE(app.area_of("snapshot add"));
    show();
    press(GLFW_KEY_ESCAPE);
    EXPECT_FALSE(app.area_of("snapshot add"));
    show();
    click({5, 400});
    EXPECT_FALSE(app.area_of("snapshot add")) << "a press elsewhere";
}

TEST_F(SnapshotApp, ThePlusKeepsThePresentStateWithItsPicture) {
    keep({0.25, 0.75});
    EXPECT_THAT(names(), ElementsAre("Toy 1", "Toy 2"));
    const Snapshot& first = workspace.snapshots[0];
    EXPECT_EQ(first.panel, "toy");
    const auto picture = decode_png(first.thumbnail, "thumbnail");
    ASSERT_TRUE(picture) << picture.error().what;
    EXPECT_EQ(picture->width, 400);
    EXPECT_EQ(picture->height, 250);
    EXPECT_LE(first.thumbnail.size(), snapshot_thumbnail_max);
    EXPECT_NE(first.thumbnail, workspace.snapshots[1].thumbnail);
}

TEST_F(SnapshotApp, ItsPictureStandsInTheGrid) {
    keep({0.9});
    const auto tile = app.area_of("snapshot 1");
    ASSERT_TRUE(tile);
    const Image shown = screen->pixels();
    const auto picture = decode_png(workspace.snapshots[0].thumbnail, "thumbnail");
    ASSERT_TRUE(picture);
    // The tile is 200 x 120 at most, the picture 400 x 250: its middle is the tile's.
    const Color a = shown.at(static_cast<int>(tile->center().x), static_cast<int>(tile->center().y));
    const Color b = picture->at(picture->width / 2, picture->height / 2);
    EXPECT_NEAR(a.r, b.r, 40);
    EXPECT_NEAR(a.g, b.g, 40);
    EXPECT_NEAR(a.b, b.b, 40);
}

TEST_F(SnapshotApp, AClickRecallsAndUndoTakesItBack) {
    keep({0.25});
    level(1);
    click(center_of("snapshot 1"));
    EXPECT_EQ(level(), 0.25);
    EXPECT_THAT(app.message(), AllOf(HasSubstr("Snapshot 1"), HasSubstr("Toy 1")));
    EXPECT_FALSE(app.area_of("snapshot 1")) << "the grid closes";
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(level(), 1);
}

TEST_F(SnapshotApp, AltAndANumberRecallsWithoutTheGrid) {
    keep({0.25, 0.75});
    show();
    alt(GLFW_KEY_1);
    EXPECT_EQ(level(), 0.25);
    EXPECT_THAT(app.message(), HasSubstr("Toy 1"));
    alt(GLFW_KEY_2);
    EXPECT_EQ(level(), 0.75);
    alt(GLFW_KEY_3);
    EXPECT_EQ(level(), 0.75);
    EXPECT_THAT(app.message(), HasSubstr("no snapshot 3"));
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(level(), 0.25);
}

TEST_F(SnapshotApp, ADoubleClickOnTheNameRenames) {
    keep({0.25});
    const Vec2 name = center_of("snapshot name 1");
    const auto rename = [&] {
        for (int i = 0; i < 60; ++i) screen->run(app, queue);  // not one double click with the press before
        queue.push(MouseMove{name});
        for (int i = 0; i < 2; ++i) {
            queue.push(MouseButton{0, true});
            queue.push(MouseButton{0, false});
        }
        rest();
    };
    rename();
    type("my name");
    EXPECT_THAT(names(), ElementsAre("Toy 1")) << "not before Enter";
    press(GLFW_KEY_ENTER);
    EXPECT_THAT(names(), ElementsAre("my name"));
    rename();
    type(" ");
    press(GLFW_KEY_ENTER);
    EXPECT_THAT(names(), ElementsAre("my name")) << "a name is not empty";
    rename();
    type("other");
    press(GLFW_KEY_ESCAPE);
    EXPECT_THAT(names(), ElementsAre("my name"));
    rename();
    type("half");
    show();
    EXPECT_FALSE(app.area_of("snapshot add"));
    press(GLFW_KEY_B);
    EXPECT_TRUE(workspace.active().a.has_value()) << "keys are heard again";
}

TEST_F(SnapshotApp, TheCrossDeletesAndUntilTheGridClosesItCanBeRestored) {
    keep({0.25, 0.5, 0.75});
    click(center_of("snapshot delete 2"));
    EXPECT_THAT(names(), ElementsAre("Toy 1", "Toy 3"));
    click(center_of("snapshot restore 1"));
    EXPECT_THAT(names(), ElementsAre("Toy 1", "Toy 2", "Toy 3"));
    EXPECT_FALSE(app.area_of("snapshot restore 1"));
    click(center_of("snapshot delete 1"));
    show();
    show();
    EXPECT_FALSE(app.area_of("snapshot restore 1"));
    EXPECT_THAT(names(), ElementsAre("Toy 2", "Toy 3"));
    click(center_of("snapshot add"));
    EXPECT_THAT(names(), ElementsAre("Toy 2", "Toy 3", "Toy 1")) << "the first number that is free";
}

TEST_F(SnapshotApp, ButtonsReorder) {
    keep({0.25, 0.5, 0.75});
    click(center_of("snapshot later 1"));
    EXPECT_THAT(names(), ElementsAre("Toy 2", "Toy 1", "Toy 3"));
    click(center_of("snapshot earlier 3"));
    EXPECT_THAT(names(), ElementsAre("Toy 2", "Toy 3", "Toy 1"));
    click(center_of("snapshot earlier 1"));
    click(center_of("snapshot later 3"));
    EXPECT_THAT(names(), ElementsAre("Toy 2", "Toy 3", "Toy 1")) << "the ends go nowhere";
}

TEST_F(SnapshotApp, TheySurviveTheStateFile) {
    keep({0.25, 0.75});
    const auto read = parse_state(format_state(workspace.to_state()), "s.toml");
    ASSERT_TRUE(read);
    EXPECT_THAT(read->warnings, IsEmpty());
    Workspace other(toy());
    EXPECT_THAT(other.restore_state(*read), IsEmpty());
    EXPECT_EQ(other.snapshots, workspace.snapshots);
}

TEST_F(SnapshotApp, AllThatThereMayBeFitOnTheScreenAndNoMoreAreTaken) {
    show();
    const Snapshot one = workspace.make_snapshot("x");
    workspace.snapshots.assign(snapshots_max, one);
    rest();
    click(center_of("snapshot add"));
    EXPECT_EQ(workspace.snapshots.size(), snapshots_max);
    EXPECT_THAT(app.message(), HasSubstr("36 snapshots"));
    const auto last = app.area_of("snapshot delete 36");
    ASSERT_TRUE(last);
    EXPECT_LT(last->max.y, app.area_of("snapshots save lesson")->min.y);
}

TEST_F(SnapshotApp, ALessonIsWrittenAndReadBack) {
    keep({0.25, 0.75});
    click(center_of("snapshots add to lesson"));
    const std::filesystem::path path = folder_.path() / "attnscope-lesson.toml";
    EXPECT_FALSE(std::filesystem::exists(path)) << "there is no lesson yet";
    click(center_of("snapshots save lesson"));
    EXPECT_THAT(app.message(), HasSubstr(path.string()));
    const Result<ReadLesson> read = read_lesson(path, workspace);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_THAT(read->problems, IsEmpty());
    ASSERT_EQ(read->lesson.steps.size(), 2U);
    EXPECT_EQ(read->lesson.steps[0].title.in(Language::english), "Toy 1");
    EXPECT_EQ(read->lesson.steps[1].set, (ParamValues{{"level", Value(0.75)}}));
    EXPECT_THAT(read->lesson.steps[1].controls, ElementsAre("level"));

    level(1);
    click(center_of("snapshots add to lesson"));
    const Result<ReadLesson> more = read_lesson(path, workspace);
    ASSERT_TRUE(more);
    EXPECT_THAT(more->problems, IsEmpty());
    ASSERT_EQ(more->lesson.steps.size(), 3U);
    EXPECT_EQ(more->lesson.steps[2].set, (ParamValues{{"level", Value(1.0)}}));
    EXPECT_EQ(workspace.snapshots.size(), 2U);
    click(center_of("snapshots save lesson"));
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / "attnscope-lesson-2.toml"));
}

TEST_F(SnapshotApp, InARightToLeftLanguageEverythingWorksInTheMirror) {
    workspace.language = Language::persian;
    rest();
    keep({0.25, 0.75});
    ASSERT_EQ(workspace.snapshots.size(), 2U);
    EXPECT_GT(center_of("snapshot 1").x, center_of("snapshot 2").x);
    click(center_of("snapshot 1"));
    EXPECT_EQ(level(), 0.25);
}

}  // namespace snapshots_test
}  // namespace attnscope
