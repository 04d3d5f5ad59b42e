#include "app/state/name_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/language/language.hpp"

namespace attnscope {

Result<std::vector<std::size_t>> read_names(std::string_view key, std::string_view list,
                                            std::span<const std::string_view> names) {
    constexpr std::string_view separators = ",; ";
    std::vector<bool> chosen(names.size(), false);
    bool any = false;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find_first_of(separators, begin), list.size());
        const std::string_view name = list.substr(begin, end - begin);
        begin = end + 1;
        if (name.empty()) continue;
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            return invalid_input(tr("'{}' in {} is none of {}", name, key, fmt::to_string(fmt::join(names, ", "))));
        chosen[static_cast<std::size_t>(found - names.begin())] = any = true;
    }
    if (!any)
        return invalid_input(
            tr("{} is empty: it is a list of some of {}", key, fmt::to_string(fmt::join(names, ", "))));
    std::vector<std::size_t> numbers;
    for (std::size_t k = 0; k < chosen.size(); ++k)
        if (chosen[k]) numbers.push_back(k);
    return numbers;
}

std::string toggle_name(std::string_view list, std::size_t number, std::span<const std::string_view> names) {
    const Result<std::vector<std::size_t>> read = read_names("", list, names);
    std::vector<std::size_t> numbers = read ? *read : std::vector<std::size_t>();
    const auto found = std::find(numbers.begin(), numbers.end(), number);
    if (found == numbers.end())
        numbers.insert(std::upper_bound(numbers.begin(), numbers.end(), number), number);
    else if (numbers.size() > 1)
        numbers.erase(found);
    std::string text;
    for (const std::size_t k : numbers) {
        if (!text.empty()) text += ',';
        text += names[k];
    }
    return text;
}

}  // namespace attnscope
