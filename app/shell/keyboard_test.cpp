// Every panel by the keyboard alone: Tab reaches whatever hears the mouse, and keys do what the mouse does there.
#include <epoxy/gl.h>

#include <set>

#include "app/shell/headless_fixture.hpp"
#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace keyboard_test {

class Keyboard : public HeadlessApp {
protected:
    // One key, without waiting for what it starts.
    void key(int key, bool shift = false, bool control = false) {
        queue.push(KeyPress{key, control, shift, false});
        screen->run(app, queue);
    }
    void tab_to(const std::string& id) {
        glEnable(GL_RASTERIZER_DISCARD);  // nobody looks on the way
        for (int i = 0; i < 300 && app.focus() != id; ++i) key(GLFW_KEY_TAB);
        if (!unseen) glDisable(GL_RASTERIZER_DISCARD);
        screen->run(app, queue);
        ASSERT_EQ(app.focus(), id);
    }
    std::vector<Value> values() {
        std::vector<Value> all;
        for (const Param& p : workspace.active().params) all.push_back(p.get());
        return all;
    }

    // Keys change the focused control, and Delete takes it back.
    void expect_changed_by_keys(const Param& param) {
        SCOPED_TRACE(workspace.active().info.name + "." + param.key);
        const Value before = param.get();
        const auto changed = [&] { return param.get() != before; };
        switch (param.kind) {
            case ParamKind::integer:
            case ParamKind::real: {
                const auto [low, high] = slider_ends(param);
                if (low >= high) return;
                key(GLFW_KEY_RIGHT);
                if (!changed()) key(GLFW_KEY_LEFT);
                EXPECT_TRUE(changed()) << "from " << to_text(param);
                break;
            }
            case ParamKind::choice:
                key(GLFW_KEY_RIGHT);
                if (!changed()) key(GLFW_KEY_LEFT);
                EXPECT_TRUE(changed()) << app.focus() << "; " << app.message();
                break;
            case ParamKind::toggle:
                key(GLFW_KEY_ENTER);
                EXPECT_TRUE(changed()) << app.message();
                break;
            case ParamKind::text: {
                const std::string message = app.message();
                key(GLFW_KEY_ENTER);
                queue.push(Typed{"ab"});
                screen->run(app, queue);
                key(GLFW_KEY_ENTER);
                EXPECT_TRUE(changed() || app.message() != message) << "neither taken nor refused";
                break;
            }
        }
        key(GLFW_KEY_Z, false, true);
        static_cast<void>(set(param, before));  // where one change brought another with it
    }

    // Tab goes through everything once. Returns what it reached. Nothing is changed meanwhile: a picture that is being
    // computed may have no buttons.
    std::set<std::string> go_through() {
        std::set<std::string> reached;
        for (int i = 0; i < 400; ++i) {
            key(GLFW_KEY_TAB);
            if (app.focus().empty() || !reached.insert(app.focus()).second) break;
            // A control of segments has an area for each. Between the strips on top and below there is room to scroll.
            screen->run(app, queue);
            const auto area = app.area_of(app.focus() + "/label");
            if (!area) continue;
            EXPECT_GE(area->min.y, 52) << app.focus() << " was not scrolled to";
            EXPECT_LE(area->max.y, window_height - 86) << app.focus() << " was not scrolled to";
        }
        return reached;
    }

    // What hears the mouse but has no need of Tab: it says something where the mouse rests, is a part of a control, has
    // keys of its own ([ and ], Ctrl Z), or is disabled, as undo is while there is nothing to undo.
    static bool needs_no_stop(const std::string& id, const ParamList& params) {
        const std::string first = id.substr(0, id.find('/'));
        if (first != id && find(params, first) != nullptr) return true;
        for (const char* const prefix : {"badge", "undo", "redo", "head ", "layer ", "path "})
            if (id.starts_with(prefix)) return id != "path steps";
        return false;
    }

    static constexpr int window_height = 800;
    bool unseen = false;  // no pixels are filled in all of the test
};

