// The scores, positions and methods of `compute attention`, from files to files.
#include "app/cli/compute_options.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/base/random.hpp"
#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace compute_options_test {

using testing::AllOf;
using testing::HasSubstr;

class ComputeOptionsTest : public testing::Test {
protected:
    ComputeOptionsTest() {
        arguments_.q = save("q.npy", {2, 5, 4}, 1);
        arguments_.k = save("k.npy", {2, 6, 4}, 2);
        arguments_.v = save("v.npy", {2, 6, 3}, 3);
        arguments_.out = (folder_ / "out.npy").string();
        arguments_.weights = (folder_ / "weights.npy").string();
    }
    std::string save(const std::string& name, const std::vector<Index>& shape, std::uint64_t seed) {
        const Index count = *element_count(shape);
        const Matrix values = random_normal(1, count, 1, seed, 0);
        return folder_.file(name, format_npy(shape, {values.data(), static_cast<std::size_t>(count)}));
    }
    /// Little-endian float32 arrays behind their header; array i holds i + 1 everywhere.
    std::string safetensors(const std::string& name,
                            const std::vector<std::pair<std::string, std::vector<Index>>>& arrays) {
        std::string header = "{", data;
        float value = 0;
        for (const auto& [array, shape] : arrays) {
            value += 1;
            const std::size_t begin = data.size();
            for (Index i = 0; i < *element_count(shape); ++i) data.append(reinterpret_cast<const char*>(&value), 4);
            std::string text = shape_text(shape);
            header += (header.size() > 1 ? ",\"" : "\"") + array + "\":{\"dtype\":\"F32\",\"shape\":" + text +
                      ",\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(data.size()) + "]}";
        }
        header += "}";
        std::string bytes(8, '\0');
        for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
        return folder_.file(name, bytes + header + data);
    }
    Tensor result(const std::string& name) {
        const auto t = parse_npy(content_of(folder_ / name), name);
        EXPECT_TRUE(t) << error_of(t);
        return t ? *t : Tensor{};
    }
    Tensor weights_of(const std::string& method) {
        arguments_.method = method;
        const auto done = run_compute_attention(arguments_);
        EXPECT_TRUE(done) << error_of(done);
        return result("weights.npy");
    }
    std::string failure() { return error_of(run_compute_attention(arguments_)); }

    TempFolder folder_;
    ComputeArguments arguments_;
};

double distance(const Tensor& a, const Tensor& b) {
    EXPECT_EQ(a.shape, b.shape);
    double largest = 0;
    for (std::size_t i = 0; i < std::min(a.values.size(), b.values.size()); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a.values[i] - b.values[i])));
    return largest;
}

TEST_F(ComputeOptionsTest, TheReferenceAgreesWithTheFastPathForEveryScoreAndPosition) {
    for (const char* score : {"scaled_dot", "dot", "general", "additive", "concat", "cosine", "sum"})
        for (const char* position : {"none", "sinusoidal", "linear", "integer", "binary", "rope", "alibi"}) {
            arguments_.score = score;
            arguments_.position = position;
            arguments_.mask = "prefix:2";
            EXPECT_LT(distance(weights_of("exact"), weights_of("reference")), 1e-5) << score << " " << position;
        }
}

TEST_F(ComputeOptionsTest, PositionsChangeTheWeights) {
    const Tensor plain = weights_of("exact");
    for (const char* position : {"sinusoidal", "linear", "integer", "binary", "rope", "alibi"}) {
        arguments_.position = position;
        EXPECT_GT(distance(weights_of("exact"), plain), 1e-3) << position;
    }
}

TEST_F(ComputeOptionsTest, EveryMethodThatApproximatesComesNearWithManyFeatures) {
    arguments_.temperature = 4;  // near 0 the estimators have no heavy tails
    const Tensor exact = weights_of("exact");
    arguments_.features = 16384;
    arguments_.orthogonal = true;
    for (const char* method : {"trig", "positive", "hyperbolic"})
        EXPECT_LT(distance(weights_of(method), exact), 0.05) << method;
    EXPECT_GT(distance(weights_of("elu"), exact), 0.01) << "another kernel";
}

