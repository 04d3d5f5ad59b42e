#include "core/text/token_list.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

constexpr std::uint64_t largest_file = 64U << 20U;

Result<std::vector<std::string>> tokens_of_json(std::string_view bytes, std::string_view file_name) {
    const nlohmann::json json = nlohmann::json::parse(bytes, nullptr, false);
    if (json.is_discarded())
        return invalid_input(
            tr("{}: begins with '[' but is no JSON; a list of strings is needed, or one token a line", file_name));
    std::vector<std::string> tokens;
    for (const nlohmann::json& item : json) {
        if (!item.is_string())
            return invalid_input(
                tr("{}: item {} of the list is no string; a list of strings is needed", file_name, tokens.size()));
        tokens.push_back(item.get<std::string>());
    }
    return tokens;
}

std::vector<std::string> from_lines(std::string_view bytes) {
    std::vector<std::string> tokens;
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        std::string_view line = bytes.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        tokens.emplace_back(line);
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    return tokens;
}

}  // namespace

Result<std::vector<std::string>> parse_token_list(std::string_view bytes, std::string_view file_name, Index most) {
    if (const Result<void> valid = validate_utf8(bytes, file_name); !valid) return valid.error();
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return invalid_input(
            tr("{}: holds no token; one token a line is needed, or a JSON list of strings", file_name));
    Result<std::vector<std::string>> tokens = std::vector<std::string>();
    if (bytes[first] == '[')
        tokens = tokens_of_json(bytes, file_name);
    else
        tokens = from_lines(bytes);
    if (!tokens) return tokens;
    if (tokens->empty()) return invalid_input(tr("{}: the list is empty", file_name));
    if (tokens->size() > static_cast<std::size_t>(most))
        return invalid_input(tr("{}: holds {} tokens; at most {} are possible", file_name, tokens->size(), most));
    return tokens;
}

Result<std::vector<std::string>> load_token_list(const std::filesystem::path& path, Index most) {
    const Result<std::string> bytes = read_file(path, largest_file);
    if (!bytes) return bytes.error();
    return parse_token_list(*bytes, printable(path.string()), most);
}

}  // namespace attnscope
