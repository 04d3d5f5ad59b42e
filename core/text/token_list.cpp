#include "core/text/token_list.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

constexpr std::uint64_t largest_file = 64U << 20U;

Error too_many(std::string_view file_name, std::size_t most) {
    return invalid_input(tr("{}: holds more than {} tokens; no more are possible", file_name, most));
}

/// Takes a list of strings as it is read, and ends at the first thing that has no place in one: what else the file
/// holds costs nothing.
class TokenHandler : public nlohmann::json_sax<nlohmann::json> {
public:
    TokenHandler(std::string_view file_name, std::size_t most) : file_name_(file_name), most_(most) {}

    bool null() override { return refuse(); }
    bool boolean(bool /*value*/) override { return refuse(); }
    bool number_integer(std::int64_t /*value*/) override { return refuse(); }
    bool number_unsigned(std::uint64_t /*value*/) override { return refuse(); }
    bool number_float(double /*value*/, const std::string& /*text*/) override { return refuse(); }
    bool binary(binary_t& /*value*/) override { return refuse(); }
    bool start_object(std::size_t /*size*/) override { return refuse(); }
    bool key(std::string& /*name*/) override { return refuse(); }
    bool end_object() override { return refuse(); }
    bool start_array(std::size_t /*size*/) override { return std::exchange(inside_, true) ? refuse() : true; }
    bool end_array() override { return true; }
    bool string(std::string& value) override {
        if (tokens.size() == most_) {
            error = too_many(file_name_, most_);
            return false;
        }
        tokens.push_back(std::move(value));
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::json::exception& /*error*/) override {
        error = invalid_input(
            tr("{}: begins with '[' but is no JSON; a list of strings is needed, or one token a line", file_name_));
        return false;
    }

    std::vector<std::string> tokens;
    std::optional<Error> error;

private:
    bool refuse() {
        error = invalid_input(
            tr("{}: item {} of the list is no string; a list of strings is needed", file_name_, tokens.size()));
        return false;
    }

    std::string_view file_name_;
    std::size_t most_;
    bool inside_ = false;
};

Result<std::vector<std::string>> tokens_of_json(std::string_view bytes, std::string_view file_name, std::size_t most) {
    TokenHandler handler(file_name, most);
    nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &handler);
    if (handler.error) return *std::move(handler.error);
    return std::move(handler.tokens);
}

Result<std::vector<std::string>> from_lines(std::string_view bytes, std::string_view file_name, std::size_t most) {
    std::vector<std::string> tokens;
    while (!bytes.empty()) {
        if (tokens.size() == most) return too_many(file_name, most);
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
    const auto room = static_cast<std::size_t>(most);
    Result<std::vector<std::string>> tokens =
        bytes[first] == '[' ? tokens_of_json(bytes, file_name, room) : from_lines(bytes, file_name, room);
    if (tokens && tokens->empty()) return invalid_input(tr("{}: the list is empty", file_name));
    return tokens;
}

Result<std::vector<std::string>> load_token_list(const std::filesystem::path& path, Index most) {
    const Result<std::string> bytes = read_file(path, largest_file);
    if (!bytes) return bytes.error();
    return parse_token_list(*bytes, printable(path.string()), most);
}

}  // namespace attnscope
