// The numbers that `data` and `compute` write.
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/cli/run_command_line.hpp"
#include "core/attention/attention.hpp"
#include "core/attention/projection.hpp"
#include "core/base/random.hpp"
#include "core/io/npy.hpp"
#include "core/text/tokenizer.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope {
namespace command_line_data_test {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing_cli::Outcome;
using testing_cli::run;

class CommandLineData : public testing_cli::CommandLineTest {
protected:
    json data(const std::vector<std::string>& assignments) const {
        std::vector<std::string> arguments{"data", "attention"};
        for (const std::string& assignment : assignments) arguments.insert(arguments.end(), {"--set", assignment});
        return json::parse(written(arguments, "data.json"));
    }
};

Matrix to_matrix(const json& rows) {
    Matrix m(static_cast<Index>(rows.size()), static_cast<Index>(rows.at(0).size()));
    for (Index i = 0; i < m.rows(); ++i)
        for (Index j = 0; j < m.cols(); ++j)
            m(i, j) = rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j)).get<float>();
    return m;
}

TEST_F(CommandLineData, JsonRestoresEveryFloatExactly) {
    const std::string text = "the king and the queen drank qwertz water";
    const json x =
        data({"text=" + text, "heads=3", "dim=16", "projection=random", "seed=7", "temperature=0.7", "mask=causal"});
    const auto tokens = tokenize(text, Tokenizer::words, 100);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(x.at("tokens"), json(*tokens));
    EXPECT_EQ(x.at("invented"), json({false, false, false, false, false, false, true, false}));
    EXPECT_EQ(x.at("shape"), json({{"heads", 3}, {"queries", 8}, {"keys", 8}, {"dim", 16}}));
    EXPECT_EQ(x.at("parameters").at("temperature"), 0.7);
    EXPECT_EQ(x.at("parameters").at("mask"), "causal");
    EXPECT_EQ(x.at("version"), ATTNSCOPE_VERSION);
    EXPECT_THAT(x.at("provenance").get<std::string>(), AllOf(HasSubstr("trained"), HasSubstr("random, seed 7")));
    const Matrix vectors = embed(*tokens, built_in_vectors()).vectors;
    for (std::size_t h = 0; h < 3; ++h) {
        const Projections w = make_projections(ProjectionKind::random, vectors.cols(),
                                               {.head = static_cast<Index>(h), .heads = 3, .head_dim = 16, .seed = 7});
        const Matrix q = vectors * w.q, k = vectors * w.k, v = vectors * w.v;
        const auto expected =
            attention(q, k, v, {.temperature = 0.7, .mask = {MaskKind::causal, 0}, .keep_scores = true});
        ASSERT_TRUE(expected);
        EXPECT_EQ(to_matrix(x.at("weights").at(h)), expected->weights);
        EXPECT_EQ(to_matrix(x.at("scores").at(h)), expected->scores);
        EXPECT_EQ(to_matrix(x.at("output").at(h)), expected->output);
    }
}

TEST_F(CommandLineData, JsonRowsSumToOneAndGiveTheEntropy) {
    for (const char* const mask : {"none", "causal", "window"}) {
        const json x = data({std::string("mask=") + mask, "window=2", "heads=2"});
        ASSERT_EQ(x.at("weights").size(), 2U);
        for (std::size_t h = 0; h < 2; ++h) {
            const Matrix w = to_matrix(x.at("weights").at(h));
            ASSERT_EQ(w.rows(), w.cols());
            for (Index i = 0; i < w.rows(); ++i) {
                double sum = 0, entropy = 0;
                for (Index j = 0; j < w.cols(); ++j) {
                    const double p = static_cast<double>(w(i, j));
                    sum += p;
                    if (p > 0) entropy -= p * std::log2(p);
                    const bool seen =
                        mask == std::string("none") || (mask == std::string("causal") ? j <= i : std::abs(i - j) <= 2);
                    EXPECT_EQ(p > 0, seen) << mask << " " << i << " " << j;
                }
                EXPECT_NEAR(sum, 1, 1e-5);
                EXPECT_NEAR(x.at("entropy_bits").at(h).at(static_cast<std::size_t>(i)).get<double>(), entropy, 2e-5);
            }
        }
    }
}

TEST_F(CommandLineData, OneTokenGivesItselfAllItsWeight) {
    const json x = data({"text=queen", "heads=2"});
    EXPECT_EQ(x.at("tokens"), json({"queen"}));
    for (const json& head : x.at("weights")) EXPECT_EQ(head, json({{1}}));
    for (const json& head : x.at("entropy_bits")) EXPECT_EQ(head, json({0.0}));
}

