#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/language/language.hpp"
#include "app/state/snapshot_toml.hpp"
#include "app/state/state_file.hpp"
#include "app/state/toml_read.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

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
            else if (word == "language")
                read_language(word, node);
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
            else if (word == "snapshot")
                state_.snapshots = read_snapshots(node, name_, state_.warnings);
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
        fail(node, tr("{} must be {}, not {}", printable(key), wanted, toml_type_in_words(node.type())));
    }
    void warn(std::string_view key, const toml::node& node) {
        state_.warnings.push_back(
            tr("{}: {} means nothing to this version of attnscope; it was left out", place(node), printable(key)));
    }

    void read_version(const toml::table& root) {
        const toml::node* node = root.get("version");
        if (node == nullptr) {
            error_ = invalid_input(tr("{}: there is no version; a state file says version = {}", name_, state_version));
        } else if (!node->is_integer()) {
            fail_type("version", *node, tr("the whole number {}", state_version));
        } else if (const std::int64_t version = node->as_integer()->get(); version > state_version) {
            fail(*node, tr("version {} was written by a newer attnscope; this one ({}) reads version {}", version,
                           ATTNSCOPE_VERSION, state_version));
        } else if (version < 1) {
            fail(*node, tr("there is no version {}; this attnscope reads version {}", version, state_version));
        } else {
            state_.version = static_cast<int>(version);
        }
    }

    void read_text(std::string_view key, const toml::node& node, std::string& field) {
        if (const auto* text = node.as_string())
            field = text->get();
        else
            fail_type(key, node, tr("a text"));
    }

    void read_language(std::string_view key, const toml::node& node) {
        read_text(key, node, state_.language);
        if (!language_of_code(state_.language))
            fail(node, tr("language \"{}\" is unknown; it must be one of {}", printable(state_.language, 60),
                          fmt::join(language_codes, ", ")));
    }

    void read_theme(std::string_view key, const toml::node& node) {
        read_text(key, node, state_.theme);
        if (state_.theme != "dark" && state_.theme != "light")
            fail(node, tr("theme \"{}\" is unknown; it must be \"dark\" or \"light\"", printable(state_.theme, 60)));
    }

    void read_scale(std::string_view key, const toml::node& node) {
        const std::string wanted = tr("a number from {} to {}", state_scale_min, state_scale_max);
        const std::optional<double> scale = node.is_number() ? node.value<double>() : std::nullopt;
        if (!scale)
            fail_type(key, node, wanted);
        else if (!(*scale >= state_scale_min && *scale <= state_scale_max))
            fail(node, tr("{} {} is out of range; it must be {}", key, *scale, wanted));
        else
            state_.scale = *scale;
    }

    void read_window(const toml::node& node) {
        const toml::table* window = node.as_table();
        if (window == nullptr) return fail_type("window", node, tr("a table with width and height"));
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
        const std::string wanted = tr("a whole number from {} to {}", state_window_min, state_window_max);
        const auto* side = node.as_integer();
        if (side == nullptr) return fail_type(key, node, wanted);
        if (side->get() < state_window_min || side->get() > state_window_max)
            return fail(node, tr("{} {} is out of range; it must be {}", key, side->get(), wanted));
        field = static_cast<int>(side->get());
    }

    void read_panels(std::string_view word, const toml::node& node, std::map<std::string, ParamValues>& field) {
        const toml::table* panels = node.as_table();
        if (panels == nullptr) return fail_type(word, node, tr("a table of panels"));
        for (const auto& [name, panel] : *panels) {
            const std::string title = fmt::format("{}.{}", word, name.str());
            if (const toml::table* table = panel.as_table())
                field.emplace(name.str(), read_values(title, *table));
            else
                fail_type(title, panel, tr("a table of parameters"));
        }
    }

    void read_export(const toml::node& node) {
        if (const toml::table* table = node.as_table())
            state_.exported = read_values("export", *table);
        else
            fail_type("export", node, tr("a table of settings"));
    }

    ParamValues read_values(std::string_view title, const toml::table& table) {
        ParamValues values;
        for (const TomlEntry& entry : in_file_order(table))
            if (std::optional<Value> value = to_value(*entry.node))
                values.emplace_back(entry.key, std::move(*value));
            else
                fail_type(fmt::format("{}.{}", title, entry.key), *entry.node,
                          tr("a number, a text, or true or false"));
        return values;
    }

    std::string name_;
    StateFile state_;
    std::optional<Error> error_;
};

}  // namespace

Result<StateFile> parse_state(std::string_view text, std::string_view name) {
    const Result<toml::table> root = parse_toml(text, name);
    if (!root) return root.error();
    return StateReader(name).read(*root);
}

}  // namespace attnscope