TEST_F(ComputeOptionsTest, ScoreWeightsComeFromTheFileOrTheSeedWhichIsSaid) {
    arguments_.score = "general";
    EXPECT_THAT(*run_compute_attention(arguments_), HasSubstr("score weights: random, seed 1"));
    arguments_.score_weights = safetensors("w.safetensors", {{"w", {4, 4}}});
    const auto done = run_compute_attention(arguments_);
    ASSERT_TRUE(done) << error_of(done);
    EXPECT_EQ(*done, "");
    // W is all ones: the score is (sum of q) (sum of k).
    const Tensor q = result("q.npy"), k = result("k.npy"), weights = result("weights.npy");
    const auto sum = [](const Tensor& t, std::size_t row) {
        double total = 0;
        for (std::size_t c = 0; c < 4; ++c) total += static_cast<double>(t.values[row * 4 + c]);
        return total;
    };
    double total = 0;
    for (std::size_t j = 0; j < 6; ++j) total += std::exp(sum(q, 7) * sum(k, 6 + j));
    EXPECT_NEAR(static_cast<double>(weights.values[7 * 6 + 4]), std::exp(sum(q, 7) * sum(k, 10)) / total, 1e-5);
}

TEST_F(ComputeOptionsTest, EachHeadMayHaveScoreWeightsOfItsOwn) {
    arguments_.score = "additive";
    arguments_.score_weights = safetensors("w.safetensors", {{"w_q", {2, 7, 4}}, {"w_k", {7, 4}}, {"w_v", {2, 7}}});
    EXPECT_LT(distance(weights_of("exact"), weights_of("reference")), 1e-5);
    arguments_.score = "concat";
    arguments_.score_weights = safetensors("c.safetensors", {{"w", {7, 8}}, {"w_v", {7}}});
    EXPECT_LT(distance(weights_of("exact"), weights_of("reference")), 1e-5);
}

TEST_F(ComputeOptionsTest, QueriesAndKeysMayDifferInWidthWhereTheScoreAllowsIt) {
    arguments_.k = save("k5.npy", {2, 6, 5}, 2);
    EXPECT_THAT(failure(), AllOf(HasSubstr("same d"), HasSubstr("additive")));
    for (const char* score : {"general", "additive", "concat", "sum"}) {
        arguments_.score = score;
        EXPECT_TRUE(run_compute_attention(arguments_)) << score;
    }
}

TEST_F(ComputeOptionsTest, WhatCannotBeIsSaidWithWhatCan) {
    arguments_.score = "dott";
    EXPECT_THAT(failure(), AllOf(HasSubstr("--score 'dott'"), HasSubstr("scaled_dot, dot, general")));
    arguments_.score = "additive";
    arguments_.method = "trig";
    EXPECT_THAT(failure(), AllOf(HasSubstr("--method trig"), HasSubstr("--score scaled_dot or dot")));
    arguments_.method = "exact";
    arguments_.score_weights = safetensors("bad.safetensors", {{"w_q", {7, 3}}, {"w_k", {7, 4}}, {"w_v", {7}}});
    EXPECT_THAT(failure(), AllOf(HasSubstr("bad.safetensors:w_q"), HasSubstr("[7, 3]"), HasSubstr("[h, 4]")));
    arguments_.score_weights = safetensors("less.safetensors", {{"w_q", {7, 4}}, {"w_k", {6, 4}}, {"w_v", {7}}});
    EXPECT_THAT(failure(), AllOf(HasSubstr("w_k"), HasSubstr("h = 7")));
    arguments_.score = "dot";
    EXPECT_THAT(failure(), AllOf(HasSubstr("--score-weights"), HasSubstr("dot has none")));
    arguments_.score_weights.clear();
    arguments_.position = "alibi";
    arguments_.method = "positive";
    EXPECT_THAT(failure(), HasSubstr("ALiBi"));
    arguments_.position = "nowhere";
    EXPECT_THAT(failure(), AllOf(HasSubstr("--position 'nowhere'"), HasSubstr("rope")));
    arguments_.position = "none";
    arguments_.method = "magic";
    EXPECT_THAT(failure(), AllOf(HasSubstr("--method 'magic'"), HasSubstr("hyperbolic")));
    arguments_.method = "positive";
    arguments_.features = 0;
    EXPECT_THAT(failure(), HasSubstr("features"));
    arguments_.method = "exact";
    for (const char* mask : {"block:0", "padding:", "prefix:-1", "window:x", "blok:2"}) {
        arguments_.mask = mask;
        EXPECT_THAT(failure(), HasSubstr("mask '" + std::string(mask) + "' is not known")) << mask;
    }
}

}  // namespace compute_options_test
}  // namespace attnscope
