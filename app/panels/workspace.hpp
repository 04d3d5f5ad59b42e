// All panels with their parameters and undo: the program without a screen. The window, `render`, `data` and tests share
// it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/theme.hpp"
#include "app/language/language.hpp"
#include "app/panels/panel.hpp"
#include "app/state/export_settings.hpp"
#include "app/state/state_file.hpp"
#include "app/state/undo.hpp"

namespace attnscope {

class Workspace {
public:
    Workspace();
    explicit Workspace(const std::vector<PanelFactory>& factories);

    /// A second instance of a panel, with the settings that the user put aside to compare with.
    struct Compared {
        std::unique_ptr<Panel> panel;
        ParamList params;
    };
    struct Entry {
        PanelFactory factory;
        std::unique_ptr<Panel> panel;
        PanelInfo info;
        ParamList params;
        std::optional<Compared> a;  // while A and B are compared; B is `panel`
    };
    const std::vector<Entry>& entries() const { return entries_; }  // in the order of the rail; at least one
    /// nullptr when there is no panel of this name.
    const Entry* find_panel(std::string_view name) const;

    std::size_t active_index() const { return active_; }
    const Entry& active() const { return entries_[active_]; }
    void activate(std::size_t index) {
        if (index != active_) entries_[active_].panel->left();
        active_ = index;
    }
    /// The same by the user, whose sentence goes along: `text`, `tokenizer` and `vectors` of a panel whose text stands
    /// in the top strip are carried over to one that has them, unless that one has a sentence of its own. No step to
    /// undo.
    void switch_to(std::size_t index);

    /// The active panel's update() and wait(), and those of its A.
    void update();
    void wait();
    /// What all panels, and those made later, call when a result is ready; nullptr: nothing.
    void set_wake(void (*wake)());

    /// Puts the panel's present settings aside as A, in place of those that may be there.
    void pin_a(std::size_t index);
    /// The same with other settings, over the defaults. Error: an illegal value; nothing has changed then.
    Result<void> pin_a(std::size_t index, const ParamValues& values, std::vector<std::string>& warnings);
    void close_a(std::size_t index) { entries_[index].a.reset(); }
    /// A's settings become B's and B's become A's. Nothing without A.
    void swap_a(std::size_t index);

    /// Everything that is saved but the window's size.
    StateFile to_state() const;
    /// For start-up: takes what is legal; what is not is returned as sentences.
    std::vector<std::string> restore_state(const StateFile& state);
    /// For a state that the user named: the first illegal value is an error.
    Result<std::vector<std::string>> apply_state(const StateFile& state);
    /// The same while the program runs: the change can be undone.
    Result<std::vector<std::string>> open_state(const StateFile& state);

    /// The active panel's settings, to be kept under this name, of which one_line() is taken.
    Snapshot make_snapshot(std::string_view name) const;
    /// Keeps it behind the others. What to tell the user when there is no room for it; nothing has changed then.
    std::optional<std::string> add_snapshot(Snapshot snapshot);
    /// Makes the snapshot's panel active with the snapshot's values over the defaults and its A/B comparison closed:
    /// one step to undo. What was not legal is left out and returned as sentences.
    std::vector<std::string> recall(const Snapshot& snapshot);

    /// Hands over what the active panel sends to another one, which becomes the active one. What to tell the user, when
    /// something was sent. Settings that the other panel refuses are a broken invariant.
    std::optional<std::string> deliver();

    /// Call once a frame: whatever changed since the last call becomes one undo step; changes with the same non-empty
    /// tag become one step together.
    void record_changes(std::string_view tag);
    bool undo();
    bool redo();
    bool can_undo() const { return undo_.can_undo(); }
    bool can_redo() const { return undo_.can_redo(); }

    ThemeName theme = ThemeName::dark;
    Language language = Language::english;
    double scale = 1;  // of the interface, on top of the screen's own
    ExportSettings export_settings;
    std::vector<Snapshot> snapshots;  // at most snapshots_max; a state that is opened adds its own to them

private:
    struct Settings {
        std::map<std::string, ParamValues> panels, compared;  // by the panel's name
        bool operator==(const Settings&) const = default;
    };
    Settings settings() const;
    void restore_settings(const Settings& settings);
    std::optional<std::size_t> index_of(std::string_view name) const;
    Result<void> apply_values(const StateFile& state, std::vector<std::string>& warnings);
    Compared make_compared(const Entry& entry) const;
    void take_snapshots(const std::vector<Snapshot>& added, std::vector<std::string>& messages);
    std::optional<Value> active_text() const;

    std::vector<Entry> entries_;
    std::size_t active_ = 0;
    void (*wake_)() = nullptr;
    static std::size_t text_bytes_of(const Settings& settings);
    Undo<Settings> undo_{text_bytes_of};
    Settings last_;
    std::optional<Value> sentence_;  // the active panel's when it became active
};

}  // namespace attnscope
