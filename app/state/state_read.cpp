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

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/state/state_file.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

/// Finds what toml++ 3.3 must not be given: keys of very many dots (each dot is a table in a table, and destroying a
/// million of those overflows the stack), and characters beyond ASCII where no string or comment is (never legal there,
/// and undefined behaviour in its test for white space). It has to see strings exactly where toml++ sees them, so it
/// also refuses what would make the two disagree: a quote, a bracket or an equals sign inside of a number or a word.
class Guard {
public:
    static constexpr int most_dots = 8;  // a state file needs two

    struct Fault {
        std::size_t line = 1, column = 1;  // in bytes
        std::string what;
    };

    explicit Guard(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark may begin the file
    }

    std::optional<Fault> fault() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (in_value_ && (c == '=' || (is_one_of(c, "\"'[{") && !is_one_of(text_[at_ - 1], " \t\r\n=,["))))
                return here(fmt::format("{} cannot stand in the middle of a value", c));
            if (c == '"' || c == '\'') {
                if (!skip_string(c)) return fault_;
            } else if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (static_cast<unsigned char>(c) >= 0x80) {
                return here("a character beyond ASCII must stand inside of a string or a comment");
            } else if (c == '.' && ++dots_ > most_dots) {
                return here(fmt::format("a key has more than {} dots", most_dots));
            } else {
                follow(c);
                ++at_;
            }
        }
        return std::nullopt;
    }

