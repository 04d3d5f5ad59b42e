// The screens of the machine: which one a lesson fills, and which one the speaker's notes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "app/draw/geometry.hpp"

struct GLFWmonitor;
struct GLFWwindow;

namespace attnscope {

struct LectureScreens {
    std::size_t lesson = 0;
    std::optional<std::size_t> notes;  // nothing: there is no screen that the audience does not see
};
/// Of screens by their places on the desktop, the primary one first, at least one: the lesson goes to the last that
/// stands beside the primary, the projector, and the notes stay on the primary. A projector that mirrors the primary
/// shows the same, so that no screen is left for notes.
LectureScreens lecture_screens(std::span<const Rect> screens);

/// The screens as GLFW finds them, the primary first, with their places.
struct Screens {
    std::vector<GLFWmonitor*> monitors;
    std::vector<Rect> places;
};
Screens screens_now();

/// Lets the window fill the screen. It is moved there first: some window managers fill the screen that the window is
/// on, whatever is asked for.
void fill_screen(GLFWwindow* window, GLFWmonitor* monitor);

}  // namespace attnscope
