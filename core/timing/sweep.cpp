#include "core/timing/sweep.hpp"

#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>
#include <thread>
#include <utility>

#include "core/attention/attention.hpp"
#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/linear.hpp"
#include "core/timing/fma_peak.hpp"
#include "core/timing/memory.hpp"
#include "core/timing/samples.hpp"

namespace attnscope {
namespace {

using SweepClock = std::chrono::steady_clock;

constexpr double least_seconds = 2e-3;  // of a sample
constexpr double round_seconds = 0.1;   // of all samples of a method, if it is fast
constexpr int fewest_rounds = 3, most_rounds_of_a_point = 9;
constexpr double call_share = 0.01;                   // of the budget: the longest call
constexpr double first_guess = 0.25;                  // of the peak: what a method that was never measured may reach
constexpr double most_array_bytes = 2.0 * (1 << 30);  // of q, k, v, the output, and of weights that are held

double seconds_from(SweepClock::time_point start) {
    return std::chrono::duration<double>(SweepClock::now() - start).count();
}

// Threads of the call before spin for a while; waits until this process uses no processor, 50 ms at most: a window that
// draws meanwhile must not stop a measurement.
void wait_for_rest() {
    for (int i = 0; i < 50; ++i) {
        const std::clock_t before = std::clock();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (static_cast<double>(std::clock() - before) < 0.1e-3 * CLOCKS_PER_SEC) return;
    }
}

struct TimedArrays {
    explicit TimedArrays(const MethodShape& shape) {
        const Index rows = shape.heads * shape.length;
        // Drawing takes longer than linear attention: beyond so many rows the same ones come again.
        const Index different = std::min<Index>(rows, 8192);
        const auto drawn = [&](std::uint64_t stream) {
            const Matrix block = random_normal(different, shape.dim, 1, 1, stream);
            Matrix all(rows, shape.dim);
            for (Index i = 0; i < rows; i += different) {
                const Index count = std::min(different, rows - i);
                all.middleRows(i, count) = block.topRows(count);
            }
            return all;
        };
        q = drawn(0);
        k = drawn(1);
        v = drawn(2);
        out.resize(rows, shape.dim);
    }
    Matrix q, k, v, out;
};

MaskSpec timed_mask(const MethodShape& shape) {
    return {shape.causal ? MaskKind::causal : MaskKind::none};
}

HeadsView heads_of(const Matrix& m, const MethodShape& shape) {
    return view_of(m.data(), shape.heads, shape.length, shape.dim);
}

TimedCall exact_call(std::shared_ptr<TimedArrays> arrays, const MethodShape& shape) {
    return [arrays = std::move(arrays), shape](const Progress& progress) {
        return exact_attention(heads_of(arrays->q, shape), heads_of(arrays->k, shape), heads_of(arrays->v, shape),
                               {.mask = timed_mask(shape)},
                               span_of(arrays->out.data(), shape.heads, shape.length, shape.dim), {}, progress);
    };
}

TimedCall materialised_call(std::shared_ptr<TimedArrays> arrays, const MethodShape& shape) {
    return [arrays = std::move(arrays), shape](const Progress& progress) -> Result<void> {
        for (Index h = 0; h < shape.heads; ++h) {
            const auto head = [&](const Matrix& m) { return m.middleRows(h * shape.length, shape.length); };
            const Result<Attention> done =
                attention(head(arrays->q), head(arrays->k), head(arrays->v), {.mask = timed_mask(shape)}, progress);
            if (!done) return done.error();
            arrays->out.middleRows(h * shape.length, shape.length) = done->output;
        }
        return {};
    };
}

TimedCall linear_call(std::shared_ptr<TimedArrays> arrays, const MethodShape& shape, Estimator estimator) {
    Matrix projections;
    if (estimator != Estimator::elu) projections = draw_projections(shape.features, shape.dim, true, 1);
    return [arrays = std::move(arrays), shape, estimator,
            projections = std::move(projections)](const Progress& progress) -> Result<void> {
        const Result<LinearReport> done =
            linear_attention(heads_of(arrays->q, shape), heads_of(arrays->k, shape), heads_of(arrays->v, shape),
                             projections, {.estimator = estimator, .mask = timed_mask(shape)},
                             span_of(arrays->out.data(), shape.heads, shape.length, shape.dim), progress);
        if (!done) return done.error();
        return {};
    };
}

Estimator estimator_of(TimedMethod method) {
    switch (method) {
        case TimedMethod::trig:
            return Estimator::trig;
        case TimedMethod::hyperbolic:
            return Estimator::hyperbolic;
        case TimedMethod::elu:
            return Estimator::elu;
        default:
            return Estimator::positive;
    }
}

TimedCall call_on(std::shared_ptr<TimedArrays> arrays, TimedMethod method, const MethodShape& shape) {
    if (method == TimedMethod::exact) return exact_call(std::move(arrays), shape);
    if (method == TimedMethod::materialised) return materialised_call(std::move(arrays), shape);
    return linear_call(std::move(arrays), shape, estimator_of(method));
}

Result<double> seconds_of(const TimedCall& call, int repeats, const Progress& progress) {
    const SweepClock::time_point start = SweepClock::now();
    for (int i = 0; i < repeats; ++i)
        if (const Result<void> done = call(progress); !done) return done.error();
    return seconds_from(start) / repeats;
}

// A method at one length while it is measured.
struct Measured {
    TimedMethod method;
    TimedCall call;
    int repeats = 1;
    TimedPoint point;
};

class Sweep {
public:
    Sweep(const SweepRequest& request, TimingSamples& samples, const Progress& progress, const BytesProbe& probe)
        : request_(request), samples_(samples), progress_(progress), probe_(probe), peak_(request.setting.threads) {}

