// Lessons made of snapshots: a beginning that its author goes on with in an editor.
#pragma once

#include <filesystem>
#include <span>

#include "app/lessons/lesson.hpp"
#include "app/state/snapshot.hpp"

namespace attnscope {

/// At most so many controls are shown with a step.
inline constexpr std::size_t snapshot_controls_max = 4;

/// The snapshot as a step: its name is the title, its Explain line the text (or what the panel is for, where there is
/// none), what differs from the defaults is set, and what of that has a visible control is shown. Values that are not
/// legal are left out. The panel must be there.
LessonStep step_of_snapshot(const Snapshot& snapshot, const Workspace& panels);
/// All of them in their order.
Lesson lesson_of_snapshots(std::span<const Snapshot> snapshots, const Workspace& panels);

/// Writes the lesson whole or not at all. Errors: read_lesson() would not read it back without problems (the first of
/// them); those of the file.
Result<void> write_lesson(const std::filesystem::path& path, const Lesson& lesson, const Workspace& panels);

}  // namespace attnscope
