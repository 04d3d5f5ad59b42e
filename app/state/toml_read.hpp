// TOML that people write, as tables: toml++, kept from what it must not be given.
#pragma once

// Some assertions of toml++ 3.3 do not hold for hostile text ("[=" is enough), and with NDEBUG clang is even told to
// rely on them. The error paths behind them are sound, so that here they are compiled to nothing, in every build;
// which needs the parser from the header and not from the shared library.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/state/params.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// Errors (invalid_input), which begin with "name:line:column: ": broken syntax, and the few legal things that
/// toml++ 3.3 must not be given, such as keys of very many dots. Cost O(bytes).
Result<toml::table> parse_toml(std::string_view text, std::string_view name);

/// "a table", "a whole number".
std::string toml_type_in_words(toml::node_type type);

struct TomlEntry {
    std::string key;
    const toml::node* node = nullptr;
};
/// A table's entries in the order of the file: toml++ sorts by key, people and describe() do not.
std::vector<TomlEntry> in_file_order(const toml::table& table);

/// Nothing where it is neither number nor text nor truth value.
std::optional<Value> to_value(const toml::node& node);

}  // namespace attnscope
