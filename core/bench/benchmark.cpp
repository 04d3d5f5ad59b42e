#include "core/bench/benchmark.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

#include "core/engine/isa.hpp"
#include "core/timing/fma_peak.hpp"
#include "core/timing/machine.hpp"
#include "core/timing/memory.hpp"
#include "core/timing/samples.hpp"

namespace attnscope {
namespace {

using Clock = std::chrono::steady_clock;

// Seconds. A core that slept takes some milliseconds until it is all there, the more so on a virtual machine: what is
// measured is how fast a method runs, not how fast the machine wakes up.
constexpr double warm_up = 5e-3;
constexpr double least_sample = 10e-3;
constexpr double long_call = 100e-3;  // one that needs nothing before it to warm up
constexpr std::size_t least_rounds = 3, most_rounds = 25;

double seconds_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

/// Libraries let their threads spin for a while when there is nothing left to do, and these would cost the next method
/// dearly: waits until this process uses no processor any more, 200 ms at most.
void wait_until_idle() {
    constexpr auto step = std::chrono::milliseconds(1);
    for (int i = 0; i < 200; ++i) {
        const std::clock_t before = std::clock();
        std::this_thread::sleep_for(step);
        if (static_cast<double>(std::clock() - before) < 0.1e-3 * CLOCKS_PER_SEC) return;
    }
}

/// A method made ready for a case, with its samples.
struct Candidate {
    const BenchMethod* method;
    std::optional<std::int64_t> extra_bytes;
    BenchCall call;
    int warm_ups = 0, repeats = 1;
    std::vector<double> seconds;  // of one call, in each round
};

Result<double> time_calls(const BenchCall& call, int repeats) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < repeats; ++i)
        if (const Result<void> done = call(); !done) return done.error();
    return seconds_between(start, Clock::now()) / repeats;
}

Result<void> sample(Candidate& candidate) {
    wait_until_idle();
    for (int i = 0; i < candidate.warm_ups; ++i)
        if (Result<void> done = candidate.call(); !done) return done;
    const Result<double> seconds = time_calls(candidate.call, candidate.repeats);
    if (!seconds) return seconds.error();
    candidate.seconds.push_back(*seconds);
    return {};
}

Result<Candidate> make_candidate(const BenchMethod& method, const PeerWork& work) {
    const Result<int> way = fastest_way(method, work);
    if (!way) return way.error();
    Candidate candidate{.method = &method};
    candidate.extra_bytes = extra_bytes_of([&] {
        if (const Result<BenchCall> call = method.prepare(work, *way)) static_cast<void>((*call)().has_value());
    });
    Result<BenchCall> call = method.prepare(work, *way);
    if (!call) return call.error();
    candidate.call = *std::move(call);
    Result<double> seconds = time_calls(candidate.call, 1);
    if (seconds && *seconds < long_call) seconds = time_calls(candidate.call, 1);  // now that it is warm
    if (!seconds) return seconds.error();
    candidate.repeats = repeats_for(*seconds, least_sample);
    candidate.warm_ups = *seconds < long_call ? repeats_for(*seconds, warm_up) : 0;
    return candidate;
}

class Benchmark {
public:
    explicit Benchmark(const BenchOptions& options) : options_(options), peak_(options.threads) {
        report_.machine = machine_name();
        report_.isa = isa_name(isa_in_use());
        report_.threads = options.threads;
        ours_ = {ours_exact(), ours_positive()};
        peers_ = {eigen_naive()};
        for (const PeerName& name : peer_names) {
            Result<Peer> peer = load_peer(options.peers, name);
            if (!peer) {
                report_.peers_missing.emplace_back(name.method);
                if (options.on_missing) options.on_missing(peer.error().what);
                continue;
            }
            report_.peers.push_back(fmt::format("{}: {}", name.method, peer->version));
            peers_.push_back(std::move(peer->method));
        }
    }

    Result<BenchReport> run() {
        const Clock::time_point end = after(Clock::now(), options_.seconds);
        for (std::size_t i = 0; i < options_.cases.size(); ++i) {
            const Clock::time_point now = Clock::now();
            if (now >= end || after(now, least_seconds(options_.cases[i])) > end) {
                report_.left_out.push_back(describe(options_.cases[i].shape) + ": there was not enough time left");
                continue;
            }
            const double share = share_of(i) * seconds_between(now, end);
            if (const Result<void> done = run_case(options_.cases[i], {after(now, share), end}); !done)
                return done.error();
        }
        if (!all_peaks_.empty()) report_.peak_gflops = median(all_peaks_) * 1e-9;
        return std::move(report_);
    }

private:
    struct Until {
        Clock::time_point enough, end;  // `end` stops a case even before it has its least number of rounds
    };

