// Attention by a kernel phi(q) . phi(k) in place of exp(q . k): linear in the number of tokens, the features of no more
// than a few hundred of them held at a time.
#pragma once

#include <optional>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/engine/heads_view.hpp"
#include "core/features/random_features.hpp"
#include "core/masks/mask.hpp"

namespace attnscope {

struct LinearOptions {
    Estimator estimator = Estimator::positive;
    double temperature = 1.0;                    // T > 0; not used by elu
    std::optional<double> scale = std::nullopt;  // finite, any sign; 1/sqrt(d) when not given; not used by elu
    MaskSpec mask = {};                          // none, padding or causal, no cells hidden
};

struct LinearReport {
    Index bad_rows = 0;  // of all heads: rows whose normaliser is not positive, or that left the range of float. Where
                         // it is negative the output is the quotient all the same, in all others it is 0
};

/// out_i = sum_j phi(x_i) . phi(y_j) v_j / sum_j phi(x_i) . phi(y_j) over the keys j that i sees, every head by itself,
/// with x_i = q_i sqrt(|scale| / T), y_j = k_j sqrt(|scale| / T), negated where scale < 0, and phi of
/// random_features.hpp. The same as kernel_attention(), which see for stabilisers and meaning; this one holds neither
/// features nor weights.
///
/// q: heads x Lq x d, k: heads x Lk x d, v: heads x Lk x dv, out: heads x Lq x dv; projections: m x d, for every head
/// (elu: not looked at). `normalizer`: not wanted here, see kernel_attention().
///
/// Stabilisers, all of which cancel exactly: the features of a key are held as 2^n times values whose largest is near
/// 1, n a whole number; sums over keys are in the scale of the largest n so far; a query's largest feature is 1.
/// Features below 2^-126 of their row's largest are 0.
///
/// The sums over keys are made in parts of a fixed size and added in a fixed order: the same bits for any number of
/// threads. Causal: blocks of some 64 keys are summed up in parallel, their running sums in order, and the queries of
/// each block see the running sum before it and, cell by cell, their own block: a row is the same bits whatever comes
/// later.
///
/// Cost: 2 m d + 2 r dv multiplications and additions a token (elu: 2 d dv), r = feature_dim(), and 2 r exponentials,
/// or sines; causal also about 40 (r + dv). Memory: at most 16 running sums, r x dv each, of all together 16 MB, or
/// two; causal also the features of as many blocks; and 130 features' rows a thread. For m = 256 and d = dv = 64:
/// 1.1 MB, causal 2.3 MB, and 0.25 MB a thread. Nothing grows with Lq or Lk. A thread keeps up to 4 MB for its next
/// call. Accuracy: a feature is off by about 1e-7 (1 + |w . x|) of itself. For entries from N(0, 1), elu, and positive
/// and hyperbolic with d <= 64 and m = 256: |out - exact| <= 3e-6 max |exact|, d = 128: 5e-6. Trig: that times sum |phi
/// . phi| / |sum phi . phi|, which has no bound. NaN or infinity in the input give what reference_linear() gives.
/// Errors (invalid_input): those of exact_attention() but for slopes; projections of the wrong width, none, or more
/// than max_features; another mask, or hidden cells. Cancelled when `progress` is stopped.
Result<LinearReport> linear_attention(const HeadsView& q, const HeadsView& k, const HeadsView& v,
                                      const Eigen::Ref<const Matrix>& projections, const LinearOptions& options,
                                      const HeadsSpan& out, const Progress& progress = {});

}  // namespace attnscope
