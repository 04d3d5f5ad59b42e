#include "core/features/theory.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/check.hpp"

namespace attnscope {
namespace {

// mantissa * exp(exponent): errors go with exp(|x|^2), so that parts leave double's range where the whole does not.
struct ScaledNumber {
    double mantissa = 0, exponent = 0;

    double value() const {
        if (mantissa == 0) return 0;
        if (std::abs(exponent) < 600) return mantissa * std::exp(exponent);
        return std::copysign(std::exp(exponent + std::log(std::abs(mantissa))), mantissa);
    }
};

// Rounding may have made them negative.
double positive_sum_square(const KernelPoint& p) {
    return std::max(p.sum_square(), 0.0);
}
double positive_difference_square(const KernelPoint& p) {
    return std::max(p.difference_square(), 0.0);
}

// The sum over k = 0, 1, .. of t_k factor(k) with t_0 = 1, t_(k+1) = t_k ratio(k). The ratios are positive, fall and
// tend to 0; the factors are within [-2, 2] and asked for in order, each once, so that they can be a recurrence.
template <class Ratio, class Factor>
ScaledNumber sum_scaled_series(Ratio ratio, Factor factor) {
    constexpr double large = 1e100;
    double term = 1, sum = 0, magnitude = 0, exponent = 0;
    for (double k = 0; term > 0; ++k) {
        const double part = term * factor(k), next = ratio(k);
        sum += part;
        magnitude += std::abs(part);
        if (next < 0.9 && term < 1e-18 * magnitude) break;
        term *= next;
        if (term > large) {
            term /= large;
            sum /= large;
            magnitude /= large;
            exponent += std::log(large);
        }
    }
    return {sum, exponent};
}

// The mean of factor(k) over k with Poisson distribution: exp(-rate) sum rate^k / k! factor(k).
template <class Factor>
double poisson_mean(double rate, Factor factor) {
    ScaledNumber sum = sum_scaled_series([rate](double k) { return rate / (k + 1); }, factor);
    sum.exponent -= rate;
    return sum.value();
}

// Rates from which on a Poisson mean is at its limit, or added to what is larger by far more than 1e16.
constexpr double largest_rate = 1400;
// |w . (x + y)| from which on smreg's series would have more terms than anyone waits for.
constexpr double largest_projection = 1e5;

// The covariance of positive's two features of a block, over SM^2: (G / SM)^2 1F1(d; d/2; z/2) - 1 with z = |x + y|^2.
// (G / SM)^2 is exp(-z), so it is the mean over Poisson's k of P_k - 1, P_k = prod (j < k) of (d + j) / (d + 2j): never
// positive, and nothing cancels if 1 - P_k has its own recurrence.
double positive_covariance(double z, double d) {
    if (z > largest_rate) return -1;  // P_k vanishes; where d is so large that it does not, the variance is exp(z)
    return -poisson_mean(z, [d, product = 1.0, rest = 0.0](double k) mutable {
        const double result = rest;
        rest += product * k / (d + 2 * k);
        product *= (d + k) / (d + 2 * k);
        return result;
    });
}

// The covariance of trig's two features of a block, over exp(|x|^2 + |y|^2): 1F1(d; d/2; -u) - exp(-2u), u = |x - y|^2
// /
// 2. With Kummer's 1F1(d; d/2; -u) = exp(-u) 1F1(-d/2; d/2; u) it is the mean over Poisson's k of (-1)^k (R_k - 1),
// R_k = prod (j < k) of (d/2 - j) / (d/2 + j). The signs alternate; what that loses is 1e-16 next to the variance.
double trig_covariance(double difference_square, double d) {
    const double u = 0.5 * difference_square;
    if (u > largest_rate) return 0;  // the variance is infinite: |x|^2 + |y|^2 >= u
    return -poisson_mean(u, [n = 0.5 * d, product = 1.0, rest = 0.0, sign = 1.0](double k) mutable {
        const double result = sign * rest;
        rest += product * 2 * k / (n + k);
        product *= (n - k) / (n + k);
        sign = -sign;
        return result;
    });
}

// The variance of smreg times m: V1 + pairs C. With a_k = (d z)^k / (k! (d/2)_k), z = |x + y|^2, the three series are
//   E[X^2] = G^2 0F1(; d/2; d z) = G^2 sum a_k
//   E[X X'] = G^2 0F1(; d/2; d z / 2) = G^2 sum a_k 2^-k for two features of a block
//   SMREG^2 = G^2 0F1(; d/2; d z / 4)^2 = G^2 sum a_k h_k, h_0 = 1, h_k = 2^-k prod (0 < j < k) (d-1 + 2j) / (d-1 + j),
// the last one since 0F1(; b; x)^2 = 1F2(b - 1/2; b, 2b - 1; 4x). So V1 has the factors 1 - h_k, and C those of -g_k,
// g_k = h_k - 2^-k >= 0, which again has its own recurrence.
ScaledNumber smreg_variance(const KernelPoint& p, double d, double pairs) {
    const double z = positive_sum_square(p), projection = std::sqrt(d) * std::sqrt(z);
    const double log_scale = -(p.x_square + p.y_square);
    // The series' upper bound. It decides between 0 and infinity; for d < 16000 rightly, as log_scale <= -z / 2.
    if (projection > largest_projection) return {1, std::min(2 * projection, 2 * z) + log_scale};
    const auto ratio = [d, z](double k) { return d * z / ((0.5 * d + k) * (k + 1)); };
    ScaledNumber sum = sum_scaled_series(ratio, [d, pairs, h = 0.5, g = 0.0](double k) mutable {
        if (k == 0) return 0.0;
        const double result = 1 - h - pairs * g;
        g = 0.5 * (g + h * k / (d - 1 + k));
        h *= (d - 1 + 2 * k) / (2 * (d - 1 + k));
        return result;
    });
    sum.exponent += log_scale;
    return sum;
}

// (SM - SMREG) / SM: the mean over Poisson's k, rate |x + y|^2 / 2, of 1 - prod (j < k) of d / (d + 2j).
double smreg_relative_bias(const KernelPoint& p, double d) {
    const double rate = 0.5 * positive_sum_square(p);
    if (rate > largest_projection) return 1;
    return poisson_mean(rate, [d, product = 1.0, rest = 0.0](double k) mutable {
        const double result = rest;
        rest += product * 2 * k / (d + 2 * k);
        product *= d / (d + 2 * k);
        return result;
    });
}

// (log of E[X^2] / SM^2 for one feature of oprf) = d log((1 + rho) / (2 sqrt rho)) + rho |x + y|^2.
double oprf_log_moment(double a, double sum_square, double d) {
    check(a < 0.125, "A of oprf is below 1/8: above, features have no variance");
    const double rho = 1 / (1 - 8 * a), root = std::sqrt(rho);
    const double lack = rho > 0 ? -8 * a * rho / (1 + root) : 1;  // 1 - root
    return d * std::log1p(lack * lack / (2 * root)) + rho * sum_square;
}

// N / m, of KernelDraw's two features of a block.
double pairs_per_feature(const KernelDraw& draw) {
    if (!draw.orthogonal) return 0;
    const double d = static_cast<double>(draw.dim), m = static_cast<double>(draw.features);
    const double rest = static_cast<double>(draw.features % draw.dim);
    return ((m - rest) * (d - 1) + rest * (rest - 1)) / m;
}

// (one + pairs * covariance()) / m, its covariance left alone if there are no pairs.
template <class Covariance>
double combined_variance(const KernelDraw& draw, double one, Covariance covariance) {
    const double pairs = pairs_per_feature(draw);
    const double both = pairs > 0 ? one + pairs * covariance() : one;
    return std::max(both, 0.0) / static_cast<double>(draw.features);
}

// The variance of phi(x) . phi(y) about its mean.
std::optional<ScaledNumber> kernel_variance(const KernelDraw& draw, const KernelPoint& p) {
    check(draw.features >= 1 && draw.dim >= 1, "a draw has at least one feature of at least one entry");
    const double d = static_cast<double>(draw.dim), z = positive_sum_square(p);
    // of positive, hyperbolic and oprf, next to a second moment of SM^2 exp(log_moment)
    const auto covariance_beside = [&](double log_moment) {
        return [=] { return positive_covariance(z, d) * std::exp(-log_moment); };
    };
    switch (draw.method) {
        case FeatureMethod::trig: {
            const double difference = positive_difference_square(p), part = std::expm1(-difference);
            return ScaledNumber{
                combined_variance(draw, 0.5 * part * part, [&] { return trig_covariance(difference, d); }),
                p.x_square + p.y_square};
        }
        case FeatureMethod::positive:
            return ScaledNumber{combined_variance(draw, -std::expm1(-z), covariance_beside(z)), 2 * p.product + z};
        case FeatureMethod::hyperbolic: {
            const double part = std::expm1(-z);
            return ScaledNumber{combined_variance(draw, 0.5 * part * part, covariance_beside(z)), 2 * p.product + z};
        }
        case FeatureMethod::smreg: {
            ScaledNumber result = smreg_variance(p, d, pairs_per_feature(draw));
            result.mantissa = std::max(result.mantissa, 0.0) / static_cast<double>(draw.features);
            return result;
        }
        case FeatureMethod::oprf: {
            const double moment = oprf_log_moment(draw.oprf_a, z, d);
            return ScaledNumber{combined_variance(draw, -std::expm1(-moment), covariance_beside(moment)),
                                2 * p.product + moment};
        }
        case FeatureMethod::sderf:
        case FeatureMethod::elu:
        case FeatureMethod::relu:
            return std::nullopt;
    }
    check(false, "a feature method that exists");
    return std::nullopt;
}

// log(1 - exp(-root^2)), also where root^2 is below double's smallest; 0: -infinity.
double log_of_gap(double root) {
    if (std::abs(root) < 1e-9) return 2 * std::log(std::abs(root));
    return std::log(-std::expm1(-root * root));
}

}  // namespace

KernelPoint at_angle(double x_norm, double y_norm, double angle) {
    return {x_norm * x_norm, y_norm * y_norm, x_norm * y_norm * std::cos(angle)};
}

double softmax_kernel(const KernelPoint& p) {
    return std::exp(p.product);
}

double regularised_kernel(const KernelPoint& p, Index dim) {
    check(dim >= 1, "a vector has at least one entry");
    const double d = static_cast<double>(dim), z = positive_sum_square(p), projection = std::sqrt(d) * std::sqrt(z);
    const double log_scale = -0.5 * (p.x_square + p.y_square);
    if (projection > largest_projection) return std::exp(std::min(projection, 0.5 * z) + log_scale);  // as the variance
    ScaledNumber sum = sum_scaled_series([d, z](double k) { return 0.25 * d * z / ((0.5 * d + k) * (k + 1)); },
                                         [](double) { return 1.0; });
    sum.exponent += log_scale;
    return sum.value();
}

double relu_kernel(const KernelPoint& p) {
    const double norms = std::sqrt(p.x_square) * std::sqrt(p.y_square);
    if (!(norms > 0)) return 0;
    const double cosine = std::clamp(p.product / norms, -1.0, 1.0);
    const double sine = std::sqrt((1 - cosine) * (1 + cosine));
    const double rest = std::atan2(sine, -cosine);  // pi - t, accurate also where it is small
    return norms * std::max(sine + rest * cosine, 0.0) / (2 * std::numbers::pi);
}

std::optional<double> kernel_mean(const KernelDraw& draw, const KernelPoint& p) {
    switch (draw.method) {
        case FeatureMethod::trig:
        case FeatureMethod::positive:
        case FeatureMethod::hyperbolic:
        case FeatureMethod::oprf:
        case FeatureMethod::sderf:
            return softmax_kernel(p);
        case FeatureMethod::smreg:
            return regularised_kernel(p, draw.dim);
        case FeatureMethod::relu:
            return relu_kernel(p);
        case FeatureMethod::elu:
            return std::nullopt;
    }
    check(false, "a feature method that exists");
    return std::nullopt;
}

std::optional<double> kernel_mse(const KernelDraw& draw, const KernelPoint& p) {
    const std::optional<ScaledNumber> variance = kernel_variance(draw, p);
    if (!variance) return std::nullopt;
    if (draw.method != FeatureMethod::smreg) return variance->value();
    const double bias = smreg_relative_bias(p, static_cast<double>(draw.dim));
    return variance->value() + ScaledNumber{bias * bias, 2 * p.product}.value();
}

std::optional<double> kernel_deviation(const KernelDraw& draw, const KernelPoint& p) {
    const std::optional<ScaledNumber> variance = kernel_variance(draw, p);
    if (!variance) return std::nullopt;
    return ScaledNumber{std::sqrt(variance->mantissa), 0.5 * variance->exponent}.value();
}

double orthogonal_bound(Index features, Index dim, const KernelPoint& p) {
    check(1 <= features && features <= dim, "Theorem 2 is about 1 .. d features");
    const double m = static_cast<double>(features), z = positive_sum_square(p), part = std::expm1(-0.5 * z);
    const double gain = 2 * (m - 1) / (static_cast<double>(dim) + 2) * part * part * std::exp(-z);
    return ScaledNumber{(-std::expm1(-z) - gain) / m, 2 * p.product + z}.value();
}

double log10_variance_ratio(double angle, double norm) {
    const double half = 0.5 * std::abs(angle), length = 2 * std::abs(norm);
    // The double nearest to pi is not pi, and its cosine not 0.
    if (half >= 0.5 * std::numbers::pi) return std::numeric_limits<double>::infinity();
    if (half == 0 || length == 0) return -std::numeric_limits<double>::infinity();
    const double difference = length * std::sin(half), sum = length * std::cos(half);  // |x - y|, |x + y|
    const double log_ratio = (difference - sum) * (difference + sum) + 2 * log_of_gap(difference) - log_of_gap(sum);
    return (log_ratio - std::numbers::ln2) * std::numbers::log10e;
}

double angle_of_ratio(double norm, double level) {
    check(norm > 0 && level > 0, "a ratio of errors is positive, and 0 / 0 for vectors of length 0");
    double low = 0, high = std::numbers::pi;
    while (high - low > 1e-13) {
        const double middle = 0.5 * (low + high);
        (log10_variance_ratio(middle, norm) < std::log10(level) ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace attnscope
