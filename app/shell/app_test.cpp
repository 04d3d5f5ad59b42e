// A person's paths through the window, without a display.
#include "app/shell/app.hpp"

#include <filesystem>

#include "app/shell/headless_fixture.hpp"
#include "app/shell/ui.hpp"
#include "core/io/file.hpp"
#include "core/io/full_disk.hpp"
#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace app_test {

TEST_F(HeadlessApp, ShowsAFinishedExampleAtFirstSight) {
    open();
    EXPECT_FALSE(workspace.active().panel->status().stale);
    EXPECT_NE(app.title().find("queen → king"), std::string::npos) << app.title();
    EXPECT_TRUE(app.area_of("heatmap").has_value());
    EXPECT_FALSE(app.next_frame_after().has_value()) << "an idle window must not redraw";
}

TEST_F(HeadlessApp, ASentenceTypedInAnyScriptBecomesTheTokens) {
    open();
    click(center_of("top text"));
    press(GLFW_KEY_A, true);
    type("مَلِک و ملکه \u05DE\u05DC\u05DA");
    EXPECT_EQ(std::get<std::string>(param("text").get()), "مَلِک و ملکه \u05DE\u05DC\u05DA");
    EXPECT_FALSE(workspace.active().panel->status().error.has_value());
    press(GLFW_KEY_ESCAPE);
    EXPECT_NE(std::get<std::string>(param("text").get()).find("queen"), std::string::npos) << "Esc restores the text";
}

TEST_F(HeadlessApp, DraggingTheTemperatureChangesTheWeightAndOneUndoBringsItBack) {
    open();
    const std::string before = app.title();
    const Rect slider = *app.area_of("temperature");
    drag({slider.center().x, slider.center().y}, {slider.max.x - 10, slider.center().y});
    EXPECT_GT(number_of(param("temperature")), 10);
    EXPECT_NE(app.title(), before);
    EXPECT_TRUE(workspace.can_undo());
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(app.title(), before) << "the whole drag is one step";
    EXPECT_FALSE(workspace.can_undo());
    press(GLFW_KEY_Z, true, true);
    EXPECT_GT(number_of(param("temperature")), 10);
}

TEST_F(HeadlessApp, AClickPinsTheCellUnderTheMouseAndArrowKeysMoveIt) {
    open();
    const Rect map = *app.area_of("heatmap");
    const float cell = map.width() / 15;
    click({map.min.x + cell * 6.5F, map.min.y + cell * 9.5F});
    EXPECT_NE(app.title().find("water → bread"), std::string::npos) << app.title();
    move({5, 5});
    press(GLFW_KEY_DOWN);
    EXPECT_NE(app.title().find("in → bread"), std::string::npos) << app.title();
    press(GLFW_KEY_ESCAPE);
    EXPECT_EQ(app.title(), "AttnScope");
}

TEST_F(HeadlessApp, ThePinStaysOnItsWordsWhileTheTextIsEdited) {
    open();
    click(center_of("top text"));
    press(GLFW_KEY_HOME);
    type("behold ");
    EXPECT_NE(app.title().find("queen → king"), std::string::npos) << app.title();
}

TEST_F(HeadlessApp, AValueTypedBesideTheSliderIsTakenAndAWrongOneRefusedWithItsRange) {
    open();
    const Vec2 value = center_of("temperature/value");
    const auto double_click = [&] {
        queue.push(MouseMove{value});
        for (int i = 0; i < 2; ++i) {
            queue.push(MouseButton{0, true});
            queue.push(MouseButton{0, false});
        }
        rest();
    };
    double_click();
    type("37.5");
    press(GLFW_KEY_ENTER);
    EXPECT_EQ(number_of(param("temperature")), 37.5) << "beyond the slider, but legal";
    for (int i = 0; i < 60; ++i) screen->run(app, queue);  // not one double click with the next
    double_click();
    type("-3");
    press(GLFW_KEY_ENTER);
    EXPECT_EQ(number_of(param("temperature")), 37.5);
    EXPECT_NE(app.message().find("out of range"), std::string::npos) << app.message();
}

