// A/B in the window, dropped files, and the Export menu, driven as a person does.
#include "app/shell/comparison.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "app/draw/recording_canvas.hpp"
#include "app/shell/export.hpp"
#include "app/shell/headless_fixture.hpp"
#include "app/shell/toy_panel.hpp"
#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace comparison_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::vector<PanelFactory> toy() {
    return {[] { return std::make_unique<ToyPanel>(); }};
}

class ToyApp : public HeadlessApp {
protected:
    ToyApp() : HeadlessApp(toy()) {}

    const Workspace::Entry& entry() const { return workspace.active(); }
    ToyPanel& panel() const { return dynamic_cast<ToyPanel&>(*entry().panel); }
    ToyPanel& a() const { return dynamic_cast<ToyPanel&>(*entry().a->panel); }
    void put(const std::string& key, const std::string& value) {
        const Result<void> done = set_from_text(param(key), value);
        ASSERT_TRUE(done.has_value()) << done.error().what;
        rest();
    }
    bool says(const char* text) {
        for (int frame = 0; frame < 500 && app.message().find(text) == std::string::npos; ++frame) rest();
        return app.message().find(text) != std::string::npos;
    }
    bool saved() { return says("Saved"); }
};

TEST_F(ToyApp, TheButtonPutsTheSettingsAsideAndTheControlsChangeB) {
    open(1280, 800);
    EXPECT_FALSE(entry().a.has_value());
    click(center_of("compare"));
    ASSERT_TRUE(entry().a.has_value());
    put("level", "0.9");
    EXPECT_EQ(a().level, 0.5);
    EXPECT_EQ(panel().level, 0.9);
    for (const char* map : {"A/heatmap", "B/heatmap", "B-A/heatmap"}) {
        const auto rect = app.area_of(map);
        ASSERT_TRUE(rect.has_value()) << map;
        EXPECT_GT(rect->width(), 150) << map;
    }
    EXPECT_GT(a().updates, 0) << "A lives on";
    move({5, 5});
    EXPECT_FALSE(app.next_frame_after().has_value()) << "an idle window must not redraw";
    click(center_of("close comparison"));
    EXPECT_FALSE(entry().a.has_value());
    EXPECT_EQ(panel().level, 0.9) << "B stays";
    EXPECT_TRUE(app.area_of("heatmap").has_value());
}

TEST_F(ToyApp, TheKeyBOpensAndClosesTheComparison) {
    open(1280, 800);
    press(GLFW_KEY_B);
    EXPECT_TRUE(entry().a.has_value());
    press(GLFW_KEY_B);
    EXPECT_FALSE(entry().a.has_value());
    press(GLFW_KEY_B, true);
    EXPECT_FALSE(entry().a.has_value()) << "Ctrl B is another key";
}

TEST_F(ToyApp, SwapExchangesTheSettingsAndOneUndoBringsBothBack) {
    open(1280, 800);
    click(center_of("compare"));
    put("level", "0.9");
    click(center_of("swap"));
    EXPECT_EQ(a().level, 0.9);
    EXPECT_EQ(panel().level, 0.5);
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(a().level, 0.5);
    EXPECT_EQ(panel().level, 0.9);
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(panel().level, 0.5);
    ASSERT_TRUE(entry().a.has_value());
    press(GLFW_KEY_Z, true);
    EXPECT_FALSE(entry().a.has_value()) << "opening the comparison is a step too";
    press(GLFW_KEY_Z, true, true);
    press(GLFW_KEY_Z, true, true);
    press(GLFW_KEY_Z, true, true);
    ASSERT_TRUE(entry().a.has_value());
    EXPECT_EQ(a().level, 0.9);
}

TEST_F(ToyApp, PinAgainTakesThePresentSettingsAsA) {
    open(1280, 800);
    click(center_of("compare"));
    put("level", "0.9");
    click(center_of("pin again"));
    EXPECT_EQ(a().level, 0.9);
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(a().level, 0.5);
}

TEST_F(ToyApp, AClickInAnyOfTheThreeMapsReachesB) {
    open(1280, 800);
    click(center_of("compare"));
    for (const char* map : {"A/heatmap", "B/heatmap", "B-A/heatmap"}) {
        put("pin", "-1");
        click(center_of(map));
        EXPECT_EQ(panel().pin, 2) << map << ": the middle of five";
    }
    EXPECT_EQ(a().pin, -1);
}

TEST_F(ToyApp, WithoutAMatrixBothPicturesStandSideBySide) {
    open(1280, 800);
    put("matrix", "false");
    click(center_of("compare"));
    const auto left = app.area_of("A/heatmap"), right = app.area_of("heatmap");
    ASSERT_TRUE(left && right);
    EXPECT_LT(left->max.x, right->min.x);
    EXPECT_FALSE(app.area_of("B-A/heatmap").has_value());
    click(left->center());
    EXPECT_EQ(a().pin, 0) << "each picture keeps its own mouse";
    EXPECT_EQ(panel().pin, -1);
}

