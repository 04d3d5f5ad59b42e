// A sweep over lengths: what every method takes, in seconds and in memory, measured side by side on this machine.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <vector>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/timing/counts.hpp"

namespace attnscope {

/// What is measured but for the length. Times of different settings have nothing to do with each other.
struct TimingSetting {
    std::vector<TimedMethod> methods;
    Index dim = 64, heads = 1, features = 256;
    bool causal = false;
    int threads = 1;  // 1 .. the machine's cores

    MethodShape shape(Index length) const { return {length, dim, heads, features, causal}; }
    friend bool operator==(const TimingSetting&, const TimingSetting&) = default;
};

/// One method at one length.
struct TimedPoint {
    std::vector<double> seconds;        // of one call, in each round, in their order: nothing is thrown away
    std::optional<std::int64_t> bytes;  // memory.hpp; nothing where it was not, or cannot be, measured
    double peak = 0;                    // additions and multiplications per second that the machine could do just then
};

struct PointKey {
    TimedMethod method = TimedMethod::exact;
    Index length = 0;
    friend bool operator<(const PointKey& a, const PointKey& b) {
        return std::tie(a.method, a.length) < std::tie(b.method, b.length);
    }
};

/// What has been measured with one setting; it only grows. Any thread.
class TimingSamples {
public:
    void put(const PointKey& key, TimedPoint point);
    std::optional<TimedPoint> get(const PointKey& key) const;
    std::map<PointKey, TimedPoint> all() const;
    /// From this length on the method was not measured: a call would have taken longer than the budget allows.
    void leave_out(TimedMethod method, Index length);
    std::map<TimedMethod, Index> left_out() const;
    std::uint64_t changes() const;

private:
    mutable std::mutex mutex_;
    std::map<PointKey, TimedPoint> points_;
    std::map<TimedMethod, Index> left_out_;
    std::uint64_t changes_ = 0;
};

struct SweepRequest {
    TimingSetting setting;
    Index live = 0;         // measured before all others; 0: none
    Index longest = 65536;  // the sweep goes from 128 to this
    double budget = 15;     // seconds, about, for all that is missing
    bool bytes = true;      // memory too
    friend bool operator==(const SweepRequest&, const SweepRequest&) = default;
};
/// 128, 192, 256, 384, 512 .. : powers of two and the ones half-way, up to `longest`, which is always among them.
std::vector<Index> sweep_lengths(Index longest);

/// What a call of the method holds of memory beyond input and output; nothing where that cannot be told. Memory that a
/// busy process has at hand would hide what is asked for: the program asks a process of its own, see measure_bytes().
using BytesProbe =
    std::function<std::optional<std::int64_t>(TimedMethod, const MethodShape&, int threads, const Progress&)>;
/// extra_bytes_of() a call, on random input: for a process that does nothing else. Errors: those of the engine.
Result<std::int64_t> measure_bytes(TimedMethod method, const MethodShape& shape, int threads);

/// Measures what is missing in `samples`: the live length first, then from short to long; at each length the methods in
/// turn, round by round (3 to 9 rounds), each sample at least 2 ms long, after a call that does not count; by `probe`
/// the memory too, at powers of two and the live length. A method is left out where one call would take more than a
/// hundredth of the budget, by what it took before; when the budget is used up, the rest is not measured. Calls `grown`
/// after each length. One sweep at a time in a process, or they would measure each other.
///
/// Errors: those of the engine; cancelled, with what was measured kept, when `progress` is stopped (a call that runs is
/// stopped too). Reports the share of the work, or of the budget, that is done.
Result<bool> run_sweep(const SweepRequest& request, TimingSamples& samples, const std::function<void()>& grown,
                       const Progress& progress, const BytesProbe& probe = {});

/// A call of a method on random input, made once for many calls. The input is N(0, 1), the same for a shape.
using TimedCall = std::function<Result<void>(const Progress&)>;
Result<TimedCall> make_call(TimedMethod method, const MethodShape& shape);

/// How many threads there are to measure with.
int machine_threads();

}  // namespace attnscope
