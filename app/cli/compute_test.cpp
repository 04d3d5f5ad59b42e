#include "app/cli/compute.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/base/random.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/isa.hpp"
#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace compute_test {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

std::vector<float> numbers(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> values(count);
    for (float& x : values) x = static_cast<float>(random.normal());
    return values;
}

Tensor tensor(std::vector<Index> shape, std::uint64_t seed) {
    const auto count = static_cast<std::size_t>(*element_count(shape));
    return {std::move(shape), numbers(count, seed)};
}

struct Expected {
    std::vector<double> weights, output;
};

/// The formula of one head, in double, word for word; visible(i, j) is the mask.
template <class Visible>
Expected plain(const Tensor& q, const Tensor& k, const Tensor& v, Index head, double factor, const Visible& visible) {
    const auto at = [head](const Tensor& t, Index i, Index j) {
        const std::size_t r = t.shape.size();
        return static_cast<double>(
            t.values.at(static_cast<std::size_t>((head * t.shape[r - 2] + i) * t.shape[r - 1] + j)));
    };
    const auto rows = [](const Tensor& t) { return t.shape[t.shape.size() - 2]; };
    Expected result;
    for (Index i = 0; i < rows(q); ++i) {
        std::vector<double> w(static_cast<std::size_t>(rows(k)));
        double sum = 0;
        for (Index j = 0; j < rows(k); ++j) {
            double score = 0;
            for (Index c = 0; c < q.shape.back(); ++c) score += at(q, i, c) * at(k, j, c);
            sum += w[static_cast<std::size_t>(j)] = visible(i, j) ? std::exp(score * factor) : 0;
        }
        for (double& x : w) x = sum > 0 ? x / sum : 0;
        for (Index c = 0; c < v.shape.back(); ++c) {
            double y = 0;
            for (Index j = 0; j < rows(k); ++j) y += w[static_cast<std::size_t>(j)] * at(v, j, c);
            result.output.push_back(y);
        }
        result.weights.insert(result.weights.end(), w.begin(), w.end());
    }
    return result;
}

bool every(Index, Index) {
    return true;
}

class ComputeTest : public testing::Test {
protected:
    TempFolder folder_;

