#include "app/shell/window.hpp"

#include <GLFW/glfw3.h>
#include <epoxy/gl.h>
#include <fmt/format.h>
#include <imgui.h>
#include <malloc.h>

#include <array>
#include <cmath>
#include <ctime>
#include <memory>
#include <tuple>
#include <utility>

#include "app/shell/app.hpp"
#include "app/shell/glfw_window.hpp"
#include "app/shell/screens.hpp"
#include "app/shell/speaker_window.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr double save_after = 3;  // seconds of rest
constexpr int most_losses = 3;    // of the graphics driver, within 10 s each

GLFWcursor* cursor_of(ImGuiMouseCursor wanted) {
    static GLFWcursor* const text = glfwCreateStandardCursor(GLFW_IBEAM_CURSOR);
    return wanted == ImGuiMouseCursor_TextInput ? text : nullptr;
}

// The C library keeps what was freed for the next time, hundreds of megabytes after some large maps.
void give_memory_back() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

class Loop {
public:
    Loop(GlfwWindow& window, Workspace& workspace, const WindowOptions& options)
        : window_(window),
          workspace_(workspace),
          options_(options),
          app_(workspace, Clipboard{[&window] {
                                        const char* text = glfwGetClipboardString(window.handle());
                                        return std::string(text == nullptr ? "" : text);
                                    },
                                    [&window](const std::string& text) {
                                        glfwSetClipboardString(window.handle(), text.c_str());
                                    }}) {
        if (!options.message.empty()) app_.say(options.message, true);
        if (options.lecture) app_.start_lecture(options.lecture->lesson, options.lecture->step, options.lecture->file);
        workspace.set_wake(glfwPostEmptyEvent);
    }