TEST_F(ToyApp, TheWheelZoomsAllThreeMaps) {
    open(1280, 800);
    put("size", "12");
    click(center_of("compare"));
    const Rect third = *app.area_of("B-A/heatmap"), first = *app.area_of("A/heatmap");
    move({5, 5});
    const Image whole = screen->pixels();
    queue.push(MouseMove{third.center()});
    queue.push(MouseWheel{6});
    rest();
    move({5, 5});
    const Image zoomed = screen->pixels();
    std::size_t differing = 0;
    for (int y = static_cast<int>(first.min.y); y < static_cast<int>(first.max.y); ++y)
        for (int x = static_cast<int>(first.min.x); x < static_cast<int>(first.max.x); ++x)
            differing += whole.at(x, y) == zoomed.at(x, y) ? 0U : 1U;
    EXPECT_GT(differing, 1000U);
}

TEST_F(ToyApp, AnErrorOfAIsSaidAndBGoesOn) {
    open(1280, 800);
    click(center_of("compare"));
    a().error = invalid_input("A's file is gone");
    rest();
    const TempFolder folder;
    app.set_export_folder(folder.path());
    press(GLFW_KEY_S, true);
    click(center_of("png"));
    rest();
    EXPECT_THAT(app.message(), HasSubstr("A: A's file is gone"));
    EXPECT_EQ(folder.files(), 0);
}

TEST_F(ToyApp, TheComparisonIsKeptInTheStateAndComesBack) {
    open(1280, 800);
    click(center_of("compare"));
    put("level", "0.25");
    const StateFile saved = workspace.to_state();
    Workspace other(toy());
    EXPECT_TRUE(other.restore_state(*parse_state(format_state(saved), "s.toml")).empty());
    ASSERT_TRUE(other.active().a.has_value());
    EXPECT_EQ(to_text(*find(other.active().a->params, "level")), "0.5");
    EXPECT_EQ(to_text(*find(other.active().params, "level")), "0.25");
    EXPECT_EQ(other.to_state(), saved);
}

// ---- what is written -----------------------------------------------------------------------------------------------

std::vector<std::string> texts_of(Workspace& workspace, float width = 1200) {
    TextShaper shaper;
    Recorder recorder(shaper);
    CompareView view;
    Interaction nobody;
    workspace.update();
    static_cast<void>(draw_compared(recorder, nobody, {{0, 0}, {width, 800}}, workspace.active(), view));
    std::vector<std::string> texts;
    for (const TextBox& box : recorder.texts) texts.push_back(box.text);
    return texts;
}

TEST(DrawCompared, SaysWhichSettingsDiffer) {
    Workspace workspace(toy());
    const ParamList& params = workspace.active().params;
    workspace.pin_a(0);
    EXPECT_THAT(texts_of(workspace), testing::Contains(HasSubstr("A and B are the same")));
    ASSERT_TRUE(set_from_text(*find(params, "level"), "1"));
    ASSERT_TRUE(set_from_text(*find(params, "mask"), "causal"));
    ASSERT_TRUE(set_from_text(*find(params, "words"), "three"));
    ASSERT_TRUE(set_from_text(*find(params, "pin"), "2"));
    EXPECT_THAT(texts_of(workspace), testing::Contains("level 0.5 → 1,  mask none → causal,  words one two → three"))
        << "the pinned cell is no setting";
    EXPECT_THAT(texts_of(workspace, 330), testing::Contains(AllOf(HasSubstr("level 0.5 → 1"), HasSubstr("more"))));
}

// ---- dropped files -------------------------------------------------------------------------------------------------

TEST_F(ToyApp, ADroppedFileGoesToThePanelThatTakesIt) {
    open(1280, 800);
    queue.push(DroppedFiles{{"/somewhere/bear.toy"}});
    rest();
    EXPECT_EQ(panel().words, "/somewhere/bear.toy");
    EXPECT_THAT(app.message(), HasSubstr("bear.toy"));
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(panel().words, "one two");
}

TEST_F(ToyApp, AFileThatNobodyTakesIsAnsweredWithWhatIsUnderstood) {
    open(1280, 800);
    queue.push(DroppedFiles{{"/somewhere/bear.jpg"}});
    rest();
    EXPECT_THAT(app.message(), AllOf(HasSubstr("bear.jpg"), HasSubstr(".toy"), HasSubstr(".toml")));
}

