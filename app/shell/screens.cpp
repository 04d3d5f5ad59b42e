#include "app/shell/screens.hpp"

#include <GLFW/glfw3.h>

#include "core/base/check.hpp"

namespace attnscope {

LectureScreens lecture_screens(std::span<const Rect> screens) {
    check(!screens.empty(), "lecture_screens: there is a screen");
    for (std::size_t i = screens.size() - 1; i > 0; --i) {
        const Rect common = screens[i].intersect(screens[0]);
        if (common.width() <= 0 || common.height() <= 0) return {i, 0};
    }
    return {};
}

Screens screens_now() {
    Screens screens;
    int count = 0;
    GLFWmonitor** const monitors = glfwGetMonitors(&count);
    for (int i = 0; i < count; ++i) {
        const GLFWvidmode* const mode = glfwGetVideoMode(monitors[i]);
        if (mode == nullptr) continue;
        int x = 0, y = 0;
        glfwGetMonitorPos(monitors[i], &x, &y);
        screens.monitors.push_back(monitors[i]);
        screens.places.push_back(Rect::sized({static_cast<float>(x), static_cast<float>(y)},
                                             static_cast<float>(mode->width), static_cast<float>(mode->height)));
    }
    return screens;
}

void fill_screen(GLFWwindow* window, GLFWmonitor* monitor) {
    const GLFWvidmode* const mode = glfwGetVideoMode(monitor);
    if (mode == nullptr) return;
    int x = 0, y = 0;
    glfwGetMonitorPos(monitor, &x, &y);
    glfwSetWindowPos(window, x, y);
    glfwSetWindowMonitor(window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

}  // namespace attnscope
