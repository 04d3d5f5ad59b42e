#include "app/panels/workspace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace attnscope {

Workspace::Workspace() : Workspace(make_all_panels()) {}

Workspace::Workspace(std::vector<std::unique_ptr<Panel>> panels) {
    check(!panels.empty(), "there is at least one panel");
    for (auto& panel : panels) {
        Entry entry;
        entry.info = panel->info();
        Describe description;
        panel->describe(description);
        entry.params = description.take();
        entry.panel = std::move(panel);
        entries_.push_back(std::move(entry));
    }
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.info.order < b.info.order; });
    last_ = snapshot();
}

const Workspace::Entry* Workspace::find_panel(std::string_view name) const {
    for (const Entry& entry : entries_)
        if (entry.info.name == name) return &entry;
    return nullptr;
}

Workspace::Snapshot Workspace::snapshot() const {
    Snapshot snapshot;
    for (const Entry& entry : entries_) snapshot[entry.info.name] = capture(entry.params);
    return snapshot;
}

void Workspace::restore_snapshot(const Snapshot& snapshot) {
    for (const Entry& entry : entries_)
        if (const auto found = snapshot.find(entry.info.name); found != snapshot.end())
            static_cast<void>(restore(entry.params, found->second));  // they were legal when captured
    last_ = this->snapshot();
}

StateFile Workspace::to_state() const {
    StateFile state;
    state.panel = active().info.name;
    state.theme = theme == ThemeName::dark ? "dark" : "light";
    state.scale = scale;
    state.panels = snapshot();
    return state;
}

std::vector<std::string> Workspace::restore_state(const StateFile& state) {
    std::vector<std::string> messages = state.warnings;
    for (const auto& [name, values] : state.panels) {
        const Entry* entry = find_panel(name);
        if (entry == nullptr) {
            messages.push_back(fmt::format("there is no panel '{}'", name));
            continue;
        }
        for (std::string& message : restore(entry->params, values)) messages.push_back(std::move(message));
    }
    if (const Entry* entry = find_panel(state.panel); entry != nullptr)
        active_ = static_cast<std::size_t>(entry - entries_.data());
    else if (!state.panel.empty())
        messages.push_back(fmt::format("there is no panel '{}'", state.panel));
    theme = state.theme == "light" ? ThemeName::light : ThemeName::dark;
    scale = state.scale;
    last_ = snapshot();
    return messages;
}

Result<std::vector<std::string>> Workspace::apply_state(const StateFile& state) {
    std::vector<std::string> warnings;
    const Snapshot before = snapshot();
    for (const auto& [name, values] : state.panels) {
        const Entry* entry = find_panel(name);
        if (entry == nullptr) continue;
        if (const Result<void> applied = apply(entry->params, values, warnings); !applied) {
            restore_snapshot(before);  // all or nothing
            return applied.error();
        }
    }
    // What is left cannot fail: parameters are as the file says already.
    StateFile rest = state;
    for (auto iterator = rest.panels.begin(); iterator != rest.panels.end();)
        iterator = find_panel(iterator->first) != nullptr ? rest.panels.erase(iterator) : std::next(iterator);
    for (std::string& message : restore_state(rest)) warnings.push_back(std::move(message));
    return warnings;
}

void Workspace::record_changes(std::string_view tag) {
    Snapshot now = snapshot();
    if (now == last_) return;
    undo_.record(last_, now, tag);
    last_ = std::move(now);
}

bool Workspace::undo() {
    const std::optional<Snapshot> target = undo_.undo(snapshot());
    if (target) restore_snapshot(*target);
    return target.has_value();
}

bool Workspace::redo() {
    const std::optional<Snapshot> target = undo_.redo(snapshot());
    if (target) restore_snapshot(*target);
    return target.has_value();
}

}  // namespace attnscope
