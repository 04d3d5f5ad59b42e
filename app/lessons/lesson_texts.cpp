#include "app/lessons/lesson_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/lessons/markup.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

/// What is wrong with the links; empty if nothing is.
std::string fault_of_links(const std::vector<MarkupParagraph>& paragraphs, const LessonTextPlace& place) {
    for (const MarkupParagraph& paragraph : paragraphs)
        for (const MarkupSpan& span : paragraph) {
            if (!span.link) continue;
            if (!place.links)
                return tr("the link [{}] names nothing; links stand in the texts of steps", printable(span.text, 60));
            const auto* const param = std::get_if<ParamLink>(&*span.link);
            if (param != nullptr && place.panel != nullptr && find(place.panel->params, param->key) == nullptr)
                return no_such_param(*place.panel, param->key);
        }
    return {};
}

/// What is wrong with the text; empty if nothing is.
std::string fault_of_text(const toml::node& node, const LessonTextPlace& place) {
    const auto* const text = node.as_string();
    if (text == nullptr) return tr("it must be a text, not {}", toml_type_in_words(node.type()));
    const Result<std::vector<MarkupParagraph>> paragraphs = parse_markup(text->get());
    if (!paragraphs) return paragraphs.error().what;
    const std::string plain = plain_markup(*paragraphs);
    if (plain.empty()) return tr("the text is empty");
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    const auto characters = static_cast<std::size_t>(std::ranges::count_if(plain, begins));
    if (characters > place.most) return tr("{} characters are too many; at most {} are right", characters, place.most);
    if (place.one_paragraph && paragraphs->size() > 1) return tr("there is an empty line; it must be one paragraph");
    return fault_of_links(*paragraphs, place);
}

}  // namespace

std::string no_such_param(const Workspace::Entry& panel, std::string_view key) {
    std::vector<std::string> keys;
    keys.reserve(panel.params.size());
    for (const Param& param : panel.params) keys.push_back(param.key);
    const std::string all = fmt::format("{}", fmt::join(keys, ", "));
    return tr("{} has no parameter \"{}\"; it has {}", panel.info.name, printable(key, 60), all);
}

LessonText read_lesson_text(LessonProblems& problems, const toml::node& node, const LessonTextPlace& place,
                            const std::function<void(const toml::node& at, const std::string& what)>& refuse) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
        refuse(node, tr("{} must be a table of languages like {{ en = \"...\" }}, not {}", place.key,
                        toml_type_in_words(node.type())));
        return {};
    }
    LessonText text;
    bool wrong = false;
    for (const TomlEntry& entry : in_file_order(*table)) {
        const std::optional<Language> language = language_of_code(entry.key);
        if (!language) {
            problems.add_unknown(*entry.node, fmt::format("{}.{}", place.key, entry.key), language_codes);
            continue;
        }
        const std::string fault = fault_of_text(*entry.node, place);
        if (fault.empty()) {
            text.by_language[static_cast<std::size_t>(*language)] = entry.node->as_string()->get();
        } else if (const std::string named = fmt::format("{}.{}: {}", place.key, entry.key, fault);
                   *language == Language::english) {
            refuse(*entry.node, named);
            wrong = true;
        } else {
            problems.add(*entry.node, tr("{}; this translation was left out", named));
        }
    }
    if (table->get("en") == nullptr) refuse(node, tr("{} has no text in English: en = \"...\"", place.key));
    if (wrong || text.empty()) return {};
    return text;
}

}  // namespace attnscope
