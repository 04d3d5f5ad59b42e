// Score functions, local attention and distance slopes against numbers computed outside this program (a separate
// double-precision script, printed to all digits).
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <utility>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace score_oracle_test {

using testing_input::compute;
using testing_input::wave;

struct Tiny {
    MatrixD q, k, v;
};

// Scores, weights and output of both paths. An empty matrix is not compared.
void expect_attention(const Tiny& in, AttentionOptions options, const MatrixD& scores, const MatrixD& weights,
                      const MatrixD& output) {
    options.keep_scores = true;
    const Result<ReferenceAttention> slow = reference_attention(in.q, in.k, in.v, options);
    ASSERT_TRUE(slow.has_value());
    const Attention fast = compute({in.q.cast<float>(), in.k.cast<float>(), in.v.cast<float>()}, options);
    if (scores.size() > 0) {
        EXPECT_LT((slow->scores - scores).cwiseAbs().maxCoeff(), 1e-14);
        EXPECT_LT((fast.scores.cast<double>() - scores).cwiseAbs().maxCoeff(), 5e-7);
    }
    EXPECT_LT((slow->weights - weights).cwiseAbs().maxCoeff(), 1e-14);
    EXPECT_LT((fast.weights.cast<double>() - weights).cwiseAbs().maxCoeff(), 5e-7);
    if (output.size() > 0) {
        EXPECT_LT((slow->output - output).cwiseAbs().maxCoeff(), 1e-14);
        EXPECT_LT((fast.output.cast<double>() - output).cwiseAbs().maxCoeff(), 5e-7);
    }
}

std::shared_ptr<const ScoreWeights> weights_of(const MatrixD& w_q, const MatrixD& w_k, const VectorD& w_v) {
    return std::make_shared<ScoreWeights>(ScoreWeights{w_q.cast<float>(), w_k.cast<float>(), w_v.cast<float>()});
}

// The score weights are float: the oracle's, which are double, are reached to float accuracy.
void expect_near_attention(const Tiny& in, const AttentionOptions& options, const MatrixD& scores,
                           const MatrixD& weights, const MatrixD& output) {
    const Result<ReferenceAttention> slow = reference_attention(in.q, in.k, in.v, options);
    ASSERT_TRUE(slow.has_value());
    EXPECT_LT((slow->scores - scores).cwiseAbs().maxCoeff(), 3e-7);
    EXPECT_LT((slow->weights - weights).cwiseAbs().maxCoeff(), 1e-7);
    EXPECT_LT((slow->output - output).cwiseAbs().maxCoeff(), 1e-7);
    const Attention fast = compute({in.q.cast<float>(), in.k.cast<float>(), in.v.cast<float>()}, options);
    EXPECT_LT((fast.weights.cast<double>() - weights).cwiseAbs().maxCoeff(), 5e-7);
    EXPECT_LT((fast.output.cast<double>() - output).cwiseAbs().maxCoeff(), 5e-7);
}

const Tiny three_keys = {wave(3, 0.3).transpose(), 2 * wave(3, 2, 0.1), 2 * wave(3, 2, 0.5)};  // d_q = 3, d_k = 2

TEST(ScoreOracle, DotAndScaledDot) {
    const Tiny in = {(MatrixD(1, 2) << 1, 0).finished(), (MatrixD(3, 2) << 1, 0, 0, 1, 1, 1).finished(),
                     (MatrixD(3, 2) << 1, 0, 0, 10, 5, 5).finished()};
    expect_attention(in, {.score = ScoreKind::dot}, (MatrixD(1, 3) << 1, 0, 1).finished(),
                     (MatrixD(1, 3) << 0.4223187982515182, 0.15536240349696365, 0.4223187982515182).finished(),
                     (MatrixD(1, 2) << 2.5339127895091087, 3.665218026227227).finished());
    expect_attention(in, {}, (MatrixD(1, 3) << 0.7071067811865475, 0, 0.7071067811865475).finished(),
                     (MatrixD(1, 3) << 0.4011120926797859, 0.1977758146404282, 0.4011120926797859).finished(),
                     (MatrixD(1, 2) << 2.4066725560787154, 3.9833186098032116).finished());
}

TEST(ScoreOracle, GeneralOfThreeAndTwoEntries) {
    expect_near_attention(three_keys,
                          {.score = ScoreKind::general, .score_weights = weights_of(2 * wave(3, 2, 0.2), {}, {})},
                          (MatrixD(1, 3) << 0.3963066971262432, 1.0309429293381784, -0.6619693378824922).finished(),
                          (MatrixD(1, 3) << 0.3092729846372647, 0.5833927116852582, 0.10733430367747711).finished(),
                          (MatrixD(1, 2) << 0.5461233748585955, 0.22210819997660308).finished());
}

TEST(ScoreOracle, AdditiveAndConcatOfThreeAndTwoEntries) {
    for (const ScoreKind kind : {ScoreKind::additive, ScoreKind::concat})
        expect_near_attention(
            three_keys,
            {.score = kind, .score_weights = weights_of(2 * wave(4, 3, 1), 2 * wave(4, 2, 2), wave(4, 0.7))},
            (MatrixD(1, 3) << -1.0258121540440595, -0.996653243423995, 1.3271138905096773).finished(),
            (MatrixD(1, 3) << 0.07970741579501099, 0.08206581427474022, 0.8382267699302488).finished(),
            (MatrixD(1, 2) << -0.4719403196141895, -0.7530518400893539).finished());
}

// Without tanh the query's part is the same for every key and cancels. Small matrices make tanh(x) = x - x^3/3, with x
// below 3e-3 here and the scores taken times 1000: an error of about 1e-5.
TEST(ScoreOracle, AdditiveWithoutTanhIgnoresTheQuery) {
    AttentionOptions options = {.scale = 1000.0,
                                .score = ScoreKind::additive,
                                .score_weights = weights_of(2e-3 * wave(4, 3, 1), 2e-3 * wave(4, 2, 2), wave(4, 0.7))};
    const Tiny in = {2 * wave(4, 3, 0.3), three_keys.k, three_keys.v};
    const Result<ReferenceAttention> a = reference_attention(in.q, in.k, in.v, options);
    ASSERT_TRUE(a.has_value());
    const Eigen::RowVector3d expected(0.032859924501121934, 0.04360280038792839, 0.9235372751109496);
    EXPECT_LT((a->weights.rowwise() - expected).cwiseAbs().maxCoeff(), 2e-5);
    options.scale = 1.0;
    options.score_weights = weights_of(2 * wave(4, 3, 1), 2 * wave(4, 2, 2), wave(4, 0.7));
    const Result<ReferenceAttention> b = reference_attention(in.q, in.k, in.v, options);
    ASSERT_TRUE(b.has_value());
    EXPECT_GT((b->weights.row(0) - b->weights.row(1)).cwiseAbs().maxCoeff(), 0.05);  // with tanh it does not
}

TEST(ScoreOracle, TheSumsWeightsIgnoreTheQuery) {
    const Eigen::RowVector3d expected(0.9341219470280913, 0.052297679794147775, 0.01358037317776094);
    const MatrixD q = 2 * wave(3, 4, 0.9);
    expect_attention({q, 2 * wave(3, 4, 0.4), MatrixD::Zero(3, 1)}, {.score = ScoreKind::sum}, {},
                     expected.replicate(3, 1), {});
    EXPECT_GT((q.rowwise().sum().array() - q.row(0).sum()).abs().maxCoeff(), 0.1);  // queries that do differ
}

TEST(ScoreOracle, LocalWindowOfTwoAroundFourPointThree) {
    MatrixD expected = MatrixD::Zero(1, 10);
    expected.block(0, 3, 1, 4) << 0.10738933955268481, 0.238999370458275, 0.195676134560467, 0.058936519138965866;
    const AttentionOptions options = {.local =
                                          std::make_shared<LocalWindow>(LocalWindow{VectorD::Constant(1, 4.3), 2})};
    const Tiny in = {MatrixD::Zero(1, 1), MatrixD::Zero(10, 1), MatrixD::Ones(10, 1)};
    expect_attention(in, options, {}, expected, MatrixD::Constant(1, 1, 0.6010013637103926));
    const Attention a = compute({in.q.cast<float>(), in.k.cast<float>(), in.v.cast<float>()}, options);
    EXPECT_NEAR(a.entropy_bits(0), 2, 1e-6);  // four equal weights before the Gaussian
}

TEST(ScoreOracle, DistanceSlopeOfOneHalfForTheLastOfEightQueries) {
    const MatrixD expected =
        (MatrixD(1, 8) << 0.012103426523097705, 0.01995517675698728, 0.032900524379825734, 0.054243794362206825,
         0.08943289756845409, 0.14744992052145606, 0.2431038203267679, 0.4008104395612044)
            .finished();
    const Tiny in = {MatrixD::Zero(8, 1), MatrixD::Zero(8, 1), MatrixD::Zero(8, 1)};
    const AttentionOptions options = {.mask = {MaskKind::causal}, .distance_slope = 0.5};
    const Result<ReferenceAttention> slow = reference_attention(in.q, in.k, in.v, options);
    ASSERT_TRUE(slow.has_value());
    EXPECT_LT((slow->weights.row(7) - expected).cwiseAbs().maxCoeff(), 1e-14);
    const Attention fast = compute({in.q.cast<float>(), in.k.cast<float>(), in.v.cast<float>()}, options);
    EXPECT_LT((fast.weights.row(7).cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-7);
    // Without the mask the slope falls to both sides.
    const Attention both =
        compute({in.q.cast<float>(), in.k.cast<float>(), in.v.cast<float>()}, {.distance_slope = 0.5});
    EXPECT_NEAR(both.weights(3, 1), both.weights(3, 5), 1e-8);
    EXPECT_NEAR(both.weights(3, 1) / both.weights(3, 3), std::exp(-1.0), 1e-6);
}

struct Saturation {
    double variance = 0, largest = 0, entropy = 0, jacobian = 0;  // means over the rows; entropy in nats
};

// 16 keys for 4 queries, 500 times, all entries from N(0, 1).
Saturation saturation(Index d, ScoreKind kind) {
    const int trials = 500;
    Saturation mean;
    for (int trial = 0; trial < trials; ++trial) {
        const auto seed = static_cast<std::uint64_t>(trial);
        const Attention a = compute({random_normal(4, d, 1, seed, 0), random_normal(16, d, 1, seed, 1), Matrix()},
                                    {.keep_scores = true, .need_output = false, .score = kind});
        for (Index i = 0; i < 4; ++i) {
            const VectorD p = a.weights.row(i).transpose().cast<double>();
            const MatrixD jacobian = MatrixD(p.asDiagonal()) - p * p.transpose();
            mean.variance += a.scores.row(i).cast<double>().squaredNorm() / 16;
            mean.largest += p.maxCoeff();
            mean.entropy += a.entropy_bits(i) * std::log(2.0);
            mean.jacobian += jacobian.norm();
        }
    }
    const double rows = trials * 4;
    return {mean.variance / rows, mean.largest / rows, mean.entropy / rows, mean.jacobian / rows};
}

// The expected numbers are means of 4000 rows, ours of 2000; a row's largest weight has a standard deviation of at most
// 0.25, its entropy of at most 0.55, its Jacobian's norm of at most 0.2, so that three standard errors of the
// difference are 0.02, 0.045 and 0.016. Rows that share their keys are not quite independent: a third is added.
TEST(ScoreOracle, TheUnscaledDotSaturatesTheSoftmaxAsItsDimensionGrowsAndTheScaledOneDoesNot) {
    struct Row {
        Index d;
        double variance;
        Saturation unscaled, scaled;
    };
    const Row rows[] = {
        {4, 3.957, {0, 0.4219, 1.7751, 0.3220}, {0, 0.2330, 2.3853, 0.2964}},
        {16, 16.11, {0, 0.6851, 0.9039, 0.2771}, {0, 0.2451, 2.3594, 0.3026}},
        {64, 64.16, {0, 0.8444, 0.4107, 0.1752}, {0, 0.2461, 2.3580, 0.3044}},
        {256, 257.2, {0, 0.9171, 0.2039, 0.1055}, {0, 0.2447, 2.3587, 0.3051}},
        {1024, 1025.5, {0, 0.9616, 0.0943, 0.0520}, {0, 0.2443, 2.3588, 0.3052}},
    };
    for (const Row& row : rows) {
        const Saturation unscaled = saturation(row.d, ScoreKind::dot),
                         scaled = saturation(row.d, ScoreKind::scaled_dot);
        EXPECT_NEAR(unscaled.variance / row.variance, 1, 0.06) << row.d;
        EXPECT_NEAR(scaled.variance, 1, 0.06) << row.d;
        EXPECT_NEAR(unscaled.largest, row.unscaled.largest, 0.027) << row.d;
        EXPECT_NEAR(unscaled.entropy, row.unscaled.entropy, 0.06) << row.d;
        EXPECT_NEAR(unscaled.jacobian, row.unscaled.jacobian, 0.021) << row.d;
        EXPECT_NEAR(scaled.largest, row.scaled.largest, 0.027) << row.d;
        EXPECT_NEAR(scaled.entropy, row.scaled.entropy, 0.06) << row.d;
        EXPECT_NEAR(scaled.jacobian, row.scaled.jacobian, 0.021) << row.d;
    }
}

// The oracle hardsoft/temperature: softmax of (1, 0, -1) / T.
TEST(ScoreOracle, TemperatureSharpensAndEvensOut) {
    const std::pair<double, std::array<double, 3>> oracle[] = {
        {10, {0.3671654011109255, 0.3322249935333472, 0.3006096053557273}},
        {1, {0.6652409557748219, 0.24472847105479772, 0.09003057317038045}},
        {0.5, {0.8668133321973349, 0.11731042782619835, 0.015876239976466765}},
        {0.1, {0.999954600070331, 4.539786860886666e-05, 2.061060046209062e-09}}};
    MatrixD q(1, 1), k(3, 1);
    q << 1;
    k << 1, 0, -1;
    for (const auto& [temperature, weights] : oracle) {
        AttentionOptions options;
        options.temperature = temperature;
        const Result<ReferenceAttention> slow = reference_attention(q, k, k, options);
        const Result<Attention> fast = attention(q.cast<float>(), k.cast<float>(), k.cast<float>(), options);
        ASSERT_TRUE(slow && fast);
        for (Index j = 0; j < 3; ++j) {
            EXPECT_NEAR(slow->weights(0, j), weights[static_cast<std::size_t>(j)], 1e-15) << "T = " << temperature;
            EXPECT_NEAR(static_cast<double>(fast->weights(0, j)), weights[static_cast<std::size_t>(j)], 1e-6);
        }
    }
}

}  // namespace score_oracle_test
}  // namespace attnscope