    static Clock::time_point after(Clock::time_point from, double seconds) {
        return from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    }

    static std::string describe(const BenchShape& shape) {
        return fmt::format("L = {}, d = {}, heads = {}{}", shape.length, shape.dim, shape.heads,
                           shape.causal ? ", causal" : "");
    }

    /// Of the time that is left, what case i may use: the more it has to compute, the more.
    double share_of(std::size_t i) const {
        const auto weight = [&](std::size_t j) {
            return 1 + std::min(6.0, exact_operations(options_.cases[j].shape) / 4e9);
        };
        double all = 0;
        for (std::size_t j = i; j < options_.cases.size(); ++j) all += weight(j);
        return weight(i) / all;
    }

    /// About what a case takes at the least, by the speed of the one before: ours runs four times, peers at half the
    /// speed. 0 before the first.
    double least_seconds(const BenchCase& bench_case) const {
        const double methods = bench_case.peers ? 1 + 2 * static_cast<double>(peers_.size()) : 1;
        return last_speed_ == 0 ? 0 : 4 * methods * exact_operations(bench_case.shape) / last_speed_;
    }

    void progress(const BenchShape& shape, const std::string& what) const {
        if (options_.on_progress) options_.on_progress(describe(shape) + ": " + what);
    }

    Result<void> run_case(const BenchCase& bench_case, Until until) {
        const BenchShape& shape = bench_case.shape;
        const BenchArrays arrays(shape);
        const PeerWork work = arrays.work(options_.threads);
        std::vector<Candidate> candidates;
        for (const BenchMethod& method : ours_) {
            progress(shape, method.name);
            Result<Candidate> candidate = make_candidate(method, work);
            if (!candidate) return candidate.error();
            candidates.push_back(*std::move(candidate));
        }
        if (bench_case.peers)
            for (const BenchMethod& method : peers_) {
                progress(shape, method.name);
                Result<Candidate> candidate = make_candidate(method, work);
                if (candidate)
                    candidates.push_back(*std::move(candidate));
                else
                    report_.left_out.push_back(describe(shape) + ": " + candidate.error().what);
            }
        std::vector<double> peaks;
        double last_round = 0;
        while (peaks.size() < most_rounds) {
            const Clock::time_point start = Clock::now();
            const bool enough = peaks.size() >= least_rounds && after(start, last_round) > until.enough;
            if (enough || (!peaks.empty() && start > until.end)) break;
            progress(shape, fmt::format("round {}", peaks.size() + 1));
            if (Result<void> done = run_round(candidates, peaks); !done) return done;
            last_round = seconds_between(start, Clock::now());
        }
        for (const Candidate& candidate : candidates)
            report_.rows.push_back(row_of(candidate, shape, candidates.front().seconds, peaks));
        last_speed_ = exact_operations(shape) / median(candidates.front().seconds);
        all_peaks_.insert(all_peaks_.end(), peaks.begin(), peaks.end());
        return {};
    }

    Result<void> run_round(std::vector<Candidate>& candidates, std::vector<double>& peaks) const {
        wait_until_idle();
        peak_.sample();  // warms up
        const double before = peak_.sample();
        if (Result<void> done = sample(candidates.front()); !done) return done;
        peaks.push_back((before + peak_.sample()) / 2);
        for (std::size_t i = 1; i < candidates.size(); ++i)
            if (Result<void> done = sample(candidates[i]); !done) return done;
        return {};
    }

    static BenchRow row_of(const Candidate& candidate, const BenchShape& shape, const std::vector<double>& ours,
                           const std::vector<double>& peaks) {
        const double operations = candidate.method->operations(shape);
        std::vector<double> speeds;
        for (const double seconds : candidate.seconds) speeds.push_back(operations / seconds);
        const double seconds_median = median(candidate.seconds);
        return {.method = candidate.method->name,
                .shape = shape,
                .seconds_median = seconds_median,
                .gflops = operations / seconds_median * 1e-9,
                .peak_fraction = median_ratio(speeds, peaks),
                .ratio_vs_ours = median_ratio(candidate.seconds, ours),
                .extra_bytes = candidate.extra_bytes,
                .rounds = static_cast<int>(candidate.seconds.size())};
    }

    const BenchOptions& options_;
    FmaPeak peak_;
    BenchReport report_;
    std::vector<BenchMethod> ours_, peers_;
    std::vector<double> all_peaks_;
    double last_speed_ = 0;  // of ours_exact, operations per second
};

}  // namespace

Result<BenchReport> run_benchmark(const BenchOptions& options) {
    use_one_heap();
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(options.threads));
    return Benchmark(options).run();
}

}  // namespace attnscope
