// What exact_attention() and its reference are given, checked in the same way.
#pragma once

#include <cmath>

#include "core/engine/exact.hpp"
#include "core/engine/score_factors.hpp"

namespace attnscope {

struct ExactInput {
    const HeadsView &q, &k, &v;
    const ExactOptions& options;

    ScoreFactors factors(Index head) const {
        const double usual = 1 / std::sqrt(static_cast<double>(q.columns));
        const double slope =
            options.distance_slopes.empty() ? 0 : options.distance_slopes[static_cast<std::size_t>(head)];
        return {options.scale.value_or(usual), options.temperature, slope};
    }
    /// log_sums: how many places for log-sum-exps there are, 0 when they are not wanted.
    Result<void> validate(const HeadsSpan& out, std::size_t log_sums) const;
};

}  // namespace attnscope
