// JobSlot: a computation that follows its inputs without ever making the window wait. One job runs, one waits, the
// newest wins; what finished last stays visible until something newer is finished.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/base/tr.hpp"

namespace attnscope {

/// A job younger than this is allowed to finish although a newer request waits: with a cancel at each submit, dragging
/// a slider would never show anything.
inline constexpr std::chrono::milliseconds job_patience{100};
/// Progress is worth showing for jobs older than this.
inline constexpr std::chrono::milliseconds job_progress_after{300};

/// submit(), poll(), stale(), progress(), stop(), cancel() and wait() belong to one thread (the window's). They take a
/// lock that the worker holds only for a few assignments, never while it computes.
template <std::regular Request, class Value>
class JobSlot {
public:
    /// The computation. It runs on the slot's own thread, should look at progress.stopped() every few milliseconds, and
    /// may then return cancelled() or anything else: what is overtaken or cancelled is dropped.
    using Run = std::function<Result<Value>(const Request&, const Progress&)>;

    struct Options {
        /// What a request needs memory for, as in "L = 100000, 8 heads", for "not enough memory for ...".
        std::function<std::string(const Request&)> describe = {};
        /// Called on the worker's thread when poll() has something new. Must not throw and must not call the slot.
        std::function<void()> wake = {};
    };

    /// What is to be seen now.
    struct Shown {
        std::shared_ptr<const Value> value;      // the newest finished result; null before the first
        std::optional<Error> error;              // why the request after it failed; the value stays beside it
        std::uint64_t generation = 0;            // changes exactly when `value` does
        double seconds = 0;                      // how long `value` took to compute
        std::shared_ptr<const Request> request;  // what `value` was computed from
    };

    explicit JobSlot(Run run, Options options = {})
        : run_(std::move(run)), options_(std::move(options)), worker_([this](std::stop_token quit) { work(quit); }) {}

    JobSlot(const JobSlot&) = delete;
    JobSlot& operator=(const JobSlot&) = delete;

    /// Stops the running job and returns as soon as it has noticed.
    ~JobSlot() {
        // The order matters: a worker that is told to quit first cannot begin the pending job after its predecessor was
        // stopped, and one that has just begun a job has announced it before the lock below is free.
        worker_.request_stop();
        const std::lock_guard lock(mutex_);
        drop_running();
    }

    /// Asks for this result instead of all earlier ones that have not begun. A request equal to the newest one is
    /// nothing new. A job that is running is stopped only when it is older than job_patience.
    void submit(Request request) {
        if (newest_ && *newest_ == request) return;
        newest_ = std::make_shared<const Request>(std::move(request));
        {
            const std::lock_guard lock(mutex_);
            pending_ = Job{newest_, ++newest_id_, std::stop_source()};
            stop_if_overtaken();
        }
        work_arrived_.notify_one();
    }

    /// The newest finished result. The reference stays good, and its content the same, until the next poll().
    const Shown& poll() {
        std::optional<Finished> finished;
        {
            const std::lock_guard lock(mutex_);
            stop_if_overtaken();
            finished = std::exchange(finished_, std::nullopt);
        }
        if (finished) show(std::move(*finished));
        return shown_;
    }

    /// Whether a request newer than what poll() last returned has not been polled yet.
    bool stale() const { return seen_id_ != newest_id_; }

    /// The part of the running job that is done, in [0, 1]; nothing while it is younger than job_progress_after.
    std::optional<float> progress() const {
        const std::lock_guard lock(mutex_);
        if (!running_ || Clock::now() - running_->began < job_progress_after) return std::nullopt;
        return std::clamp(fraction_.load(std::memory_order_relaxed), 0.0F, 1.0F);
    }

    /// Asks the job that runs or waits to stop, and leaves it to tell how it ended, which poll() then takes: with
    /// cancelled(), or with a result when it was too late to stop. For jobs that do something, as writing a file.
    void stop() {
        const std::lock_guard lock(mutex_);
        if (pending_) pending_->stop.request_stop();
        if (running_) running_->stop.request_stop();
    }

    /// Forgets everything that is not finished. What is shown stays, and any request may be submitted anew.
    void cancel() {
        const std::lock_guard lock(mutex_);
        pending_.reset();
        finished_.reset();
        drop_running();
        newest_.reset();
        seen_id_ = newest_id_;
    }

    /// The same, and what is shown as well: for a result that nobody looks at any more and that may be large.
    void forget() {
        cancel();
        shown_ = {.generation = shown_.generation + 1};
    }

