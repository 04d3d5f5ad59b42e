// What `attnscope list` says about parameters, for programs and for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/state/params.hpp"

namespace attnscope {

/// An array with one object per parameter, in the order they were described:
///   {"key", "label", "group", "type", "legal", "default", "unit", "help"}
/// and "range": [from, to] of the slider (integer, real), "choices": [names] (choice), "max_bytes" (text).
/// "type" is toggle, integer, real, choice or text; "legal" is the legal values in words.
nlohmann::ordered_json describe_json(const ParamList& params);

/// An object of all values by their keys: what `data` writes as "parameters".
nlohmann::ordered_json values_json(const ParamList& params);

/// What describe_json() says as an aligned table: one line per parameter under the title of its group, each line ended
/// by '\n'.
std::string describe_table(const ParamList& params);

/// The default, short and on one line; a text in quotes.
std::string default_in_words(const Param& param);

}  // namespace attnscope
