// The texts in a lesson's file: which are right.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "app/lessons/lesson.hpp"
#include "app/lessons/lesson_problems.hpp"

namespace attnscope {

/// Where a text stands, and so what it may be.
struct LessonTextPlace {
    std::string_view key;
    std::size_t most = 0;  // characters of plain_markup()
    bool one_paragraph = false;
    bool links = false;                       // whether it may have any
    const Workspace::Entry* panel = nullptr;  // whose parameters they name; null: not known
};

/// The languages in which the text is right; the others become problems. When English is missing or wrong, `refuse` is
/// told, and the text is empty.
LessonText read_lesson_text(LessonProblems& problems, const toml::node& node, const LessonTextPlace& place,
                            const std::function<void(const toml::node& at, const std::string& what)>& refuse);

/// "there is no parameter "temprature" ...", and which there are.
std::string no_such_param(const Workspace::Entry& panel, std::string_view key);

}  // namespace attnscope
