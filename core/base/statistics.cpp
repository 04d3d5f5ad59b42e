#include "core/base/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.hpp"

namespace attnscope {

double quantile(std::span<const double> sorted, double p) {
    check(p >= 0 && p <= 1, "a part from 0 to 1");
    if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double at = p * static_cast<double>(sorted.size() - 1), whole = std::floor(at);
    const auto k = static_cast<std::size_t>(whole);
    const double low = sorted[k], high = sorted[std::min(k + 1, sorted.size() - 1)];
    const double part = at - whole;
    return part == 0 || low == high ? low : low + part * (high - low);  // infinities are left alone
}

}  // namespace attnscope
