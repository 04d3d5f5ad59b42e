// Robust summaries of samples.
#pragma once

#include <span>

namespace attnscope {

/// The part p in [0, 1] of sorted samples, interpolated between neighbours (Hyndman and Fan 1996, type 7: what NumPy
/// and R take): p = 0.5 is the median. NaN of no samples.
double quantile(std::span<const double> sorted, double p);

}  // namespace attnscope
