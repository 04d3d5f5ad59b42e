#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/bench/benchmark.hpp"

namespace attnscope {
namespace {

std::string shape_text(const BenchShape& shape) {
    return fmt::format("L = {}, d = {}, {}{}", shape.length, shape.dim,
                       shape.heads == 1 ? "1 head" : fmt::format("{} heads", shape.heads),
                       shape.causal ? ", causal" : "");
}

std::string memory_text(const BenchRow& row) {
    return row.extra_bytes ? fmt::format("{:.2f}", static_cast<double>(*row.extra_bytes) * 1e-6) : "-";
}

}  // namespace

std::string bench_json(const BenchReport& report, const std::string& version) {
    using Json = nlohmann::ordered_json;
    Json rows = Json::array();
    for (const BenchRow& row : report.rows)
        rows.push_back({{"method", row.method},
                        {"L", row.shape.length},
                        {"d", row.shape.dim},
                        {"heads", row.shape.heads},
                        {"causal", row.shape.causal},
                        {"seconds_median", row.seconds_median},
                        {"gflops", row.gflops},
                        {"peak_fraction", row.peak_fraction},
                        {"ratio_vs_ours", row.ratio_vs_ours},
                        {"extra_bytes", row.extra_bytes ? Json(*row.extra_bytes) : Json()},
                        {"rounds", row.rounds}});
    const Json json{{"machine", report.machine},
                    {"isa", report.isa},
                    {"threads", report.threads},
                    {"version", version},
                    {"peak_gflops", report.peak_gflops},
                    {"peers", report.peers},
                    {"peers_missing", report.peers_missing},
                    {"left_out", report.left_out},
                    {"rows", rows}};
    // A processor's name is the system's: it may be no UTF-8.
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string bench_table(const BenchReport& report) {
    std::string text =
        fmt::format("{}, {}, {}: FMA peak {:.0f} GFlop/s\n", report.machine, report.isa,
                    report.threads == 1 ? "1 thread" : fmt::format("{} threads", report.threads), report.peak_gflops);
    const BenchShape* last = nullptr;
    for (const BenchRow& row : report.rows) {
        if (last == nullptr || row.shape != *last)
            text += fmt::format("\n{:<32}{:>11} {:>9} {:>6} {:>7} {:>10}\n", shape_text(row.shape), "ms", "GFlop/s",
                                "peak", "ratio", "extra MB");
        last = &row.shape;
        text +=
            fmt::format("  {:<30}{:>11.4g} {:>9.1f} {:>6.3f} {:>7.3f} {:>10}\n", row.method, row.seconds_median * 1e3,
                        row.gflops, row.peak_fraction, row.ratio_vs_ours, memory_text(row));
    }
    text +=
        "\nratio: its time over that of ours_exact, in the same round; peak: part of the FMA peak; medians of all "
        "rounds\n";
    for (const std::string& left_out : report.left_out) text += "left out: " + left_out + '\n';
    return text;
}

}  // namespace attnscope
