// Linear attention in double precision, in the plainest way: what the fast one is compared with, and what computes
// input that is not finite.
#pragma once

#include "core/engine/linear.hpp"

namespace attnscope {

/// linear_attention(), which see, with every operation in double precision, one key and one query after the other, and
/// the result rounded once. NaN and infinity propagate as IEEE 754 says, and are counted by the normaliser alone: where
/// that is finite, an output may be NaN. Cells that a query does not see are not looked at. Cost: 2 r (d + dv) a token,
/// each head on one thread, some hundred times that of linear_attention(); r x dv doubles a thread.
Result<LinearReport> reference_linear(const HeadsView& q, const HeadsView& k, const HeadsView& v,
                                      const Eigen::Ref<const Matrix>& projections, const LinearOptions& options,
                                      const HeadsSpan& out, const Progress& progress = {});

}  // namespace attnscope
