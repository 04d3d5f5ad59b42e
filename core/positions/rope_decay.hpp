// What rotary positions do to the score of a query and a key as they move apart.
#pragma once

#include <cstdint>

#include "core/base/matrix.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// By the offset m - n = 0 .. count-1, over `draws` seeded draws of q and k from N(0, 1):
struct RopeDecay {
    VectorD alike;         // the mean of R_m q . R_n q / |q|^2: 1 at 0; near (2/d) sum over j of cos((m - n) w_j)
    VectorD alike_spread;  // its standard deviation over the draws
    VectorD unrelated;     // root mean square of R_m q . R_n k / (|q| |k|), independent: near 1 / sqrt(d), not falling
};

/// d = dim: even, >= 2; draws >= 2. So "decay" is of what q and k share; the score of unrelated ones stays as large as
/// it was. O(count d draws), in parallel. Errors: cancelled.
Result<RopeDecay> rope_decay(Index dim, double base, Index count, Index draws, std::uint64_t seed,
                             const Progress& progress = {});

/// R_m q . R_n k, both turned as they stand: O(d). q, k: d entries, d even.
double rope_score(const Eigen::Ref<const VectorD>& q, const Eigen::Ref<const VectorD>& k, Index m, Index n,
                  double base);

/// R_m q . R_n k = sum over pairs of (a_j cos((m-n) w_j) + b_j sin((m-n) w_j)), which is made from a pair q, k once and
/// then known for every offset of either sign. (Su et al. 2021, equation 16.)
class RopeScore {
public:
    /// q, k: d entries, d even.
    RopeScore(const Eigen::Ref<const VectorD>& q, const Eigen::Ref<const VectorD>& k, double base);
    /// The score at m - n = offset. O(d).
    double at(Index offset) const;

private:
    VectorD along_, across_, frequency_;
};

}  // namespace attnscope
