#include "app/panels/workspace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/tr.hpp"

namespace attnscope {

namespace {

ParamList describe_panel(Panel& panel) {
    Describe description;
    panel.describe(description);
    return description.take();
}

}  // namespace

Workspace::Workspace() : Workspace(panel_factories()) {}

Workspace::Workspace(const std::vector<PanelFactory>& factories) {
    check(!factories.empty(), "there is at least one panel");
    for (const PanelFactory& factory : factories) {
        Entry entry;
        entry.factory = factory;
        entry.panel = factory();
        entry.info = entry.panel->info();
        entry.params = describe_panel(*entry.panel);
        entries_.push_back(std::move(entry));
    }
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.info.order < b.info.order; });
    last_ = settings();
}

const Workspace::Entry* Workspace::find_panel(std::string_view name) const {
    for (const Entry& entry : entries_)
        if (entry.info.name == name) return &entry;
    return nullptr;
}

void Workspace::update() {
    const Entry& entry = active();
    entry.panel->update();
    if (entry.a) entry.a->panel->update();
}

void Workspace::wait() {
    const Entry& entry = active();
    entry.panel->wait();
    if (entry.a) entry.a->panel->wait();
}

void Workspace::set_wake(void (*wake)()) {
    wake_ = wake;
    for (const Entry& entry : entries_) {
        entry.panel->set_wake(wake);
        if (entry.a) entry.a->panel->set_wake(wake);
    }
}

Workspace::Compared Workspace::make_compared(const Entry& entry) const {
    Compared compared;
    compared.panel = entry.factory();
    compared.panel->set_wake(wake_);
    compared.params = describe_panel(*compared.panel);
    return compared;
}

void Workspace::pin_a(std::size_t index) {
    Entry& entry = entries_[index];
    if (!entry.a) entry.a = make_compared(entry);
    static_cast<void>(restore(entry.a->params, capture(entry.params)));  // they are legal there
}

Result<void> Workspace::pin_a(std::size_t index, const ParamValues& values, std::vector<std::string>& warnings) {
    Compared compared = make_compared(entries_[index]);
    if (const Result<void> applied = apply(compared.params, values, warnings); !applied) return applied.error();
    entries_[index].a = std::move(compared);
    return {};
}

void Workspace::swap_a(std::size_t index) {
    const Entry& entry = entries_[index];
    if (!entry.a) return;
    const ParamValues a = capture(entry.a->params), b = capture(entry.params);
    static_cast<void>(restore(entry.a->params, b));
    static_cast<void>(restore(entry.params, a));
}

std::optional<std::size_t> Workspace::index_of(std::string_view name) const {
    const Entry* entry = find_panel(name);
    if (entry == nullptr) return std::nullopt;
    return static_cast<std::size_t>(entry - entries_.data());
}

Workspace::Settings Workspace::settings() const {
    Settings settings;
    for (const Entry& entry : entries_) {
        settings.panels[entry.info.name] = capture(entry.params);
        if (entry.a) settings.compared[entry.info.name] = capture(entry.a->params);
    }
    return settings;
}

std::size_t Workspace::text_bytes_of(const Settings& settings) {
    std::size_t bytes = 0;
    for (const auto* const all : {&settings.panels, &settings.compared})
        for (const auto& [name, values] : *all)
            for (const auto& [key, value] : values)
                if (const auto* const text = std::get_if<std::string>(&value)) bytes += text->size();
    return bytes;
}

void Workspace::restore_settings(const Settings& settings) {
    // All values were legal when they were captured.
    for (Entry& entry : entries_) {
        if (const auto found = settings.panels.find(entry.info.name); found != settings.panels.end())
            static_cast<void>(restore(entry.params, found->second));
        const auto compared = settings.compared.find(entry.info.name);
        if (compared == settings.compared.end()) {
            entry.a.reset();
            continue;
        }
        if (!entry.a) entry.a = make_compared(entry);
        static_cast<void>(restore(entry.a->params, compared->second));
    }
    last_ = this->settings();
}

StateFile Workspace::to_state() const {
    StateFile state;
    state.panel = active().info.name;
    state.theme = theme == ThemeName::dark ? "dark" : "light";
    state.language = code_of(language);
    state.scale = scale;
    Settings values = settings();
    state.panels = std::move(values.panels);
    state.compared = std::move(values.compared);
    // A copy, since describing binds to fields that may be written.
    ExportSettings exported = export_settings;
    state.exported = capture(describe(exported));
    state.snapshots = snapshots;
    return state;
}

std::vector<std::string> Workspace::restore_state(const StateFile& state) {
    std::vector<std::string> messages = state.warnings;
    for (const auto& [name, values] : state.panels) {
        const Entry* entry = find_panel(name);
        if (entry == nullptr) {
            messages.push_back(tr("there is no panel '{}'", name));
            continue;
        }
        for (std::string& message : restore(entry->params, values)) messages.push_back(std::move(message));
    }
    for (const auto& [name, values] : state.compared) {
        const std::optional<std::size_t> index = index_of(name);
        if (!index) {
            messages.push_back(tr("there is no panel '{}'", name));
            continue;
        }
        Entry& entry = entries_[*index];
        entry.a = make_compared(entry);
        for (std::string& message : restore(entry.a->params, values)) messages.push_back(std::move(message));
    }
    for (std::string& message : restore(describe(export_settings), state.exported))
        messages.push_back(std::move(message));
    if (const std::optional<std::size_t> index = index_of(state.panel))
        activate(*index);
    else if (!state.panel.empty())
        messages.push_back(tr("there is no panel '{}'", state.panel));
    theme = state.theme == "light" ? ThemeName::light : ThemeName::dark;
    language = language_of_code(state.language).value_or(language);
    scale = state.scale;
    take_snapshots(state.snapshots, messages);
    last_ = settings();
    sentence_ = active_text();
    return messages;
}

