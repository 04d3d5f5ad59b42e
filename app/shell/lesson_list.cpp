// The list of lessons, and a lesson whose file changes while it is shown.
#include <imgui.h>

#include <algorithm>

#include "app/shell/app.hpp"
#include "app/shell/overlay.hpp"

namespace attnscope {
namespace {

constexpr double look_every = 1;  // seconds between looks at a lesson's file

}  // namespace

void App::lesson_list(Ui& ui, const Rect& screen) {
    const Theme& t = ui.theme();
    if (lessons_.empty()) lessons_ = shipped_lessons(*workspace_);
    constexpr float list_margin = 22;
    const float wanted = 64 + 44 * static_cast<float>(lessons_.size()) + 14;
    const float height = std::min(wanted, screen.height() - 16);
    const float row = (height - 78) / static_cast<float>(lessons_.size());
    const float title_size = std::clamp(row * 0.36F, 7.0F, 14.5F);
    float longest = 0;
    for (const ReadLesson& read : lessons_)
        longest = std::max(longest, ui.canvas().shaper().width(read.lesson.summary.plain(current_language()),
                                                               {.size = title_size * 0.85F}));
    const float width = std::min(std::max(longest + 80, 640.0F), screen.width() - 20);
    const Rect box = Rect::sized({screen.center().x - width / 2, screen.center().y - height / 2}, width, height);
    ImDrawList* before = begin_overlay(ui, "lesson list", box, screen);
    ui.canvas().fill_rect(box, t.surface, 10);
    ui.canvas().stroke_rect(box, t.line, 1.5F, 10);
    ui.canvas().text({box.min.x + list_margin, box.min.y + 36}, tr("Lessons"),
                     {.color = t.text, .size = 18, .bold = true});
    ui.canvas().text({box.max.x - list_margin, box.min.y + 36}, tr("F5 or Esc closes"),
                     {.color = t.quiet, .size = 12.5F, .align = Align::right});
    float y = box.min.y + 56;
    for (std::size_t i = 0; i < lessons_.size(); ++i, y += row) {
        const Lesson& lesson = lessons_[i].lesson;
        const Rect line = Rect::sized({box.min.x + 10, y}, width - 20, row - 2);
        const Pointer pointer = ui.press_area("lesson " + lesson.name, line);
        if (pointer.hovered) ui.canvas().fill_rect(line, ground_under_mouse(t), 7);
        const Color secondary = pointer.hovered ? t.text : t.quiet;
        const TextStyle number{.color = secondary, .size = title_size, .font = Font::mono, .align = Align::right};
        ui.canvas().text({line.min.x + 34, line.min.y + row * 0.42F}, std::to_string(i + 1), number);
        const float left = line.min.x + 46, room = line.max.x - 8 - left;
        const TextStyle title{.color = t.text, .size = title_size, .bold = true};
        const TextStyle quiet{.color = secondary, .size = title_size * 0.85F};
        Canvas& canvas = ui.canvas();
        canvas.text({left, line.min.y + row * 0.42F},
                    canvas.shaper().fit(lesson.title.plain(current_language()), room, title), title);
        canvas.text({left, line.min.y + row * 0.8F},
                    canvas.shaper().fit(lesson.summary.plain(current_language()), room, quiet), quiet);
        if (pointer.clicked) {
            start_lecture(lesson, 0, {});
            next_frame_wanted_ = true;
            break;
        }
    }
    if (end_overlay(ui, before)) show_lessons_ = false;
}

// A lesson that is being written is read again when its file has changed; while it is broken the old one stays.
void App::reload_lesson(const FrameInput& input) {
    if (lecture_file_.empty()) return;
    if (lecture_looked_ && input.seconds - *lecture_looked_ < look_every) return;
    const bool first = !lecture_looked_.has_value();
    lecture_looked_ = input.seconds;
    std::error_code missing;
    const auto time = std::filesystem::last_write_time(lecture_file_, missing);
    if (missing || time == lecture_file_time_) return;
    lecture_file_time_ = time;
    if (first) return;  // it was read just now
    const Result<ReadLesson> read = read_lesson(lecture_file_, *workspace_);
    if (!read) {
        say(read.error().what, true);
        return;
    }
    lecture_->replace(read->lesson);
    restore_step();
    if (read->problems.empty())
        say(tr("The lesson's file has changed: this is what it says now."), false);
    else
        say(read->problems.front(), true);
}

}  // namespace attnscope