TEST_F(HeadlessApp, TheKeyboardAloneReachesAndMovesControls) {
    open();
    press(GLFW_KEY_TAB);  // source
    press(GLFW_KEY_RIGHT);
    EXPECT_EQ(std::get<std::string>(param("source").get()), "random");
    press(GLFW_KEY_DELETE);
    EXPECT_EQ(std::get<std::string>(param("source").get()), "text");
}

TEST_F(HeadlessApp, TheWheelZoomsTheHeatmapAndADoubleClickShowsAllAgain) {
    open();
    const Rect map = *app.area_of("heatmap");
    const Image whole = screen->pixels();
    queue.push(MouseMove{map.center()});
    queue.push(MouseWheel{5});
    rest();
    move({5, 5});
    const Image zoomed = screen->pixels();
    EXPECT_GT(compare(whole, zoomed, 8).differing, 10000U);
    queue.push(MouseMove{map.center()});
    for (int i = 0; i < 2; ++i) {
        queue.push(MouseButton{0, true});
        queue.push(MouseButton{0, false});
    }
    rest();
    press(GLFW_KEY_Z, true);  // the click pinned a cell too
    move({5, 5});
    const Image again = screen->pixels();
    // The undo button's state may differ, the map must not.
    std::size_t differing = 0;
    for (int y = static_cast<int>(map.min.y); y < static_cast<int>(map.max.y); ++y)
        for (int x = static_cast<int>(map.min.x); x < static_cast<int>(map.max.x); ++x)
            differing += whole.at(x, y) == again.at(x, y) ? 0U : 1U;
    EXPECT_EQ(differing, 0U);
}

TEST_F(HeadlessApp, AHeadIsChosenByClickAndByKey) {
    open();
    click(center_of("head 3"));
    EXPECT_EQ(number_of(param("head")), 3);
    press(GLFW_KEY_RIGHT_BRACKET);
    EXPECT_EQ(number_of(param("head")), 4);
    press(GLFW_KEY_A);
    EXPECT_EQ(number_of(param("head")), 0);
}

TEST_F(HeadlessApp, TheHeadShownNeverLeavesTheHeadsThereAre) {
    open();
    const auto drag_to_end = [&](const std::string& id, bool right) {
        const Rect slider = *app.area_of(id);
        drag(slider.center(), {right ? slider.max.x - 10 : slider.min.x + 8, slider.center().y});
    };
    drag_to_end("head", true);
    EXPECT_EQ(number_of(param("head")), 8);
    EXPECT_FALSE(workspace.active().panel->status().error.has_value());
    drag_to_end("heads", false);
    EXPECT_EQ(number_of(param("heads")), 1);
    EXPECT_EQ(number_of(param("head")), 1);
    EXPECT_FALSE(workspace.active().panel->status().error.has_value());
}

TEST_F(HeadlessApp, ExportWritesThePictureAndNeverOverwrites) {
    open();
    const TempFolder folder;
    app.set_export_folder(folder.path());
    for (int i = 0; i < 2; ++i) {
        press(GLFW_KEY_S, true);
        click(center_of("svg"));
        for (int frame = 0; frame < 500 && app.message().find("Saved") == std::string::npos; ++frame) rest();
        EXPECT_NE(app.message().find("Saved"), std::string::npos) << app.message();
    }
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "attnscope-attention.svg"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "attnscope-attention-2.svg"));
}

TEST_F(HeadlessApp, ExportedNumbersAreThoseOfTheMomentOfTheClick) {
    open();
    const TempFolder folder;
    app.set_export_folder(folder.path());
    press(GLFW_KEY_S, true);
    click(center_of("json"));
    ASSERT_TRUE(set_from_text(param("temperature"), "5").has_value());
    for (int frame = 0; frame < 500 && app.message().find("Saved") == std::string::npos; ++frame) rest();
    const Result<std::string> json = read_file(folder / "attnscope-attention.json", 1U << 24U);
    ASSERT_TRUE(json.has_value()) << json.error().what;
    EXPECT_NE(json->find("\"temperature\":1.0"), std::string::npos);
}

