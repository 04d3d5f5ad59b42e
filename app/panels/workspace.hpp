// All panels with their parameters and undo: the program without a screen. The window, `render`, `data` and tests share
// it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/draw/theme.hpp"
#include "app/panels/panel.hpp"
#include "app/state/state_file.hpp"
#include "app/state/undo.hpp"

namespace attnscope {

class Workspace {
public:
    Workspace();
    explicit Workspace(std::vector<std::unique_ptr<Panel>> panels);

    struct Entry {
        std::unique_ptr<Panel> panel;
        PanelInfo info;
        ParamList params;
    };
    const std::vector<Entry>& entries() const { return entries_; }  // in the order of the rail; at least one
    /// nullptr when there is no panel of this name.
    const Entry* find_panel(std::string_view name) const;

    std::size_t active_index() const { return active_; }
    const Entry& active() const { return entries_[active_]; }
    void activate(std::size_t index) { active_ = index; }

    /// Everything that is saved but the window's size.
    StateFile to_state() const;
    /// For start-up: takes what is legal; what is not is returned as sentences.
    std::vector<std::string> restore_state(const StateFile& state);
    /// For a state that the user named: the first illegal value is an error.
    Result<std::vector<std::string>> apply_state(const StateFile& state);

    /// Call once a frame: whatever changed since the last call becomes one undo step; changes with the same non-empty
    /// tag become one step together.
    void record_changes(std::string_view tag);
    bool undo();
    bool redo();
    bool can_undo() const { return undo_.can_undo(); }
    bool can_redo() const { return undo_.can_redo(); }

    ThemeName theme = ThemeName::dark;
    double scale = 1;  // of the interface, on top of the screen's own

private:
    using Snapshot = std::map<std::string, ParamValues>;
    Snapshot snapshot() const;
    void restore_snapshot(const Snapshot& snapshot);

    std::vector<Entry> entries_;
    std::size_t active_ = 0;
    Undo<Snapshot> undo_;
    Snapshot last_;
};

}  // namespace attnscope