TEST_F(CommandLineData, CsvAndNpyHoldTheSameWeights) {
    const std::vector<std::string> command{"data", "attention", "--set", "text=one, \"two\" three", "--set", "heads=2"};
    const json x = json::parse(written(command, "x.json"));
    const std::size_t length = 6;  // one , " two " three
    ASSERT_EQ(x.at("tokens").size(), length);
    const auto npy = parse_npy(written(command, "x.npy"), "x.npy");
    ASSERT_TRUE(npy) << error_of(npy);
    EXPECT_EQ(npy->shape, (std::vector<Index>{2, 6, 6}));
    std::vector<float> weights;
    for (const json& head : x.at("weights"))
        for (const json& row : head) weights.insert(weights.end(), row.begin(), row.end());
    EXPECT_EQ(npy->values, weights);

    std::istringstream csv(written(command, "x.csv"));
    std::string line;
    std::getline(csv, line);
    EXPECT_EQ(line, "head,query,key,query_token,key_token,score,weight");
    std::size_t lines = 0;
    for (; std::getline(csv, line); ++lines) {
        EXPECT_EQ(std::strtof(line.c_str() + line.rfind(',') + 1, nullptr), weights.at(lines)) << line;
        if (lines == 1 * length + 2) {
            EXPECT_THAT(line, StartsWith("1,1,2,\",\",\"\"\"\","));
        }
    }
    EXPECT_EQ(lines, 2 * length * length);
}

TEST_F(CommandLineData, DashPutsNothingButTheDataOnStandardOutput) {
    const Outcome dash = run({"data", "attention", "--set", "text=a b c", "--out", "-"});
    EXPECT_EQ(dash.code, 0);
    EXPECT_EQ(dash.err, "");
    EXPECT_EQ(dash.out, written({"data", "attention", "--set", "text=a b c"}, "x.json"));
    EXPECT_TRUE(json::accept(dash.out));
    EXPECT_THAT(run({"data", "attention", "--set", "text=a b c", "--format", "csv", "--out", "-"}).out,
                StartsWith("head,query,key"));
}

TEST_F(CommandLineData, TheSameDataTwiceIsTheSameBytes) {
    const std::vector<std::string> command{"data",  "attention", "--set", "source=random",
                                           "--set", "length=40", "--set", "seed=5"};
    EXPECT_EQ(written(command, "1.json"), written(command, "2.json"));
}

// ---- compute -----------------------------------------------------------------------------------------------------

TEST_F(CommandLineData, ComputeWritesWhatAttentionGives) {
    const Matrix q = random_normal(5, 4, 1, 1, 0), k = random_normal(7, 4, 1, 1, 1), v = random_normal(7, 3, 1, 1, 2);
    const auto save = [&](const char* name, const Matrix& m) {
        const Index shape[] = {m.rows(), m.cols()};
        return folder_.file(name, format_npy(shape, {m.data(), static_cast<std::size_t>(m.size())}));
    };
    const std::string bytes =
        written({"compute", "attention", "--q", save("q.npy", q), "--k", save("k.npy", k), "--v", save("v.npy", v),
                 "--mask", "window:2", "--temperature", "0.5", "--weights", path("w.npy")},
                "out.npy");
    const auto expected = attention(q, k, v, {.temperature = 0.5, .mask = {MaskKind::window, 2}});
    ASSERT_TRUE(expected);
    const auto out = parse_npy(bytes, "out.npy"), w = parse_npy(content_of(folder_ / "w.npy"), "w.npy");
    ASSERT_TRUE(out && w);
    EXPECT_EQ(out->shape, (std::vector<Index>{5, 3}));
    EXPECT_EQ(w->shape, (std::vector<Index>{5, 7}));
    EXPECT_EQ(Eigen::Map<const Matrix>(out->values.data(), 5, 3), expected->output);
    EXPECT_EQ(Eigen::Map<const Matrix>(w->values.data(), 5, 7), expected->weights);
}

TEST_F(CommandLineData, ComputeFailsWithTheFileOrTheOptionInTheMessage) {
    const std::string q = folder_.file("q.npy", format_npy(std::vector<Index>{1, 1}, std::vector<float>{1}));
    const auto with = [&](const std::string& k, const std::string& mask) {
        return std::vector<std::string>{"compute", "attention", "--q",    q,    "--k",   k,
                                        "--v",     q,           "--mask", mask, "--out", path("out.npy")};
    };
    expect_nothing_written(with(path("none.npy"), "none"), 1,
                           AllOf(HasSubstr("none.npy"), HasSubstr("does not exist")));
    expect_nothing_written(with(q, "diagonal"), 2, AllOf(HasSubstr("'diagonal'"), HasSubstr("causal")));
}

TEST_F(CommandLineData, MergedWordsAreWhatTheDataHoldToo) {
    const json x = data({"text=ab cde", "tokenizer=characters", "merge_words=true", "heads=1"});
    EXPECT_EQ(x.at("tokens"), json({"ab", "cde"}));
    const Matrix w = to_matrix(x.at("weights").at(0));
    EXPECT_EQ(w.rows(), 2);
    EXPECT_EQ(w.cols(), 2);
    EXPECT_FALSE(x.contains("scores"));
}

TEST_F(CommandLineData, SaysWhatTheWeightsLeaveOut) {
    const json x = data({"exclude_first=true"});
    ASSERT_EQ(x.at("notes").size(), 1U);
    EXPECT_THAT(x.at("notes").at(0).get<std::string>(), HasSubstr("first key"));
    EXPECT_FALSE(data({}).contains("notes"));
}

}  // namespace command_line_data_test
}  // namespace attnscope
