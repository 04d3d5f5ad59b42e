// Both paths against numbers computed outside this program (a separate double-precision script, printed to all digits),
// and the float path against the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace attention_oracle_test {

using testing_input::compute;
using testing_input::Input;
using testing_input::random_input;
using testing_input::wave;

// Weights and output of both paths against the expected ones.
void expect_attention(const MatrixD& q, const MatrixD& k, const MatrixD& v, const AttentionOptions& options,
                      const MatrixD& weights, const MatrixD& output) {
    const Result<ReferenceAttention> slow = reference_attention(q, k, v, options);
    ASSERT_TRUE(slow.has_value());
    EXPECT_LT((slow->weights - weights).cwiseAbs().maxCoeff(), 1e-14);
    if (output.size() > 0) {
        EXPECT_LT((slow->output - output).cwiseAbs().maxCoeff(), 2e-14);
    }
    const Attention fast = compute({q.cast<float>(), k.cast<float>(), v.cast<float>()}, options);
    EXPECT_LT((fast.weights.cast<double>() - weights).cwiseAbs().maxCoeff(), 3e-7);
    if (output.size() > 0) {
        EXPECT_LT((fast.output.cast<double>() - output).cwiseAbs().maxCoeff(), 2e-6);
    }
}

TEST(AttentionOracle, ThreeKeysByDotProductAndByScaledDotProduct) {
    const MatrixD q = (MatrixD(1, 2) << 1, 0).finished();
    const MatrixD k = (MatrixD(3, 2) << 1, 0, 0, 1, 1, 1).finished();
    const MatrixD v = (MatrixD(3, 2) << 1, 0, 0, 10, 5, 5).finished();
    expect_attention(q, k, v, {.scale = 1.0},
                     (MatrixD(1, 3) << 0.4223187982515182, 0.15536240349696365, 0.4223187982515182).finished(),
                     (MatrixD(1, 2) << 2.5339127895091087, 3.665218026227227).finished());
    expect_attention(q, k, v, {},
                     (MatrixD(1, 3) << 0.4011120926797859, 0.1977758146404282, 0.4011120926797859).finished(),
                     (MatrixD(1, 2) << 2.4066725560787154, 3.9833186098032116).finished());
    EXPECT_NEAR(reference_attention(q, k, v, {})->scores(0, 0), 0.7071067811865475, 1e-15);
}

TEST(AttentionOracle, SoftmaxOfOneZeroMinusOneAtFourTemperatures) {
    const MatrixD q = MatrixD::Ones(1, 1), k = (MatrixD(3, 1) << 1, 0, -1).finished();
    const MatrixD v = (MatrixD(3, 1) << 1, 2, 4).finished();
    const auto at = [&](double temperature, double a, double b, double c, double context) {
        const MatrixD output = MatrixD::Constant(std::isnan(context) ? 0 : 1, 1, context);
        expect_attention(q, k, v, {.temperature = temperature}, (MatrixD(1, 3) << a, b, c).finished(), output);
    };
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    at(10, 0.3671654011109255, 0.3322249935333472, 0.3006096053557273, unknown);
    at(1, 0.6652409557748219, 0.24472847105479772, 0.09003057317038045, 1.514820190565939);
    at(0.5, 0.8668133321973349, 0.11731042782619835, 0.015876239976466765, unknown);
    at(0.1, 0.999954600070331, 4.539786860886666e-05, 2.061060046209062e-09, unknown);
}

// A block of two heads of width 2: X = 2 M(3, 4, .2), W_Q, W_K, W_V, W_O = 2 M(4, 4, 1 .. 4), M as wave().
MatrixD two_heads(const MatrixD& from, const MatrixD& to, const AttentionOptions& options, bool fast) {
    const MatrixD q = from * 2 * wave(4, 4, 1), k = to * 2 * wave(4, 4, 2), v = to * 2 * wave(4, 4, 3);
    MatrixD joined(from.rows(), 4);
    for (Index h = 0; h < 2; ++h) {
        const MatrixD qh = q.middleCols(2 * h, 2), kh = k.middleCols(2 * h, 2), vh = v.middleCols(2 * h, 2);
        if (fast)
            joined.middleCols(2 * h, 2) =
                compute({qh.cast<float>(), kh.cast<float>(), vh.cast<float>()}, options).output.cast<double>();
        else
            joined.middleCols(2 * h, 2) = reference_attention(qh, kh, vh, options)->output;
    }
    return joined * 2 * wave(4, 4, 4);
}

