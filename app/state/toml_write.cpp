#include "app/state/toml_write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "core/base/check.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
            else
                out += c;
    }
}

}  // namespace

std::string toml_text(std::string_view text) {
    check(validate_utf8(text).has_value(), "texts in a state are UTF-8");
    const bool lines = text.find('\n') != std::string_view::npos;
    std::string out = lines ? "\"\"\"\n" : "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        // Inside """ a lone quote is safe; one after another or before the end would join the closing ones.
        const bool safe_quote = c == '"' && i + 1 < text.size() && text[i + 1] != '"' && (i == 0 || text[i - 1] != '"');
        if (lines && (c == '\n' || safe_quote))
            out += c;
        else
            append_escaped(out, c);
    }
    return out + (lines ? "\"\"\"" : "\"");
}

std::string toml_key(std::string_view key) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (!key.empty() && std::ranges::all_of(key, plain)) return std::string(key);
    std::string out = "\"";
    for (const char c : key) append_escaped(out, c);
    return out + '"';
}

std::string toml_float(double x) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
    check(error == std::errc(), "32 bytes hold every shortest double");
    std::string text(buffer.data(), end);
    if (std::isfinite(x) && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

std::string toml_value(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&value)) return toml_float(*real);
    return toml_text(std::get<std::string>(value));
}

}  // namespace attnscope