TEST_F(ToyApp, ADroppedStateIsOpenedAndCanBeUndone) {
    open(1280, 800);
    click(center_of("compare"));
    const TempFolder folder;
    const std::string path = (folder / "s.toml").string();
    ASSERT_TRUE(write_file_atomically(path, "version = 1\n[panels.toy]\nlevel = 0.125\n"));
    queue.push(DroppedFiles{{path}});
    rest();
    EXPECT_EQ(panel().level, 0.125);
    EXPECT_FALSE(entry().a.has_value()) << "the state has no comparison";
    EXPECT_THAT(app.message(), HasSubstr("s.toml"));
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(panel().level, 0.5);
    EXPECT_TRUE(entry().a.has_value());
}

TEST_F(ToyApp, ADroppedStateThatIsWrongChangesNothingAndSaysWhere) {
    open(1280, 800);
    const TempFolder folder;
    const std::string path = (folder / "s.toml").string();
    for (const auto& [text, what] : {std::pair{"version = 1\n[panels.toy]\nlevel = 7\n", "from 0 to 1"},
                                     {"version = 1\n[compare.toy]\nlevel = 7\n", "from 0 to 1"},
                                     {"version = 1\n[panels\n", "s.toml:"},
                                     {"version = 1\n[export]\nwidth_cm = 1000\n", "width_cm"}}) {
        ASSERT_TRUE(write_file_atomically(path, text));
        queue.push(DroppedFiles{{path}});
        rest();
        EXPECT_THAT(app.message(), AllOf(HasSubstr(what), HasSubstr("s.toml"))) << text;
        EXPECT_EQ(panel().level, 0.5);
        EXPECT_FALSE(entry().a.has_value());
    }
    queue.push(DroppedFiles{{(folder / "missing.toml").string()}});
    rest();
    EXPECT_THAT(app.message(), HasSubstr("missing.toml"));
    EXPECT_FALSE(workspace.can_undo());
}

// ---- export --------------------------------------------------------------------------------------------------------

TEST_F(ToyApp, ThePaperStyleMakesAFigureOfTheChosenWidthAndIsRemembered) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    press(GLFW_KEY_S, true);
    EXPECT_FALSE(app.area_of("width_cm").has_value()) << "a picture of the screen has no width on paper";
    click(center_of("style/paper"));
    EXPECT_TRUE(app.area_of("width_cm").has_value());
    EXPECT_EQ(workspace.export_settings.style, ExportStyle::paper);
    workspace.export_settings.width_cm = 8.5;
    click(center_of("svg"));
    ASSERT_TRUE(saved()) << app.message();
    const Result<std::string> svg = read_file(folder / "attnscope-toy.svg", 1U << 24U);
    ASSERT_TRUE(svg.has_value()) << svg.error().what;
    EXPECT_THAT(*svg,
                AllOf(HasSubstr(" width=\"8.5cm\""), HasSubstr("fill=\"#ffffff\""), HasSubstr("fill=\"#000000\"")));
    EXPECT_THAT(format_state(workspace.to_state()),
                AllOf(HasSubstr("[export]"), HasSubstr("style = \"paper\""), HasSubstr("width_cm = 8.5")));
    Workspace other(toy());
    other.restore_state(workspace.to_state());
    EXPECT_EQ(other.export_settings.width_cm, 8.5);
    EXPECT_EQ(other.export_settings.style, ExportStyle::paper);
}

TEST_F(ToyApp, APartIsSavedAlone) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    put("words", "only these words");
    press(GLFW_KEY_S, true);
    click(center_of("part words"));
    click(center_of("svg"));
    ASSERT_TRUE(saved()) << app.message();
    const Result<std::string> svg = read_file(folder / "attnscope-toy-words.svg", 1U << 24U);
    ASSERT_TRUE(svg.has_value()) << svg.error().what;
    EXPECT_THAT(*svg, AllOf(HasSubstr("only these words"), Not(HasSubstr("queries")), Not(HasSubstr("level ="))));
}

TEST_F(ToyApp, TheComparisonIsSavedAsItStands) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    click(center_of("compare"));
    put("level", "0.75");
    press(GLFW_KEY_S, true);
    click(center_of("svg"));
    ASSERT_TRUE(saved()) << app.message();
    const Result<std::string> svg = read_file(folder / "attnscope-toy.svg", 1U << 24U);
    ASSERT_TRUE(svg.has_value()) << svg.error().what;
    EXPECT_THAT(*svg, AllOf(HasSubstr("level 0.5 → 0.75"), HasSubstr("Frobenius norm"), HasSubstr("B − A")));
}

TEST_F(ToyApp, AFigureTooNarrowForItsTextIsRefusedWithTheWidthThatWouldDo) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    workspace.export_settings = {ExportStyle::paper, 1, 8};
    press(GLFW_KEY_S, true);
    click(center_of("pdf"));
    EXPECT_THAT(app.message(), AllOf(HasSubstr("1 cm"), HasSubstr("at least 4.4 cm")));
    EXPECT_EQ(folder.files(), 0);
}

