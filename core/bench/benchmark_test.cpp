#include "core/bench/benchmark.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/engine/isa.hpp"
#include "core/io/temp_folder.hpp"
#include "core/timing/fma_peak.hpp"

namespace attnscope {
namespace benchmark_test {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;

/// A benchmark of a moment, without any peer of another library.
Result<BenchReport> small_run(std::vector<BenchCase> cases, double seconds = 0.01) {
    const TempFolder empty;
    return run_benchmark({.cases = std::move(cases), .threads = 1, .seconds = seconds, .peers = empty.path()});
}

std::vector<std::string> methods_of(const BenchReport& report, const BenchShape& shape) {
    std::vector<std::string> names;
    for (const BenchRow& row : report.rows)
        if (row.shape == shape) names.push_back(row.method);
    return names;
}

TEST(BenchGrid, FullHasEveryLengthWithAndWithoutMaskAndOursAloneAtTheLongest) {
    const std::vector<BenchCase> grid = full_grid();
    for (const bool causal : {false, true}) {
        std::vector<Index> single, eight;
        for (const BenchCase& c : grid) {
            if (c.shape.causal != causal || c.shape.dim != 64) continue;
            EXPECT_EQ(c.peers, c.shape.length <= 8192);
            (c.shape.heads == 1 ? single : eight).push_back(c.shape.length);
        }
        EXPECT_THAT(single, ElementsAre(128, 256, 512, 1024, 2048, 4096, 8192, 65536));
        EXPECT_THAT(eight, ElementsAre(128, 512, 2048));
        for (const Index dim : {32, 128})
            EXPECT_TRUE(std::ranges::any_of(grid, [&](const BenchCase& c) {
                return c.shape == BenchShape{.length = 1024, .dim = dim, .heads = 1, .causal = causal};
            }));
    }
}

TEST(BenchGrid, QuickHasThreeLengths) {
    const std::vector<BenchCase> grid = quick_grid();
    EXPECT_EQ(grid.size(), 6U);
    EXPECT_THAT(grid, Contains(testing::Field(&BenchCase::shape, BenchShape{.length = 2048, .causal = true})));
}

TEST(Benchmark, TimesEveryMethodAndPutsOursAtOne) {
    const BenchShape plain{.length = 40, .dim = 16, .heads = 2},
        causal{.length = 40, .dim = 16, .heads = 2, .causal = true};
    const Result<BenchReport> report = small_run({{plain}, {causal, false}}, 5);
    ASSERT_TRUE(report.has_value()) << report.error().what;
    EXPECT_EQ(report->isa, isa_name(isa_in_use()));
    EXPECT_EQ(report->threads, 1);
    EXPECT_THAT(report->machine, HasSubstr("core"));
    EXPECT_GT(report->peak_gflops, 0);
    EXPECT_THAT(report->peers_missing, ElementsAre("openblas_gemm_softmax", "onednn"));
    EXPECT_THAT(report->left_out, IsEmpty());
    EXPECT_THAT(methods_of(*report, plain), ElementsAre("ours_exact", "ours_positive", "eigen_naive"));
    EXPECT_THAT(methods_of(*report, causal), ElementsAre("ours_exact", "ours_positive"));
    for (const BenchRow& row : report->rows) {
        EXPECT_GE(row.rounds, 1);
        EXPECT_LE(row.rounds, 25);
        EXPECT_GT(row.seconds_median, 0);
        EXPECT_GT(row.gflops, 0);
        EXPECT_GT(row.peak_fraction, 0);
        EXPECT_GT(row.ratio_vs_ours, 0);
        EXPECT_EQ(row.ratio_vs_ours == 1, row.method == "ours_exact");
        const auto operations = row.method == "ours_positive" ? linear_operations : exact_operations;
        EXPECT_EQ(row.gflops, operations(row.shape) / row.seconds_median * 1e-9);
    }
}

TEST(Benchmark, SaysWhatThereWasNoTimeFor) {
    const Result<BenchReport> report =
        small_run({{{.length = 16, .dim = 8}}, {{.length = 24, .dim = 8, .causal = true}}}, 0);
    ASSERT_TRUE(report.has_value());
    EXPECT_THAT(report->rows, IsEmpty());
    EXPECT_THAT(report->left_out, ElementsAre(HasSubstr("L = 16"), HasSubstr("L = 24, d = 8, heads = 1, causal: ")));
}

TEST(Benchmark, SaysWhichPeersAreMissingAndWhatItDoes) {
    const TempFolder empty;
    std::vector<std::string> missing, progress;
    const auto report = run_benchmark({.cases = {{{.length = 12, .dim = 8}}},
                                       .threads = 1,
                                       .seconds = 0.01,
                                       .peers = empty.path(),
                                       .on_missing = [&](const std::string& what) { missing.push_back(what); },
                                       .on_progress = [&](const std::string& what) { progress.push_back(what); }});
    ASSERT_TRUE(report.has_value());
    EXPECT_THAT(missing, ElementsAre(HasSubstr("openblas_gemm_softmax: "), HasSubstr("onednn: ")));
    EXPECT_THAT(progress, Contains(HasSubstr("L = 12")));
}

TEST(Benchmark, JsonHasEveryKeyAndNullForWhatIsUnknown) {
    BenchReport report{.machine = "a \xff machine (2 cores)", .isa = "sse2", .threads = 2, .peak_gflops = 3};
    report.peers_missing = {"onednn"};
    report.rows = {{.method = "ours_exact",
                    .shape = {.length = 8, .dim = 4, .heads = 2, .causal = true},
                    .seconds_median = 0.5,
                    .gflops = 2,
                    .peak_fraction = 0.25,
                    .ratio_vs_ours = 1,
                    .extra_bytes = 4096,
                    .rounds = 3},
                   {.method = "x"}};
    const auto json = nlohmann::json::parse(bench_json(report, "1.2"));
    EXPECT_EQ(json["isa"], "sse2");
    EXPECT_EQ(json["threads"], 2);
    EXPECT_EQ(json["version"], "1.2");
    EXPECT_THAT(json["machine"].get<std::string>(), HasSubstr("(2 cores)"));
    EXPECT_EQ(json["peers_missing"], nlohmann::json::array({"onednn"}));
    const auto expected = nlohmann::json::parse(R"({"method": "ours_exact", "L": 8, "d": 4, "heads": 2, "causal": true,
        "seconds_median": 0.5, "gflops": 2.0, "peak_fraction": 0.25, "ratio_vs_ours": 1.0, "extra_bytes": 4096,
        "rounds": 3})");
    EXPECT_EQ(json["rows"][0], expected);
    EXPECT_TRUE(json["rows"][1]["extra_bytes"].is_null());
}

TEST(Benchmark, TableHasARowForEachMethodUnderItsShape) {
    BenchReport report{.machine = "M", .isa = "neon", .threads = 1};
    report.rows = {{.method = "ours_exact", .shape = {.length = 128}, .extra_bytes = 2'500'000},
                   {.method = "eigen_naive", .shape = {.length = 128}},
                   {.method = "ours_exact", .shape = {.length = 128, .causal = true}}};
    report.left_out = {"something: why"};
    const std::string table = bench_table(report);
    EXPECT_THAT(table, HasSubstr("M, neon, 1 thread"));
    EXPECT_THAT(table, HasSubstr("L = 128, d = 64, 1 head "));
    EXPECT_THAT(table, HasSubstr("L = 128, d = 64, 1 head, causal"));
    EXPECT_THAT(table, HasSubstr("2.50"));
    EXPECT_THAT(table, HasSubstr("left out: something: why"));
    EXPECT_EQ(std::ranges::count(table, '\n'), 11);
}

TEST(FmaPeak, IsAPositiveNumberForEveryInstructionSet) {
    const Isa before = isa_in_use();
    for (const Isa isa : available_isas()) {
        use_isa(isa);
        EXPECT_GT(FmaPeak(2).sample(), 1e6) << isa_name(isa);
    }
    use_isa(before);
}

}  // namespace benchmark_test
}  // namespace attnscope
