#include "core/engine/linear.hpp"

#include <gtest/gtest.h>

#include "core/engine/exact.hpp"
#include "core/engine/test_isa.hpp"
#include "core/engine/test_linear.hpp"
#include "core/features/kernel_attention.hpp"

namespace attnscope {
namespace linear_test {

using namespace testing_linear;

class Linear : public EachIsa {};
INSTANTIATE_TEST_SUITE_P(EachInstructionSet, Linear, each_isa(), isa_of);

TEST_P(Linear, AgreesWithTheReferenceForEveryShapeEstimatorAndMask) {
    const std::vector<Case> shapes{
        {1, 1, 1, 1, 1, 1},       {1, 2, 3, 1, 2, 3},       {2, 7, 5, 3, 1, 5},       {1, 64, 64, 16, 16, 16},
        {3, 65, 63, 17, 5, 31},   {1, 33, 130, 8, 70, 49},  {1, 150, 20, 64, 64, 80}, {2, 129, 300, 32, 33, 100},
        {1, 20, 700, 20, 24, 33}, {1, 250, 250, 5, 3, 257},
    };
    for (const Case& shape : shapes)
        for (const Estimator estimator : all_estimators)
            for (const MaskSpec& mask : {MaskSpec{}, MaskSpec{MaskKind::causal}, MaskSpec{MaskKind::padding, 19}}) {
                Case c = shape;
                c.options = {.estimator = estimator, .mask = mask};
                // Trig's weights may cancel; short vectors keep them from it.
                if (estimator == Estimator::trig) c.options.temperature = 20;
                const Inputs in(c);
                const Computed expected = reference(c, in), found = linear(c, in);
                EXPECT_LT(error_of(found.out, expected.out), estimator == Estimator::trig ? 1e-5 : 2e-6) << name_of(c);
                EXPECT_EQ(found.bad_rows, expected.bad_rows) << name_of(c);
            }
}

TEST_P(Linear, AgreesWithTheReferenceForLongInputs) {
    for (const Estimator estimator : all_estimators)
        for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
            Case c{1, 700, 6000, 64, 8, 64, {.estimator = estimator, .mask = {kind}}};
            if (kind == MaskKind::causal) c = {1, 2500, 2300, 32, 8, 64, c.options};
            if (estimator == Estimator::trig) c.options.temperature = 20;
            const Inputs in(c);
            EXPECT_LT(error_of(linear(c, in).out, reference(c, in).out), 4e-6) << name_of(c);
        }
}

TEST_P(Linear, IsAsAccurateAsItSays) {
    for (const Estimator estimator : {Estimator::positive, Estimator::hyperbolic, Estimator::elu})
        for (const Index d : {64, 128}) {
            const Case c{1, 200, 400, d, 16, 256, {.estimator = estimator}};
            const Inputs in(c);
            EXPECT_LT(error_of(linear(c, in).out, reference(c, in).out), d == 64 ? 3e-6 : 5e-6) << name_of(c);
        }
}

TEST_P(Linear, ScaleAndTemperatureAreTheReferences) {
    for (const Estimator estimator : {Estimator::positive, Estimator::hyperbolic, Estimator::trig})
        for (const double scale : {-0.2, 0.0, 0.3}) {
            const Case c{1, 50, 40, 12, 9, 40, {.estimator = estimator, .temperature = 1.7, .scale = scale}};
            const Inputs in(c);
            EXPECT_LT(error_of(linear(c, in).out, reference(c, in).out), 4e-6) << scale << " " << name_of(c);
        }
}

TEST_P(Linear, AgreesWithKernelAttention) {
    for (const Estimator estimator : all_estimators)
        for (const MaskSpec& mask : {MaskSpec{}, MaskSpec{MaskKind::causal}, MaskSpec{MaskKind::padding, 100}}) {
            const Case c{1, 140, 140, 24, 10, 50, {.estimator = estimator, .temperature = 4, .mask = mask}};
            const TestHeads q(1, 140, 24, 1), k(1, 140, 24, 2), v(1, 140, 10, 3);
            const auto matrix = [](const TestHeads& x) {
                return Matrix(Eigen::Map<const Matrix>(x.values.data(), x.rows, x.columns));
            };
            const auto expected =
                kernel_attention(matrix(q), matrix(k), matrix(v),
                                 {.features = {estimator, 50, true, 9}, .temperature = 4, .mask = mask});
            ASSERT_TRUE(expected) << name_of(c);
            Matrix out(140, 10);
            const auto found = linear_attention(q.view(), k.view(), v.view(), draw_projections(50, 24, true, 9),
                                                c.options, span_of(out));
            ASSERT_TRUE(found) << name_of(c);
            EXPECT_LT((out - expected->output).cwiseAbs().maxCoeff(), 1e-5) << name_of(c);
            EXPECT_EQ(found->bad_rows, expected->bad_rows) << name_of(c);
        }
}

TEST_P(Linear, ApproachesExactAttentionWithTheRootOfTheFeatures) {
    for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
        const auto mean_square = [&](Index features) {
            Case c{1, 200, 200, 8, 8, features, {.temperature = 2, .mask = {kind}}};
            double sum = 0;
            for (std::uint64_t seed = 0; seed < 4; ++seed) {
                Inputs in(c);
                in.projections = draw_projections(features, 8, true, 100 + seed);
                Computed exact{std::vector<float>(200 * 8)};
                EXPECT_TRUE(exact_attention(in.q.view(), in.k.view(), in.v.view(), {.temperature = 2, .mask = {kind}},
                                            span_of(exact.out.data(), 1, 200, 8)));
                const Computed found = linear(c, in);
                for (std::size_t n = 0; n < found.out.size(); ++n)
                    sum += std::pow(static_cast<double>(found.out[n]) - static_cast<double>(exact.out[n]), 2);
            }
            return sum / 4 / 1600;
        };
        const double few = mean_square(64), many = mean_square(64 * 32);
        EXPECT_LT(many, few / 12) << "32 times as many features should have about 1/32 of the mean square";
        EXPECT_LT(many, 4e-4);
    }
}

