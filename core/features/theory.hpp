// What is known in closed form about one kernel value and its estimates by random features. Everything is within a
// relative 1e-12 or so of what the members of a KernelPoint say, 0 or infinite beyond the range of double, and never
// NaN for vectors shorter than 1e150. One value costs the terms of a series: some tens, more for |x + y| or |x - y|
// above 3, and never many more than 1e5.
#pragma once

#include <optional>

#include "core/features/feature_draw.hpp"

namespace attnscope {

/// All that a kernel value depends on: two vectors x, y (x = q / d^(1/4)).
struct KernelPoint {
    double x_square = 0, y_square = 0;  // |x|^2, |y|^2
    double product = 0;                 // x . y

    double sum_square() const { return x_square + y_square + 2 * product; }         // |x + y|^2
    double difference_square() const { return x_square + y_square - 2 * product; }  // |x - y|^2
};
/// The point of vectors of these lengths at this angle.
KernelPoint at_angle(double x_norm, double y_norm, double angle);

/// SM = exp(x . y).
double softmax_kernel(const KernelPoint& p);
/// SMREG = exp(-(|x|^2 + |y|^2) / 2) 0F1(; d/2; d |x + y|^2 / 4), the mean of smreg's estimates: SM or less.
double regularised_kernel(const KernelPoint& p, Index dim);
/// E[relu(w . x) relu(w . y)] = |x| |y| (sin t + (pi - t) cos t) / (2 pi), t the angle between x and y; 0 if one is 0.
double relu_kernel(const KernelPoint& p);

struct KernelDraw {
    FeatureMethod method = FeatureMethod::positive;
    bool orthogonal = false;
    Index features = 64;  // m >= 1
    Index dim = 16;       // d >= 1; matters for orthogonal, smreg, oprf
    double oprf_a = 0;    // oprf: its A <= 0, see oprf_parameter(); 0 is positive
};
/// The mean of phi(x) . phi(y) over draws: SM, or smreg's and relu's kernel. Nothing for elu.
std::optional<double> kernel_mean(const KernelDraw& draw, const KernelPoint& p);
/// The mean squared distance of phi(x) . phi(y) from SM over draws: its variance, for smreg with the squared bias.
/// Nothing where no closed form is known (sderf, elu, relu). With V1 the variance for m = 1:
///   iid: V1 / m; trig, positive, hyperbolic: Choromanski et al. 2021, Lemma 2.
///   orthogonal: V1 / m + N / m^2 C, N = B d (d-1) + s (s-1), m = B d + s, and C the covariance of two features of a
///   block. C <= 0, except for trig where |x - y| is large (d = 8: from 3 on): there blocks are worse than iid, by
///   1.5 percent at most. And a feature more than whole blocks may be worse than none.
std::optional<double> kernel_mse(const KernelDraw& draw, const KernelPoint& p);
/// The standard deviation of phi(x) . phi(y) about its own mean; nothing as above.
std::optional<double> kernel_deviation(const KernelDraw& draw, const KernelPoint& p);

/// Theorem 2's bound on the error of orthogonal positive features, m <= d:
/// MSE(iid) - 2 (m-1) / (m (d+2)) (SM - exp(-(|x|^2 + |y|^2) / 2))^2.
double orthogonal_bound(Index features, Index dim, const KernelPoint& p);

/// log10 of r(phi, l) = MSE(trig) / MSE(positive) for |x| = |y| = l at angle phi, iid, the same m for both:
/// r = 1/2 exp(-4 l^2 cos phi) (1 - exp(-2 l^2 (1 - cos phi)))^2 / (1 - exp(-2 l^2 (1 + cos phi))).
/// Even in both. |phi| >= pi, up to the double nearest to pi: +infinity, for positive has no error there. Else phi = 0
/// or l = 0: -infinity. At l = 0 neither has an error; that is the limit at a fixed phi, where r tends to
/// l^2 (1 - cos phi)^2 / (1 + cos phi). At the corner phi = pi, l = 0 every limit is possible, on the way with
/// pi - phi in proportion to l; along the edge phi = pi, which is the one taken, it is +infinity.
/// Choromanski et al. 2021, Figure 2.
double log10_variance_ratio(double angle, double norm);
/// The angle in (0, pi) where r = level, to 1e-13, for norm > 0 and level > 0 (r grows from 0 to infinity there).
double angle_of_ratio(double norm, double level);

}  // namespace attnscope
