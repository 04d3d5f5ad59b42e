#include "core/engine/score_factors.hpp"

#include <cmath>
#include <numbers>

#include "core/base/tr.hpp"

namespace attnscope {

float ScoreFactors::raw_log2() const {
    return static_cast<float>(scale / temperature * std::numbers::log2e);
}

float ScoreFactors::distance_log2() const {
    return static_cast<float>(distance_slope / temperature * std::numbers::log2e);
}

Result<void> validate_factors(const ScoreFactors& factors) {
    const auto& [scale, temperature, slope] = factors;
    if (!(temperature > 0) || !std::isfinite(temperature))
        return invalid_input(tr("the temperature is {}: it must be a finite number above 0", temperature));
    if (!std::isfinite(scale)) return invalid_input(tr("the scale is {}: it must be a finite number", scale));
    if (!std::isfinite(scale / temperature))
        return invalid_input(
            tr("the scale {} divided by the temperature {} is beyond the range of double: "
               "a smaller scale or a higher temperature is needed",
               scale, temperature));
    if (!(slope >= 0) || !std::isfinite(slope))
        return invalid_input(tr("the distance slope is {}: it must be a finite number of 0 or more", slope));
    if (!std::isfinite(slope / temperature))
        return invalid_input(
            tr("the distance slope {} divided by the temperature {} is beyond the range of double: "
               "a smaller slope or a higher temperature is needed",
               slope, temperature));
    return {};
}

}  // namespace attnscope