    /// Blocks until nothing runs or waits; the next poll() then shows the newest request's outcome. For use without a
    /// window.
    void wait() {
        std::unique_lock lock(mutex_);
        while (running_ || pending_) {
            stop_if_overtaken();
            // Only a running job that a pending one may overtake has to be looked at again.
            if (running_ && pending_)
                work_ended_.wait_for(lock, job_patience / 10);
            else
                work_ended_.wait(lock);
        }
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Job {
        std::shared_ptr<const Request> request;
        std::uint64_t id = 0;
        std::stop_source stop;
    };
    struct Running {
        std::stop_source stop;
        Clock::time_point began;
        bool dropped = false;  // nobody wants to know how it ends
    };
    /// What the worker leaves for poll(). With both a value and an error, the error is the newer one.
    struct Finished {
        std::shared_ptr<const Request> request;
        std::uint64_t id = 0;
        std::shared_ptr<const Value> value;
        std::optional<Error> error;
        double seconds = 0;
    };

    /// Under the lock. Called from submit() and from each poll(), because a job may grow old after the submit.
    void stop_if_overtaken() {
        if (running_ && pending_ && Clock::now() - running_->began > job_patience) drop_running();
    }
    /// Under the lock.
    void drop_running() {
        if (!running_) return;
        running_->stop.request_stop();
        running_->dropped = true;
    }

    void show(Finished finished) {
        seen_id_ = finished.id;
        if (finished.value) {
            shown_ = {std::move(finished.value), std::nullopt, shown_.generation + 1, finished.seconds,
                      std::move(finished.request)};
        }
        if (!finished.error) return;
        if (finished.error->code != ErrorCode::cancelled)
            shown_.error = std::move(finished.error);
        else if (seen_id_ == newest_id_)
            newest_.reset();  // the computation gave up on its own: the same request may be tried again
    }

    /// Under the lock. An error does not push out a value that nobody has polled yet. What is replaced stays in `news`,
    /// to be freed after the lock.
    void leave_for_poll(std::optional<Finished>& news) {
        if (news->error && finished_ && finished_->value) {
            finished_->id = news->id;
            finished_->error = std::move(news->error);
        } else {
            std::swap(finished_, news);
        }
    }

    void work(const std::stop_token& quit) {
        for (;;) {
            std::unique_lock lock(mutex_);
            work_arrived_.wait(lock, quit, [this] { return pending_.has_value(); });
            if (quit.stop_requested()) return;  // the wait also ends with true when work is pending after a stop
            const Job job = *std::exchange(pending_, std::nullopt);
            running_ = Running{job.stop, Clock::now()};
            fraction_.store(0, std::memory_order_relaxed);
            lock.unlock();

            std::optional<Finished> news = compute(job);

            lock.lock();
            const bool wanted = !running_->dropped;
            running_.reset();
            if (wanted) leave_for_poll(news);
            work_ended_.notify_all();
            lock.unlock();
            if (wanted && options_.wake) options_.wake();
        }
    }

    Finished compute(const Job& job) {
        Finished finished;
        finished.request = job.request;
        finished.id = job.id;
        const auto began = Clock::now();
        try {
            Result<Value> result = run_(*job.request, Progress(job.stop.get_token(), &fraction_));
            if (result)
                finished.value = std::make_shared<const Value>(std::move(result).value());
            else
                finished.error = result.error();
        } catch (const std::bad_alloc&) {
            finished.error = out_of_memory(*job.request);
        } catch (const std::exception& exception) {
            finished.error = Error{ErrorCode::invalid_input, exception.what()};
        } catch (...) {
            finished.error = Error{ErrorCode::invalid_input, tr("the computation failed and did not say why")};
        }
        finished.seconds = std::chrono::duration<double>(Clock::now() - began).count();
        return finished;
    }

    Error out_of_memory(const Request& request) const {
        try {
            if (options_.describe)
                return {ErrorCode::out_of_memory, tr("not enough memory for {}", options_.describe(request))};
        } catch (const std::exception&) {
            // Even the sentence did not fit, or could not be made: the shorter one below has to do.
        }
        return {ErrorCode::out_of_memory, tr("not enough memory")};
    }

    const Run run_;
    const Options options_;

    // The window's side: touched by its thread only.
    std::shared_ptr<const Request> newest_;
    std::uint64_t newest_id_ = 0, seen_id_ = 0;
    Shown shown_;

    mutable std::mutex mutex_;
    std::condition_variable_any work_arrived_, work_ended_;
    std::optional<Job> pending_;
    std::optional<Running> running_;
    std::optional<Finished> finished_;
    std::atomic<float> fraction_{0};

    std::jthread worker_;  // last: everything above is there while it runs, and it is joined first
};

}  // namespace attnscope
