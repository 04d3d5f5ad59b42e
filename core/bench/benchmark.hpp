// The benchmark: ours against the peers, side by side in one process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/bench/methods.hpp"

namespace attnscope {

struct BenchCase {
    BenchShape shape;
    bool peers = true;  // false: ours alone, where the peers would need the whole map and minutes
};

std::vector<BenchCase> full_grid();
std::vector<BenchCase> quick_grid();
/// One head of 64 entries, with and without a causal mask.
std::vector<BenchCase> grid_of(std::span<const Index> lengths);

struct BenchOptions {
    std::vector<BenchCase> cases;
    int threads = 1;       // 1 .. the machine's cores
    double seconds = 400;  // about so long in all. Cases for which it is not enough are left out
    std::filesystem::path peers = peers_folder();
    std::function<void(const std::string&)> on_missing;   // a peer that is missing, as one sentence
    std::function<void(const std::string&)> on_progress;  // what is being done, a few words
};

struct BenchRow {
    std::string method;
    BenchShape shape;
    double seconds_median = 0;                // of one call
    double gflops = 0;                        // operations (methods.hpp) of one call / seconds_median / 1e9
    double peak_fraction = 0;                 // of the FMA peak of the same round, median
    double ratio_vs_ours = 0;                 // its seconds / those of ours_exact in the same round, median
    std::optional<std::int64_t> extra_bytes;  // see memory.hpp; nothing where the system does not tell
    int rounds = 0;
};

struct BenchReport {
    std::string machine, isa;
    int threads = 1;
    double peak_gflops = 0;                                   // FMA, median of all rounds
    std::vector<std::string> peers, peers_missing, left_out;  // left_out: one sentence for each
    std::vector<BenchRow> rows;
};

/// Times every method that suits each case, round by round: the FMA peak, ours_exact, the FMA peak again, the others.
/// Before each sample it waits until the threads of the one before rest, and makes calls for 5 ms that do not count
/// unless calls are long; short calls are repeated until a sample lasts 10 ms. At least 3 rounds a case, at most 25, as
/// many as there is time for. A peer's fastest way to be used is found out first (fastest_way()).
///
/// A peer that fails is left out for that case. Errors: those of our own methods.
Result<BenchReport> run_benchmark(const BenchOptions& options);

/// For programs (JSON, the keys of BenchReport and BenchRow with the shape's as L, d, heads, causal) and for people.
std::string bench_json(const BenchReport& report, const std::string& version);
std::string bench_table(const BenchReport& report);

}  // namespace attnscope