    Result<bool> run(const std::function<void()>& grown) {
        std::vector<Index> lengths = sweep_lengths(request_.longest);
        if (request_.live > 0) lengths.insert(lengths.begin(), request_.live);
        double all = 0, done = 0;
        for (const Index length : lengths) all += static_cast<double>(length);
        for (const Index length : lengths) {
            const double passed = seconds_from(start_) / request_.budget;
            if (passed > 1 && length != request_.live) break;
            const Result<bool> measured = measure(length);
            if (!measured) return measured.error();
            done += static_cast<double>(length);
            progress_.report(std::max(done / all, std::min(passed, 1.0)));
            if (*measured) grown();
        }
        return true;
    }

private:
    // True when anything was missing.
    Result<bool> measure(Index length) {
        const MethodShape shape = request_.setting.shape(length);
        std::vector<TimedMethod> missing;
        for (const TimedMethod method : request_.setting.methods)
            if (!samples_.get({method, length}) && affordable(method, shape)) missing.push_back(method);
        if (missing.empty()) return false;
        const auto arrays = std::make_shared<TimedArrays>(shape);
        wait_for_rest();
        const double before = peak_.sample();
        std::vector<Measured> all;
        all.reserve(missing.size());
        for (const TimedMethod method : missing) {
            Result<Measured> ready = prepare(method, shape, arrays);
            if (!ready) return ready.error();
            all.push_back(*std::move(ready));
        }
        if (const Result<void> done = rounds(all); !done) return done.error();
        const double peak = std::max(before, peak_.sample());
        for (Measured& measured : all) {
            measured.point.peak = peak;
            last_[measured.method] = {length, median(measured.point.seconds)};
            samples_.put({measured.method, length}, std::move(measured.point));
        }
        return true;
    }

    Result<Measured> prepare(TimedMethod method, const MethodShape& shape, const std::shared_ptr<TimedArrays>& arrays) {
        Measured measured{.method = method, .call = call_on(arrays, method, shape)};
        const Progress quiet = progress_.silent();
        Result<double> once = seconds_of(measured.call, 1, quiet);
        if (once && *once < 10 * least_seconds) once = seconds_of(measured.call, 1, quiet);  // now that it is warm
        if (!once) return once.error();
        measured.repeats = repeats_for(*once, least_seconds);
        const double sample = *once * measured.repeats;
        measured.point.seconds.reserve(static_cast<std::size_t>(most_rounds_of_a_point));
        wanted_rounds_ = std::clamp(static_cast<int>(round_seconds / sample), fewest_rounds, most_rounds_of_a_point);
        const bool power_of_two = (shape.length & (shape.length - 1)) == 0;
        if (probe_ && (power_of_two || shape.length == request_.live))
            measured.point.bytes = probe_(method, shape, request_.setting.threads, quiet);
        if (progress_.stopped()) return cancelled();
        return measured;
    }

