// Closed forms against integrals and draws, which share nothing with them.
#include "core/features/test_theory.hpp"

namespace attnscope {
namespace theory_test {

// ---- The same by integration, which shares nothing with the closed forms.

// The integral of f over [begin, end] by the trapezoid rule: to rounding, where f and its slopes vanish at both ends.
template <class F>
double integral(double begin, double end, Index steps, F f) {
    const double width = (end - begin) / static_cast<double>(steps);
    double sum = 0;
    for (Index i = 0; i <= steps; ++i)
        sum += f(begin + width * static_cast<double>(i)) * (i == 0 || i == steps ? 0.5 : 1.0);
    return sum * width;
}

// E[f(g)], g ~ N(0, 1), for f that grows like exp(tilt g) at most.
template <class F>
double gaussian_mean(double tilt, F f) {
    return integral(-12 - std::abs(tilt), 12 + std::abs(tilt), 600,
                    [&](double g) { return std::exp(-0.5 * g * g) * f(g); }) /
           std::sqrt(2 * pi);
}

// E[f(e . v)], v a fixed unit vector and e uniform on the unit sphere in d >= 4 dimensions, d even.
template <class F>
double sphere_mean(Index dim, F f) {
    const auto weight = [dim](double t) { return std::pow(std::sin(t), static_cast<double>(dim - 2)); };
    return integral(0, pi, 400, [&](double t) { return weight(t) * f(std::cos(t)); }) / integral(0, pi, 400, weight);
}

// E[f(|v + w|)] for the independent lengths |v|, |w| ~ chi(d) of orthogonal v, w: |v + w| ~ chi(2d).
template <class F>
double pair_length_mean(Index dim, F f) {
    const double power = static_cast<double>(2 * dim - 1), peak = std::sqrt(power);
    const auto weight = [=](double r) { return std::exp(power * std::log(r / peak) - 0.5 * (r * r - peak * peak)); };
    const double begin = std::max(peak - 8, 1e-9), end = peak + 12;
    return integral(begin, end, 400, [&](double r) { return weight(r) * f(r); }) / integral(begin, end, 400, weight);
}

struct IntegrationPoint {
    Index dim;
    KernelPoint point;
};
const IntegrationPoint integration_points[] = {
    {4, at_angle(0.7, 0.4, 1)}, {4, at_angle(1.5, 1.2, 2)}, {16, at_angle(1, 1.3, 0.5)}, {64, at_angle(1.4, 0.9, 1.8)}};

TEST(KernelTheory, OneFeaturesVarianceIsItsIntegral) {
    for (const auto& [dim, p] : integration_points) {
        const double z = std::sqrt(p.sum_square()), difference = std::sqrt(p.difference_square());
        const double scale = std::exp(-p.x_square - p.y_square), square = std::exp(2 * p.product);
        const std::string where = "d = " + std::to_string(dim) + ", x . y = " + std::to_string(p.product);
        const double trig = gaussian_mean(0, [&](double g) { return std::pow(std::cos(difference * g), 2); }) / scale;
        expect_same(mse(FeatureMethod::trig, false, 1, dim, p), trig - square, where);
        const double positive = gaussian_mean(2 * z, [&](double g) { return std::exp(2 * z * g); }) * scale;
        expect_same(mse(FeatureMethod::positive, false, 1, dim, p), positive - square, where);
        const double hyperbolic = gaussian_mean(2 * z, [&](double g) { return std::pow(std::cosh(z * g), 2); }) * scale;
        expect_same(mse(FeatureMethod::hyperbolic, false, 1, dim, p), hyperbolic - square, where);

        // oprf's feature is a product over the entries of w, one of them along x + y.
        const double d = static_cast<double>(dim), a = oprf_parameter(p.sum_square() / d), root = std::sqrt(1 - 4 * a);
        const double along =
            gaussian_mean(2 * z, [&](double g) { return std::exp(4 * a * g * g + 2 * root * z * g); }) * root * root;
        const double across = gaussian_mean(0, [&](double g) { return std::exp(4 * a * g * g); }) * root * root;
        const double oprf = along * std::pow(across, d - 1) * scale;
        expect_same(mse(FeatureMethod::oprf, false, 1, dim, p, a), oprf - square, where);
    }
}

TEST(KernelTheory, SmregsMeanAndVarianceAreIntegralsOverTheSphere) {
    for (const auto& [dim, p] : integration_points) {
        const double z = std::sqrt(p.sum_square()), scale = std::exp(-0.5 * (p.x_square + p.y_square));
        const auto moment = [dim = dim, z](double radius) {
            return sphere_mean(dim, [=](double t) { return std::exp(radius * z * t); });
        };
        const double d = static_cast<double>(dim), mean = scale * moment(std::sqrt(d));
        const double variance = scale * scale * moment(2 * std::sqrt(d)) - mean * mean;
        const double pair = scale * scale * moment(std::sqrt(2 * d)) - mean * mean;
        const double bias = mean - std::exp(p.product);
        const std::string where = "d = " + std::to_string(dim) + ", x . y = " + std::to_string(p.product);
        EXPECT_NEAR(regularised_kernel(p, dim), mean, 1e-11 * mean) << where;
        expect_same(mse(FeatureMethod::smreg, false, 1, dim, p), variance + bias * bias, where);
        expect_same(std::pow(deviation(FeatureMethod::smreg, false, 7, dim, p), 2), variance / 7, where);
        // m = 3 d + 2
        const double m = 3 * d + 2, pairs = 3 * d * (d - 1) + 2;
        expect_same(mse(FeatureMethod::smreg, true, 3 * dim + 2, dim, p),
                    variance / m + pairs / (m * m) * pair + bias * bias, where);
    }
}

TEST(KernelTheory, TheCovarianceWithinABlockIsItsIntegral) {
    for (const auto& [dim, p] : integration_points) {
        const double z = std::sqrt(p.sum_square()), difference = std::sqrt(p.difference_square());
        const double scale = std::exp(-p.x_square - p.y_square), square = std::exp(2 * p.product);
        const double positive = scale * pair_length_mean(dim, [dim = dim, z](double r) {
                                    return sphere_mean(dim, [=](double t) { return std::exp(r * z * t); });
                                });
        const double trig =
            pair_length_mean(dim,
                             [dim = dim, difference](double r) {
                                 return sphere_mean(dim, [=](double t) { return std::cos(r * difference * t); });
                             }) /
            scale;
        // Not relative to C, of which the integrals know few digits.
        EXPECT_NEAR(covariance(FeatureMethod::positive, dim, p), positive - square, 1e-11 * positive) << dim;
        EXPECT_NEAR(covariance(FeatureMethod::hyperbolic, dim, p), positive - square, 1e-11 * positive) << dim;
        EXPECT_NEAR(covariance(FeatureMethod::trig, dim, p), trig - square, 1e-11 / scale) << dim;
    }
}

TEST(ReluKernel, IsItsIntegral) {
    for (const double angle : {0.0, 0.3, 1.0, pi / 2, 2.0, 3.0, pi}) {
        // w in the plane of x and y: E[r^2] = 2, and the direction is uniform; kinks cost the rule digits.
        const double mean =
            integral(-pi, pi, 20000,
                     [angle](double t) { return std::max(std::cos(t), 0.0) * std::max(std::cos(t - angle), 0.0); }) /
            pi;
        EXPECT_NEAR(relu_kernel(at_angle(0.7, 3, angle)), 2.1 * mean, 1e-7) << angle;
    }
    EXPECT_NEAR(relu_kernel(at_angle(2, 2, 0)), 2, 1e-15);  // half of |x|^2
    EXPECT_EQ(relu_kernel(at_angle(2, 5, pi)), 0);
    EXPECT_EQ(relu_kernel(at_angle(0, 5, 1)), 0);
}

// ---- The same by drawing.

// phi(x) . phi(y) for rows w of N(0, I), in double.
double estimate(const KernelDraw& draw, const MatrixD& w, const VectorD& x, const VectorD& y) {
    const double half = 0.5 * (x.squaredNorm() + y.squaredNorm()), d = static_cast<double>(x.size());
    const VectorD sums = w * (x + y), squares = w.rowwise().squaredNorm();
    switch (draw.method) {
        case FeatureMethod::trig:
            return std::exp(half) * (w * (x - y)).array().cos().mean();
        case FeatureMethod::hyperbolic:
            return std::exp(-half) * sums.array().cosh().mean();
        case FeatureMethod::smreg:
            return std::exp(-half) * (sums.array() * (d / squares.array()).sqrt()).exp().mean();
        case FeatureMethod::oprf: {
            const double stretch = 1 - 4 * draw.oprf_a;
            return std::exp(-half) * std::pow(stretch, d / 2) *
                   (2 * draw.oprf_a * squares.array() + std::sqrt(stretch) * sums.array()).exp().mean();
        }
        default:
            return std::exp(-half) * sums.array().exp().mean();
    }
}

struct Sums {
    double value = 0, square = 0;

