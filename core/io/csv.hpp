// CSV fields (RFC 4180) and numbers as text.
#pragma once

#include <string>
#include <string_view>

namespace attnscope {

/// The field as it goes between two commas: in quotes, its own quotes doubled, when it contains a comma, a quote or a
/// line break; otherwise as it is.
std::string csv_field(std::string_view text);

/// The shortest decimal text that gives back exactly this float when it is read as a float. Not a number: "nan", "inf",
/// "-inf".
std::string format_float(float x);

}  // namespace attnscope
