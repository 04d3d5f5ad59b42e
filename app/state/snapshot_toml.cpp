#include "app/state/snapshot_toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "app/state/toml_write.hpp"
#include "core/base/tr.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

/// Takes one snapshot out of its table.
class SnapshotReader {
public:
    SnapshotReader(std::string_view file, std::vector<std::string>& warnings) : file_(file), warnings_(warnings) {}

    /// Nothing when it is to be left out; the warnings say why.
    std::optional<Snapshot> read(const toml::node& node) {
        const toml::table* const table = node.as_table();
        if (table == nullptr) return refuse(node, tr("a snapshot must be a table; it begins with a line [[snapshot]]"));
        for (const TomlEntry& entry : in_file_order(*table)) read_entry(entry.key, *entry.node);
        if (wrong_) return std::nullopt;
        if (snapshot_.name.empty()) return refuse(node, tr("a snapshot needs a name"));
        if (snapshot_.panel.empty()) return refuse(node, tr("a snapshot needs a panel"));
        return std::move(snapshot_);
    }

private:
    void warn(const toml::node& at, std::string_view what) {
        warnings_.push_back(fmt::format("{}:{}: {}", file_, at.source().begin.line, what));
    }
    std::nullopt_t refuse(const toml::node& at, std::string_view what) {
        if (!wrong_) warn(at, tr("{}; the snapshot was left out", what));
        wrong_ = true;
        return std::nullopt;
    }

    void read_entry(std::string_view key, const toml::node& node) {
        if (key == "name")
            read_line(key, node, snapshot_name_max, snapshot_.name);
        else if (key == "panel")
            read_text(key, node, snapshot_.panel);
        else if (key == "explain")
            read_line(key, node, snapshot_explain_max, snapshot_.explain);
        else if (key == "thumbnail")
            read_thumbnail(node);
        else if (key == "values")
            read_values(node);
        else
            warn(node, tr("snapshot.{} means nothing to this version of attnscope; it was left out", printable(key)));
    }

    void read_text(std::string_view key, const toml::node& node, std::string& field) {
        if (const auto* text = node.as_string())
            field = text->get();
        else
            refuse(node, tr("snapshot.{} must be a text, not {}", key, toml_type_in_words(node.type())));
    }

    void read_line(std::string_view key, const toml::node& node, std::size_t most, std::string& field) {
        read_text(key, node, field);
        if (!is_one_line(field, most))
            refuse(node, tr("snapshot.{} must be one line of at most {} characters", key, most));
    }

    void read_thumbnail(const toml::node& node) {
        constexpr std::size_t longest = (snapshot_thumbnail_max + 2) / 3 * 4;
        const auto* const text = node.as_string();
        std::optional<std::string> bytes;
        if (text != nullptr && text->get().size() <= longest) bytes = from_base64(text->get());
        if (bytes && is_thumbnail(*bytes))
            snapshot_.thumbnail = *std::move(bytes);
        else
            warn(node, tr("snapshot.thumbnail must be a PNG file of at most {} bytes in base64; "
                          "the picture was left out",
                          snapshot_thumbnail_max));
    }

    void read_values(const toml::node& node) {
        const toml::table* const table = node.as_table();
        if (table == nullptr) {
            refuse(node, tr("snapshot.values must be a table of parameters, not {}", toml_type_in_words(node.type())));
            return;
        }
        snapshot_.values.reserve(table->size());
        for (const TomlEntry& entry : in_file_order(*table))
            if (std::optional<Value> value = to_value(*entry.node))
                snapshot_.values.emplace_back(entry.key, *std::move(value));
            else
                refuse(*entry.node, tr("snapshot.values.{} must be a number, a text, or true or false, not {}",
                                       printable(entry.key), toml_type_in_words(entry.node->type())));
    }

    std::string_view file_;
    std::vector<std::string>& warnings_;
    Snapshot snapshot_;
    bool wrong_ = false;
};

}  // namespace

void append_snapshots(std::string& out, std::span<const Snapshot> snapshots) {
    for (const Snapshot& snapshot : snapshots) {
        out +=
            fmt::format("\n[[snapshot]]\nname = {}\npanel = {}\n", toml_text(snapshot.name), toml_text(snapshot.panel));
        if (!snapshot.explain.empty()) out += fmt::format("explain = {}\n", toml_text(snapshot.explain));
        if (!snapshot.thumbnail.empty()) out += fmt::format("thumbnail = \"{}\"\n", to_base64(snapshot.thumbnail));
        out += "\n[snapshot.values]\n";
        for (const auto& [key, value] : snapshot.values)
            out += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
    }
}

std::vector<Snapshot> read_snapshots(const toml::node& node, std::string_view file,
                                     std::vector<std::string>& warnings) {
    const auto warn = [&](const toml::node& at, std::string_view what) {
        warnings.push_back(fmt::format("{}:{}: {}", file, at.source().begin.line, what));
    };
    const toml::array* const list = node.as_array();
    if (list == nullptr) {
        warn(node, tr("snapshot must be a list, not {}; each begins with a line [[snapshot]]",
                      toml_type_in_words(node.type())));
        return {};
    }
    std::vector<Snapshot> snapshots;
    snapshots.reserve(std::min(list->size(), snapshots_max));
    for (const toml::node& entry : *list) {
        if (snapshots.size() == snapshots_max) {
            warn(entry, tr("there are at most {} snapshots; the others were left out", snapshots_max));
            break;
        }
        if (std::optional<Snapshot> snapshot = SnapshotReader(file, warnings).read(entry))
            snapshots.push_back(*std::move(snapshot));
    }
    return snapshots;
}

}  // namespace attnscope
