// All panels with their parameters and undo: the program without a screen. The window, `render`, `data` and tests share
// it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/theme.hpp"
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
    double scale = 1;  // of the interface, on top of the screen's own
    ExportSettings export_settings;

private:
    struct Snapshot {
        std::map<std::string, ParamValues> panels, compared;  // by the panel's name
        bool operator==(const Snapshot&) const = default;
    };
    Snapshot snapshot() const;
    void restore_snapshot(const Snapshot& snapshot);
    std::optional<std::size_t> index_of(std::string_view name) const;
    Result<void> apply_values(const StateFile& state, std::vector<std::string>& warnings);
    Compared make_compared(const Entry& entry) const;
    std::optional<Value> active_text() const;

    std::vector<Entry> entries_;
    std::size_t active_ = 0;
    void (*wake_)() = nullptr;
    Undo<Snapshot> undo_;
    Snapshot last_;
    std::optional<Value> sentence_;  // the active panel's when it became active
};

}  // namespace attnscope
