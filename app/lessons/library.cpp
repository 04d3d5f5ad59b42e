#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/language/language.hpp"
#include "app/lessons/lesson.hpp"
#include "app/lessons/markup.hpp"
#include "assets/embedded.hpp"
#include "core/base/check.hpp"
#include "core/io/file.hpp"

namespace attnscope {
std::vector<ReadLesson> shipped_lessons(const Workspace& panels) {
    std::vector<ReadLesson> lessons;
    for (const std::string_view path : embedded_paths("assets/lessons/")) {
        Result<ReadLesson> lesson = parse_lesson(embedded_or_newer(path), path, panels);
        if (!lesson) lesson = parse_lesson(embedded(path), path, panels);  // that on disk is being written
        if (lesson) lessons.push_back(std::move(lesson).value());
    }
    return lessons;
}

Result<ReadLesson> find_lesson(std::string_view name, const Workspace& panels) {
    if (name.ends_with(".toml")) return read_lesson(name, panels);
    std::vector<std::string> names;
    for (const std::string_view embedded : embedded_paths("assets/lessons/")) {
        const std::filesystem::path path = embedded;
        names.push_back(lesson_name(path));
        if (name == names.back() || name == path.stem().string())
            return parse_lesson(embedded_or_newer(embedded), path, panels);
    }
    return usage_error(
        tr("there is no lesson '{}'; there are {}, and a lesson of your own is a file that ends in .toml",
           printable(name, 60), fmt::format("{}", fmt::join(names, ", "))));
}

std::string LessonText::plain(Language language) const {
    const Result<std::vector<MarkupParagraph>> paragraphs = parse_markup(in(language));
    return paragraphs ? plain_markup(*paragraphs) : in(language);
}

void show_step(Workspace& workspace, const LessonStep& step) {
    const Workspace::Entry* const entry = workspace.find_panel(step.panel);
    check(entry != nullptr, "a step shows a panel that there is");
    const auto index = static_cast<std::size_t>(entry - workspace.entries().data());
    workspace.activate(index);
    workspace.close_a(index);
    for (const Param& param : entry->params) reset(param);
    check(restore(entry->params, step.set).empty(), "a step's values are legal");
    View2D* const view = entry->panel->main_view();
    if (view == nullptr) return;
    *view = {};  // shows all
    if (!step.zoom) return;
    const auto [left, right, bottom, top] = *step.zoom;
    *view = {.x = {std::min(left, right), std::max(left, right)},
             .y = {std::min(bottom, top), std::max(bottom, top)},
             .touched = true};
}

}  // namespace attnscope
