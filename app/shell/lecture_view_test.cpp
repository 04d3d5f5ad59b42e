// Lecture mode as a person drives it.
#include <gmock/gmock.h>

#include "app/shell/headless_fixture.hpp"
#include "app/shell/key_events.hpp"

namespace attnscope {
namespace lecture_view_test {

class LectureTest : public HeadlessApp {
protected:
    void start(const std::string& name = "masks", std::size_t step = 0) {
        if (!screen) open(1280, 800);
        const Result<ReadLesson> found = find_lesson(name, workspace);
        ASSERT_TRUE(found.has_value()) << found.error().what;
        app.start_lecture(found->lesson, step, {});
        rest();
    }
    std::size_t step() const { return app.lecture() == nullptr ? 99 : app.lecture()->index(); }
    void hold(int key, int times) {
        queue.push(KeyPress{key, false, false, false, false});
        for (int i = 1; i < times; ++i) queue.push(KeyPress{key, false, false, false, true});
        queue.push(KeyRelease{key});
        rest();
    }
};

TEST_F(LectureTest, ShortcutsOfTheWindowLeaveTheKeyboardToTheLesson) {
    start();
    for (const int key : {GLFW_KEY_L, GLFW_KEY_S, GLFW_KEY_D}) {
        press(key, true);
        const std::size_t before = step();
        press(GLFW_KEY_PAGE_DOWN);
        EXPECT_EQ(step(), before + 1) << "after Ctrl " << static_cast<char>(key);
    }
    press(GLFW_KEY_S, true);
    press(GLFW_KEY_ESCAPE);
    EXPECT_EQ(app.lecture(), nullptr) << "no invisible menu took the key";
    EXPECT_FALSE(app.area_of("export png").has_value());
}

TEST_F(LectureTest, WhatIsKeptAreTheUsersOwnSettings) {
    open(1280, 800);
    workspace.switch_to(1);
    rest();
    const StateFile own = app.own_state();
    const Result<ReadLesson> found = find_lesson("masks", workspace);
    ASSERT_TRUE(found.has_value());
    app.start_lecture(found->lesson, 2, {});
    rest();
    EXPECT_FALSE(workspace.to_state() == own) << "the lesson shows its own";
    EXPECT_TRUE(app.own_state() == own);
    press(GLFW_KEY_T, true);
    EXPECT_EQ(app.own_state().theme, "light") << "the theme is the user's, lesson or not";
    press(GLFW_KEY_ESCAPE);
    EXPECT_EQ(workspace.active_index(), 1U);
}

TEST_F(LectureTest, AClickerGoesOnWhateverControlWasTouched) {
    start("masks", 1);  // names the temperature, and asks a question
    ASSERT_TRUE(app.area_of("temperature").has_value());
    const Rect slider = *app.area_of("temperature");
    click(Vec2{slider.min.x + 0.8F * slider.width(), slider.center().y} * app.scale());
    const Value before = param("temperature").get();
    EXPECT_NE(before, param("temperature").default_value) << "the click moved it";
    press(GLFW_KEY_ENTER);
    EXPECT_TRUE(app.lecture()->answer);
    press(GLFW_KEY_RIGHT);
    EXPECT_EQ(step(), 2U);
    press(GLFW_KEY_LEFT);
    EXPECT_EQ(step(), 1U);
    EXPECT_EQ(param("temperature").get(), param("temperature").default_value);
}

TEST_F(LectureTest, WhatTabReachedHearsTheKeysBeforeTheClicker) {
    start("masks", 1);
    const auto tab_to = [this](const std::string& id) {
        for (int i = 0; i < 60 && app.focus() != id; ++i) press(GLFW_KEY_TAB);
        ASSERT_EQ(app.focus(), id);
    };
    ASSERT_NO_FATAL_FAILURE(tab_to("temperature"));
    const Value before = param("temperature").get();
    press(GLFW_KEY_RIGHT);
    EXPECT_NE(param("temperature").get(), before);
    EXPECT_EQ(step(), 1U);
    press(GLFW_KEY_ESCAPE);
    ASSERT_NE(app.lecture(), nullptr) << "Esc leaves the control first";
    press(GLFW_KEY_RIGHT);
    EXPECT_EQ(step(), 2U);
    press(GLFW_KEY_LEFT);
    ASSERT_NO_FATAL_FAILURE(tab_to("temperature"));
    press(GLFW_KEY_PAGE_DOWN);
    EXPECT_EQ(step(), 2U) << "a clicker's other keys go on";
    press(GLFW_KEY_RIGHT);
    EXPECT_EQ(step(), 3U) << "the step began with nothing reached";
    press(GLFW_KEY_ESCAPE);
    EXPECT_EQ(app.lecture(), nullptr);
}

TEST_F(LectureTest, WordsThatPointAndThePenNeedNoMouse) {
    start("masks", 0);
    while (!app.area_of("link 0")) {
        const std::size_t before = step();
        press(GLFW_KEY_PAGE_DOWN);
        ASSERT_EQ(step(), before + 1) << "no step's words point at anything";
    }
    const Image unlit = screen->pixels();
    for (int i = 0; i < 60 && app.focus() != "link 0"; ++i) press(GLFW_KEY_TAB);
    ASSERT_EQ(app.focus(), "link 0");
    EXPECT_GT(compare(unlit, screen->pixels(), 8).differing, 200U);
    press(GLFW_KEY_ESCAPE);
    press(GLFW_KEY_D);
    for (int i = 0; i < 60 && app.focus() != "pen"; ++i) press(GLFW_KEY_TAB);
    ASSERT_EQ(app.focus(), "pen");
    press(GLFW_KEY_SPACE);
    for (int i = 0; i < 5; ++i) press(GLFW_KEY_RIGHT, true);
    press(GLFW_KEY_SPACE);
    ASSERT_EQ(app.lecture()->strokes.size(), 1U);
    EXPECT_EQ(app.lecture()->strokes[0].size(), 6U);
}

TEST_F(LectureTest, AHeldKeySwitchesOnce) {
    start();
    hold(GLFW_KEY_B, 8);
    EXPECT_TRUE(app.lecture()->blank);
    hold(GLFW_KEY_B, 3);
    EXPECT_FALSE(app.lecture()->blank);
    hold(GLFW_KEY_PAGE_DOWN, 9);
    EXPECT_EQ(step(), 1U);
}

TEST_F(LectureTest, TheClocksGoOnWhileTheProjectorIsBlack) {
    start();
    press(GLFW_KEY_B);
    ASSERT_TRUE(app.next_frame_after().has_value());
    EXPECT_LE(*app.next_frame_after(), 1.0);
}

TEST_F(LectureTest, OneThingLiesOverTheWindowAtATime) {
    open(1280, 800);
    press(GLFW_KEY_D, true);
    EXPECT_TRUE(app.area_of("snapshot add").has_value());
    press(GLFW_KEY_F5);
    EXPECT_FALSE(app.area_of("snapshot add").has_value());
    EXPECT_TRUE(app.area_of("lesson masks").has_value());
    press(GLFW_KEY_S, true);
    EXPECT_FALSE(app.area_of("lesson masks").has_value());
    press(GLFW_KEY_D, true);
    EXPECT_TRUE(app.area_of("snapshot add").has_value());
    press(GLFW_KEY_ESCAPE);
    EXPECT_FALSE(app.area_of("snapshot add").has_value());
}

TEST_F(LectureTest, EveryControlOfAStepIsSeenAtEveryScale) {
    for (const double scale : {1.0, 2.0, 3.0}) {
        start("kernels-and-performers", 5);
        workspace.scale = scale;
        rest();
        const std::vector<std::string>& controls = app.lecture()->step().controls;
        ASSERT_GE(controls.size(), 4U);
        for (const std::string& key : controls) {
            const Param* const found = find(workspace.active().params, key);
            ASSERT_NE(found, nullptr) << key;
            if (found->visible && !found->visible()) continue;
            const auto area = std::ranges::find_if(app.areas(), [&](const auto& named) {
                return named.first == key || named.first.starts_with(key + "/");
            });
            ASSERT_NE(area, app.areas().end()) << key << " at scale " << scale;
            EXPECT_LE(area->second.max.y * app.scale(), 800) << key << " at scale " << scale;
        }
        press(GLFW_KEY_ESCAPE);
    }
}

TEST_F(LectureTest, PlayingEndsWithThePanel) {
    open(1280, 800);
    workspace.switch_to(1);
    rest();
    ASSERT_TRUE(app.area_of("dim").has_value());
    click(center_of("dim"));
    const std::string own = to_text(*find(workspace.entries()[0].params, "dim"));
    press(GLFW_KEY_P);
    press(GLFW_KEY_1);
    ASSERT_EQ(workspace.active_index(), 0U);
    rest();
    EXPECT_EQ(to_text(param("dim")), own) << "the other panel's parameter has the same key";
}

TEST_F(LectureTest, EnterOpensTheFieldOfTheFocusedSlider) {
    open(1280, 800);
    ASSERT_TRUE(app.area_of("temperature").has_value());
    click(center_of("temperature"));
    press(GLFW_KEY_ENTER);
    press(GLFW_KEY_A, true);
    type("2.5");
    press(GLFW_KEY_ENTER);
    EXPECT_EQ(to_text(param("temperature")), "2.5");
}

TEST(KeyEvents, ARepeatIsSaidToBeOne) {
    const InputEvent first = key_event(GLFW_KEY_PAGE_DOWN, GLFW_PRESS, 0);
    const InputEvent again = key_event(GLFW_KEY_PAGE_DOWN, GLFW_REPEAT, GLFW_MOD_CONTROL);
    ASSERT_TRUE(std::holds_alternative<KeyPress>(first) && std::holds_alternative<KeyPress>(again));
    EXPECT_FALSE(std::get<KeyPress>(first).repeat);
    EXPECT_TRUE(std::get<KeyPress>(again).repeat);
    EXPECT_TRUE(std::get<KeyPress>(again).control);
    EXPECT_TRUE(std::holds_alternative<KeyRelease>(key_event(GLFW_KEY_S, GLFW_RELEASE, 0)));
    const InputEvent shift = key_event(GLFW_KEY_LEFT_SHIFT, GLFW_PRESS, 0);
    ASSERT_TRUE(std::holds_alternative<Modifiers>(shift));
    EXPECT_TRUE(std::get<Modifiers>(shift).shift);
}

}  // namespace lecture_view_test
}  // namespace attnscope