Result<void> Workspace::apply_values(const StateFile& state, std::vector<std::string>& warnings) {
    for (const auto& [name, values] : state.panels)
        if (const Entry* entry = find_panel(name); entry != nullptr)
            if (const Result<void> applied = apply(entry->params, values, warnings); !applied) return applied.error();
    for (std::size_t index = 0; index < entries_.size(); ++index) {
        const auto found = state.compared.find(entries_[index].info.name);
        if (found == state.compared.end())
            close_a(index);
        else if (const Result<void> pinned = pin_a(index, found->second, warnings); !pinned)
            return pinned.error();
    }
    return apply(describe(export_settings), state.exported, warnings);
}

Result<std::vector<std::string>> Workspace::apply_state(const StateFile& state) {
    std::vector<std::string> warnings;
    const Settings before = settings();
    if (const Result<void> applied = apply_values(state, warnings); !applied) {
        restore_settings(before);  // all or nothing
        return applied.error();
    }
    // What is left cannot fail: parameters are as the file says already.
    StateFile rest = state;
    const auto known = [this](const auto& item) { return find_panel(item.first) != nullptr; };
    std::erase_if(rest.panels, known);
    std::erase_if(rest.compared, known);
    rest.exported.clear();
    for (std::string& message : restore_state(rest)) warnings.push_back(std::move(message));
    return warnings;
}

Result<std::vector<std::string>> Workspace::open_state(const StateFile& state) {
    Settings before = last_;
    auto applied = apply_state(state);
    last_ = std::move(before);  // so that the next record_changes() sees the difference
    return applied;
}

std::optional<Value> Workspace::active_text() const {
    const Param* const text = find(active().params, "text");
    return text != nullptr ? std::optional(text->get()) : std::nullopt;
}

void Workspace::switch_to(std::size_t index) {
    if (index == active_) return;
    const Entry& from = active();
    activate(index);
    const Param* const text = find(active().params, "text");
    if (text != nullptr && from.panel->source_key() == "text" && (is_default(*text) || text->get() == sentence_)) {
        for (const char* const key : {"text", "tokenizer", "vectors"}) {
            const Param* const source = find(from.params, key);
            const Param* const target = find(active().params, key);
            // What the other panel refuses (a longer text) stays behind.
            if (source != nullptr && target != nullptr) static_cast<void>(set(*target, source->get()));
        }
        last_ = settings();
    }
    sentence_ = active_text();
}

Snapshot Workspace::make_snapshot(std::string_view name) const {
    return {.name = one_line(name, snapshot_name_max),
            .panel = active().info.name,
            .values = capture(active().params),
            .explain = one_line(active().panel->explain_text(), snapshot_explain_max),
            .thumbnail = {}};
}

std::optional<std::string> Workspace::add_snapshot(Snapshot snapshot) {
    if (snapshots.size() >= snapshots_max)
        return tr("There are {} snapshots already, which is as many as are kept; delete one first.", snapshots_max);
    std::size_t bytes = text_bytes(snapshot);
    for (const Snapshot& kept : snapshots) bytes += text_bytes(kept);
    if (bytes > snapshot_values_max)
        return tr("The texts of all snapshots would be longer than {} bytes; delete one with a long text first.",
                  snapshot_values_max);
    snapshots.push_back(std::move(snapshot));
    return std::nullopt;
}

std::vector<std::string> Workspace::recall(const Snapshot& snapshot) {
    const std::optional<std::size_t> index = index_of(snapshot.panel);
    if (!index) return {tr("there is no panel '{}'", snapshot.panel)};
    record_changes({});  // what came before is a step of its own
    activate(*index);
    close_a(*index);
    for (const Param& param : active().params) reset(param);
    std::vector<std::string> messages = restore(active().params, snapshot.values);
    active().panel->agree();
    record_changes({});
    sentence_ = active_text();
    return messages;
}

// None is lost when a file is opened that has others.
void Workspace::take_snapshots(const std::vector<Snapshot>& added, std::vector<std::string>& messages) {
    for (const Snapshot& snapshot : added) {
        if (std::ranges::find(snapshots, snapshot) != snapshots.end()) continue;
        if (find_panel(snapshot.panel) == nullptr) {
            messages.push_back(
                tr("there is no panel '{}'; the snapshot '{}' was left out", snapshot.panel, snapshot.name));
        } else if (std::optional<std::string> refused = add_snapshot(snapshot)) {
            messages.push_back(*std::move(refused));
            return;
        }
    }
}

std::optional<std::string> Workspace::deliver() {
    const std::optional<SentSettings> sent = active().panel->take_sent();
    if (!sent) return std::nullopt;
    const std::optional<std::size_t> to = index_of(sent->panel);
    check(to.has_value(), "settings are sent to a panel that there is");
    check(restore(entries_[*to].params, sent->values).empty(), "a panel sends what the other one accepts");
    activate(*to);
    return sent->message;
}

void Workspace::record_changes(std::string_view tag) {
    Settings now = settings();
    if (now == last_) return;
    undo_.record(last_, now, tag);
    last_ = std::move(now);
}

bool Workspace::undo() {
    const std::optional<Settings> target = undo_.undo(settings());
    if (target) restore_settings(*target);
    return target.has_value();
}

bool Workspace::redo() {
    const std::optional<Settings> target = undo_.redo(settings());
    if (target) restore_settings(*target);
    return target.has_value();
}

}  // namespace attnscope
