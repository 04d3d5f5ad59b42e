// The row of the snapshots' grid that makes lessons.
#include <algorithm>

#include "app/lessons/snapshot_lesson.hpp"
#include "app/shell/export.hpp"
#include "app/shell/snapshots.hpp"

namespace attnscope {

bool SnapshotGrid::lesson_buttons(Ui& ui, const Rect& row, const SnapshotDesk& desk) {
    TextShaper& shaper = ui.canvas().shaper();
    Rect rest{{row.min.x + 22, row.min.y + 12}, {row.max.x - 22, row.max.y - 12}};
    const auto place = [&](const std::string& label) {
        const Rect rect = rest.cut_left(std::min(shaper.width(label, {.size = 13}) + 28, rest.width()));
        rest.cut_left(10);
        return rect;
    };
    const std::string save = tr("Save as a lesson …"), more = tr("Add this state to the lesson");
    const bool saved = ui.button("snapshots save lesson", place(save), save,
                                 tr("Writes all snapshots, in their order, as the steps of a new lesson's file."),
                                 !desk.workspace.snapshots.empty(), false);
    if (saved) save_lesson(ui, desk);
    const bool added = ui.button(
        "snapshots add to lesson", place(more), more,
        lesson_.empty() ? tr("Save a lesson first; then this adds the present state to it.")
                        : tr("Adds the present state as the last step of {}.", isolate(lesson_.filename().string())),
        !lesson_.empty(), false);
    if (added) add_to_lesson(ui, desk);
    return saved || added;
}

void SnapshotGrid::save_lesson(Ui& ui, const SnapshotDesk& desk) {
    const std::filesystem::path path = unused_path(desk.folder, "attnscope-lesson", "toml");
    const Lesson lesson = lesson_of_snapshots(desk.workspace.snapshots, desk.workspace);
    if (const Result<void> written = write_lesson(path, lesson, desk.workspace); !written) {
        ui.say(written.error().what, true);
        return;
    }
    lesson_ = path;
    ui.say(tr("Saved {}", std::filesystem::absolute(path).lexically_normal().string()), false);
}

// Its author may have edited the file meanwhile; what is wrong in it then would be lost by writing it anew.
void SnapshotGrid::add_to_lesson(Ui& ui, const SnapshotDesk& desk) {
    Result<ReadLesson> read = read_lesson(lesson_, desk.workspace);
    if (!read || !read->problems.empty()) {
        ui.say(read ? read->problems.front() : read.error().what, true);
        return;
    }
    Lesson& lesson = read->lesson;
    lesson.steps.push_back(
        step_of_snapshot(desk.workspace.make_snapshot(new_snapshot_name(desk.workspace)), desk.workspace));
    if (const Result<void> written = write_lesson(lesson_, lesson, desk.workspace); !written) {
        ui.say(written.error().what, true);
        return;
    }
    ui.say(
        tr("Added step {} to {}", lesson.steps.size(), std::filesystem::absolute(lesson_).lexically_normal().string()),
        false);
}

}  // namespace attnscope
