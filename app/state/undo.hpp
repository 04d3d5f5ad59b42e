// Undo and redo over whole snapshots of a state. Snapshots are small (parameters, never results; but a text may be
// long), so that keeping them whole is simpler than keeping changes, and cannot drift.
#pragma once

#include <concepts>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace attnscope {

template <std::regular Snapshot>
class Undo {
public:
    /// The oldest steps are forgotten beyond this many, and where all take more memory than this; the newest stays.
    static constexpr std::size_t depth_limit = 200, bytes_limit = std::size_t{32} << 20U;

    /// `bytes`: what a snapshot takes; nothing: they are all small.
    explicit Undo(std::function<std::size_t(const Snapshot&)> bytes = {}) : bytes_(std::move(bytes)) {}

    /// One step from `before` to `after`; equal ones are no step. Consecutive records with the same non-empty `what`
    /// (the key of a dragged parameter and the number of the drag, say) become one step, and none if the drag came back
    /// to where it began. A record makes redo() impossible.
    void record(const Snapshot& before, const Snapshot& after, std::string_view what = {}) {
        if (before == after) return;
        redo_.clear();
        if (what.empty() || what != open_) {
            undo_.push_back(before);
            forget_oldest();
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

    void forget_oldest() {
        std::size_t kept = 0, bytes = 0;
        for (auto step = undo_.rbegin(); step != undo_.rend() && kept < depth_limit; ++step, ++kept) {
            if (bytes_) bytes += bytes_(*step);
            if (kept > 0 && bytes > bytes_limit) break;
        }
        undo_.erase(undo_.begin(), undo_.end() - static_cast<std::ptrdiff_t>(kept));
    }

    std::function<std::size_t(const Snapshot&)> bytes_;
    Steps undo_, redo_;
    std::string open_;  // the tag that the newest undo step can still be joined by; empty: none
};

}  // namespace attnscope
