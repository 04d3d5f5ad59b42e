// Undo and redo over whole snapshots of a state. Snapshots are small (parameters, never results), so that keeping them
// whole is simpler than keeping changes, and cannot drift.
#pragma once

#include <concepts>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace attnscope {

template <std::regular Snapshot>
class Undo {
public:
    /// The oldest steps are forgotten beyond this many.
    static constexpr std::size_t depth_limit = 200;

    /// One step from `before` to `after`; equal ones are no step. Consecutive records with the same non-empty `what`
    /// (the key of a dragged parameter and the number of the drag, say) become one step, and none if the drag came back
    /// to where it began. A record makes redo() impossible.
    void record(const Snapshot& before, const Snapshot& after, std::string_view what = {}) {
        if (before == after) return;
        redo_.clear();
        if (what.empty() || what != open_) {
            undo_.push_back(before);
            if (undo_.size() > depth_limit) undo_.pop_front();
            open_ = what;
        } else if (undo_.back() == after) {
            undo_.pop_back();
            open_.clear();
        }
    }

    /// The state before the newest step; nothing if there is none. `current` is what redo() goes back to.
    std::optional<Snapshot> undo(const Snapshot& current) {
        open_.clear();
        return step(undo_, redo_, current);
    }

    /// The state that the newest undo() left; nothing if there is none.
    std::optional<Snapshot> redo(const Snapshot& current) {
        open_.clear();
        return step(redo_, undo_, current);
    }

    bool can_undo() const { return !undo_.empty(); }
    bool can_redo() const { return !redo_.empty(); }

private:
    using Steps = std::deque<Snapshot>;

    static std::optional<Snapshot> step(Steps& from, Steps& to, const Snapshot& current) {
        if (from.empty()) return std::nullopt;
        to.push_back(current);
        std::optional<Snapshot> target = std::move(from.back());
        from.pop_back();
        return target;
    }

    Steps undo_, redo_;
    std::string open_;  // the tag that the newest undo step can still be joined by; empty: none
};

}  // namespace attnscope
