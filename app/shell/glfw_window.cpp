#include "app/shell/glfw_window.hpp"

#include <GLFW/glfw3.h>
#include <epoxy/gl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/draw/png.hpp"
#include "app/shell/key_events.hpp"
#include "assets/embedded.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

std::string& last_error() {
    static std::string text;
    return text;
}

GlfwWindow& window_of(GLFWwindow* handle) {
    return *static_cast<GlfwWindow*>(glfwGetWindowUserPointer(handle));
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

void install_callbacks(GlfwWindow& window) {
    GLFWwindow* handle = window.handle();
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
    const auto redraw = [](GLFWwindow* w) { window_of(w).redraw(); };
    glfwSetWindowRefreshCallback(handle, redraw);
    glfwSetFramebufferSizeCallback(handle, [](GLFWwindow* w, int, int) { window_of(w).redraw(); });
    glfwSetWindowContentScaleCallback(handle, [](GLFWwindow* w, float, float) { window_of(w).redraw(); });
}

void set_icon(GLFWwindow* handle) {
    const Result<Image> icon = decode_png(embedded("assets/embedded/attnscope.png"), "the icon");
    if (!icon) return;  // a window without its icon is still a window
    std::vector<unsigned char> bytes;
    for (const Color c : icon->pixels) bytes.insert(bytes.end(), {c.r, c.g, c.b, c.a});
    const GLFWimage image{icon->width, icon->height, bytes.data()};
    glfwSetWindowIcon(handle, 1, &image);
}

}  // namespace

GlfwSession::GlfwSession() {
    glfwSetErrorCallback([](int, const char* what) { last_error() = what; });
}

GlfwSession::~GlfwSession() {
    glfwTerminate();
}

Result<void> GlfwWindow::open(int width, int height) {
    if (glfwInit() == GLFW_FALSE)
        return io_error(tr("cannot open a window: {}; `attnscope render` works without a display",
                           last_error().empty() ? tr("there is no display") : last_error()));
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);  // sizes are points
    glfwWindowHint(GLFW_AUTO_ICONIFY, GLFW_FALSE);     // a lesson stays on the screen when the notes are clicked
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "attnscope");
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "attnscope");
    if (GLFWmonitor* monitor = glfwGetPrimaryMonitor(); monitor != nullptr) {
        int x = 0, y = 0, work_width = 0, work_height = 0;
        float scale_x = 1, scale_y = 1;
        glfwGetMonitorWorkarea(monitor, &x, &y, &work_width, &work_height);
        glfwGetMonitorContentScale(monitor, &scale_x, &scale_y);
        if (work_width > 0) width = std::min(width, static_cast<int>(static_cast<float>(work_width) / scale_x));
        if (work_height > 0) height = std::min(height, static_cast<int>(static_cast<float>(work_height) / scale_y));
    }
    // A context that says when it is lost, where there is one.
    for (const int robustness : {GLFW_LOSE_CONTEXT_ON_RESET, GLFW_NO_ROBUSTNESS}) {
        glfwWindowHint(GLFW_CONTEXT_ROBUSTNESS, robustness);
        handle_ = glfwCreateWindow(width, height, "AttnScope", nullptr, nullptr);
        if (handle_ != nullptr) break;
    }
    if (handle_ == nullptr)
        return io_error(
            tr("cannot open a window: OpenGL 3.3 is missing ({}); `attnscope render` works without it", last_error()));
    glfwSetWindowSizeLimits(handle_, 320, 200, GLFW_DONT_CARE, GLFW_DONT_CARE);
    glfwMakeContextCurrent(handle_);
    glfwSwapInterval(1);
    set_icon(handle_);
    install_callbacks(*this);
    queue_ = {};  // a button or key that was held in a window before is not heard any more when it is let go
    redraw();
    return {};
}

void GlfwWindow::close() {
    if (handle_ != nullptr) glfwDestroyWindow(handle_);
    handle_ = nullptr;
}

void GlfwWindow::wait(double seconds) {
    if (frames_wanted_ > 0 || !queue_.empty()) {
        glfwPollEvents();
        --frames_wanted_;
        return;
    }
    if (seconds < 1e8)
        glfwWaitEventsTimeout(std::max(seconds, 0.001));
    else
        glfwWaitEvents();
    // A result or an event wants a few frames, a clock one.
    if (frames_wanted_ <= 0) frames_wanted_ = 1;
}

bool GlfwWindow::context_lost() {
    if (epoxy_gl_version() >= 45 || epoxy_has_gl_extension("GL_KHR_robustness"))
        return glGetGraphicsResetStatus() != GL_NO_ERROR;
    if (epoxy_has_gl_extension("GL_ARB_robustness")) return glGetGraphicsResetStatusARB() != GL_NO_ERROR;
    return false;
}

}  // namespace attnscope
