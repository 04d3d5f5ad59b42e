#include "app/shell/window.hpp"

#include <GLFW/glfw3.h>
#include <epoxy/gl.h>
#include <fmt/format.h>
#include <imgui.h>

#include <array>
#include <cmath>
#include <ctime>
#include <memory>
#include <tuple>
#include <utility>

#include "app/draw/png.hpp"
#include "app/shell/app.hpp"
#include "app/shell/key_events.hpp"
#include "app/shell/screens.hpp"
#include "app/shell/speaker_window.hpp"
#include "assets/embedded.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

// Dear ImGui needs a few frames to come to rest after an event.
constexpr int frames_after_event = 3;
constexpr double save_after = 3;  // seconds of rest

struct GlfwSession {
    GlfwSession() {
        glfwSetErrorCallback([](int, const char* what) { last_error() = what; });
    }
    ~GlfwSession() { glfwTerminate(); }
    GlfwSession(const GlfwSession&) = delete;
    GlfwSession& operator=(const GlfwSession&) = delete;
    static std::string& last_error() {
        static std::string text;
        return text;
    }
};

struct Window {
    GLFWwindow* handle = nullptr;
    InputQueue queue;
    int frames_wanted = frames_after_event;
    Window() = default;
    ~Window() {
        if (handle != nullptr) glfwDestroyWindow(handle);
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    void push(const InputEvent& event) {
        queue.push(event);
        frames_wanted = frames_after_event;
    }
};

Window& window_of(GLFWwindow* handle) {
    return *static_cast<Window*>(glfwGetWindowUserPointer(handle));
}

// From screen coordinates to pixels: they differ on some displays.
Vec2 in_pixels(GLFWwindow* handle, double x, double y) {
    int width = 0, height = 0, pixel_width = 0, pixel_height = 0;
    glfwGetWindowSize(handle, &width, &height);
    glfwGetFramebufferSize(handle, &pixel_width, &pixel_height);
    return {static_cast<float>(x * pixel_width / std::max(width, 1)),
            static_cast<float>(y * pixel_height / std::max(height, 1))};
}

std::string utf8_of(unsigned int code_point) {
    std::string text;
    const auto put = [&](unsigned int byte) { text.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | code_point >> 6U);
        put(0x80U | (code_point & 0x3FU));
    } else {
        if (code_point < 0x10000) {
            put(0xE0U | code_point >> 12U);
        } else {
            put(0xF0U | code_point >> 18U);
            put(0x80U | (code_point >> 12U & 0x3FU));
        }
        put(0x80U | (code_point >> 6U & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
    return text;
}

void install_callbacks(Window& window) {
    GLFWwindow* handle = window.handle;
    glfwSetWindowUserPointer(handle, &window);
    glfwSetCursorPosCallback(
        handle, [](GLFWwindow* w, double x, double y) { window_of(w).push(MouseMove{in_pixels(w, x, y)}); });
    glfwSetCursorEnterCallback(handle, [](GLFWwindow* w, int entered) {
        if (entered == 0) window_of(w).push(MouseMove{{-1e6F, -1e6F}});
    });
    glfwSetMouseButtonCallback(handle, [](GLFWwindow* w, int button, int action, int mods) {
        window_of(w).push(Modifiers{(mods & GLFW_MOD_CONTROL) != 0, (mods & GLFW_MOD_SHIFT) != 0});
        window_of(w).push(MouseButton{button, action == GLFW_PRESS});
    });
    glfwSetScrollCallback(
        handle, [](GLFWwindow* w, double, double y) { window_of(w).push(MouseWheel{static_cast<float>(y)}); });
    glfwSetKeyCallback(handle, [](GLFWwindow* w, int key, int, int action, int mods) {
        window_of(w).push(key_event(key, action, mods));
    });
    glfwSetCharCallback(handle, [](GLFWwindow* w, unsigned int c) { window_of(w).push(Typed{utf8_of(c)}); });
    glfwSetDropCallback(handle, [](GLFWwindow* w, int count, const char** paths) {
        DroppedFiles files;
        for (int i = 0; i < count; ++i) files.paths.emplace_back(paths[i]);
        window_of(w).push(files);
    });
    const auto redraw = [](GLFWwindow* w) { window_of(w).frames_wanted = frames_after_event; };
    glfwSetWindowRefreshCallback(handle, redraw);
    glfwSetFramebufferSizeCallback(handle,
                                   [](GLFWwindow* w, int, int) { window_of(w).frames_wanted = frames_after_event; });
    glfwSetWindowContentScaleCallback(
        handle, [](GLFWwindow* w, float, float) { window_of(w).frames_wanted = frames_after_event; });
}

void set_icon(GLFWwindow* handle) {
    const Result<Image> icon = decode_png(embedded("assets/embedded/attnscope.png"), "the icon");
    if (!icon) return;  // a window without its icon is still a window
    std::vector<unsigned char> bytes;
    for (const Color c : icon->pixels) bytes.insert(bytes.end(), {c.r, c.g, c.b, c.a});
    const GLFWimage image{icon->width, icon->height, bytes.data()};
    glfwSetWindowIcon(handle, 1, &image);
}

Result<void> open(Window& window, const WindowOptions& options) {
    if (glfwInit() == GLFW_FALSE)
        return io_error(tr("cannot open a window: {}; `attnscope render` works without a display",
                           GlfwSession::last_error().empty() ? tr("there is no display") : GlfwSession::last_error()));
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);  // sizes are points
    glfwWindowHint(GLFW_AUTO_ICONIFY, GLFW_FALSE);     // a lesson stays on the screen when the notes are clicked
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "attnscope");
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "attnscope");
    int width = options.width, height = options.height;
    if (GLFWmonitor* monitor = glfwGetPrimaryMonitor(); monitor != nullptr) {
        int x = 0, y = 0, work_width = 0, work_height = 0;
        float scale_x = 1, scale_y = 1;
        glfwGetMonitorWorkarea(monitor, &x, &y, &work_width, &work_height);
        glfwGetMonitorContentScale(monitor, &scale_x, &scale_y);
        if (work_width > 0) width = std::min(width, static_cast<int>(static_cast<float>(work_width) / scale_x));
        if (work_height > 0) height = std::min(height, static_cast<int>(static_cast<float>(work_height) / scale_y));
    }
    window.handle = glfwCreateWindow(width, height, "AttnScope", nullptr, nullptr);
    if (window.handle == nullptr)
        return io_error(tr("cannot open a window: OpenGL 3.3 is missing ({}); `attnscope render` works without it",
                           GlfwSession::last_error()));
    glfwSetWindowSizeLimits(window.handle, 320, 200, GLFW_DONT_CARE, GLFW_DONT_CARE);
    glfwMakeContextCurrent(window.handle);
    glfwSwapInterval(1);
    set_icon(window.handle);
    install_callbacks(window);
    return {};
}

