#include "app/lessons/snapshot_lesson.hpp"

#include "core/base/check.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

/// So that parse_markup() takes every character as it is.
std::string without_markup(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        if (std::string_view("*`[]\\").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string& in_english(LessonText& text) {
    return text.by_language[static_cast<std::size_t>(Language::english)];
}
std::string& in_this_language(LessonText& text) {
    return text.by_language[static_cast<std::size_t>(current_language())];
}

}  // namespace

LessonStep step_of_snapshot(const Snapshot& snapshot, const Workspace& panels) {
    const Workspace::Entry* const entry = panels.find_panel(snapshot.panel);
    check(entry != nullptr, "a snapshot's panel is there");
    LessonStep step;
    step.panel = snapshot.panel;
    in_english(step.title) = in_this_language(step.title) = without_markup(snapshot.name);
    in_english(step.text) = without_markup(snapshot.explain.empty() ? entry->info.help : snapshot.explain);
    if (snapshot.explain.empty()) in_this_language(step.text) = without_markup(tr_text(entry->info.help));

    // A panel of its own: which controls are visible depends on the values.
    const std::unique_ptr<Panel> panel = entry->factory();
    Describe description;
    panel->describe(description);
    const ParamList params = description.take();
    static_cast<void>(restore(params, snapshot.values));
    for (const Param& param : params) {
        if (is_default(param)) continue;
        step.set.emplace_back(param.key, param.get());
        if (step.controls.size() < snapshot_controls_max && (!param.visible || param.visible()))
            step.controls.push_back(param.key);
    }
    return step;
}

Lesson lesson_of_snapshots(std::span<const Snapshot> snapshots, const Workspace& panels) {
    Lesson lesson;
    in_this_language(lesson.title) = tr("A lesson of my snapshots");
    in_english(lesson.title) = "A lesson of my snapshots";
    lesson.steps.reserve(snapshots.size());
    for (const Snapshot& snapshot : snapshots) lesson.steps.push_back(step_of_snapshot(snapshot, panels));
    return lesson;
}

Result<void> write_lesson(const std::filesystem::path& path, const Lesson& lesson, const Workspace& panels) {
    const std::string text = format_lesson(lesson);
    const Result<ReadLesson> read = parse_lesson(text, path, panels);
    if (!read) return read.error();
    if (!read->problems.empty()) return invalid_input(read->problems.front());
    return write_file_atomically(path, text);
}

}  // namespace attnscope
