// A step as a picture in a file: beside its words, as the projector shows it, and on the sheets of a handout.
#pragma once

#include <string>

#include "app/draw/canvas_file.hpp"
#include "app/lessons/lesson.hpp"
#include "core/base/progress.hpp"

namespace attnscope {

/// The size of such a picture in points, as lecture mode lays out a window.
inline constexpr double lesson_page_width = 1180, lesson_page_height = 664;

/// Draws step `index`, which the workspace shows (show_step(), wait()), with its words beside it, in the current
/// language.
void draw_lesson_page(Canvas& canvas, const Workspace& workspace, const Lesson& lesson, std::size_t index,
                      const Rect& area);

/// The picture of a step: its part of the panel's pictures, or all of them.
void draw_step_picture(Canvas& canvas, Interaction& interaction, const Workspace& workspace, const LessonStep& step,
                       const Rect& area);

struct Handout {
    std::string pdf;
    std::vector<std::string> problems;  // of steps without a picture: "step 3: ..."
};
struct HandoutOptions {
    bool answers = false;  // the answers below their questions
};
/// A PDF of A4 pages, one for each step: its vector picture, its words, page numbers, in the current language and from
/// right to left where that is its direction; text is text. Where a panel cannot compute a step's picture, its error
/// stands in the picture's place. Leaves the workspace at the last step. Blocks until all pictures are computed.
/// Errors: cancelled, not enough memory.
Result<Handout> make_handout(Workspace& workspace, const Lesson& lesson, const HandoutOptions& options,
                             const Progress& progress);

}  // namespace attnscope
