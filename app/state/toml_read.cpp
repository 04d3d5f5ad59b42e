#include "app/state/toml_read.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

/// Finds what toml++ 3.3 must not be given: keys of very many dots (each dot is a table in a table, and destroying a
/// million of those overflows the stack), and characters beyond ASCII where no string or comment is (never legal there,
/// and undefined behaviour in its test for white space). It has to see strings exactly where toml++ sees them, so it
/// also refuses what would make the two disagree: a quote, a bracket or an equals sign inside of a number or a word.
class TomlGuard {
public:
    static constexpr int most_dots = 8;  // a state file needs two, a lesson three

    struct Fault {
        std::size_t line = 1, column = 1;  // in bytes
        std::string what;
    };

    explicit TomlGuard(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark may begin the file
    }

    std::optional<Fault> fault() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (in_value_ && (c == '=' || (is_one_of(c, "\"'[{") && !is_one_of(text_[at_ - 1], " \t\r\n=,["))))
                return here(tr("{} cannot stand in the middle of a value", c));
            if (c == '"' || c == '\'') {
                if (!skip_string(c)) return fault_;
            } else if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (static_cast<unsigned char>(c) >= 0x80) {
                return here(tr("a character beyond ASCII must stand inside of a string or a comment"));
            } else if (c == '.' && ++dots_ > most_dots) {
                return here(tr("a key has more than {} dots", most_dots));
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
                    fault_ = here(tr("a backslash cannot stand before a character beyond ASCII"));
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

}  // namespace

std::string toml_type_in_words(toml::node_type type) {
    switch (type) {
        case toml::node_type::table:
            return tr("a table");
        case toml::node_type::array:
            return tr("an array");
        case toml::node_type::string:
            return tr("a text");
        case toml::node_type::integer:
            return tr("a whole number");
        case toml::node_type::floating_point:
            return tr("a number with a fraction");
        case toml::node_type::boolean:
            return tr("true or false");
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return tr("a date or time");
        case toml::node_type::none:
            break;
    }
    return tr("nothing");
}

std::vector<TomlEntry> in_file_order(const toml::table& table) {
    std::vector<TomlEntry> entries;
    entries.reserve(table.size());
    for (const auto& [key, node] : table) entries.push_back({std::string(key.str()), &node});
    std::ranges::stable_sort(entries, [](const TomlEntry& a, const TomlEntry& b) {
        const toml::source_position x = a.node->source().begin, y = b.node->source().begin;
        return x.line != y.line ? x.line < y.line : x.column < y.column;
    });
    return entries;
}

std::optional<Value> to_value(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return Value(flag->get());
    if (const auto* whole = node.as_integer()) return Value(whole->get());
    if (const auto* real = node.as_floating_point()) return Value(real->get());
    if (const auto* text = node.as_string()) return Value(text->get());
    return std::nullopt;
}

Result<toml::table> parse_toml(std::string_view text, std::string_view name) {
    if (const auto fault = TomlGuard(text).fault())
        return invalid_input(fmt::format("{}:{}:{}: {}", printable(name), fault->line, fault->column, fault->what));
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        const toml::source_position place = error.source().begin;
        return invalid_input(fmt::format("{}:{}:{}: {}", printable(name), place.line, place.column,
                                         printable(error.description(), 300)));
    }
}

}  // namespace attnscope
