// One draw of the features of a method: everything that phi needs besides x. Eight methods, one shape.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/features/random_features.hpp"

namespace attnscope {

/// With w_1 .. w_m ~ N(0, I_d) (smreg: on the sphere of radius sqrt d), iid or in orthogonal blocks:
enum class FeatureMethod {
    trig,        // the three of Estimator, unbiased estimates of SM(x, y) = exp(x . y)
    positive,    //
    hyperbolic,  //
    smreg,  // positive features of directions alone: the regularised softmax kernel (Choromanski et al., section 3)
    oprf,   // Dn exp(A |w|^2 + sqrt(1 - 4A) w . x - |x|^2 / 2), A of least variance: optimal positive random features
            // (FAVOR++, Likhosherstov et al., "Chefs' random tables", 2022)
    sderf,  // the same with a matrix for A (Likhosherstov et al., "FAVOR#", 2023)
    elu,    // elu(x) + 1 of x = q itself, nothing random; another kernel (Katharopoulos et al., 2020)
    relu,   // relu(w . x) / sqrt m: another kernel, of the angle between x and y
};

/// By the enumerators' values.
inline constexpr std::array<std::string_view, 8> feature_method_names{"trig", "positive", "hyperbolic", "smreg",
                                                                      "oprf", "sderf",    "elu",        "relu"};
std::string_view name_of(FeatureMethod method);

/// Whether phi(x) . phi(y) estimates exp(x . y): all but elu and relu, which are kernels of their own (smreg with a
/// small bias).
bool estimates_softmax(FeatureMethod method);
/// Whether the engine's linear attention knows its features, as an Estimator: all but relu.
bool is_estimator(FeatureMethod method);
/// Whether anything is drawn at all.
bool is_random(FeatureMethod method);

/// What oprf and sderf adapt to: the second moments of the queries x and keys y, each n x d.
struct InputMoments {
    double sum_square = 0;  // mean over all i, j of |x_i + y_j|^2
    MatrixD sums;           // d x d: mean over all i, j of (x_i + y_j)(x_i + y_j)^T
};
/// In double. O((Lq + Lk) d^2).
InputMoments input_moments(const Eigen::Ref<const Matrix>& x, const Eigen::Ref<const Matrix>& y);

/// A* = (1 - 2p - sqrt((2p + 1)^2 + 8p)) / 16 <= 0, p = mean |x_i + y_j|^2 / d: the A of least mean log variance.
double oprf_parameter(double p);

struct FeatureDraw {
    FeatureMethod method = FeatureMethod::positive;
    Matrix projections;     // m x d: what x is multiplied with. 0 x 0 for elu
    Vector bias;            // m, added to the projections before f; empty: none
    double log_factor = 0;  // phi is exp(this) times what f and h give
};

/// From projections that are there: m x d, rows as from N(0, I_d), no row 0. Not for elu. `moments` is looked at by
/// oprf and sderf alone. O(m d), sderf O(d^3 + m d^2).
FeatureDraw adapt(FeatureMethod method, Matrix projections, const InputMoments& moments);
/// m = `features` >= 1 rows for vectors of `dim` entries; elu: none. The same directions for every method with the same
/// seed. Cost: draw_projections() and adapt(). Once `progress` is stopped, what is left is not drawn: useless numbers.
FeatureDraw draw_features(FeatureMethod method, Index features, Index dim, bool orthogonal, std::uint64_t seed,
                          const InputMoments& moments, const Progress& progress = {});

/// phi of the rows of x, in the two factors of Features. x is q / d^(1/4), for elu q itself. A row of which every relu
/// is 0 has values 0 and log_scale 0. Errors and cost of feature_map().
Result<Features> features_of(const FeatureDraw& draw, const Eigen::Ref<const Matrix>& x, const Progress& progress = {});

/// The same for code that knows Estimator's features but no bias: vectors and projections get an entry more, 1 and the
/// bias. phi . phi is exp(1 + 2 log_factor) times what these give, which cancels in attention. Not for relu.
struct BiasedVectors {
    Estimator estimator = Estimator::positive;
    Matrix projections, x;
};
BiasedVectors without_bias(const FeatureDraw& draw, const Eigen::Ref<const Matrix>& x);

/// phi(x) . phi(y) of two single vectors in double, from the estimator's own formula: what features_of() gives but for
/// the rounding of float. O(m d). Infinite where it is beyond double.
double kernel_estimate(const FeatureDraw& draw, const VectorD& x, const VectorD& y);

}  // namespace attnscope
