// Runs sweeps in the background, one at a time, and keeps what was measured with the latest settings.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/jobs/job_slot.hpp"
#include "core/timing/timing_report.hpp"

namespace attnscope::timing_panel {

class SweepJob {
public:
    explicit SweepJob(const std::function<void()>& wake);

    /// Measures what is missing; nothing while paused. A request that differs in its live length alone goes on with the
    /// same samples.
    void submit(const SweepRequest& request);
    /// Stops, keeping what was measured; submit() goes on when it is resumed.
    void pause();
    void resume() { paused_ = false; }
    bool paused() const { return paused_; }
    /// Forgets what was measured with the present settings, so that it is measured again.
    void measure_again();

    /// What was measured with the settings submitted last; null before that.
    const std::shared_ptr<TimingSamples>& samples() const { return samples_; }

    /// The report of the request submitted last, when there is anything new in it.
    std::shared_ptr<const TimingReport> newer();
    const std::optional<Error>& error() const { return error_; }
    bool stale() const { return job_.stale(); }
    std::optional<float> progress() const { return job_.progress(); }
    std::optional<double> seconds_left() const;  // about; nothing before it can be told
    double seconds() const { return seconds_; }  // of the sweep that ended last
    void wait() { job_.wait(); }
    void cancel() { job_.cancel(); }

private:
    struct Task {
        SweepRequest request;
        std::shared_ptr<TimingSamples> samples;
        friend bool operator==(const Task& a, const Task& b) {
            return a.request == b.request && a.samples == b.samples;
        }
    };

    std::vector<std::pair<TimingSetting, std::shared_ptr<TimingSamples>>> kept_;  // the latest last
    std::optional<SweepRequest> asked_;
    std::shared_ptr<TimingSamples> samples_;
    std::uint64_t seen_ = 0;
    bool paused_ = false;
    double seconds_ = 0;
    std::optional<Error> error_;
    std::chrono::steady_clock::time_point began_;
    JobSlot<Task, bool> job_;  // last: its worker uses the above
};

}  // namespace attnscope::timing_panel
