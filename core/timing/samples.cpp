#include "core/timing/samples.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/statistics.hpp"

namespace attnscope {

double median(std::vector<double> values) {
    check(!values.empty(), "median of no values");
    std::sort(values.begin(), values.end());
    return quantile(values, 0.5);
}

double median_ratio(std::span<const double> a, std::span<const double> b) {
    check(a.size() == b.size(), "median_ratio: not pairs");
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(a[i] / b[i]);
    return median(std::move(ratios));
}

int repeats_for(double seconds, double least) {
    constexpr double most = 100000;
    return static_cast<int>(seconds > 0 ? std::clamp(std::ceil(least / seconds), 1.0, most) : most);
}

}  // namespace attnscope