TEST_F(ToyApp, NumbersAndTheExplainLineAreCopiedAsText) {
    open(1280, 800);
    press(GLFW_KEY_C, true, true);
    EXPECT_EQ(clipboard, "1\t2\n3\t4\n");
    EXPECT_THAT(app.message(), HasSubstr("lines: 2"));
    press(GLFW_KEY_C, true);
    EXPECT_EQ(clipboard, "1\t2\n3\t4\n") << "nothing is pinned";
    EXPECT_THAT(app.message(), HasSubstr("nothing to copy"));
    put("pin", "3");
    press(GLFW_KEY_S, true);
    click(center_of("copy explain"));
    EXPECT_EQ(clipboard, "toy pinned at 3");
    press(GLFW_KEY_S, true);
    click(center_of("copy numbers"));
    EXPECT_EQ(clipboard, "1\t2\n3\t4\n");
}

TEST_F(ToyApp, EscStopsAnExportAndLeavesNoFile) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    panel().data = [](const Progress& progress) -> Result<std::string> {
        while (!progress.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return std::string("{}");
    };
    press(GLFW_KEY_S, true);
    click(center_of("json"));
    press(GLFW_KEY_ESCAPE);
    EXPECT_TRUE(says("The export is cancelled; no file was written.")) << app.message();
    EXPECT_EQ(folder.files(), 0);
}

TEST_F(ToyApp, EscAfterTheFileIsWrittenSaysThatItIs) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    press(GLFW_KEY_S, true);
    queue.push(MouseMove{center_of("json")});
    queue.push(MouseButton{0, true});
    queue.push(MouseButton{0, false});
    screen->run(app, queue);
    while (folder.files() == 0 || !std::filesystem::exists(folder / "attnscope-toy.json"))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    queue.push(KeyPress{GLFW_KEY_ESCAPE, false, false, false});
    EXPECT_TRUE(says("Saved")) << app.message();
    EXPECT_EQ(folder.files(), 1);
}

TEST_F(ToyApp, AFailedExportIsSaidOnceAndTheNextOneIsWritten) {
    open(1280, 800);
    const TempFolder folder;
    app.set_export_folder(folder.path());
    const auto failing = panel().data = [](const Progress&) -> Result<std::string> { return io_error("it failed"); };
    press(GLFW_KEY_S, true);
    click(center_of("json"));
    EXPECT_TRUE(says("it failed")) << app.message();
    app.say("something else", false);
    rest();
    EXPECT_EQ(app.message(), "something else");
    // Through more than one frame.
    std::atomic<bool> go{false};
    panel().data = [&go](const Progress& progress) -> Result<std::string> {
        while (!go && !progress.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return std::string("{}");
    };
    press(GLFW_KEY_S, true);
    click(center_of("json"));
    rest();
    go = true;
    EXPECT_TRUE(says("Saved")) << app.message();
    EXPECT_EQ(folder.files(), 1);
    // And what failed before it does not come back with the one that is stopped.
    panel().data = failing;
    press(GLFW_KEY_S, true);
    click(center_of("json"));
    EXPECT_TRUE(says("it failed")) << app.message();
    go = false;
    panel().data = [&go](const Progress& progress) -> Result<std::string> {
        while (!go && !progress.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return std::string("{}");
    };
    press(GLFW_KEY_S, true);
    click(center_of("json"));
    press(GLFW_KEY_ESCAPE);
    EXPECT_TRUE(says("cancelled")) << app.message();
    EXPECT_EQ(folder.files(), 1);
}

TEST(PaperSize, IsExactForEachWidthAndTextSize) {
    const auto size = paper_size({ExportStyle::paper, 8.5, 6.5}, 0.5);
    ASSERT_TRUE(size);
    EXPECT_DOUBLE_EQ(size->points_per_unit, 0.5);
    EXPECT_DOUBLE_EQ(size->width * size->points_per_unit, 8.5 * 72 / 2.54);
    EXPECT_DOUBLE_EQ(size->height, size->width / 2);
    EXPECT_NEAR(size->width * size->scale, 8.5 / 2.54 * 300, 1e-9);
    const auto narrow = paper_size({ExportStyle::paper, 4.3, 8}, std::nullopt);
    ASSERT_FALSE(narrow);
    EXPECT_THAT(narrow.error().what, HasSubstr("4.4 cm"));
    EXPECT_TRUE(paper_size({ExportStyle::paper, 4.4, 8}, std::nullopt)) << "the width it names does";
}

}  // namespace comparison_test
}  // namespace attnscope
