#include "app/shell/input.hpp"

#include <GLFW/glfw3.h>

namespace attnscope {
namespace {

// What these press hears of it when it is drawn: another key before that could move the focus away, or press again.
bool presses_what_is_drawn(const KeyPress& press) {
    return !press.repeat &&
           (press.key == GLFW_KEY_ENTER || press.key == GLFW_KEY_KP_ENTER || press.key == GLFW_KEY_SPACE);
}

}  // namespace

void InputQueue::push(const InputEvent& event) {
    events_.push_back(event);
}

FrameInput InputQueue::next_frame(double seconds) {
    held_.wheel = 0;
    held_.keys.clear();
    held_.dropped.clear();
    held_.seconds = seconds;
    std::array<bool, 3> changed{};
    bool any_changed = false, any_pressed = false;
    for (; !events_.empty(); events_.pop_front()) {
        const InputEvent& event = events_.front();
        if (const auto* move = std::get_if<MouseMove>(&event)) {
            if (any_changed) break;
            held_.mouse = move->at;
        } else if (const auto* button = std::get_if<MouseButton>(&event)) {
            const auto index = static_cast<std::size_t>(button->button);
            if (index >= changed.size()) continue;
            if (changed[index] || !held_.keys.empty()) break;
            changed[index] = any_changed = true;
            held_.buttons[index] = button->down;
        } else if (const auto* wheel = std::get_if<MouseWheel>(&event)) {
            if (any_changed) break;
            held_.wheel += wheel->notches;
        } else if (const auto* modifiers = std::get_if<Modifiers>(&event)) {
            if (any_changed || !held_.keys.empty()) break;
            held_.modifiers = *modifiers;
        } else if (const auto* files = std::get_if<DroppedFiles>(&event)) {
            if (any_changed || !held_.keys.empty()) break;
            held_.dropped.insert(held_.dropped.end(), files->paths.begin(), files->paths.end());
        } else if (const auto* release = std::get_if<KeyRelease>(&event)) {
            // A key that was pressed in this frame is held in it.
            if (any_changed || !held_.keys.empty()) break;
            std::erase(held_.keys_down, release->key);
        } else {
            if (any_changed) break;
            if (const auto* press = std::get_if<KeyPress>(&event)) {
                if (any_pressed) break;
                any_pressed = presses_what_is_drawn(*press);
                held_.keys.emplace_back(*press);
                if (!held_.holds(press->key)) held_.keys_down.push_back(press->key);
            } else {
                held_.keys.emplace_back(std::get<Typed>(event));
            }
        }
    }
    return held_;
}

}  // namespace attnscope
