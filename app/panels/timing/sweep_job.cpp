#include "app/panels/timing/sweep_job.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/panels/timing/memory_probe.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr std::size_t most_kept_settings = 16;

}  // namespace

SweepJob::SweepJob(const std::function<void()>& wake)
    : job_(
          [wake](const Task& task, const Progress& progress) {
              return run_sweep(task.request, *task.samples, wake, progress, bytes_in_own_process);
          },
          {.describe = [](const Task& task) { return fmt::format("L = {}", task.request.longest); }, .wake = wake}) {}

void SweepJob::submit(const SweepRequest& request) {
    if (!asked_ || !(*asked_ == request)) {
        const bool same = asked_ && asked_->setting == request.setting;
        asked_ = request;
        began_ = std::chrono::steady_clock::now();
        if (!same) {
            const auto found = std::find_if(kept_.begin(), kept_.end(),
                                            [&](const auto& kept) { return kept.first == request.setting; });
            if (found != kept_.end()) {
                std::rotate(found, found + 1, kept_.end());
            } else {
                if (kept_.size() >= most_kept_settings) kept_.erase(kept_.begin());
                kept_.emplace_back(request.setting, std::make_shared<TimingSamples>());
            }
            samples_ = kept_.back().second;
            seen_ = 0;
        }
    }
    if (!paused_) job_.submit({*asked_, samples_});
}

void SweepJob::pause() {
    paused_ = true;
    job_.cancel();
}

void SweepJob::measure_again() {
    if (!asked_) return;
    job_.cancel();
    samples_ = kept_.back().second = std::make_shared<TimingSamples>();
    seen_ = 0;
    paused_ = false;
    began_ = std::chrono::steady_clock::now();
}

std::shared_ptr<const TimingReport> SweepJob::newer() {
    const auto& ran = job_.poll();
    seconds_ = ran.seconds;
    error_ = ran.error;
    if (!asked_) return nullptr;
    const std::uint64_t changes = samples_->changes() + 1;  // 0: not looked at yet
    if (changes == seen_) return nullptr;
    seen_ = changes;
    return std::make_shared<const TimingReport>(timing_report(asked_->setting, *samples_));
}

std::optional<double> SweepJob::seconds_left() const {
    const std::optional<float> part = job_.progress();
    if (!part || *part < 0.02F) return std::nullopt;
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    return passed * (1 / static_cast<double>(*part) - 1);
}

}  // namespace attnscope::timing_panel