GLFWcursor* cursor_of(ImGuiMouseCursor wanted) {
    static GLFWcursor* const text = glfwCreateStandardCursor(GLFW_IBEAM_CURSOR);
    return wanted == ImGuiMouseCursor_TextInput ? text : nullptr;
}

class Loop {
public:
    Loop(Window& window, Workspace& workspace, const WindowOptions& options)
        : window_(window),
          workspace_(workspace),
          options_(options),
          app_(workspace,
               Clipboard{[&window] {
                             const char* text = glfwGetClipboardString(window.handle);
                             return std::string(text == nullptr ? "" : text);
                         },
                         [&window](const std::string& text) { glfwSetClipboardString(window.handle, text.c_str()); }}) {
        if (!options.message.empty()) app_.say(options.message, true);
        if (options.lecture) app_.start_lecture(options.lecture->lesson, options.lecture->step, options.lecture->file);
        workspace.set_wake(glfwPostEmptyEvent);
    }

    ~Loop() {
        workspace_.set_wake(nullptr);
        speaker_.reset();  // its context goes with it; what follows needs the window's
        glfwMakeContextCurrent(window_.handle);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run() {
        while (glfwWindowShouldClose(window_.handle) == 0) {
            wait();
            draw();
            save_when_at_rest();
        }
        save();
    }

private:
    void wait() {
        if (window_.frames_wanted > 0 || !window_.queue.empty()) {
            glfwPollEvents();
            --window_.frames_wanted;
        } else {
            // An idle window sleeps until something happens; then a result or an event wants a few frames.
            const std::optional<double> next = app_.next_frame_after();
            const double rest = unsaved_ ? save_after : 1e9;
            const double seconds = std::min(next.value_or(1e9), rest);
            if (seconds < 1e8)
                glfwWaitEventsTimeout(std::max(seconds, 0.001));
            else
                glfwWaitEvents();
            if (window_.frames_wanted <= 0) window_.frames_wanted = 1;
        }
    }

    // A lesson fills the screen: that of the projector, where there is a second one.
    void follow_lecture() {
        const bool wanted = app_.lecture() != nullptr;
        if (wanted == full_screen_) return;
        full_screen_ = wanted;
        if (!wanted) {
            glfwSetWindowMonitor(window_.handle, nullptr, before_x_, before_y_, before_width_, before_height_,
                                 GLFW_DONT_CARE);
            return;
        }
        const Screens screens = screens_now();
        if (screens.monitors.empty()) return;
        points_before_ = points();
        glfwGetWindowPos(window_.handle, &before_x_, &before_y_);
        glfwGetWindowSize(window_.handle, &before_width_, &before_height_);
        fill_screen(window_.handle, screens.monitors[lecture_screens(screens.places).lesson]);
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
            glfwFocusWindow(window_.handle);  // the keys go on there
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
        glfwMakeContextCurrent(window_.handle);
    }

    void draw() {
        follow_lecture();
        follow_speaker();
        int width = 0, height = 0;
        glfwGetFramebufferSize(window_.handle, &width, &height);
        if (width == 0 || height == 0) {  // minimised
            glfwWaitEventsTimeout(0.2);
            return;
        }
        float scale_x = 1, scale_y = 1;
        glfwGetWindowContentScale(window_.handle, &scale_x, &scale_y);
        glViewport(0, 0, width, height);
        glClearColor(0, 0, 0, 1);
        glDisable(GL_SCISSOR_TEST);
        glClear(GL_COLOR_BUFFER_BIT);
        app_.frame(session_, resources_, window_.queue.next_frame(glfwGetTime()),
                   {width, height, std::max(scale_x, 0.5F)});
        glfwSetCursor(window_.handle, cursor_of(ImGui::GetMouseCursor()));
        if (std::string title = app_.title(); title != title_) {
            title_ = std::move(title);
            glfwSetWindowTitle(window_.handle, title_.c_str());
        }
        glfwSwapBuffers(window_.handle);
    }

    // The window's size in points.
    std::pair<int, int> points() const {
        int width = 0, height = 0;
        float scale_x = 1, scale_y = 1;
        glfwGetFramebufferSize(window_.handle, &width, &height);
        glfwGetWindowContentScale(window_.handle, &scale_x, &scale_y);
        const auto side = [](int pixels, float scale) {
            const auto size = static_cast<int>(std::lround(static_cast<float>(pixels) / std::max(scale, 0.5F)));
            return std::clamp(size, state_window_min, state_window_max);
        };
        return {side(width, scale_x), side(height, scale_y)};
    }

    StateFile current() const {
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
        }
    }

    void save() {
        unsaved_ = false;
        if (options_.state_path.empty()) return;
        if (const Result<void> done = save_state(options_.state_path, current()); !done)
            app_.say(done.error().what, true);
    }

    Window& window_;
    Workspace& workspace_;
    const WindowOptions& options_;
    ImGuiSession session_;
    ScreenResources resources_;
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
};

}  // namespace

Result<void> run_window(Workspace& workspace, const WindowOptions& options) {
    GlfwSession glfw;
    Window window;
    if (const Result<void> opened = open(window, options); !opened) return opened.error();
    Loop(window, workspace, options).run();
    return {};
}

}  // namespace attnscope