    // The methods take turns: what disturbs the machine for a while disturbs all of them.
    Result<void> rounds(std::vector<Measured>& all) {
        const Progress quiet = progress_.silent();
        for (int round = 0; round < wanted_rounds_; ++round)
            for (Measured& measured : all) {
                wait_for_rest();
                const Result<double> seconds = seconds_of(measured.call, measured.repeats, quiet);
                if (!seconds) return seconds.error();
                measured.point.seconds.push_back(*seconds);
            }
        return {};
    }

    bool affordable(TimedMethod method, const MethodShape& shape) {
        const double arrays = 4.0 * 4.0 * static_cast<double>(shape.heads * shape.length * shape.dim);
        const double held = arrays + (method == TimedMethod::materialised
                                          ? 4.0 * static_cast<double>(shape.length) * static_cast<double>(shape.length)
                                          : 0.0);
        if (held <= most_array_bytes && expected(method, shape) <= call_share * request_.budget) return true;
        samples_.leave_out(method, shape.length);
        return false;
    }

    // From the last length measured, or, before there is one, from the machine's peak.
    double expected(TimedMethod method, const MethodShape& shape) {
        const double power = is_quadratic(method) ? 2 : 1;
        if (const auto known = last_.find(method); known != last_.end() && known->second.length > 0)
            return known->second.seconds *
                   std::pow(static_cast<double>(shape.length) / static_cast<double>(known->second.length), power);
        if (!guessed_peak_) guessed_peak_ = peak_.sample();
        return 2 * static_cast<double>(multiplications(method, shape)) / (first_guess * *guessed_peak_);
    }

    struct Last {
        Index length = 0;
        double seconds = 0;
    };

    const SweepRequest& request_;
    TimingSamples& samples_;
    const Progress& progress_;
    const BytesProbe& probe_;
    FmaPeak peak_;
    std::optional<double> guessed_peak_;
    std::map<TimedMethod, Last> last_;
    int wanted_rounds_ = fewest_rounds;
    SweepClock::time_point start_ = SweepClock::now();
};

}  // namespace

void TimingSamples::put(const PointKey& key, TimedPoint point) {
    const std::lock_guard lock(mutex_);
    points_[key] = std::move(point);
    if (const auto found = left_out_.find(key.method); found != left_out_.end() && found->second <= key.length)
        left_out_.erase(found);  // there was more time than before
    ++changes_;
}

std::optional<TimedPoint> TimingSamples::get(const PointKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = points_.find(key);
    return found == points_.end() ? std::nullopt : std::optional(found->second);
}

std::map<PointKey, TimedPoint> TimingSamples::all() const {
    const std::lock_guard lock(mutex_);
    return points_;
}

void TimingSamples::leave_out(TimedMethod method, Index length) {
    const std::lock_guard lock(mutex_);
    const auto found = left_out_.find(method);
    if (found != left_out_.end() && found->second <= length) return;
    left_out_[method] = length;
    ++changes_;
}

std::map<TimedMethod, Index> TimingSamples::left_out() const {
    const std::lock_guard lock(mutex_);
    return left_out_;
}

std::uint64_t TimingSamples::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

std::vector<Index> sweep_lengths(Index longest) {
    constexpr Index shortest = 128;
    std::vector<Index> lengths;
    for (Index length = shortest; length < longest; length *= 2) {
        lengths.push_back(length);
        const Index between = length + length / 2;
        if (between < longest) lengths.push_back(between);
    }
    lengths.push_back(std::max<Index>(longest, 1));
    return lengths;
}

Result<TimedCall> make_call(TimedMethod method, const MethodShape& shape) {
    return call_on(std::make_shared<TimedArrays>(shape), method, shape);
}

Result<std::int64_t> measure_bytes(TimedMethod method, const MethodShape& shape, int threads) {
    use_one_heap();
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(threads));
    const TimedCall call = call_on(std::make_shared<TimedArrays>(shape), method, shape);
    std::optional<Error> error;
    const std::optional<std::int64_t> bytes = extra_bytes_of([&] {
        if (const Result<void> done = call({}); !done) error = done.error();
    });
    if (error) return *error;
    if (!bytes) return invalid_input(tr("this system does not tell how much memory a process holds"));
    return *bytes;
}

int machine_threads() {
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Result<bool> run_sweep(const SweepRequest& request, TimingSamples& samples, const std::function<void()>& grown,
                       const Progress& progress, const BytesProbe& probe) {
    check(request.setting.threads >= 1 && request.budget > 0, "a sweep with threads and time");
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(request.setting.threads));
    return Sweep(request, samples, progress, probe).run(grown);
}

}  // namespace attnscope
