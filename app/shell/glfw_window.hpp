// One window of the system with its OpenGL context, and what happens to it as input.
#pragma once

#include <string>

#include "app/shell/input.hpp"
#include "core/base/result.hpp"

struct GLFWwindow;

namespace attnscope {

/// GLFW from here on; ends with the last window.
class GlfwSession {
public:
    GlfwSession();
    ~GlfwSession();
    GlfwSession(const GlfwSession&) = delete;
    GlfwSession& operator=(const GlfwSession&) = delete;
};

class GlfwWindow {
public:
    GlfwWindow() = default;
    ~GlfwWindow() { close(); }
    GlfwWindow(const GlfwWindow&) = delete;
    GlfwWindow& operator=(const GlfwWindow&) = delete;

    /// Opens the window, in points, and makes its context current. Errors: no display, no OpenGL 3.3.
    Result<void> open(int width, int height);
    void close();

    GLFWwindow* handle() const { return handle_; }  // nullptr: it is not open
    InputQueue& queue() { return queue_; }
    void push(const InputEvent& event) {
        queue_.push(event);
        redraw();
    }
    void redraw() { frames_wanted_ = frames_after_event; }

    /// Takes what has happened; with nothing to draw it sleeps until something happens or these seconds are over.
    void wait(double seconds);

    /// Whether the driver has given up the current context: the graphics card hung, or was taken away. All that it
    /// held is gone then, and nothing is drawn any more.
    static bool context_lost();

private:
    // Dear ImGui needs a few frames to come to rest after an event.
    static constexpr int frames_after_event = 3;

    GLFWwindow* handle_ = nullptr;
    InputQueue queue_;
    int frames_wanted_ = frames_after_event;
};

}  // namespace attnscope
