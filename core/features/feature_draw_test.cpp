#include "core/features/feature_draw.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.hpp"
#include "core/features/kernel_attention.hpp"

namespace attnscope {
namespace feature_draw_test {

// The oracle's input: sines, so that no generator is needed. L = d = 4, m = 8.
Matrix sines(Index rows, double scale, double start, double step_row, double step_column, bool cosine = false) {
    Matrix m(rows, 4);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < 4; ++j) {
            const double at = start + step_row * static_cast<double>(i) + step_column * static_cast<double>(j);
            m(i, j) = static_cast<float>(scale * (cosine ? std::cos(at) : std::sin(at)));
        }
    return m;
}
const double root_half = std::sqrt(0.5);  // d^(-1/4)
const Matrix oracle_x = sines(4, root_half, 1, 4, 1), oracle_y = sines(4, root_half, 2, 4, 1, true);
const Matrix oracle_v = sines(4, 1, 3, 8, 2), oracle_w = sines(8, 1.5, 5, 7, 3);

struct Expected {
    FeatureMethod method;
    double estimates[4], weights[4], output[4], causal[4];  // first row of SM', second of A' and of both outputs
};
// From an independent implementation in double.
const Expected oracle[] = {{FeatureMethod::trig,
                            {1.719583675182795, 3.0413817129054457, 1.1541163733245394, 2.2737882738861757},
                            {0.29967538577408853, 0.09822760969037792, 0.3841828716302156, 0.21791413290531803},
                            {0.21005163312254305, -0.06928043490610748, -0.1523899654809693, 0.19611363901897474},
                            {-0.14057811950419188, -0.6184773702253289, 0.6553329216947246, 0.07304792572841708}},
                           {FeatureMethod::positive,
                            {0.42509756834241563, 0.7234331450768067, 0.33298826407424165, 0.5488983548615846},
                            {0.27993329882298024, 0.16783842374085647, 0.3278545292567349, 0.22437374817942846},
                            {0.1353909831074199, -0.07251534385654092, -0.07503692121336439, 0.1349680986308984},
                            {-0.2866027133264173, -0.44199901955805254, 0.6544757008184615, -0.10271696542710104}},
                           {FeatureMethod::hyperbolic,
                            {0.4088761976774862, 0.6561022455697255, 0.3370072279212162, 0.5085959968860482},
                            {0.28297423926682247, 0.15553612427750468, 0.342286413965081, 0.21920322249059188},
                            {0.14534034393303427, -0.06509454241537102, -0.09116256812775339, 0.14096857109112687},
                            {-0.2636226728643856, -0.46977159904520305, 0.6546106025490933, -0.07505666379684488}},
                           {FeatureMethod::oprf,
                            {0.42562874263425865, 0.6170545046013047, 0.3505192784751033, 0.5105014484083318},
                            {0.2780128019966202, 0.17842294468582207, 0.3079935473139041, 0.23557070600365365},
                            {0.13226733767350038, -0.09027394917024661, -0.05713290093386902, 0.13782530114302835},
                            {-0.3049455032015457, -0.4198307996776396, 0.6543680215433592, -0.124795564528123}}};

Features of(const FeatureDraw& draw, const Matrix& x) {
    Result<Features> features = features_of(draw, x);
    check(features.has_value(), features ? "" : features.error().what);
    return *std::move(features);
}

MatrixD products(const FeatureDraw& draw, const Matrix& x, const Matrix& y) {
    const Features a = of(draw, x), b = of(draw, y);
    const MatrixD logs = a.log_scale.replicate(1, y.rows()) + b.log_scale.transpose().replicate(x.rows(), 1);
    return MatrixD(a.values.cast<double>() * b.values.cast<double>().transpose()).array() * logs.array().exp();
}

void expect_row(const Eigen::Ref<const Matrix>& found, const double (&expected)[4], double tolerance) {
    for (Index j = 0; j < 4; ++j) EXPECT_NEAR(static_cast<double>(found(0, j)), expected[j], tolerance);
}

TEST(FeatureDraw, EstimatesWeightsAndOutputsMatchTheOracle) {
    const InputMoments moments = input_moments(oracle_x, oracle_y);
    for (const Expected& e : oracle) {
        SCOPED_TRACE(name_of(e.method));
        const FeatureDraw draw = adapt(e.method, oracle_w, moments);
        const MatrixD estimates = products(draw, oracle_x, oracle_y);
        for (Index j = 0; j < 4; ++j) EXPECT_NEAR(estimates(0, j) / e.estimates[j], 1, 3e-6);
        const Features x = of(draw, oracle_x), y = of(draw, oracle_y);
        const Result<KernelAttention> all = feature_attention(x, y, oracle_v, {.keep_weights = true});
        const Result<KernelAttention> causal = feature_attention(x, y, oracle_v, {.mask = {.kind = MaskKind::causal}});
        ASSERT_TRUE(all && causal);
        expect_row(all->weights.row(1), e.weights, 1e-6);
        expect_row(all->output.row(1), e.output, 1e-6);
        expect_row(causal->output.row(1), e.causal, 1e-6);
    }
}

TEST(FeatureDraw, OptimalParametersMatchTheOracle) {
    const InputMoments moments = input_moments(oracle_x, oracle_y);
    EXPECT_NEAR(oprf_parameter(moments.sum_square / 4), -0.16718274329597796, 1e-7);
    // sderf: |I - 4A|^(1/4) of A = diag(-.3595, -.2444, 0, 0).
    const FeatureDraw draw = adapt(FeatureMethod::sderf, oracle_w, moments);
    EXPECT_NEAR(draw.log_factor, 0.25 * (std::log1p(4 * 0.3594950494647108) + std::log1p(4 * 0.244382719569938)), 1e-6);
}

TEST(FeatureDraw, TheMomentsAreThoseOfAllPairs) {
    const Matrix x = random_normal(7, 3, 1, 1, 1), y = random_normal(5, 3, 2, 1, 2);
    MatrixD sums = MatrixD::Zero(3, 3);
    for (Index i = 0; i < 7; ++i)
        for (Index j = 0; j < 5; ++j) {
            const VectorD z = (x.row(i) + y.row(j)).cast<double>();
            sums += z * z.transpose() / 35;
        }
    const InputMoments moments = input_moments(x, y);
    EXPECT_LT((moments.sums - sums).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_NEAR(moments.sum_square, sums.trace(), 1e-6);
}

// The A of least mean log variance: log E[X^2] = d log((1 + rho) / (2 sqrt rho)) + rho |z|^2, rho = 1 / (1 - 8A).
TEST(FeatureDraw, OprfsParameterIsWhereTheLogVarianceIsLeast) {
    const auto log_square = [](double a, double p) {
        const double rho = 1 / (1 - 8 * a);
        return std::log((1 + rho) / (2 * std::sqrt(rho))) + rho * p;
    };
    for (const double p : {1e-6, 0.1, 0.5, 1.0, 10.0, 1e4}) {
        const double a = oprf_parameter(p);
        EXPECT_LT(a, 0);
        EXPECT_LE(log_square(a, p), log_square(a * 1.01, p));
        EXPECT_LE(log_square(a, p), log_square(a * 0.99, p));
    }
    EXPECT_EQ(oprf_parameter(0), 0);
}

TEST(FeatureDraw, SmregsProjectionsLieOnTheSphereInTheDirectionsOfTheOthers) {
    for (const bool orthogonal : {false, true}) {
        const Matrix plain = draw_features(FeatureMethod::positive, 20, 8, orthogonal, 3, {}).projections;
        const Matrix sphere = draw_features(FeatureMethod::smreg, 20, 8, orthogonal, 3, {}).projections;
        for (Index r = 0; r < 20; ++r) {
            EXPECT_NEAR(static_cast<double>(sphere.row(r).norm()), std::sqrt(8.0), 1e-5);
            EXPECT_NEAR(static_cast<double>(sphere.row(r).dot(plain.row(r)) / plain.row(r).norm()), std::sqrt(8.0),
                        1e-5);
        }
    }
}

TEST(FeatureDraw, TheFormulaOfOneKernelValueIsWhatTheFeaturesGive) {
    const Matrix x = random_normal(3, 6, 0.6, 5, 1), y = random_normal(4, 6, 0.6, 5, 2);
    const InputMoments moments = input_moments(x, y);
    for (std::size_t k = 0; k < feature_method_names.size(); ++k) {
        const auto method = static_cast<FeatureMethod>(k);
        const FeatureDraw draw = draw_features(method, 11, 6, true, 2, moments);
        const MatrixD all = products(draw, x, y);
        for (Index i = 0; i < 3; ++i)
            for (Index j = 0; j < 4; ++j) {
                const double one = kernel_estimate(draw, x.row(i).cast<double>(), y.row(j).cast<double>());
                EXPECT_NEAR(all(i, j), one, 3e-6 * std::max(1.0, std::abs(one))) << name_of(method);
            }
    }
}

TEST(FeatureDraw, WithoutBiasGivesTheSameFeaturesButForAConstant) {
    const Matrix x = random_normal(3, 6, 0.6, 5, 1), y = random_normal(4, 6, 0.6, 5, 2);
    const FeatureDraw draw = draw_features(FeatureMethod::oprf, 11, 6, true, 2, input_moments(x, y));
    const BiasedVectors a = without_bias(draw, x), b = without_bias(draw, y);
    const Result<Features> fa = feature_map(a.estimator, a.projections, a.x),
                           fb = feature_map(b.estimator, b.projections, b.x);
    ASSERT_TRUE(fa && fb);
    const double direct = kernel_estimate(draw, x.row(1).cast<double>(), y.row(2).cast<double>());
    const double plain = fa->values.row(1).cast<double>().dot(fb->values.row(2).cast<double>()) *
                         std::exp(fa->log_scale(1) + fb->log_scale(2) + 1 + 2 * draw.log_factor);
    EXPECT_NEAR(plain / direct, 1, 3e-6);
}

TEST(FeatureDraw, ReluFeaturesOfNothingPositiveAreZero) {
    FeatureDraw draw{.method = FeatureMethod::relu, .projections = Matrix::Ones(3, 2)};
    const Features f = of(draw, (Matrix(2, 2) << -1, -2, 3, -1).finished());
    EXPECT_TRUE((f.values.row(0).array() == 0).all());
    EXPECT_EQ(f.log_scale(0), 0);
    EXPECT_NEAR(std::exp(f.log_scale(1)) * static_cast<double>(f.values(1, 0)), 2 / std::sqrt(3.0), 1e-6);
}

TEST(FeatureDraw, VectorsBeyondFloatAreAnError) {
    const Matrix x = Matrix::Constant(2, 3, std::numeric_limits<float>::max());
    for (const FeatureMethod method : {FeatureMethod::relu, FeatureMethod::oprf, FeatureMethod::positive}) {
        const FeatureDraw draw = draw_features(method, 4, 3, true, 1, {.sum_square = 1});
        const Result<Features> features = features_of(draw, x);
        ASSERT_FALSE(features) << name_of(method);
        EXPECT_THAT(features.error().what, testing::HasSubstr("range of float"));
    }
}

TEST(FeatureDraw, StopsWhenAsked) {
    std::stop_source source;
    source.request_stop();
    for (const FeatureMethod method : {FeatureMethod::relu, FeatureMethod::oprf}) {
        const FeatureDraw draw = draw_features(method, 4, 3, true, 1, {.sum_square = 1});
        const Result<Features> features = features_of(draw, Matrix::Ones(3, 3), {source.get_token(), nullptr});
        ASSERT_FALSE(features);
        EXPECT_EQ(features.error().code, ErrorCode::cancelled);
    }
}

}  // namespace feature_draw_test
}  // namespace attnscope