TEST(LinearReference, IsTheQuotientOfTheEstimatesWrittenOut) {
    for (const Estimator estimator : all_estimators) {
        const Case c{1, 6, 5, 4, 3, 9, {.estimator = estimator, .temperature = 1.3}};
        const Inputs in(c);
        const double root = estimator == Estimator::elu ? 1 : std::sqrt(0.5 / 1.3);
        const auto kernel = [&](Index i, Index j) {
            const VectorD x = Eigen::Map<const Vector>(in.q.view().row(0, i), 4).cast<double>() * root;
            const VectorD y = Eigen::Map<const Vector>(in.k.view().row(0, j), 4).cast<double>() * root;
            double sum = 0;
            const auto elu = [](double t) { return t > 0 ? t + 1 : std::exp(t); };
            if (estimator == Estimator::elu) {
                for (Index col = 0; col < 4; ++col) sum += elu(x(col)) * elu(y(col));
                return sum;
            }
            const double squares = (x.squaredNorm() + y.squaredNorm()) / 2;
            for (Index r = 0; r < 9; ++r) {
                const VectorD w = in.projections.row(r).transpose().cast<double>();
                if (estimator == Estimator::trig) sum += std::exp(squares) * std::cos(w.dot(x - y)) / 9;
                if (estimator == Estimator::positive) sum += std::exp(w.dot(x + y) - squares) / 9;
                if (estimator == Estimator::hyperbolic) sum += std::exp(-squares) * std::cosh(w.dot(x + y)) / 9;
            }
            return sum;
        };
        const Computed found = reference(c, in);
        for (Index i = 0; i < 6; ++i) {
            double normalizer = 0;
            for (Index j = 0; j < 5; ++j) normalizer += kernel(i, j);
            for (Index col = 0; col < 3; ++col) {
                double sum = 0;
                for (Index j = 0; j < 5; ++j)
                    sum += kernel(i, j) / normalizer * static_cast<double>(in.v.view().row(0, j)[col]);
                EXPECT_NEAR(found.out[static_cast<std::size_t>(i * 3 + col)], sum, 1e-5 * (1 + std::abs(sum)))
                    << name_of(c);
            }
        }
    }
}

}  // namespace linear_test
}  // namespace attnscope
