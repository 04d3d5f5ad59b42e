// Random features: maps phi with E[phi(x) . phi(y)] = exp(x . y), which turn softmax attention into matrix products
// that are linear in the number of tokens. (Choromanski et al., "Rethinking attention with Performers", 2021.)
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/matrix.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// With w_1 .. w_m the projections, u_r = w_r . x and s = |x|^2 / 2:
enum class Estimator {
    trig,        // phi(x) = exp(s) / sqrt(m) (sin u_1 .. sin u_m, cos u_1 .. cos u_m): r = 2m, may go negative
    positive,    // phi(x) = exp(-s) / sqrt(m) (exp u_1 .. exp u_m): r = m
    hyperbolic,  // phi(x) = exp(-s) / sqrt(2m) (exp u_1 .. exp u_m, exp -u_1 .. exp -u_m): r = 2m
    elu,         // phi(x) = elu(x) + 1 entry by entry: r = d, nothing random, another kernel than exp(x . y)
                 // (Katharopoulos et al., "Transformers are RNNs", 2020, equation 7)
};

/// By the enumerators' values.
inline constexpr std::array<std::string_view, 4> estimator_names{"trig", "positive", "hyperbolic", "elu"};

struct FeatureSpec {
    Estimator estimator = Estimator::positive;
    Index features = 64;     // m, 1 .. max_features: how many w are drawn; not used by elu
    bool orthogonal = true;  // draws in blocks of d that are orthogonal to each other
    std::uint64_t seed = 1;

    friend bool operator==(const FeatureSpec&, const FeatureSpec&) = default;
};

inline constexpr Index max_features = Index{1} << 20;

/// r, the number of entries of phi(x) for x of dim entries.
Index feature_dim(const FeatureSpec& spec, Index dim);

/// An error that says which member of `spec` cannot be.
Result<void> validate_features(const FeatureSpec& spec);

/// W: m x d, rows w ~ N(0, I_d); m = features >= 1, d = dim >= 1. Not orthogonal: all independent. Orthogonal: rows
/// d b .. d b + d-1 are orthogonal to each other, their directions Haar-distributed and their lengths independent
/// chi(d), so that each row alone is still N(0, I_d); blocks b are independent and the last one is cut off. The first
/// rows do not depend on m. Directions are the Q of a Gaussian matrix, its columns times the signs of R's diagonal:
/// without these signs Q is not Haar and positive features are biased. O(m d^2), or O(m d). Once `progress` is stopped,
/// the blocks that are left hold 0.
Matrix draw_projections(Index features, Index dim, bool orthogonal, std::uint64_t seed, const Progress& progress = {});

/// phi of each row in two factors: phi(x_i) = exp(log_scale_i) * values.row(i), with the largest |values| of a row 1
/// (trig: at most 1). So nothing overflows: phi(x) . phi(y) = exp(sum of both log_scales) * (dot product of values),
/// and in attention a query's log_scale cancels altogether, and of the keys' only the differences are left.
struct Features {
    Matrix values;      // n x r
    VectorD log_scale;  // n, natural logarithm
};

/// phi of the rows of x (n x d, finite). `projections` is m x d and not looked at by elu. A row's features are the same
/// bits whatever the other rows hold, and for any number of threads. A feature below exp(-87) of its row's largest is
/// 0; the others are off by about 1e-7 (1 + |u_r|) of themselves. Cost: n m d multiplications and n r exponentials or
/// sines.
/// Errors: a row so long that a projection leaves the range of float (invalid_input, with the row); cancelled.
Result<Features> feature_map(Estimator estimator, const Eigen::Ref<const Matrix>& projections,
                             const Eigen::Ref<const Matrix>& x, const Progress& progress = {});

}  // namespace attnscope
