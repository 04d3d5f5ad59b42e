// Parameters that are lists of names: "trig,positive".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace attnscope {

/// Which of `names` stand in the list, by their numbers, ascending, each once. Commas, semicolons and spaces separate.
/// Errors (invalid_input), which say what `key` may hold: a name that is none of them; no name at all.
Result<std::vector<std::size_t>> read_names(std::string_view key, std::string_view list,
                                            std::span<const std::string_view> names);
/// The list with a name put in or taken out; the last one is not taken out. A list that cannot be read counts as empty.
std::string toggle_name(std::string_view list, std::size_t number, std::span<const std::string_view> names);

/// The same as enumerators that are numbered like their names.
template <class Enum>
Result<std::vector<Enum>> read_enums(std::string_view key, std::string_view list,
                                     std::span<const std::string_view> names) {
    const Result<std::vector<std::size_t>> numbers = read_names(key, list, names);
    if (!numbers) return numbers.error();
    std::vector<Enum> enums;
    enums.reserve(numbers->size());
    for (const std::size_t number : *numbers) enums.push_back(static_cast<Enum>(number));
    return enums;
}

}  // namespace attnscope
