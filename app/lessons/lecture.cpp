#include "app/lessons/lecture.hpp"

#include <GLFW/glfw3.h>

#include <algorithm>

namespace attnscope {

std::optional<LectureKey> lecture_key(const KeyPress& press) {
    if (press.control || press.alt) return std::nullopt;
    switch (press.key) {
        case GLFW_KEY_PAGE_DOWN:
        case GLFW_KEY_SPACE:
        case GLFW_KEY_RIGHT:
        case GLFW_KEY_DOWN:
        case GLFW_KEY_N:
            return LectureKey::next;
        case GLFW_KEY_PAGE_UP:
        case GLFW_KEY_BACKSPACE:
        case GLFW_KEY_LEFT:
        case GLFW_KEY_UP:
            return LectureKey::previous;
        case GLFW_KEY_HOME:
            return LectureKey::first_state;
        case GLFW_KEY_ENTER:
        case GLFW_KEY_KP_ENTER:
            return LectureKey::answer;
        case GLFW_KEY_B:
        case GLFW_KEY_PERIOD:
            return LectureKey::blank;
        case GLFW_KEY_D:
            return LectureKey::pen;
        case GLFW_KEY_C:
            return LectureKey::clear;
        case GLFW_KEY_P:
            return LectureKey::play;
        case GLFW_KEY_ESCAPE:
        case GLFW_KEY_F5:
            return LectureKey::leave;
        default:
            return std::nullopt;
    }
}

std::optional<std::size_t> lecture_jump(const KeyPress& press) {
    if (press.control || press.alt) return std::nullopt;
    if (press.key >= GLFW_KEY_1 && press.key <= GLFW_KEY_9) return static_cast<std::size_t>(press.key - GLFW_KEY_1);
    if (press.key >= GLFW_KEY_KP_1 && press.key <= GLFW_KEY_KP_9)
        return static_cast<std::size_t>(press.key - GLFW_KEY_KP_1);
    return std::nullopt;
}

bool Lecture::go(std::size_t index) {
    if (index >= lesson_.steps.size()) return false;
    index_ = index;
    answer = blank = false;
    strokes.clear();
    return true;
}

void Lecture::replace(Lesson lesson) {
    lesson_ = std::move(lesson);
    index_ = std::min(index_, lesson_.steps.size() - 1);
    if (step().answer.empty()) answer = false;
    strokes.clear();
}

}  // namespace attnscope
