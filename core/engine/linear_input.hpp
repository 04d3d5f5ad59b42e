// What linear_attention() and its reference are given, checked in the same way.
#pragma once

#include "core/engine/linear.hpp"

namespace attnscope {

struct LinearInput {
    const HeadsView &q, &k, &v;
    const Eigen::Ref<const Matrix>& projections;
    const LinearOptions& options;

    /// scale / T. Not used by elu.
    double score_factor() const;
    /// m; elu: d.
    Index projection_count() const;
    /// r.
    Index features() const;
    /// The keys that any query may see.
    Index visible_keys() const;

    Result<void> validate(const HeadsSpan& out) const;
};

}  // namespace attnscope