    ~Loop() {
        workspace_.set_wake(nullptr);
        close_speaker();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Until the window is closed. Error: there is no window any more, and no other can be opened; what can be saved
    /// is saved.
    Result<void> run() {
        Result<void> going = {};
        while (going && glfwWindowShouldClose(window_.handle()) == 0) {
            // An idle window sleeps until something happens.
            window_.wait(std::min(app_.next_frame_after().value_or(1e9), unsaved_ ? save_after : 1e9));
            draw();
            save_when_at_rest();
            if (GlfwWindow::context_lost()) going = renew();
        }
        save();
        return going;
    }

private:
    // What the graphics driver holds for the window.
    struct Screen {
        ImGuiSession session;
        ScreenResources resources;
    };

    // Its context goes with it; what follows needs the window's.
    void close_speaker() {
        speaker_.reset();
        glfwMakeContextCurrent(window_.handle());
    }

    // The driver has started anew and holds nothing any more. All that matters is ours: the window is made again.
    Result<void> renew() {
        const double now = glfwGetTime();
        losses_ = now - lost_at_ < 10 ? losses_ + 1 : 1;
        lost_at_ = now;
        const auto [width, height] = full_screen_ ? points_before_ : points();
        last_ = current();
        close_speaker();
        screen_.reset();
        window_.close();
        full_screen_ = false;
        title_.clear();
        if (losses_ > most_losses)
            return io_error(tr(
                "the graphics driver was lost {} times within seconds; `attnscope render` works without it", losses_));
        if (const Result<void> opened = window_.open(width, height); !opened) return opened.error();
        screen_.emplace();
        app_.say(tr("The graphics driver was lost. The window was made again; nothing else is lost."), true);
        return {};
    }

    // A lesson fills the screen: that of the projector, where there is a second one.
    void follow_lecture() {
        const bool wanted = app_.lecture() != nullptr;
        if (wanted == full_screen_) return;
        full_screen_ = wanted;
        if (!wanted) {
            glfwSetWindowMonitor(window_.handle(), nullptr, before_x_, before_y_, before_width_, before_height_,
                                 GLFW_DONT_CARE);
            return;
        }
        const Screens screens = screens_now();
        if (screens.monitors.empty()) return;
        points_before_ = points();
        glfwGetWindowPos(window_.handle(), &before_x_, &before_y_);
        glfwGetWindowSize(window_.handle(), &before_width_, &before_height_);
        fill_screen(window_.handle(), screens.monitors[lecture_screens(screens.places).lesson]);
    }

    static GLFWmonitor* notes_screen() {
        const Screens screens = screens_now();
        if (screens.monitors.empty()) return nullptr;
        const std::optional<std::size_t> notes = lecture_screens(screens.places).notes;
        return notes ? screens.monitors[*notes] : nullptr;
    }

    // Notes go to the screen that the lesson is not on, or where the speaker asked for them.
    void follow_speaker() {
        const Lecture* const lecture = app_.lecture();
        if (speaker_ && speaker_->closed()) {
            app_.close_notes();
            closed_by_hand_ = true;
        }
        if (lecture == nullptr) closed_by_hand_ = false;
        GLFWmonitor* const screen = lecture != nullptr ? notes_screen() : nullptr;
        const bool wanted = lecture != nullptr && (app_.notes_wanted() || (screen != nullptr && !closed_by_hand_));
        if (!wanted && !speaker_) return;
        if (!wanted) {
            speaker_.reset();
            glfwFocusWindow(window_.handle());  // the keys go on there
        } else if (!speaker_) {
            speaker_ = SpeakerWindow::open(screen, [this](const InputEvent& event) { window_.push(event); });
        }
        if (speaker_) {
            const std::time_t now = std::time(nullptr);
            std::tm local{};
            localtime_r(&now, &local);
            speaker_->draw({.lecture = lecture,
                            .seconds = app_.lecture_seconds(glfwGetTime()),
                            .time = fmt::format("{:02}:{:02}", local.tm_hour, local.tm_min)},
                           theme_of(workspace_.theme));
        }
        glfwMakeContextCurrent(window_.handle());
    }

    void draw() {
        follow_lecture();
        follow_speaker();
        int width = 0, height = 0;
        glfwGetFramebufferSize(window_.handle(), &width, &height);
        if (width == 0 || height == 0) {  // minimised
            glfwWaitEventsTimeout(0.2);
            return;
        }
        float scale_x = 1, scale_y = 1;
        glfwGetWindowContentScale(window_.handle(), &scale_x, &scale_y);
        glViewport(0, 0, width, height);
        glClearColor(0, 0, 0, 1);
        glDisable(GL_SCISSOR_TEST);
        glClear(GL_COLOR_BUFFER_BIT);
        app_.frame(screen_->session, screen_->resources, window_.queue().next_frame(glfwGetTime()),
                   {width, height, std::max(scale_x, 0.5F)});
        glfwSetCursor(window_.handle(), cursor_of(ImGui::GetMouseCursor()));
        if (std::string title = app_.title(); title != title_) {
            title_ = std::move(title);
            glfwSetWindowTitle(window_.handle(), title_.c_str());
        }
        glfwSwapBuffers(window_.handle());
    }

    // The window's size in points.
    std::pair<int, int> points() const {
        int width = 0, height = 0;
        float scale_x = 1, scale_y = 1;
        glfwGetFramebufferSize(window_.handle(), &width, &height);
        glfwGetWindowContentScale(window_.handle(), &scale_x, &scale_y);
        const auto side = [](int pixels, float scale) {
            const auto size = static_cast<int>(std::lround(static_cast<float>(pixels) / std::max(scale, 0.5F)));
            return std::clamp(size, state_window_min, state_window_max);
        };
        return {side(width, scale_x), side(height, scale_y)};
    }

    StateFile current() const {
        if (window_.handle() == nullptr) return last_;
        StateFile state = app_.own_state();
        std::tie(state.window_width, state.window_height) = full_screen_ ? points_before_ : points();
        return state;
    }

    void save_when_at_rest() {
        StateFile state = current();
        const double now = glfwGetTime();
        if (state != last_) {
            last_ = std::move(state);
            changed_at_ = now;
            unsaved_ = true;
        } else if (unsaved_ && now - changed_at_ > save_after) {
            save();
            give_memory_back();
        }
    }

    void save() {
        unsaved_ = false;
        if (options_.state_path.empty()) return;
        if (const Result<void> done = save_state(options_.state_path, current()); !done)
            app_.say(done.error().what, true);
    }

    GlfwWindow& window_;
    Workspace& workspace_;
    const WindowOptions& options_;
    std::optional<Screen> screen_{std::in_place};
    App app_;
    StateFile last_;
    std::string title_;
    double changed_at_ = 0;
    bool full_screen_ = false;
    std::unique_ptr<SpeakerWindow> speaker_;
    bool closed_by_hand_ = false;
    int before_x_ = 0, before_y_ = 0, before_width_ = 0,
        before_height_ = 0;  // of the window, before it filled the screen
    std::pair<int, int> points_before_{};
    bool unsaved_ = false;
    double lost_at_ = 0;
    int losses_ = 0;
};

}  // namespace

Result<void> run_window(Workspace& workspace, const WindowOptions& options) {
    const GlfwSession glfw;
    GlfwWindow window;
    if (const Result<void> opened = window.open(options.width, options.height); !opened) return opened.error();
    return Loop(window, workspace, options).run();
}

}  // namespace attnscope