TEST_F(HeadlessApp, AnExportThatCannotBeWrittenSaysWhy) {
    open();
    app.set_export_folder("/nonexistent-folder");
    press(GLFW_KEY_S, true);
    click(center_of("csv"));
    for (int frame = 0; frame < 500 && app.message().find("nonexistent") == std::string::npos; ++frame) rest();
    EXPECT_NE(app.message().find("/nonexistent-folder"), std::string::npos) << app.message();
}

TEST_F(HeadlessApp, AnExportToAFullDiskSaysSoAndLeavesNothing) {
    open();
    const TempFolder folder;
    app.set_export_folder(folder.path());
    for (const char* const format : {"png", "svg", "pdf", "json", "csv", "npy"}) {
        SCOPED_TRACE(format);
        app.say("something else", false);
        rest();
        press(GLFW_KEY_S, true);
        ASSERT_TRUE(app.area_of(format).has_value());
        const FullDisk full(1000);
        click(center_of(format));
        for (int frame = 0; frame < 500 && app.message().find("cannot write") == std::string::npos; ++frame) rest();
        EXPECT_NE(app.message().find("cannot write"), std::string::npos) << app.message();
        EXPECT_EQ(folder.files(), 0);
        press(GLFW_KEY_ESCAPE);
    }
}

TEST_F(HeadlessApp, EveryPanelSurvivesOddWindowsScalesAndSources) {
    struct Size {
        int width, height;
        float scale;
    };
    const auto put = [&](const char* key, const char* value) {
        const Result<void> done = set_from_text(param(key), value);
        ASSERT_TRUE(done.has_value()) << done.error().what;
    };
    for (const Size size : {Size{320, 200, 1}, Size{1600, 1000, 3}, Size{2000, 300, 1}, Size{300, 1400, 1.5F}}) {
        open(size.width, size.height, size.scale);
        for (const char* text : {"", "one", "a b c"}) {
            put("text", text);
            rest();
        }
        EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
        put("source", "random");
        put("length", "700");
        put("mask", "window");
        rest();
        EXPECT_FALSE(workspace.active().panel->status().error.has_value());
        for (const Param& p : workspace.active().params) reset(p);
        rest();
        EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
        screen.reset();
    }
}

TEST_F(HeadlessApp, BothThemesAndTheProjectorScaleKeepEveryControlOnTheScreen) {
    open();
    for (int i = 0; i < 4; ++i) press(GLFW_KEY_EQUAL, true);
    press(GLFW_KEY_T, true);
    EXPECT_EQ(workspace.theme, ThemeName::light);
    EXPECT_GT(workspace.scale, 1.5);
    const float right = 1600 / static_cast<float>(workspace.scale);
    for (const char* id : {"top text", "theme", "export", "temperature", "heatmap"}) {
        const auto rect = app.area_of(id);
        ASSERT_TRUE(rect.has_value()) << id;
        EXPECT_LE(rect->max.x, right) << id;
        EXPECT_GE(rect->min.x, 0) << id;
    }
    press(GLFW_KEY_0, true);
    EXPECT_EQ(workspace.scale, 1);
}

TEST_F(HeadlessApp, OneClickInTheGridShowsThatLayersHead) {
    std::vector<float> values(3 * 2 * 4 * 4, 0.25F);
    const Index shape[] = {3, 2, 4, 4};
    const TempFolder folder;
    EXPECT_TRUE(set(param("source"), Value(std::string("weights"))));
    EXPECT_TRUE(set(param("weights_file"), Value(folder.file("w.npy", format_npy(shape, values)))));
    open();
    click(center_of("layer 3 head 2"));
    EXPECT_EQ(number_of(param("layer")), 3);
    EXPECT_EQ(number_of(param("head")), 2);
    EXPECT_FALSE(workspace.active().panel->status().error.has_value());
}

}  // namespace app_test
}  // namespace attnscope
