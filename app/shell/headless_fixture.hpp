// For tests: the whole window without a display, driven as a person drives it.
#pragma once

#include <GLFW/glfw3.h>
#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include "app/shell/headless.hpp"

namespace attnscope {

class HeadlessApp : public testing::Test {
protected:
    HeadlessApp() = default;
    explicit HeadlessApp(const std::vector<PanelFactory>& factories) : workspace(factories) {}
    void open(int width = 1600, int height = 1000, float scale = 1) {
        auto made = Headless::create(width, height, scale);
        ASSERT_TRUE(made.has_value()) << made.error().what;
        screen = std::move(*made);
        rest();
    }
    // Frames until nothing changes any more.
    void rest() {
        for (int i = 0; i < 4; ++i) {
            workspace.wait();
            screen->run(app, queue);
        }
    }
    Vec2 center_of(const std::string& id) {
        const auto rect = app.area_of(id);
        EXPECT_TRUE(rect.has_value()) << "no area '" << id << "'";
        return rect ? rect->center() : Vec2{};
    }
    // Nothing is computed any more, every panel stands at its defaults, and what was kept for what was shown is gone.
    void rest_at_defaults() {
        for (const Workspace::Entry& entry : workspace.entries()) {
            entry.panel->cancel();
            for (const Param& param : entry.params) reset(param);
        }
        // The others keep their last result until it is their turn.
        for (std::size_t panel = workspace.entries().size(); panel-- > 0;) {
            workspace.activate(panel);
            rest();
        }
        // Textures stay for 120 frames after they were drawn last.
        glEnable(GL_RASTERIZER_DISCARD);  // nobody looks
        for (int i = 0; i < 130; ++i) screen->run(app, queue);
        glDisable(GL_RASTERIZER_DISCARD);
    }
    void move(Vec2 to) {
        queue.push(MouseMove{to});
        rest();
    }
    void click(Vec2 at) {
        queue.push(MouseMove{at});
        queue.push(MouseButton{0, true});
        queue.push(MouseButton{0, false});
        rest();
    }
    void drag(Vec2 from, Vec2 to) {
        queue.push(MouseMove{from});
        queue.push(MouseButton{0, true});
        for (int i = 1; i <= 8; ++i) queue.push(MouseMove{from + (to - from) * (static_cast<float>(i) / 8)});
        for (int i = 0; i < 8; ++i) screen->run(app, queue);
        queue.push(MouseButton{0, false});
        rest();
    }
    void press(int key, bool control = false, bool shift = false) {
        queue.push(KeyPress{key, control, shift, false});
        rest();
    }
    void type(const std::string& text) {
        queue.push(Typed{text});
        rest();
    }
    const Param& param(const std::string& key) { return *find(workspace.active().params, key); }

    Workspace workspace;
    std::string clipboard;
    App app{workspace, Clipboard{[this] { return clipboard; }, [this](const std::string& text) { clipboard = text; }}};
    InputQueue queue;
    std::unique_ptr<Headless> screen;
};

}  // namespace attnscope
