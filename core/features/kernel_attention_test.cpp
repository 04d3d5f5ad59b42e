#include "core/features/kernel_attention.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <memory>
#include <vector>

#include "core/attention/attention.hpp"
#include "core/attention/test_input.hpp"

namespace attnscope {
namespace kernel_attention_test {

using testing_input::Input;
using testing_input::random_input;
using testing_input::wave;

constexpr Estimator all_estimators[] = {Estimator::trig, Estimator::positive, Estimator::hyperbolic, Estimator::elu};

KernelAttention run(const Input& in, const KernelOptions& options) {
    Result<KernelAttention> result = kernel_attention(in.q, in.k, in.v, options);
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

double max_difference(const Matrix& a, const Matrix& b) {
    return (a.cast<double>() - b.cast<double>()).cwiseAbs().maxCoeff();
}

// The definition, in double, with nothing stabilised: phi(x) of one row.
Eigen::RowVectorXd phi(Estimator estimator, const MatrixD& w, const Eigen::RowVectorXd& x) {
    if (estimator == Estimator::elu) return (x.array() > 0).select(x.array() + 1, x.array().exp());
    const Eigen::RowVectorXd u = x * w.transpose();
    const double h = std::exp((estimator == Estimator::trig ? 0.5 : -0.5) * x.squaredNorm());
    const bool two = estimator != Estimator::positive;
    Eigen::RowVectorXd result(u.size() * (two ? 2 : 1));
    if (estimator == Estimator::trig) result << u.array().sin(), u.array().cos();
    if (estimator == Estimator::positive) result << u.array().exp();
    if (estimator == Estimator::hyperbolic) result << u.array().exp(), (-u).array().exp();
    return result * h;
}

MatrixD reference_weights(const Input& in, const KernelOptions& options) {
    const double d = static_cast<double>(in.q.cols());
    const double scale = options.scale.value_or(1 / std::sqrt(d)) / options.temperature;
    const bool elu = options.features.estimator == Estimator::elu;
    const double factor = elu ? 1 : std::sqrt(std::abs(scale)), sign = !elu && scale < 0 ? -1 : 1;
    const MatrixD w =
        draw_projections(options.features.features, in.q.cols(), options.features.orthogonal, options.features.seed)
            .cast<double>();
    MatrixD weights = MatrixD::Zero(in.q.rows(), in.k.rows());
    for (Index i = 0; i < in.q.rows(); ++i) {
        for (Index j = 0; j < in.k.rows(); ++j)
            if (sees(options.mask, i, j))
                weights(i, j) =
                    phi(options.features.estimator, w, in.q.row(i).cast<double>() * factor)
                        .dot(phi(options.features.estimator, w, in.k.row(j).cast<double>() * factor * sign));
        if (weights.row(i).sum() != 0) weights.row(i) /= weights.row(i).sum();
    }
    return weights;
}

// Masks of every kind for 70 queries and 90 keys, one with painted cells besides.
std::vector<MaskSpec> all_masks() {
    auto cells = std::make_shared<CellSet>();
    cells->set(0, {0, 90}, true);
    cells->set(3, {0, 2}, true);
    cells->set(3, {80, 90}, true);
    cells->set(66, {10, 60}, true);
    return {{MaskKind::none},
            {MaskKind::causal},
            {MaskKind::padding, 33},
            {MaskKind::padding, 0},
            {MaskKind::window, 2},
            {MaskKind::prefix, 5},
            {MaskKind::block, 16},
            {MaskKind::none, 0, cells},
            {MaskKind::causal, 0, cells},
            {MaskKind::padding, 85, cells}};
}

// Q = 2M(5,4,.1), K = 2M(5,4,.7), V = 2M(5,3,1.3); numbers of an independent implementation in double.
TEST(KernelAttention, EluMatchesTheOracleWithAndWithoutACausalMask) {
    const Input in{2 * wave(5, 4, 0.1).cast<float>(), 2 * wave(5, 4, 0.7).cast<float>(),
                   2 * wave(5, 3, 1.3).cast<float>()};
    const MatrixD out = (MatrixD(5, 3) << 0.39876422403360906, 0.3586887879090731, 0.04716482810879483,
                         0.4821280876351516, 0.3115264953678895, -0.0948321378329416, 0.3357230965197525,
                         0.29600032361533096, 0.03227040702151187, 0.2938628857031537, 0.3474420606076556,
                         0.13808401083728425, 0.44096723409190125, 0.35065964625251167, -0.005020170930248916)
                            .finished();
    const MatrixD causal = (MatrixD(5, 3) << 0.963558185417193, 0.8084964038195902, 0.04158066243329049,
                            0.6346336239059178, 0.21008363433569532, -0.37345346135872304, 0.18249928872104368,
                            -0.008217582200593213, -0.19271555074298852, 0.1364758407612877, 0.33238462580440514,
                            0.2767513526385781, 0.4409672340919013, 0.3506596462525117, -0.005020170930248886)
                               .finished();
    const FeatureSpec elu{.estimator = Estimator::elu};
    EXPECT_LT((run(in, {.features = elu}).output.cast<double>() - out).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_LT(
        (run(in, {.features = elu, .mask = {MaskKind::causal}}).output.cast<double>() - causal).cwiseAbs().maxCoeff(),
        1e-6);
}

TEST(KernelAttention, WeightsAreTheDefinitionsUnderEveryMask) {
    const Input in = random_input(70, 90, 6);
    for (const Estimator estimator : all_estimators)
        for (const MaskSpec& mask : all_masks()) {
            // 256 draws and a temperature of 2: the normalizer of trig then stays away from 0.
            const KernelOptions options{
                .features = {estimator, 256}, .temperature = 2, .mask = mask, .keep_weights = true};
            const KernelAttention found = run(in, options);
            const MatrixD expected = reference_weights(in, options);
            EXPECT_LT((found.weights.cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5);
            EXPECT_LT((found.output.cast<double>() - expected * in.v.cast<double>()).cwiseAbs().maxCoeff(), 3e-5);
        }
}

TEST(KernelAttention, MaskedCellsAreExactlyZeroAndFullyMaskedRowsAreCounted) {
    const Input in = random_input(70, 90, 6);
    for (const Estimator estimator : all_estimators)
        for (const MaskSpec& mask : all_masks()) {
            const KernelAttention found =
                run(in, {.features = {estimator, 256}, .temperature = 2, .mask = mask, .keep_weights = true});
            Index masked_rows = 0;
            for (Index i = 0; i < 70; ++i) {
                for (Index j = 0; j < 90; ++j) {
                    if (sees(mask, i, j)) continue;
                    ASSERT_EQ(found.weights(i, j), 0.0F) << i << " " << j;
                }
                masked_rows += sees_any(mask, i, 90) ? 0 : 1;
                ASSERT_NEAR(static_cast<double>(found.weights.row(i).sum()), sees_any(mask, i, 90) ? 1 : 0, 1e-5);
                if (!sees_any(mask, i, 90)) {
                    ASSERT_TRUE(found.output.row(i).isZero(0.0F));
                    ASSERT_EQ(found.normalizer(i), 0);
                }
            }
            EXPECT_EQ(found.masked_rows, masked_rows);
            EXPECT_EQ(found.bad_rows, 0);
        }
}

TEST(KernelAttention, ScaleAndTemperatureActAsInSoftmaxAndANegativeScaleTurnsTheKeys) {
    const Input in = random_input(20, 25, 4);
    for (const Estimator estimator : {Estimator::trig, Estimator::positive, Estimator::hyperbolic})
        for (const double scale : {0.3, -0.3, 0.0}) {
            const KernelOptions options{
                .features = {estimator, 200}, .temperature = 1.5, .scale = scale, .keep_weights = true};
            EXPECT_LT((run(in, options).weights.cast<double>() - reference_weights(in, options)).cwiseAbs().maxCoeff(),
                      1e-5);
        }
    const Matrix uniform = run(in, {.scale = 0.0, .keep_weights = true}).weights;
    EXPECT_TRUE(uniform.isConstant(0.04F, 1e-6F));
    const KernelOptions elu{.features = {Estimator::elu}};
    EXPECT_EQ(run(in, elu).output, run(in, {.features = {Estimator::elu}, .temperature = 9, .scale = 3}).output);
}

TEST(KernelAttention, WeightsTendToSoftmaxsAsOneOverTheRootOfTheNumberOfFeatures) {
    const Input in = random_input(32, 32, 8);
    // Short vectors: for long ones the estimates' tails are so heavy that a few seeds say nothing.
    const KernelOptions base{.temperature = 8};
    const Result<Attention> exact = attention(in.q, in.k, in.v, {.temperature = 8});
    ASSERT_TRUE(exact);
    for (const Estimator estimator : {Estimator::trig, Estimator::positive, Estimator::hyperbolic})
        for (const bool orthogonal : {true, false}) {
            double errors[2] = {0, 0};
            for (std::uint64_t seed = 0; seed < 20; ++seed)
                for (const int which : {0, 1}) {
                    KernelOptions options = base;
                    options.features = {estimator, which == 0 ? 64 : 4096, orthogonal, seed};
                    options.keep_weights = true;
                    const Matrix weights = run(in, options).weights;
                    errors[which] +=
                        static_cast<double>((weights - exact->weights).norm() / exact->weights.norm()) / 20;
                }
            EXPECT_LT(errors[1], 0.02);
            EXPECT_NEAR(errors[0] / errors[1], 8, 1.2) << static_cast<int>(estimator) << orthogonal;  // sqrt(4096 / 64)
        }
}

TEST(KernelAttention, LongVectorsGiveFiniteNumbersWhereTheBareFormulaOverflows) {
    for (const Estimator estimator : all_estimators)
        for (const MaskSpec& mask : all_masks())
            for (const float length : {30.0F, 1e4F, 1e15F}) {
                Input in = random_input(70, 90, 6);
                in.q *= length;
                in.k *= length;
                const KernelAttention found =
                    run(in, {.features = {estimator, 32}, .mask = mask, .keep_weights = true});
                ASSERT_TRUE(found.weights.allFinite() && found.output.allFinite() && found.normalizer.allFinite());
                for (Index i = 0; i < 70; ++i) {
                    const bool empty = found.weights.row(i).isZero(0.0F);
                    ASSERT_EQ(empty, found.output.row(i).isZero(0.0F));
                    if (estimator != Estimator::trig) {
                        ASSERT_NEAR(static_cast<double>(found.weights.row(i).sum()), empty ? 0 : 1, 1e-5);
                    }
                }
            }
}

TEST(KernelAttention, OneFeatureIsASoftmaxOfItsExponents) {
    const Input in = random_input(3, 40, 5);
    Input longer = in;
    longer.k *= 20;
    const KernelOptions options{.features = {Estimator::positive, 1}, .scale = 1.0, .keep_weights = true};
    const KernelAttention found = run(longer, options);
    const Matrix w = draw_projections(1, 5, true, 1);
    const VectorD exponents =
        (longer.k * w.transpose()).cast<double>() - 0.5 * longer.k.cast<double>().rowwise().squaredNorm();
    const VectorD expected = (exponents.array() - exponents.maxCoeff()).exp();
    for (Index i = 0; i < 3; ++i)
        EXPECT_LT((found.weights.row(i).transpose().cast<double>() - expected / expected.sum()).cwiseAbs().maxCoeff(),
                  1e-4);
}

TEST(KernelAttention, TrigGivesNegativeWeightsForLongVectorsAndTheOthersNever) {
    Input in = random_input(100, 100, 16);
    for (const Estimator estimator : all_estimators) {
        const KernelAttention found = run(in, {.features = {estimator, 64}, .scale = 0.6, .keep_weights = true});
        EXPECT_EQ(found.negative_weights, (found.weights.array() < 0).count());
        EXPECT_EQ(found.negative_weights > 1000, estimator == Estimator::trig) << found.negative_weights;
        EXPECT_EQ(found.bad_rows > 0, estimator == Estimator::trig);
        EXPECT_EQ(found.bad_rows, (found.normalizer.array() <= 0).count());
    }
    EXPECT_EQ(run(in, {.features = {Estimator::trig, 1024}, .scale = 0.01, .keep_weights = true}).negative_weights, 0);
}

TEST(KernelAttention, ANegativeNormalizerStillDividesToRowsThatSumToOne) {
    const Input in = random_input(100, 100, 16);
    const KernelAttention found = run(in, {.features = {Estimator::trig, 64}, .scale = 0.6, .keep_weights = true});
    Index negative = 0;
    for (Index i = 0; i < 100; ++i) {
        if (found.normalizer(i) >= -0.5) continue;
        ++negative;
        EXPECT_NEAR(found.weights.row(i).cast<double>().sum(), 1, 1e-3);
    }
    EXPECT_GT(negative, 0);
}

TEST(KernelAttention, ARowWhoseNormalizerIsZeroIsZeroAndBad) {
    const Input in{(Matrix(2, 2) << 0, -300, 0, 0).finished(), (Matrix(2, 2) << -300, 0, -310, 0).finished(),
                   (Matrix(2, 1) << 3, 5).finished()};
    for (const MaskKind kind : {MaskKind::none, MaskKind::causal, MaskKind::window}) {
        const KernelAttention found = run(in, {.features = {Estimator::elu}, .mask = {kind, 5}, .keep_weights = true});
        // phi(q_0) = (1, e^-300), phi(k) = (e^-300, 1): the product is below float; phi(q_1) = (1, 1) sees k_1 too.
        EXPECT_EQ(found.bad_rows, 1);
        EXPECT_TRUE(found.weights.row(0).isZero(0.0F) && found.output.row(0).isZero(0.0F));
        EXPECT_EQ(found.normalizer(0), 0);
        EXPECT_NEAR(static_cast<double>(found.output(1, 0)), 4, 1e-6);
    }
}

TEST(KernelAttention, AnOutputBeyondFloatMakesItsRowZeroAndBad) {
    Input in = random_input(2, 50, 4);
    in.v.setConstant(3e38F);
    const KernelAttention found = run(in, {.features = {Estimator::positive, 16}});
    EXPECT_EQ(found.bad_rows, 2);
    EXPECT_TRUE(found.output.isZero(0.0F));
    EXPECT_GT(found.normalizer.minCoeff(), 0);
}

TEST(KernelAttention, CausalRowsKeepTheirBitsWhateverStandsLater) {
    const Input in = random_input(150, 150, 8);
    Input changed = in;
    changed.q.bottomRows(50) *= -7;
    changed.k.bottomRows(50) *= 50;  // also the largest keys by far
    changed.v.bottomRows(50).setConstant(1e6F);
    for (const Estimator estimator : all_estimators) {
        const KernelOptions options{.features = {estimator, 32}, .mask = {MaskKind::causal}, .keep_weights = true};
        const KernelAttention a = run(in, options), b = run(changed, options);
        EXPECT_EQ(a.output.topRows(100), b.output.topRows(100));
        EXPECT_EQ(a.weights.topRows(100), b.weights.topRows(100));
        EXPECT_EQ(a.normalizer.head(100), b.normalizer.head(100));
        EXPECT_NE(a.output.bottomRows(50), b.output.bottomRows(50));
    }
}

TEST(KernelAttention, SameBitsForOneAndTwoThreads) {
    const Input in = random_input(300, 1500, 12);
    for (const MaskSpec& mask : all_masks()) {
        const KernelOptions options{.mask = mask, .keep_weights = true};
        const KernelAttention two = run(in, options);
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, 1);
        const KernelAttention one = run(in, options);
        EXPECT_EQ(one.weights, two.weights);
        EXPECT_EQ(one.output, two.output);
        EXPECT_EQ(one.normalizer, two.normalizer);
    }
}

TEST(KernelAttention, WhatIsKeptChangesNoNumber) {
    const Input in = random_input(70, 90, 6);
    for (const MaskSpec& mask : all_masks()) {
        const KernelAttention both = run(in, {.mask = mask, .keep_weights = true});
        const KernelAttention output = run(in, {.mask = mask});
        const KernelAttention weights =
            run({in.q, in.k, {}}, {.mask = mask, .keep_weights = true, .need_output = false});
        const KernelAttention neither = run({in.q, in.k, {}}, {.mask = mask, .need_output = false});
        EXPECT_EQ(output.output, both.output);
        EXPECT_EQ(output.weights.size(), 0);
        EXPECT_EQ(weights.output.size(), 0);
        EXPECT_LT(max_difference(weights.weights, both.weights), 1e-6);
        EXPECT_LT((neither.normalizer - both.normalizer).cwiseAbs().maxCoeff(), 1e-4);
        EXPECT_EQ(neither.masked_rows, both.masked_rows);
    }
}

}  // namespace kernel_attention_test
}  // namespace attnscope
