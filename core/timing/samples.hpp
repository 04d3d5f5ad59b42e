// What is made of samples of time. Machines are shared: only samples taken side by side can be compared, and only their
// medians mean anything.
#pragma once

#include <span>
#include <vector>

namespace attnscope {

/// The middle one, or the mean of the two in the middle. At least one value, none of them NaN. O(n log n).
double median(std::vector<double> values);

/// The median of a[i] / b[i]: each pair from the same round. As many of both, at least one.
double median_ratio(std::span<const double> a, std::span<const double> b);

/// How often a call that takes `seconds` is repeated so that they take `least` together: 1 .. 100,000.
int repeats_for(double seconds, double least);

}  // namespace attnscope