TEST(AttentionOracle, TwoHeadsOfSelfAttentionWithAndWithoutTheCausalMask) {
    const MatrixD x = 2 * wave(3, 4, 0.2);
    const MatrixD q = (x * 2 * wave(4, 4, 1)).leftCols(2), k = (x * 2 * wave(4, 4, 2)).leftCols(2), v = x;
    MatrixD weights(3, 3);
    weights << 0.4379716541683931, 0.43317142113381024, 0.1288569246977966, 0.06917447403544807, 0.22302042845609943,
        0.7078050975084524, 0.2766624799939682, 0.2068843817215193, 0.5164531382845124;
    expect_attention(q, k, v, {}, weights, MatrixD());
    weights.topRows(2) << 1, 0, 0, 0.23674086524301746, 0.7632591347569826, 0;
    expect_attention(q, k, v, {.mask = {MaskKind::causal}}, weights, MatrixD());
    const MatrixD other_q = (x * 2 * wave(4, 4, 1)).rightCols(2), other_k = (x * 2 * wave(4, 4, 2)).rightCols(2);
    weights << 0.2413570871300316, 0.5460478065539981, 0.21259510631597026, 0.02960470812658276, 0.8723968859707361,
        0.09799840590268111, 0.4953441346489625, 0.09155883164431552, 0.41309703370672185;
    expect_attention(other_q, other_k, v, {}, weights, MatrixD());

    MatrixD output(3, 4);
    output << 0.5582777441416314, -0.1106755574293512, -0.6958718036256248, -0.7544461421149984, -0.7164192521234771,
        -1.3232140354240816, -0.9286268170270446, 0.1687266628891432, 0.14977898465453543, -0.04874539896963561,
        -0.21038023646824755, -0.2128035052619689;
    EXPECT_LT((two_heads(x, x, {}, false) - output).cwiseAbs().maxCoeff(), 1e-14);
    EXPECT_LT((two_heads(x, x, {}, true) - output).cwiseAbs().maxCoeff(), 2e-6);
    output.topRows(2) << 1.2054769649691024, 0.8306569373766678, -0.17278769999606683, -1.0454700508009,
        0.9198296303825975, -0.4520919632634938, -1.4818793722618815, -1.3902100158818274;
    EXPECT_LT((two_heads(x, x, {.mask = {MaskKind::causal}}, false) - output).cwiseAbs().maxCoeff(), 1e-14);
    EXPECT_LT((two_heads(x, x, {.mask = {MaskKind::causal}}, true) - output).cwiseAbs().maxCoeff(), 2e-6);
}

TEST(AttentionOracle, CrossAttentionOfTwoQueriesToThreeKeys) {
    MatrixD encoded(3, 4);  // the block's output after its feed-forward part and layer norms
    encoded << 1.1440558240609293, 0.7205508743487397, -0.4667064395169386, -1.3979002588927305, 1.033196505862899,
        -0.7776257345562853, -1.1990024544745306, 0.9434316831679171, 1.15394343238191, 0.7564740878555022,
        -0.586927796321642, -1.3234897239157706;
    const MatrixD decoder = 2 * wave(2, 4, 0.9);
    MatrixD weights(2, 3);
    weights << 0.24802767673462353, 0.48767243368105373, 0.2642998895843227, 0.005572864111629499, 0.9879261715255285,
        0.006500964362842003;
    expect_attention((decoder * 2 * wave(4, 4, 1)).leftCols(2), (encoded * 2 * wave(4, 4, 2)).leftCols(2), encoded, {},
                     weights, MatrixD());
    MatrixD output(2, 4);
    output << -0.22203949373567658, -1.6521951202321759, -1.8320024187932609, -0.6253868106035432, -2.84584665738168,
        -3.1264675414767136, -1.041040121131524, 1.832225708146603;
    EXPECT_LT((two_heads(decoder, encoded, {}, false) - output).cwiseAbs().maxCoeff(), 1e-14);
    EXPECT_LT((two_heads(decoder, encoded, {}, true) - output).cwiseAbs().maxCoeff(), 5e-6);
}

// Means over 4000 random queries to 16 keys, from the same script: entropies in nats 2.3580 (scaled) and 0.4107 (not),
// mean largest weights 0.2461 and 0.8444, at d = 64.
TEST(AttentionOracle, UnscaledScoresSaturateSoftmaxAsMeasuredElsewhere) {
    const auto means = [](std::optional<double> scale) {
        double entropy = 0, largest = 0;
        for (std::uint64_t trial = 0; trial < 1000; ++trial) {
            const Attention a = compute(random_input(4, 16, 64, trial), {.scale = scale});
            entropy += a.entropy_bits.mean() * std::numbers::ln2 / 1000;
            largest += a.weights.rowwise().maxCoeff().cast<double>().mean() / 1000;
        }
        return std::pair(entropy, largest);
    };
    const auto [scaled_entropy, scaled_largest] = means(std::nullopt);
    EXPECT_NEAR(scaled_entropy, 2.3580, 0.02);
    EXPECT_NEAR(scaled_largest, 0.2461, 0.01);
    const auto [raw_entropy, raw_largest] = means(1.0);
    EXPECT_NEAR(raw_entropy, 0.4107, 0.04);
    EXPECT_NEAR(raw_largest, 0.8444, 0.015);
}

