// A lesson that is being shown: at which step, and what is shown of it. It knows no screen.
#pragma once

#include <optional>
#include <vector>

#include "app/draw/geometry.hpp"
#include "app/lessons/lesson.hpp"
#include "app/shell/input.hpp"

namespace attnscope {

/// What a key asks for while a lesson is shown.
enum class LectureKey { next, previous, first_state, answer, blank, pen, clear, play, leave };
/// The meaning of a key: those of clickers (Page Up/Down, B, ., Esc, F5) among them.
std::optional<LectureKey> lecture_key(const KeyPress& press);
/// The step that a digit jumps to, from 0: key 1 is the first.
std::optional<std::size_t> lecture_jump(const KeyPress& press);

class Lecture {
public:
    /// The lesson has at least one step.
    explicit Lecture(Lesson lesson) : lesson_(std::move(lesson)) {}

    const Lesson& lesson() const { return lesson_; }
    std::size_t index() const { return index_; }
    const LessonStep& step() const { return lesson_.steps[index_]; }
    const LessonStep* next_step() const {
        return index_ + 1 < lesson_.steps.size() ? &lesson_.steps[index_ + 1] : nullptr;
    }

    /// Another step, with nothing drawn on it and its answer hidden. False: there is no such step, nothing changes.
    bool go(std::size_t index);
    /// The file has changed: the same step of the new lesson, or its last one.
    void replace(Lesson lesson);

    bool answer = false;  // shown
    bool blank = false;   // nothing is shown at all
    bool pen = false;     // the mouse draws
    /// What was drawn, in parts of the picture's width and height.
    std::vector<std::vector<Vec2>> strokes;

private:
    Lesson lesson_;
    std::size_t index_ = 0;
};

}  // namespace attnscope
