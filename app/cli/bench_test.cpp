#include "app/cli/bench.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/info.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/run_command_line.hpp"

namespace attnscope {
namespace bench_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_cli::CommandLineTest;
using testing_cli::Outcome;

class BenchCommandTest : public CommandLineTest {};

/// The keys of a row that scripts rely on, each of its type.
void expect_row(const nlohmann::json& row) {
    EXPECT_TRUE(row.at("method").is_string());
    for (const char* const key : {"L", "d", "heads"}) EXPECT_TRUE(row.at(key).is_number_integer()) << key;
    EXPECT_TRUE(row.at("causal").is_boolean());
    for (const char* const key : {"seconds_median", "gflops", "peak_fraction", "ratio_vs_ours"}) {
        EXPECT_TRUE(row.at(key).is_number()) << key;
        EXPECT_GT(row.at(key).get<double>(), 0) << key;
    }
    EXPECT_TRUE(row.at("extra_bytes").is_number_integer() || row.at("extra_bytes").is_null());
}

TEST_F(BenchCommandTest, WritesEveryKeyForASmallGridAndPrintsATable) {
    const Outcome outcome = testing_cli::run(
        {"bench", "--lengths", "16,33", "--seconds", "5", "--threads", "1", "--out", path("bench.json")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out,
                AllOf(HasSubstr("1 thread"), HasSubstr("ours_exact"), HasSubstr("L = 33, d = 64, 1 head")));
    EXPECT_THAT(outcome.err, Not(HasSubstr("round"))) << "progress is for terminals";

    const nlohmann::json json = nlohmann::json::parse(content_of(folder_ / "bench.json"));
    EXPECT_TRUE(json.at("machine").is_string());
    EXPECT_TRUE(json.at("isa").is_string());
    EXPECT_EQ(json.at("threads"), 1);
    ASSERT_FALSE(json.at("rows").empty());
    for (const nlohmann::json& row : json.at("rows")) expect_row(row);
    for (const char* const method : {"ours_exact", "ours_positive", "eigen_naive"})
        for (const bool causal : {false, true})
            EXPECT_TRUE(std::ranges::any_of(json.at("rows"), [&](const nlohmann::json& row) {
                return row.at("method") == method && row.at("causal") == causal && row.at("L") == 16;
            })) << method;
    // Whatever peer is not in the rows is said to be missing, both here and on standard error.
    for (const char* const peer : {"openblas_gemm_softmax", "onednn"}) {
        const bool timed =
            std::ranges::any_of(json.at("rows"), [&](const nlohmann::json& row) { return row.at("method") == peer; });
        const bool missing = std::ranges::count(json.at("peers_missing"), nlohmann::json(peer)) == 1;
        EXPECT_NE(timed, missing) << peer;
        EXPECT_EQ(missing, outcome.err.find(std::string("attnscope: note: without ") + peer) != std::string::npos);
    }
}

TEST_F(BenchCommandTest, ADashWritesTheJsonAloneToStandardOutput) {
    const Outcome outcome = testing_cli::run({"bench", "--lengths", "9", "--seconds", "0.1", "--out", "-"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const nlohmann::json json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json.at("threads"), oneapi::tbb::info::default_concurrency());
    EXPECT_EQ(folder_.files(), 0);
}

TEST_F(BenchCommandTest, ThreadsAreAsManyAsTheMachineHas) {
    const int cores = oneapi::tbb::info::default_concurrency();
    for (const std::string& threads : {std::string("0"), std::string("-1"), std::to_string(cores + 1)})
        expect_nothing_written({"bench", "--threads", threads, "--out", path("x.json")}, 2,
                               AllOf(HasSubstr("--threads " + threads), HasSubstr(fmt::format("1 to {}", cores))));
    expect_nothing_written({"bench", "--threads", "two", "--out", path("x.json")}, 2, HasSubstr("--threads"));
}

TEST_F(BenchCommandTest, LengthsAndSecondsHaveRanges) {
    for (const char* const length : {"0", "-3", "65537", "128,0"})
        expect_nothing_written({"bench", "--lengths", length, "--out", path("x.json")}, 2,
                               AllOf(HasSubstr("--lengths"), HasSubstr("1 to 65536")));
    for (const char* const seconds : {"0", "-1", "nan", "inf", "4000"})
        expect_nothing_written({"bench", "--seconds", seconds, "--out", path("x.json")}, 2,
                               AllOf(HasSubstr("--seconds"), HasSubstr("0.1 to 3600")));
    expect_nothing_written({"bench", "--lengths", "128,x", "--out", path("x.json")}, 2, HasSubstr("--lengths"));
    expect_nothing_written({"bench", "--quick", "--lengths", "128"}, 2, HasSubstr("--quick"));
}

TEST_F(BenchCommandTest, ATargetThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured) {
    const auto refused = [&](const std::string& out, int code, const testing::Matcher<std::string>& message) {
        // A line about missing peers would say that measuring had begun: these want one line in all.
        expect_nothing_written({"bench", "--lengths", "9", "--seconds", "0.1", "--out", out}, code, message);
    };
    refused(path("missing/x.json"), 1, AllOf(HasSubstr("cannot write '"), HasSubstr("there is no folder")));
    refused(path("x.txt"), 2, AllOf(HasSubstr("x.txt"), HasSubstr(".json")));
    refused("/proc/x.json", 1, HasSubstr("cannot write '/proc/x.json'"));
    std::filesystem::create_directory(folder_ / "f.json");
    refused(path("f.json"), 1, HasSubstr("it is a folder"));
}

TEST_F(BenchCommandTest, AnUnknownInstructionSetIsRefused) {
    const char* const before = std::getenv("ATTNSCOPE_ISA");
    const std::string kept = before == nullptr ? "" : before;
    setenv("ATTNSCOPE_ISA", "sse9", 1);
    expect_nothing_written({"bench", "--out", path("x.json")}, 2, AllOf(HasSubstr("ATTNSCOPE_ISA"), HasSubstr("sse9")));
    if (before == nullptr)
        unsetenv("ATTNSCOPE_ISA");
    else
        setenv("ATTNSCOPE_ISA", kept.c_str(), 1);
}

}  // namespace bench_test
}  // namespace attnscope
