// What only the speaker sees while a lesson is shown: the notes, the next step, a clock. A window of its own, on the
// screen that is not the projector.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/lessons/lecture.hpp"
#include "app/shell/input.hpp"

struct GLFWmonitor;
struct GLFWwindow;

namespace attnscope {

struct SpeakerPage {
    const Lecture* lecture = nullptr;
    double seconds = 0;  // since the lesson began
    std::string time;    // of the day
};
/// Notes (or its words, where it has none), question and answer of the step, and the next step with its words, in the
/// current language.
void draw_speaker_page(Canvas& canvas, const SpeakerPage& page, const Rect& area);

class SpeakerWindow {
public:
    /// Opens the window, filling the screen or, without one, as an ordinary window. Keys pressed in it
    /// are handed on. Nothing: the system refuses another window; the lesson goes on without.
    static std::unique_ptr<SpeakerWindow> open(GLFWmonitor* screen, std::function<void(const InputEvent&)> on_key);
    ~SpeakerWindow();
    SpeakerWindow(const SpeakerWindow&) = delete;
    SpeakerWindow& operator=(const SpeakerWindow&) = delete;

    /// Draws the page when it has changed. Another OpenGL context is current afterwards: the caller makes its own
    /// current.
    void draw(const SpeakerPage& page, const Theme& theme);
    bool closed() const;

private:
    SpeakerWindow() = default;
    void show(int width, int height, const std::vector<unsigned char>& pixels);

    GLFWwindow* handle_ = nullptr;
    std::function<void(const InputEvent&)> on_key_;
    TextShaper shaper_;
    unsigned int texture_ = 0, framebuffer_ = 0;
    std::string shown_;  // what the last page said, by its state
};

}  // namespace attnscope