private:
    static bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

    /// Keeps track of whether a key or a value stands here.
    void follow(char c) {
        if (is_one_of(c, "=,{}[]\n")) dots_ = 0;
        if (c == '=') {
            in_value_ = true;
        } else if (c == '\n') {
            in_value_ = !open_.empty() && in_value_;
        } else if (c == ',') {
            if (!open_.empty()) in_value_ = open_.back() == '[';
        } else if (is_one_of(c, "[{") && in_value_) {  // a '[' that is in no value begins the name of a table
            open_ += c;
            in_value_ = c == '[';
        } else if (is_one_of(c, "]}") && !open_.empty()) {
            open_.pop_back();
            in_value_ = true;
        }
    }

    /// False if the string does not end, which toml++ says well enough, or holds what toml++ must not see.
    bool skip_string(char quote) {
        const std::string fence(3, quote);
        const bool multi_line = text_.substr(at_, 3) == fence;
        at_ += multi_line ? 3 : 1;
        for (; at_ < text_.size(); ++at_) {
            if (quote == '"' && text_[at_] == '\\') {
                // After a backslash that joins lines, too, toml++ looks for white space.
                const std::size_t next = text_.find_first_not_of(" \t\r\n", at_ + 1);
                if (next != std::string_view::npos && static_cast<unsigned char>(text_[next]) >= 0x80) {
                    fault_ = here("a backslash cannot stand before a character beyond ASCII");
                    return false;
                }
                ++at_;
            } else if (!multi_line && text_[at_] == '\n') {
                return false;
            } else if (text_[at_] == quote && (!multi_line || text_.substr(at_, 3) == fence)) {
                at_ += multi_line ? 3 : 1;
                // Up to two quotes may stand right before the closing three.
                for (int i = 0; multi_line && i < 2 && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
                return true;
            }
        }
        return false;
    }

    Fault here(std::string what) const {
        const std::string_view before = text_.substr(0, at_);
        const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
        return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1, at_ - line_begin + 1, std::move(what)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int dots_ = 0;           // of the key at hand
    std::string open_;       // the brackets of the value at hand that are still open
    bool in_value_ = false;  // not in a key
    std::optional<Fault> fault_;
};

std::string_view in_words(toml::node_type type) {
    switch (type) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date or time";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

/// Takes the fields out of the parsed tables; the first error stays.
class StateReader {
public:
    explicit StateReader(std::string_view name) : name_(printable(name)) {}

    Result<StateFile> read(const toml::table& root) {
        read_version(root);
        if (error_) return *error_;
        for (const auto& [key, node] : root) {
            const std::string_view word = key.str();
            if (word == "version") continue;
            if (word == "panel")
                read_text(word, node, state_.panel);
            else if (word == "theme")
                read_theme(word, node);
            else if (word == "scale")
                read_scale(word, node);
            else if (word == "window")
                read_window(node);
            else if (word == "panels")
                read_panels(word, node, state_.panels);
            else if (word == "compare")
                read_panels(word, node, state_.compared);
            else if (word == "export")
                read_export(node);
            else
                warn(word, node);
        }
        if (error_) return *error_;
        return std::move(state_);
    }

private:
    std::string place(const toml::node& node) const { return fmt::format("{}:{}", name_, node.source().begin.line); }

    void fail(const toml::node& node, std::string_view what) {
        if (!error_) error_ = invalid_input(fmt::format("{}: {}", place(node), what));
    }
    void fail_type(std::string_view key, const toml::node& node, std::string_view wanted) {
        fail(node, fmt::format("{} must be {}, not {}", printable(key), wanted, in_words(node.type())));
    }
    void warn(std::string_view key, const toml::node& node) {
        state_.warnings.push_back(fmt::format("{}: {} means nothing to this version of attnscope; it was left out",
                                              place(node), printable(key)));
    }

    void read_version(const toml::table& root) {
        const toml::node* node = root.get("version");
        if (node == nullptr) {
            error_ = invalid_input(
                fmt::format("{}: there is no version; a state file says version = {}", name_, state_version));
        } else if (!node->is_integer()) {
            fail_type("version", *node, fmt::format("the whole number {}", state_version));
        } else if (const std::int64_t version = node->as_integer()->get(); version > state_version) {
            fail(*node, fmt::format("version {} was written by a newer attnscope; this one ({}) reads version {}",
                                    version, ATTNSCOPE_VERSION, state_version));
        } else if (version < 1) {
            fail(*node, fmt::format("there is no version {}; this attnscope reads version {}", version, state_version));
        } else {
            state_.version = static_cast<int>(version);
        }
    }

    void read_text(std::string_view key, const toml::node& node, std::string& field) {
        if (const auto* text = node.as_string())
            field = text->get();
        else
            fail_type(key, node, "a text");
    }

    void read_theme(std::string_view key, const toml::node& node) {
        read_text(key, node, state_.theme);
        if (state_.theme != "dark" && state_.theme != "light")
            fail(node,
                 fmt::format("theme \"{}\" is unknown; it must be \"dark\" or \"light\"", printable(state_.theme, 60)));
    }

    void read_scale(std::string_view key, const toml::node& node) {
        const std::string wanted = fmt::format("a number from {} to {}", state_scale_min, state_scale_max);
        const std::optional<double> scale = node.is_number() ? node.value<double>() : std::nullopt;
        if (!scale)
            fail_type(key, node, wanted);
        else if (!(*scale >= state_scale_min && *scale <= state_scale_max))
            fail(node, fmt::format("{} {} is out of range; it must be {}", key, *scale, wanted));
        else
            state_.scale = *scale;
    }

    void read_window(const toml::node& node) {
        const toml::table* window = node.as_table();
        if (window == nullptr) return fail_type("window", node, "a table with width and height");
        for (const auto& [key, side] : *window) {
            if (key.str() == "width")
                read_side("window.width", side, state_.window_width);
            else if (key.str() == "height")
                read_side("window.height", side, state_.window_height);
            else
                warn(fmt::format("window.{}", key.str()), side);
        }
    }

    void read_side(std::string_view key, const toml::node& node, std::optional<int>& field) {
        const std::string wanted = fmt::format("a whole number from {} to {}", state_window_min, state_window_max);
        const auto* side = node.as_integer();
        if (side == nullptr) return fail_type(key, node, wanted);
        if (side->get() < state_window_min || side->get() > state_window_max)
            return fail(node, fmt::format("{} {} is out of range; it must be {}", key, side->get(), wanted));
        field = static_cast<int>(side->get());
    }

    void read_panels(std::string_view word, const toml::node& node, std::map<std::string, ParamValues>& field) {
        const toml::table* panels = node.as_table();
        if (panels == nullptr) return fail_type(word, node, "a table of panels");
        for (const auto& [name, panel] : *panels) {
            const std::string title = fmt::format("{}.{}", word, name.str());
            if (const toml::table* table = panel.as_table())
                field.emplace(name.str(), read_values(title, *table));
            else
                fail_type(title, panel, "a table of parameters");
        }
    }

    void read_export(const toml::node& node) {
        if (const toml::table* table = node.as_table())
            state_.exported = read_values("export", *table);
        else
            fail_type("export", node, "a table of settings");
    }

    /// In the order of the file: toml++ sorts by key, people and describe() do not.
    ParamValues read_values(std::string_view title, const toml::table& table) {
        struct Entry {
            std::string key;
            const toml::node* node = nullptr;
        };
        std::vector<Entry> entries;
        for (const auto& [key, node] : table) entries.push_back({std::string(key.str()), &node});
        std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
            const toml::source_position x = a.node->source().begin, y = b.node->source().begin;
            return x.line != y.line ? x.line < y.line : x.column < y.column;
        });
        ParamValues values;
        for (const Entry& entry : entries)
            if (std::optional<Value> value = to_value(*entry.node))
                values.emplace_back(entry.key, std::move(*value));
            else
                fail_type(fmt::format("{}.{}", title, entry.key), *entry.node, "a number, a text, or true or false");
        return values;
    }

    static std::optional<Value> to_value(const toml::node& node) {
        if (const auto* flag = node.as_boolean()) return Value(flag->get());
        if (const auto* whole = node.as_integer()) return Value(whole->get());
        if (const auto* real = node.as_floating_point()) return Value(real->get());
        if (const auto* text = node.as_string()) return Value(text->get());
        return std::nullopt;
    }

    std::string name_;
    StateFile state_;
    std::optional<Error> error_;
};

}  // namespace

Result<StateFile> parse_state(std::string_view text, std::string_view name) {
    if (const auto fault = Guard(text).fault())
        return invalid_input(fmt::format("{}:{}:{}: {}", printable(name), fault->line, fault->column, fault->what));
    try {
        const toml::table root = toml::parse(text);
        return StateReader(name).read(root);
    } catch (const toml::parse_error& error) {
        const toml::source_position place = error.source().begin;
        return invalid_input(fmt::format("{}:{}:{}: {}", printable(name), place.line, place.column,
                                         printable(error.description(), 300)));
    }
}

}  // namespace attnscope