TEST_F(Keyboard, ReachesWhateverHearsTheMouseInEveryViewOfEveryPanel) {
    open(1280, window_height);
    unseen = true;
    glEnable(GL_RASTERIZER_DISCARD);
    std::set<std::string> tried;
    for (std::size_t panel = 0; panel < workspace.entries().size(); ++panel) {
        key(GLFW_KEY_1 + static_cast<int>(panel));
        ASSERT_EQ(workspace.active_index(), panel);
        const ParamList& params = workspace.active().params;
        const Param* view = find(params, "view");
        if (view == nullptr) view = find(params, "picture");
        for (const std::string& name : view != nullptr ? view->choices : std::vector<std::string>{""}) {
            SCOPED_TRACE(workspace.active().info.name + ", " + name);
            for (const Param& param : params) reset(param);
            ASSERT_TRUE(view == nullptr || set(*view, Value(name)).has_value());
            rest();
            std::set<std::string> hearing;
            for (const auto& [id, rect] : app.areas()) hearing.insert(id);
            const std::set<std::string> reached = go_through();
            for (const std::string& id : hearing)
                EXPECT_TRUE(reached.contains(id) || needs_no_stop(id, params)) << "Tab does not reach '" << id << "'";
            for (const Param& param : params) {
                if (param.visible && !param.visible()) continue;
                EXPECT_TRUE(reached.contains(param.key)) << "Tab does not reach the control " << param.key;
                if (!tried.insert(workspace.active().info.name + "." + param.key).second) continue;
                ASSERT_NO_FATAL_FAILURE(tab_to(param.key));
                expect_changed_by_keys(param);
            }
        }
    }
    EXPECT_GT(tried.size(), 60U);
    glDisable(GL_RASTERIZER_DISCARD);
}

TEST_F(Keyboard, MovesAPointerOverAPictureThatClicksZoomsAndShowsAllAgain) {
    open();
    const View2D whole = *workspace.active().panel->main_view();
    const std::string title = app.title();
    tab_to("heatmap");
    for (int i = 0; i < 3; ++i) key(GLFW_KEY_RIGHT, false, true);
    key(GLFW_KEY_UP, false, true);
    key(GLFW_KEY_ENTER);
    rest();
    EXPECT_NE(app.title(), title) << "a cell is pinned";
    for (int i = 0; i < 4; ++i) key(GLFW_KEY_EQUAL);
    const View2D zoomed = *workspace.active().panel->main_view();
    EXPECT_NEAR(zoomed.x.high - zoomed.x.low, (whole.x.high - whole.x.low) / std::pow(1.2, 4), 1e-6);
    key(GLFW_KEY_SPACE);
    key(GLFW_KEY_LEFT, false, true);
    EXPECT_GT(workspace.active().panel->main_view()->x.low, zoomed.x.low) << "the picture was taken along";
    key(GLFW_KEY_SPACE);
    const View2D dropped = *workspace.active().panel->main_view();
    key(GLFW_KEY_LEFT, false, true);
    EXPECT_EQ(*workspace.active().panel->main_view(), dropped) << "it was let go";
    key(GLFW_KEY_HOME);
    EXPECT_EQ(workspace.active().panel->main_view()->x, whole.x);
}

TEST_F(Keyboard, DragsMarksAndTips) {
    open();
    key(GLFW_KEY_2);
    ASSERT_TRUE(set_from_text(param("view"), "rotation").has_value());
    rest();
    tab_to("positions");
    const auto marks = [this] { return std::pair(number_of(param("position")), number_of(param("offset"))); };
    const auto before = marks();
    key(GLFW_KEY_SPACE);
    for (int i = 0; i < 3; ++i) key(GLFW_KEY_RIGHT, false, true);
    key(GLFW_KEY_SPACE);
    rest();
    EXPECT_NE(marks(), before);
    press(GLFW_KEY_Z, true);
    EXPECT_EQ(marks(), before) << "one step to undo";
}

