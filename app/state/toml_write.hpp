// Values as TOML that toml_read.hpp reads back exactly.
#pragma once

#include <string>
#include <string_view>

#include "app/state/params.hpp"

namespace attnscope {

/// A basic string; with line breaks in it a multi-line one, so that a person can read and edit it. The text is UTF-8.
std::string toml_text(std::string_view text);
/// A key of a table, in quotes where it needs them.
std::string toml_key(std::string_view key);
/// The shortest digits that restore the number, and a point or an exponent so that it stays a float.
std::string toml_float(double x);
std::string toml_value(const Value& value);

}  // namespace attnscope
