// The engine's computations in double precision, in the plainest way: what its fast ones are compared with, and what
// computes input that is not finite.
#pragma once

#include "core/engine/exact.hpp"

namespace attnscope {

/// exact_attention(), which see, with every operation in double precision and its result rounded once. NaN and infinity
/// propagate as IEEE 754 says: a score of NaN or +infinity makes its row NaN, one of -infinity is a weight of 0, and
/// 0 times infinity is NaN. Cells that a query does not see are not looked at. Cost: 2 Lq Lk (d + dv), one row after
/// the other, some hundred times that of exact_attention(); Lk doubles of memory a thread.
Result<void> reference_exact(const HeadsView& q, const HeadsView& k, const HeadsView& v, const ExactOptions& options,
                             const HeadsSpan& out, std::span<float> log_sum_exp = {}, const Progress& progress = {});

}  // namespace attnscope
