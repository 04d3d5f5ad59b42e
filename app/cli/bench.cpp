#include "app/cli/bench.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <oneapi/tbb/info.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/bench/benchmark.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

// Well within what is promised, for the case that is under way when the time is over.
constexpr double full_seconds = 390, quick_seconds = 30;
constexpr std::int64_t longest = 65536, longest_with_peers = 16384;

/// A target that cannot be written is better known before the minutes of measuring than after.
Result<void> check_target(const std::string& out) {
    if (out.empty() || out == "-") return {};
    const std::filesystem::path path(out);
    if (path.extension() != ".json")
        return usage_error(
            fmt::format("--out '{}': a name that ends in .json is needed, or - for standard output", printable(out)));
    const auto refused = [&](const std::string& why) {
        return io_error(fmt::format("cannot write '{}': {}", printable(out, 1000), why));
    };
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return refused("it is a folder, not a file");
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    if (!std::filesystem::is_directory(folder, error))
        return refused(fmt::format("there is no folder '{}'", printable(folder.string(), 1000)));
    if (std::filesystem::exists(path, error) && access(path.c_str(), W_OK) != 0)
        return refused(std::generic_category().message(errno));
    // Whether a file can be made there only making one tells: rights alone do not.
    const std::string beside = fmt::format("{}.{}", out, getpid());
    const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return refused(std::generic_category().message(errno));
    close(file);
    unlink(beside.c_str());
    return {};
}

Result<BenchOptions> options_of(const BenchArguments& arguments) {
    BenchOptions options;
    const int cores = oneapi::tbb::info::default_concurrency();
    const std::int64_t threads = arguments.threads.value_or(cores);
    if (threads < 1 || threads > cores)
        return usage_error(fmt::format("--threads {}: 1 to {} are possible on this machine", threads, cores));
    options.threads = static_cast<int>(threads);
    const double seconds = arguments.seconds.value_or(arguments.quick ? quick_seconds : full_seconds);
    if (!(seconds >= 0.1 && seconds <= 3600))
        return usage_error(fmt::format("--seconds {}: 0.1 to 3600 are possible", seconds));
    options.seconds = seconds;
    for (const std::int64_t length : arguments.lengths)
        if (length < 1 || length > longest)
            return usage_error(fmt::format("--lengths {}: lengths from 1 to {} are possible", length, longest));
    options.cases = arguments.quick ? quick_grid() : full_grid();
    if (!arguments.lengths.empty())
        options.cases = grid_of(std::vector<Index>(arguments.lengths.begin(), arguments.lengths.end()));
    for (BenchCase& bench_case : options.cases)
        if (bench_case.shape.length > longest_with_peers) bench_case.peers = false;
    return options;
}

/// One line of a terminal, written over and over.
class ProgressLine {
public:
    void show(const std::string& text) {
        if (terminal_) std::fprintf(stderr, "\r\033[K%s", text.c_str());
    }
    ~ProgressLine() { show(""); }
    ProgressLine() = default;
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

private:
    bool terminal_ = isatty(STDERR_FILENO) != 0;
};

Result<BenchReport> measure(BenchOptions& options) {
    ProgressLine line;
    options.on_missing = [](const std::string& what) {
        std::fprintf(stderr, "attnscope: note: without %s\n", printable(what, 1000).c_str());
    };
    options.on_progress = [&line](const std::string& what) { line.show(what); };
    return run_benchmark(options);
}

}  // namespace

Result<void> run_bench(const BenchArguments& arguments) {
    Result<BenchOptions> options = options_of(arguments);
    if (!options) return options.error();
    if (Result<void> target = check_target(arguments.out); !target) return target;
    const Result<BenchReport> report = measure(*options);
    if (!report) return report.error();
    if (arguments.out != "-") {
        const std::string table = bench_table(*report);
        if (Result<void> written = write_output("-", table); !written) return written;
    }
    if (arguments.out.empty()) return {};
    return write_output(arguments.out, bench_json(*report, ATTNSCOPE_VERSION));
}

}  // namespace attnscope