struct Errors {
    double weight_relative = 0, output = 0, entropy = 0, log_sum_exp = 0;
};

Errors errors(const Input& in, const AttentionOptions& options) {
    const Attention fast = compute(in, options);
    const ReferenceAttention slow =
        *reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), options);
    const auto tiny = slow.weights.array() < 1e-30;  // below exp(-87) the float path says 0
    EXPECT_LT(tiny.select(fast.weights.cast<double>(), 0).maxCoeff(), 1.1e-30);
    return {tiny.select(0, (fast.weights.cast<double>() - slow.weights).array().abs() / slow.weights.array().max(1e-30))
                .maxCoeff(),
            (fast.output.cast<double>() - slow.output).cwiseAbs().maxCoeff(),
            (fast.entropy_bits - slow.entropy_bits).cwiseAbs().maxCoeff(),
            (fast.log_sum_exp - slow.log_sum_exp).cwiseAbs().maxCoeff()};
}

// The bounds stated in attention.hpp.
TEST(AttentionOracle, FloatStaysWithinTheStatedBoundsOfTheReference) {
    Errors worst;
    for (std::uint64_t seed = 1; seed <= 4; ++seed)
        for (const MaskSpec& mask : {MaskSpec{MaskKind::none}, {MaskKind::causal}, {MaskKind::window, 20}}) {
            const Errors e = errors(random_input(512, 512, 64, seed), {.mask = mask});
            worst = {std::max(worst.weight_relative, e.weight_relative), std::max(worst.output, e.output),
                     std::max(worst.entropy, e.entropy), std::max(worst.log_sum_exp, e.log_sum_exp)};
        }
    std::printf("worst: weight %.2e of itself, output %.2e, entropy %.2e bits, log_sum_exp %.2e\n",
                worst.weight_relative, worst.output, worst.entropy, worst.log_sum_exp);
    EXPECT_LT(worst.weight_relative, 3e-6);
    EXPECT_LT(worst.output, 2e-6);
    EXPECT_LT(worst.entropy, 3e-6);
    EXPECT_LT(worst.log_sum_exp, 2e-6);
}

TEST(AttentionOracle, FloatErrorGrowsNoFasterThanTheScores) {
    for (const double temperature : {0.05, 0.2, 20.0}) {
        const Errors e = errors(random_input(100, 200, 32), {.temperature = temperature});
        std::printf("T %.2f: weight %.2e of itself, output %.2e\n", temperature, e.weight_relative, e.output);
        EXPECT_LT(e.weight_relative, 1e-6 + 6e-6 / temperature);  // scores reach about 5 / T
    }
}

TEST(AttentionOracle, ReferenceEntropyAndLogSumExpOfAKnownRow) {
    // Weights 1/2, 1/4, 1/8, 1/8: 1.75 bits; scores ln 4, ln 2, 0, 0: sum of exponentials 8.
    const MatrixD k = (MatrixD(4, 1) << std::log(4.0), std::log(2.0), 0, 0).finished();
    const ReferenceAttention slow = *reference_attention(MatrixD::Ones(1, 1), k, k, {});
    EXPECT_NEAR(slow.entropy_bits(0), 1.75, 1e-15);
    EXPECT_NEAR(slow.log_sum_exp(0), std::log(8.0), 1e-15);
    const Attention fast = compute({Matrix::Ones(1, 1), k.cast<float>(), k.cast<float>()});
    EXPECT_NEAR(fast.entropy_bits(0), 1.75, 3e-7);
    EXPECT_NEAR(fast.log_sum_exp(0), std::log(8.0), 3e-7);
}

TEST(AttentionOracle, ReferenceTreatsAFullyMaskedRowLikeTheFloatPath) {
    const Input in = random_input(10, 4, 8);
    const ReferenceAttention slow = *reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(),
                                                         {.mask = {MaskKind::window, 2}});
    EXPECT_EQ(slow.masked_rows, 4);
    EXPECT_TRUE((slow.weights.bottomRows(4).array() == 0).all());
    EXPECT_TRUE((slow.output.bottomRows(4).array() == 0).all());
    EXPECT_EQ(slow.log_sum_exp(9), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(slow.entropy_bits(9), 0);
}

}  // namespace attention_oracle_test
}  // namespace attnscope
