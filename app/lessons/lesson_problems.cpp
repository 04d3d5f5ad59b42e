#include "app/lessons/lesson_problems.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/language/language.hpp"
#include "core/io/file.hpp"

namespace attnscope {

void LessonProblems::add(std::size_t line, const std::string& what) {
    if (problems_.size() < most)
        problems_.push_back(fmt::format("{}:{}: {}", name_, line, what));
    else if (problems_.size() == most)
        problems_.push_back(fmt::format("{}:{}: {}", name_, line, tr("here and below there are more problems")));
}

void LessonProblems::add_unknown(const toml::node& at, std::string_view key, std::span<const std::string_view> known) {
    const std::string names = fmt::format("{}", fmt::join(known, ", "));
    add(at, tr("{} means nothing here; there are {}", printable(key, 60), names));
}

}  // namespace attnscope