TEST_F(Keyboard, GivesThePointerBackToTheMouse) {
    open();
    tab_to("heatmap");
    key(GLFW_KEY_RIGHT);
    const Image with_pointer = screen->pixels();
    move({5, 5});
    EXPECT_GT(compare(with_pointer, screen->pixels(), 8).differing, 50U);
    EXPECT_EQ(app.focus(), "heatmap");
    const std::string title = app.title();
    key(GLFW_KEY_ENTER);
    EXPECT_EQ(app.title(), title) << "nobody saw where this click would have fallen";
    key(GLFW_KEY_ENTER);
    EXPECT_NE(app.title(), title);
    click(center_of("heatmap") + Vec2{60, 60});
    EXPECT_EQ(app.focus(), "");
    const std::string pinned = app.title();
    press(GLFW_KEY_DOWN);
    EXPECT_NE(app.title(), pinned) << "the arrow moved the pinned cell, not a pointer";
}

TEST_F(Keyboard, PointsWhereItPointedBeforeTheMouseWasTouched) {
    open();
    tab_to("heatmap");
    for (int i = 0; i < 2; ++i) key(GLFW_KEY_RIGHT, false, true);
    for (int i = 0; i < 3; ++i) key(GLFW_KEY_UP, false, true);
    key(GLFW_KEY_ENTER);
    rest();
    const std::string title = app.title();
    key(GLFW_KEY_ESCAPE);
    EXPECT_EQ(app.title(), title) << "the first Esc leaves the picture";
    EXPECT_EQ(app.focus(), "");
    key(GLFW_KEY_ESCAPE);
    rest();
    ASSERT_NE(app.title(), title) << "the second unpins";
    tab_to("heatmap");
    for (int i = 0; i < 2; ++i) key(GLFW_KEY_RIGHT, false, true);
    for (int i = 0; i < 3; ++i) key(GLFW_KEY_UP, false, true);
    move({5, 5});
    key(GLFW_KEY_ENTER);
    key(GLFW_KEY_ENTER);
    rest();
    EXPECT_EQ(app.title(), title);
}

TEST_F(Keyboard, ZoomsOneAxisWhileItsLetterIsHeld) {
    open();
    tab_to("heatmap");
    const View2D whole = *workspace.active().panel->main_view();
    const auto zoom_holding = [&](int letter) {
        key(letter);
        key(GLFW_KEY_EQUAL);
        key(GLFW_KEY_EQUAL);
        queue.push(KeyRelease{letter});
        screen->run(app, queue);
    };
    zoom_holding(GLFW_KEY_X);
    const View2D across = *workspace.active().panel->main_view();
    EXPECT_LT(across.x.high - across.x.low, whole.x.high - whole.x.low);
    EXPECT_EQ(across.y, whole.y);
    zoom_holding(GLFW_KEY_Y);
    const View2D both = *workspace.active().panel->main_view();
    EXPECT_EQ(both.x, across.x);
    EXPECT_LT(both.y.high - both.y.low, whole.y.high - whole.y.low);
}

TEST_F(Keyboard, ExplainsTheControlThatTabReachedUntilItIsChanged) {
    open();
    tab_to("temperature");
    queue.push(MouseMove{{5, 5}});
    screen->run(app, queue);  // the mouse is there: no help
    const auto wait_a_second = [this] {
        glEnable(GL_RASTERIZER_DISCARD);
        for (int i = 0; i < 60; ++i) screen->run(app, queue);
        glDisable(GL_RASTERIZER_DISCARD);
        screen->run(app, queue);
        return screen->pixels();
    };
    const Image without = wait_a_second();
    key(GLFW_KEY_TAB, true);
    key(GLFW_KEY_TAB);
    ASSERT_EQ(app.focus(), "temperature");
    EXPECT_GT(compare(without, wait_a_second(), 8).differing, 5000U) << "the help of the control is not shown";
    key(GLFW_KEY_DELETE);  // to the default it has
    EXPECT_EQ(compare(without, wait_a_second(), 8).differing, 0U);
}

