#include "core/io/csv.hpp"

#include <fmt/format.h>

#include <cmath>

namespace attnscope {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string field = "\"";
    for (const char c : text) {
        if (c == '"') field += '"';
        field += c;
    }
    field += '"';
    return field;
}

std::string format_float(float x) {
    if (std::isnan(x)) return "nan";  // whatever its sign: fmt would write "-nan" for some
    return fmt::format("{}", x);
}

}  // namespace attnscope
