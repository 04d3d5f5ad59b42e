// attnscope bench: how fast the engine is on this machine, beside other libraries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace attnscope {

/// The options as they stand on the command line.
struct BenchArguments {
    std::string out;                                     // F.json, or "-" for standard output; empty: only the table
    bool quick = false;                                  // three lengths, within 40 seconds
    std::vector<std::int64_t> lengths;                   // these instead, 1 .. 65,536 each; one head of 64 entries
    std::optional<std::int64_t> threads = std::nullopt;  // 1 .. the machine's cores; all of them when not given
    std::optional<double> seconds = std::nullopt;        // about so long in all, 0.1 .. 3600
};

/// Runs the benchmark (core/bench/benchmark.hpp), within 8 minutes unless --seconds says more, prints its table on
/// standard output unless the JSON goes there, and writes the JSON. Which peers are missing it says on standard error,
/// and what it is doing while that is a terminal.
///
/// Errors: an option out of its range, a target that is no .json (usage); a target that cannot be
/// written, which is looked at before anything is measured (io); what run_benchmark() refuses.
Result<void> run_bench(const BenchArguments& arguments);

}  // namespace attnscope
