// What every score is multiplied by, checked and rounded in one place.
#pragma once

#include "core/base/result.hpp"

namespace attnscope {

/// s_ij = (scale * raw(q_i, k_j) - distance_slope |i - j|) / temperature.
struct ScoreFactors {
    double scale = 1, temperature = 1, distance_slope = 0;

    /// The same in powers of two, as the kernels want it: what raw scores and distances are multiplied by.
    float raw_log2() const;
    float distance_log2() const;
};

/// Errors (invalid_input): a temperature that is not positive and finite, a scale that is not finite, a slope that is
/// negative or not finite, quotients beyond the range of double.
Result<void> validate_factors(const ScoreFactors& factors);

}  // namespace attnscope