    std::string save(const std::string& name, const Tensor& t) const {
        return folder_.file(name, format_npy(t.shape, t.values));
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    /// The three arrays saved, and the output (and weights) beside them.
    ComputeArguments arguments(const Tensor& q, const Tensor& k, const Tensor& v) const {
        ComputeArguments a;
        a.q = save("q.npy", q);
        a.k = save("k.npy", k);
        a.v = save("v.npy", v);
        a.out = path("out.npy");
        a.weights = path("weights.npy");
        return a;
    }
    void expect_file(const std::string& name, const std::vector<Index>& shape,
                     const std::vector<double>& values) const {
        const auto t = parse_npy(content_of(folder_ / name), name);
        ASSERT_TRUE(t) << error_of(t);
        EXPECT_EQ(t->shape, shape);
        ASSERT_EQ(t->values.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(t->values[i], values[i], 2e-5) << name << " " << i;
    }
    /// The error of a run that must fail and write nothing.
    std::string failure(const ComputeArguments& a) const {
        const int before = folder_.files();
        const auto done = run_compute_attention(a);
        EXPECT_EQ(folder_.files(), before);
        return error_of(done);
    }
};

TEST_F(ComputeTest, TwoDimensionsWithFewerQueriesThanKeysAndOtherValueWidth) {
    const Tensor q = tensor({3, 4}, 1), k = tensor({7, 4}, 2), v = tensor({7, 5}, 3);
    const auto note = run_compute_attention(arguments(q, k, v));
    ASSERT_TRUE(note) << error_of(note);
    EXPECT_EQ(*note, "");
    const Expected expected = plain(q, k, v, 0, 0.5, every);
    expect_file("out.npy", {3, 5}, expected.output);
    expect_file("weights.npy", {3, 7}, expected.weights);
}

TEST_F(ComputeTest, HeadsAreComputedEachForItself) {
    const Tensor q = tensor({2, 6, 3}, 1), k = tensor({2, 4, 3}, 2), v = tensor({2, 4, 2}, 3);
    ComputeArguments a = arguments(q, k, v);
    a.mask = "causal";
    a.temperature = 2;
    a.scale = 0.7;
    const auto note = run_compute_attention(a);
    ASSERT_TRUE(note) << error_of(note);
    Expected expected;
    for (Index h = 0; h < 2; ++h) {
        const Expected one = plain(q, k, v, h, 0.35, [](Index i, Index j) { return j <= i; });
        expected.output.insert(expected.output.end(), one.output.begin(), one.output.end());
        expected.weights.insert(expected.weights.end(), one.weights.begin(), one.weights.end());
    }
    expect_file("out.npy", {2, 6, 2}, expected.output);
    expect_file("weights.npy", {2, 6, 4}, expected.weights);
}

TEST_F(ComputeTest, RowsThatSeeNoKeyAreZeroAndNoted) {
    const Tensor q = tensor({8, 4}, 1), k = tensor({5, 4}, 2), v = tensor({5, 4}, 3);
    ComputeArguments a = arguments(q, k, v);
    a.mask = "window:1";
    const auto note = run_compute_attention(a);
    ASSERT_TRUE(note) << error_of(note);
    EXPECT_EQ(*note, "2 of 8 rows see no key: their weights and outputs are 0");
    const Expected expected = plain(q, k, v, 0, 0.5, [](Index i, Index j) { return std::abs(i - j) <= 1; });
    expect_file("out.npy", {8, 4}, expected.output);
    expect_file("weights.npy", {8, 5}, expected.weights);
}

TEST_F(ComputeTest, TheNoteCountsPerHead) {
    ComputeArguments a = arguments(tensor({2, 3, 1}, 1), tensor({2, 1, 1}, 2), tensor({2, 1, 1}, 3));
    a.mask = "window:0";
    const auto note = run_compute_attention(a);
    ASSERT_TRUE(note) << error_of(note);
    EXPECT_EQ(*note, "2 of 3 rows of each head see no key: their weights and outputs are 0");
}

TEST_F(ComputeTest, TwoDimensionsAreOneHeadAndTheOutputHasTheRankOfQ) {
    const Tensor q = tensor({1, 3, 4}, 1), k = tensor({5, 4}, 2), v = tensor({5, 2}, 3);
    const auto note = run_compute_attention(arguments(q, k, v));
    ASSERT_TRUE(note) << error_of(note);
    expect_file("out.npy", {1, 3, 2}, plain(q, k, v, 0, 0.5, every).output);
}

TEST_F(ComputeTest, ReadsSafetensorsAndWritesNoWeightsUnlessAsked) {
    const std::string file = ATTNSCOPE_SOURCE_DIR "/core/io/corpus/safetensors_fuzz/one.safetensors";
    ComputeArguments a;
    a.q = file + ":q";
    a.k = a.v = file;
    a.out = path("out.npy");
    const auto note = run_compute_attention(a);
    ASSERT_TRUE(note) << error_of(note);
    const Tensor t{{2, 3}, {0, 1, 2, 3, 4, 5}};
    expect_file("out.npy", {2, 3}, plain(t, t, t, 0, 1 / std::sqrt(3.0), every).output);
    EXPECT_EQ(folder_.files(), 1);
}

TEST_F(ComputeTest, DashWritesTheSameBytesToStandardOutput) {
    ComputeArguments a = arguments(tensor({3, 4}, 1), tensor({3, 4}, 2), tensor({3, 4}, 3));
    ASSERT_TRUE(run_compute_attention(a));
    a.out = "-";
    testing::internal::CaptureStdout();
    const auto note = run_compute_attention(a);
    const std::string written = testing::internal::GetCapturedStdout();
    ASSERT_TRUE(note) << error_of(note);
    EXPECT_EQ(written, content_of(folder_ / "out.npy"));
}

TEST_F(ComputeTest, RefusesShapesThatDoNotFitAndNamesBoth) {
    EXPECT_THAT(failure(arguments(tensor({3, 4}, 1), tensor({5, 8}, 2), tensor({5, 4}, 3))),
                AllOf(HasSubstr("q.npy [3, 4] has vectors of 4 entries"), HasSubstr("k.npy [5, 8] of 8"),
                      HasSubstr("the same d")));
    EXPECT_THAT(failure(arguments(tensor({3, 4}, 1), tensor({5, 4}, 2), tensor({6, 4}, 3))),
                AllOf(HasSubstr("k.npy [5, 4] has 5 keys"), HasSubstr("v.npy [6, 4] has 6 values"),
                      EndsWith("each key needs one value")));
    EXPECT_THAT(failure(arguments(tensor({2, 3, 4}, 1), tensor({3, 3, 4}, 2), tensor({2, 3, 4}, 3))),
                AllOf(HasSubstr("q.npy [2, 3, 4] has 2 heads"), HasSubstr("k.npy [3, 3, 4] has 3"),
                      HasSubstr("same number of heads")));
    EXPECT_THAT(failure(arguments(tensor({2, 3, 4}, 1), tensor({2, 3, 4}, 2), tensor({3, 4}, 3))),
                HasSubstr("v.npy [3, 4] has 1"));
}

TEST_F(ComputeTest, RefusesOtherRanksAndEmptyArrays) {
    EXPECT_THAT(failure(arguments(tensor({4}, 1), tensor({5, 4}, 2), tensor({5, 4}, 3))),
                HasSubstr("q.npy [4]: two or three dimensions are needed, [L, d] or [heads, L, d]"));
    EXPECT_THAT(failure(arguments(tensor({3, 4}, 1), tensor({}, 2), tensor({5, 4}, 3))),
                HasSubstr("k.npy []: two or three dimensions are needed"));
    EXPECT_THAT(failure(arguments(tensor({3, 4}, 1), tensor({5, 4}, 2), tensor({0, 4}, 3))),
                HasSubstr("v.npy [0, 4]: the array is empty"));
    EXPECT_THAT(failure(arguments(tensor({3, 0}, 1), tensor({5, 0}, 2), tensor({5, 4}, 3))),
                HasSubstr("q.npy [3, 0]: the array is empty"));
}

TEST_F(ComputeTest, RefusesNumbersThatAreNotFiniteWithFileAndPlace) {
    Tensor v = tensor({5, 4}, 3);
    v.values[2 * 4 + 1] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(failure(arguments(tensor({3, 4}, 1), tensor({5, 4}, 2), v)),
                EndsWith("v.npy: nan at [2, 1]; attention needs finite numbers"));
}

TEST_F(ComputeTest, RefusesOtherMasks) {
    ComputeArguments a = arguments(tensor({3, 4}, 1), tensor({3, 4}, 2), tensor({3, 4}, 3));
    for (const char* const mask : {"", "Causal", "window", "window:", "window:-1", "window:2x", "window:1.5",
                                   "window: 2", "window:99999999999999999999"}) {
        a.mask = mask;
        EXPECT_THAT(failure(a),
                    AllOf(HasSubstr("mask '" + a.mask + "' is not known"), HasSubstr("none, causal, window:W")));
    }
    EXPECT_EQ(run_compute_attention(a).error().code, ErrorCode::usage);
}

TEST_F(ComputeTest, PassesOnWhatAttentionRefuses) {
    ComputeArguments a = arguments(tensor({2, 3, 4}, 1), tensor({2, 3, 4}, 2), tensor({2, 3, 4}, 3));
    a.temperature = 0;
    EXPECT_THAT(failure(a), AllOf(HasSubstr("head 0: "), HasSubstr("temperature")));
    a.temperature = 1;
    a.scale = std::numeric_limits<double>::infinity();
    EXPECT_THAT(failure(a), HasSubstr("scale"));
}

TEST_F(ComputeTest, RefusesTargetsItCannotServe) {
    ComputeArguments a = arguments(tensor({3, 4}, 1), tensor({3, 4}, 2), tensor({3, 4}, 3));
    a.out = path("out.png");
    EXPECT_THAT(failure(a), AllOf(HasSubstr("--out '"), HasSubstr("a name that ends in .npy is needed")));
    a.out = "";
    EXPECT_THAT(failure(a), HasSubstr("--out ''"));
    a.out = path("weights.npy");
    EXPECT_THAT(failure(a), HasSubstr("two different targets are needed"));
    a.out = path("./weights.npy");
    EXPECT_THAT(failure(a), HasSubstr("two different targets are needed"));
    a.out = a.weights = "-";
    EXPECT_THAT(failure(a), HasSubstr("two different targets are needed"));
    a.out = path("out.npy");
    a.weights = "w.txt";
    EXPECT_THAT(failure(a), HasSubstr("--weights 'w.txt'"));
}

TEST_F(ComputeTest, SaysThatAnInputIsMissingOrNoArray) {
    ComputeArguments a = arguments(tensor({3, 4}, 1), tensor({3, 4}, 2), tensor({3, 4}, 3));
    a.k = path("none.npy");
    EXPECT_THAT(failure(a), HasSubstr("none.npy': it does not exist"));
    a.k = path("k.txt");
    EXPECT_THAT(failure(a), HasSubstr("is not the name of an array"));
    a.k = folder_.file("bad.npy", "no numpy");
    EXPECT_THAT(failure(a), HasSubstr("bad.npy: no .npy file"));
}

TEST_F(ComputeTest, NoOutputIsNewWhenTheWeightsCannotBeWritten) {
    ComputeArguments a = arguments(tensor({3, 4}, 1), tensor({3, 4}, 2), tensor({3, 4}, 3));
    folder_.file("out.npy", "old");
    a.weights = path("no folder/weights.npy");
    EXPECT_THAT(failure(a), AllOf(HasSubstr("cannot write '"), HasSubstr("no folder' does not exist")));
    EXPECT_EQ(content_of(folder_ / "out.npy"), "old");
}

TEST_F(ComputeTest, AFailedOutputKeepsTheOldOne) {
    ComputeArguments a = arguments(tensor({3, 4}, 1), tensor({3, 4}, 2), tensor({3, 4}, 3));
    a.weights.clear();
    std::filesystem::create_directory(folder_ / "out.npy");
    EXPECT_THAT(failure(a), HasSubstr("out.npy': it is a folder"));
}

// The program itself, in a process of its own, computes with the kernels that the environment names: its bits are those
// of these kernels. Without fused multiplication and addition they are others.
TEST_F(ComputeTest, TheProgramRunsTheKernelsThatTheEnvironmentNames) {
    const Index rows = 200, d = 24;
    const Tensor q = tensor({rows, d}, 1), k = tensor({rows, d}, 2), v = tensor({rows, d}, 3);
    const ComputeArguments a = arguments(q, k, v);
    const Isa before = isa_in_use();
    std::vector<std::vector<float>> outputs;
    for (const Isa isa : available_isas()) {
        const std::string command =
            fmt::format("ATTNSCOPE_ISA={} '{}/attnscope' compute attention --q '{}' --k '{}' --v '{}' --out '{}'",
                        isa_name(isa), ATTNSCOPE_BUILD_DIR, a.q, a.k, a.v, a.out);
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
        const auto got = parse_npy(content_of(a.out), "out.npy");
        ASSERT_TRUE(got) << error_of(got);

        use_isa(isa);
        std::vector<float> wanted(got->values.size());
        ASSERT_TRUE(exact_attention(view_of(q.values.data(), 1, rows, d), view_of(k.values.data(), 1, rows, d),
                                    view_of(v.values.data(), 1, rows, d), {}, span_of(wanted.data(), 1, rows, d)));
        EXPECT_EQ(got->values, wanted) << isa_name(isa);
        outputs.push_back(wanted);
    }
    use_isa(before);
    EXPECT_TRUE(available_isas().front() != Isa::sse2 || outputs.size() == 1 || outputs[0] != outputs[1]);
}

TEST_F(ComputeTest, SequencesTooLongForTheirMapAreComputedAllTheSame) {
    // 30,000 x 30,000 weights would be 3.6 GB; two queries of it are compared.
    const Index rows = 30000, d = 2;
    const Tensor q = tensor({rows, d}, 1), k = tensor({rows, d}, 2), v = tensor({rows, d}, 3);
    ComputeArguments a = arguments(q, k, v);
    a.weights.clear();
    a.mask = "causal";
    ASSERT_TRUE(run_compute_attention(a));
    const auto got = parse_npy(content_of(folder_ / "out.npy"), "out.npy");
    ASSERT_TRUE(got) << error_of(got);
    for (const Index i : {Index{12345}, rows - 1}) {
        Tensor query = q;
        query.shape = {1, d};
        query.values = {q.values[static_cast<std::size_t>(i * d)], q.values[static_cast<std::size_t>(i * d + 1)]};
        const Expected one = plain(query, k, v, 0, 1 / std::sqrt(2.0), [i](Index, Index j) { return j <= i; });
        for (Index c = 0; c < d; ++c)
            EXPECT_NEAR(got->values[static_cast<std::size_t>(i * d + c)], one.output[static_cast<std::size_t>(c)],
                        1e-6);
    }
}

TEST_F(ComputeTest, AScoreBeyondTheRangeOfFloatIsSaidWithItsQuery) {
    const Tensor k = tensor({4, 2}, 2), v = tensor({4, 2}, 3);
    Tensor q = tensor({3, 2}, 1);
    q.values[2] = 1e38F;
    Tensor large = k;
    for (float& x : large.values) x = 1e38F;
    ComputeArguments a = arguments(q, large, v);
    a.weights.clear();
    EXPECT_THAT(failure(a), AllOf(HasSubstr("query"), HasSubstr("beyond the range of float")));
}

TEST_F(ComputeTest, FeaturesGiveTheSameOutputWithAndWithoutTheirWeights) {
    // With weights the map is held, without it is streamed: two implementations.
    const Tensor q = tensor({2, 70, 8}, 1), k = tensor({2, 90, 8}, 2), v = tensor({2, 90, 5}, 3);
    for (const char* const method : {"positive", "hyperbolic", "elu"})
        for (const char* const mask : {"none", "causal", "padding:40", "window:9"}) {
            ComputeArguments a = arguments(q, k, v);
            a.method = method;
            a.mask = mask;
            ASSERT_TRUE(run_compute_attention(a)) << method << ' ' << mask;
            const auto held = parse_npy(content_of(a.out), "out.npy");
            a.weights.clear();
            ASSERT_TRUE(run_compute_attention(a)) << method << ' ' << mask;
            const auto streamed = parse_npy(content_of(a.out), "out.npy");
            ASSERT_TRUE(held && streamed);
            for (std::size_t i = 0; i < held->values.size(); ++i)
                ASSERT_NEAR(held->values[i], streamed->values[i], 2e-5) << method << ' ' << mask << ' ' << i;
        }
}

}  // namespace compute_test
}  // namespace attnscope
