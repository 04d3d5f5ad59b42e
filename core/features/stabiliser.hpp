// The stabilisers of the published code, as it has them: a maximum is taken off before exp and an epsilon added behind
// it. Double, and on purpose with their faults: kernel_attention() is how it should be done.
#pragma once

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/features/feature_draw.hpp"

namespace attnscope {

struct StabilisedAttention {
    MatrixD output;         // Lq x dv; a row whose normaliser is 0 or not finite holds 0
    VectorD normalizer;     // Lq
    VectorD epsilon_share;  // Lq: the part of the normaliser that the epsilons bring, in [0, 1]
    Index bad_rows = 0;     // rows whose normaliser is not positive, or not finite
};

/// Attention with features exp(u - |x|^2 / 2 - max) + epsilon, u = w . x + b (hyperbolic: and -u): the maximum of a
/// query is over its own u, that of the keys over all u of all keys, also the later ones where `causal` (key j is seen
/// by the queries i >= j). |x|^2 / 2 is no part of either maximum; the draw's log_factor, which the published code
/// multiplies in behind the epsilon, cancels. For methods with exponential features. epsilon >= 0, finite. x: Lq x d,
/// y: Lk x d as in features_of(), Lk >= 1; v: Lk x dv.
/// The same bits for any number of threads. O(L m (d + dv)) time; memory L m doubles. Errors: cancelled.
Result<StabilisedAttention> stabilised_attention(const FeatureDraw& draw, const Eigen::Ref<const Matrix>& x,
                                                 const Eigen::Ref<const Matrix>& y, const Eigen::Ref<const Matrix>& v,
                                                 double epsilon, bool causal, const Progress& progress = {});
/// Whether the method's features are exponentials: all but trig, elu and relu.
bool has_exponential_features(FeatureMethod method);

}  // namespace attnscope
