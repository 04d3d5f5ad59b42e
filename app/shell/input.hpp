// The input queue: events wait here until a frame can take them without losing one. Dear ImGui 1.86 sees only the state
// at the frame's start: a press and a release between two frames would be no click, and Ctrl+A a lone A.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "app/draw/geometry.hpp"

namespace attnscope {

/// A key went down (or repeats). `key` is GLFW's code.
struct KeyPress {
    int key = 0;
    bool control = false, shift = false, alt = false;
    bool repeat = false;  // it is held, and speaks again
};
/// The key is up again.
struct KeyRelease {
    int key = 0;
};
/// A character was typed, as UTF-8.
struct Typed {
    std::string text;
};
using KeyEvent = std::variant<KeyPress, Typed>;

struct MouseMove {
    Vec2 at;  // pixels
};
struct MouseButton {
    int button = 0;  // 0 left, 1 right, 2 middle
    bool down = false;
};
struct MouseWheel {
    float notches = 0;
};
struct Modifiers {
    bool control = false, shift = false;
};
/// Files were dropped on the window.
struct DroppedFiles {
    std::vector<std::string> paths;
};
using InputEvent =
    std::variant<MouseMove, MouseButton, MouseWheel, Modifiers, KeyPress, KeyRelease, Typed, DroppedFiles>;

/// What one frame sees.
struct FrameInput {
    Vec2 mouse{-1e6F, -1e6F};  // pixels
    std::array<bool, 3> buttons{};
    float wheel = 0;
    Modifiers modifiers;
    std::vector<KeyEvent> keys;        // in the order of typing
    std::vector<int> keys_down;        // that are held
    std::vector<std::string> dropped;  // files
    double seconds = 0;                // time since some fixed moment

    bool holds(int key) const { return std::find(keys_down.begin(), keys_down.end(), key) != keys_down.end(); }
};

class InputQueue {
public:
    void push(const InputEvent& event);
    bool empty() const { return events_.empty(); }

    /// Takes events in order until the next one would contradict those taken: a second change of one button, a move or
    /// a key after a button changed, a button after keys, a key after one that presses what is drawn (Enter, Space).
    /// The rest waits for the next frame.
    FrameInput next_frame(double seconds);

private:
    std::deque<InputEvent> events_;
    FrameInput held_;  // position, buttons and modifiers last from frame to frame
};

}  // namespace attnscope