TEST_F(Keyboard, StepsThereAndBackMeetAtTheDefault) {
    open();
    tab_to("temperature");
    const Value before = param("temperature").get();
    for (const auto& [there, back] : {std::pair(GLFW_KEY_RIGHT, GLFW_KEY_LEFT), {GLFW_KEY_LEFT, GLFW_KEY_RIGHT}}) {
        for (int i = 0; i < 3; ++i) key(there);
        EXPECT_NE(param("temperature").get(), before);
        int steps = 0;
        for (; steps < 4 && param("temperature").get() != before; ++steps) key(back);
        EXPECT_EQ(param("temperature").get(), before) << "after " << steps << " steps back";
        key(back);
        EXPECT_NE(param("temperature").get(), before) << "it goes on from there";
        key(GLFW_KEY_DELETE);
    }
}

TEST_F(Keyboard, HearsKeysThatComeTogetherOneAfterAnother) {
    open();
    tab_to("theme");
    ASSERT_EQ(workspace.theme, ThemeName::dark);
    queue.push(KeyPress{GLFW_KEY_ENTER, false, false, false});
    queue.push(KeyPress{GLFW_KEY_TAB, false, false, false});
    for (int i = 0; i < 3; ++i) screen->run(app, queue);
    EXPECT_EQ(workspace.theme, ThemeName::light);
    EXPECT_NE(app.focus(), "theme");
    tab_to("theme");
    for (int i = 0; i < 3; ++i) queue.push(KeyPress{GLFW_KEY_SPACE, false, false, false});
    for (int i = 0; i < 4; ++i) screen->run(app, queue);
    EXPECT_EQ(workspace.theme, ThemeName::dark) << "three times";
}

TEST_F(Keyboard, StaysInsideAMenuAndChoosesThere) {
    open();
    const TempFolder folder;
    app.set_export_folder(folder.path());
    press(GLFW_KEY_S, true);
    std::set<std::string> reached;
    for (int i = 0; i < 60; ++i) {
        key(GLFW_KEY_TAB);
        reached.insert(app.focus());
    }
    EXPECT_FALSE(reached.contains("temperature"));
    EXPECT_FALSE(reached.contains("heatmap"));
    EXPECT_TRUE(reached.contains("svg"));
    tab_to("style");
    key(GLFW_KEY_RIGHT);
    EXPECT_EQ(workspace.export_settings.style, ExportStyle::paper);
    tab_to("width_cm");
    const double width = workspace.export_settings.width_cm;
    key(GLFW_KEY_RIGHT);
    EXPECT_NE(workspace.export_settings.width_cm, width);
    tab_to("svg");
    key(GLFW_KEY_ENTER);
    for (int frame = 0; frame < 500 && app.message().find("Saved") == std::string::npos; ++frame) rest();
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "attnscope-attention.svg"));
}

TEST_F(Keyboard, OpensTheTextAButtonAndALesson) {
    open();
    tab_to("top text");
    key(GLFW_KEY_ENTER);
    queue.push(Typed{"!"});
    screen->run(app, queue);
    key(GLFW_KEY_ENTER);
    EXPECT_NE(std::get<std::string>(param("text").get()).find('!'), std::string::npos);
    key(GLFW_KEY_KP_ENTER);
    queue.push(Typed{"?"});
    screen->run(app, queue);
    key(GLFW_KEY_ENTER);
    EXPECT_NE(std::get<std::string>(param("text").get()).find('?'), std::string::npos);
    key(GLFW_KEY_F1);
    const Value before = param("text").get();
    key(GLFW_KEY_ENTER);
    queue.push(Typed{"behind"});
    screen->run(app, queue);
    EXPECT_EQ(param("text").get(), before) << "the list of keys lies over it";
    key(GLFW_KEY_ESCAPE);
    tab_to("panel timing");
    key(GLFW_KEY_SPACE);
    EXPECT_EQ(workspace.active().info.name, "timing");
    tab_to("lessons");
    key(GLFW_KEY_ENTER);
    key(GLFW_KEY_TAB);
    key(GLFW_KEY_ENTER);
    EXPECT_NE(app.lecture(), nullptr);
}

}  // namespace keyboard_test
}  // namespace attnscope
