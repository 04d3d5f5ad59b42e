// What the tests of theory.hpp share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "core/features/theory.hpp"

namespace attnscope::theory_test {

inline constexpr double pi = std::numbers::pi;
inline constexpr double infinity = std::numeric_limits<double>::infinity();

inline constexpr FeatureMethod with_error[] = {FeatureMethod::trig, FeatureMethod::positive, FeatureMethod::hyperbolic,
                                               FeatureMethod::smreg, FeatureMethod::oprf};

inline KernelDraw draw_of(FeatureMethod method, bool orthogonal, Index features, Index dim, double oprf_a = 0) {
    return {.method = method, .orthogonal = orthogonal, .features = features, .dim = dim, .oprf_a = oprf_a};
}
inline double mse(FeatureMethod method, bool orthogonal, Index features, Index dim, const KernelPoint& p,
                  double oprf_a = 0) {
    return kernel_mse(draw_of(method, orthogonal, features, dim, oprf_a), p).value();
}
inline double deviation(FeatureMethod method, bool orthogonal, Index features, Index dim, const KernelPoint& p,
                        double oprf_a = 0) {
    return kernel_deviation(draw_of(method, orthogonal, features, dim, oprf_a), p).value();
}

// C, the covariance of two features of a block, from two features' error V1 / 2 + C / 2.
inline double covariance(FeatureMethod method, Index dim, const KernelPoint& p) {
    return 2 * mse(method, true, 2, dim, p) - mse(method, true, 1, dim, p);
}

// `found` is `expected` up to a relative 1e-10; 0 up to the rounding of cos.
inline void expect_same(double found, double expected, const std::string& where) {
    EXPECT_NEAR(found, expected, 1e-10 * std::abs(expected) + 1e-200) << where;
}

}  // namespace attnscope::theory_test