    void add(double v) {
        value += v;
        square += v * v;
    }
    double mean(double n) const { return value / n; }
    double standard_error(double n) const { return std::sqrt((square / n - mean(n) * mean(n)) / n); }
};

TEST(KernelTheory, DrawsHaveTheMeanAndErrorOfTheory) {
    const VectorD x = (VectorD(4) << 0.5, -0.2, 0.4, 0.1).finished(),
                  y = (VectorD(4) << -0.3, 0.4, 0.2, 0.3).finished();
    const KernelPoint p{x.squaredNorm(), y.squaredNorm(), x.dot(y)};
    const Index trials = 20000, features = 6;  // a whole block and half of one
    for (const bool orthogonal : {false, true}) {
        std::vector<Sums> values(std::size(with_error)), errors(std::size(with_error));
        for (Index seed = 0; seed < trials; ++seed) {
            const MatrixD w =
                draw_projections(features, 4, orthogonal, static_cast<std::uint64_t>(seed)).cast<double>();
            for (std::size_t i = 0; i < std::size(with_error); ++i) {
                const double found = estimate(draw_of(with_error[i], orthogonal, features, 4, -0.05), w, x, y);
                values[i].add(found);
                errors[i].add(std::pow(found - softmax_kernel(p), 2));
            }
        }
        for (std::size_t i = 0; i < std::size(with_error); ++i) {
            const KernelDraw draw = draw_of(with_error[i], orthogonal, features, 4, -0.05);
            const double n = static_cast<double>(trials);
            const std::string where = std::string(feature_method_names.at(i)) + (orthogonal ? ", orthogonal" : "");
            const double mean_error = values[i].standard_error(n), mse_error = errors[i].standard_error(n);
            EXPECT_NEAR(values[i].mean(n), kernel_mean(draw, p).value(), 4.5 * mean_error) << where;
            EXPECT_NEAR(errors[i].mean(n), kernel_mse(draw, p).value(), 4.5 * mse_error) << where;
            EXPECT_LT(mse_error, 0.03 * errors[i].mean(n)) << where;  // light tails: the test means something
            EXPECT_NEAR(mean_error * std::sqrt(n) / kernel_deviation(draw, p).value(), 1, 0.07) << where;
        }
    }
}

}  // namespace theory_test
}  // namespace attnscope
