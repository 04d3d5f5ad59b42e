// Matrix products by the engine's kernels, on the calling thread: for maps small enough to be held.
#pragma once

#include "core/engine/heads_view.hpp"

namespace attnscope {

/// out = a b^T of one head: a: n x d, b: m x d, out: n x m. out = a b: a: n x m, b: m x d, out: n x d. Finite entries;
/// shapes as said are the caller's matter (checked). An entry's bits depend on nothing but its row of a and its row (or
/// column) of b; for a b, sums are made over 128 rows of b at a time. Cost: 2 n m d operations.
void transposed_product(const HeadsView& a, const HeadsView& b, const HeadsSpan& out);
void product(const HeadsView& a, const HeadsView& b, const HeadsSpan& out);

}  // namespace attnscope
