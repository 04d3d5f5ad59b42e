// Progress: how a long computation hears "stop" and says how far it is. Reporting and stopping meet at the same points.
#pragma once

#include <atomic>
#include <stop_token>
#include <utility>

namespace attnscope {

class Progress {
public:
    Progress() = default;  // never stopped, reports to nobody
    Progress(std::stop_token stop, std::atomic<float>* fraction) : stop_(std::move(stop)), fraction_(fraction) {}

    bool stopped() const { return stop_.stop_requested(); }
    /// fraction: the part that is done, in [0, 1].
    void report(double fraction) const {
        if (fraction_ != nullptr) fraction_->store(static_cast<float>(fraction), std::memory_order_relaxed);
    }

    /// For a part of a longer computation: stops with it, but its reports are not the whole's.
    Progress silent() const { return {stop_, nullptr}; }

private:
    std::stop_token stop_;
    std::atomic<float>* fraction_ = nullptr;
};

}  // namespace attnscope
