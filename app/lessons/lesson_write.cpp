#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/lessons/lesson.hpp"
#include "app/state/toml_write.hpp"

namespace attnscope {
namespace {

void append_languages(std::string& out, std::string_view key, const LessonText& text) {
    if (text.empty()) return;
    std::vector<std::string> languages;
    languages.reserve(language_codes.size());
    for (std::size_t i = 0; i < language_codes.size(); ++i)
        if (!text.by_language[i].empty())
            languages.push_back(fmt::format("{} = {}", language_codes[i], toml_text(text.by_language[i])));
    out += fmt::format("{} = {{ {} }}\n", key, fmt::join(languages, ", "));
}

void append_step(std::string& out, const LessonStep& step) {
    out += "\n[[step]]\n";
    append_languages(out, "title", step.title);
    out += fmt::format("panel = {}\n", toml_text(step.panel));
    if (!step.set.empty()) {
        std::vector<std::string> values;
        values.reserve(step.set.size());
        for (const auto& [key, value] : step.set)
            values.push_back(fmt::format("{} = {}", toml_key(key), toml_value(value)));
        out += fmt::format("set = {{ {} }}\n", fmt::join(values, ", "));
    }
    if (!step.part.empty()) out += fmt::format("part = {}\n", toml_text(step.part));
    if (step.zoom) {
        const auto& [left, right, bottom, top] = *step.zoom;
        out += fmt::format("zoom = [{}, {}, {}, {}]\n", toml_float(left), toml_float(right), toml_float(bottom),
                           toml_float(top));
    }
    if (!step.controls.empty()) {
        std::vector<std::string> controls;
        controls.reserve(step.controls.size());
        for (const std::string& control : step.controls) controls.push_back(toml_text(control));
        out += fmt::format("controls = [{}]\n", fmt::join(controls, ", "));
    }
    append_languages(out, "text", step.text);
    append_languages(out, "try", step.attempt);
    append_languages(out, "mistake", step.mistake);
    append_languages(out, "question", step.question);
    append_languages(out, "answer", step.answer);
    append_languages(out, "notes", step.notes);
    if (step.play)
        out += fmt::format("play = {{ key = {}, from = {}, to = {}, seconds = {} }}\n", toml_text(step.play->key),
                           toml_float(step.play->from), toml_float(step.play->to), toml_float(step.play->seconds));
}

}  // namespace

std::string format_lesson(const Lesson& lesson) {
    std::string out;
    append_languages(out, "title", lesson.title);
    append_languages(out, "summary", lesson.summary);
    for (const LessonStep& step : lesson.steps) append_step(out, step);
    return out;
}

}  // namespace attnscope
