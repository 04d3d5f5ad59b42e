#include "core/engine/linear_input.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/tr.hpp"
#include "core/engine/score_factors.hpp"
#include "core/engine/tile.hpp"

namespace attnscope {

double LinearInput::score_factor() const {
    return options.scale.value_or(1 / std::sqrt(static_cast<double>(q.columns))) / options.temperature;
}

Index LinearInput::projection_count() const {
    return options.estimator == Estimator::elu ? q.columns : projections.rows();
}

Index LinearInput::features() const {
    return feature_dim({options.estimator, projection_count()}, q.columns);
}

Index LinearInput::visible_keys() const {
    if (options.mask.kind == MaskKind::padding) return std::min(options.mask.size, k.rows);
    return options.mask.kind == MaskKind::causal ? std::min(q.rows, k.rows) : k.rows;
}

Result<void> LinearInput::validate(const HeadsSpan& out) const {
    if (auto valid = validate_heads(q, k, v, out); !valid) return valid;
    const double usual = 1 / std::sqrt(static_cast<double>(q.columns));
    if (auto valid = validate_factors({options.scale.value_or(usual), options.temperature, 0}); !valid) return valid;
    if (auto valid = validate_mask(options.mask); !valid) return valid;
    const MaskKind kind = options.mask.kind;
    if (kind != MaskKind::none && kind != MaskKind::padding && kind != MaskKind::causal)
        return invalid_input(tr("linear attention takes the masks none, padding and causal: it cannot see this mask"));
    if (options.mask.hidden && !options.mask.hidden->empty())
        return invalid_input(tr("linear attention cannot hide single cells: its mask must have none"));
    if (options.estimator == Estimator::elu) return {};
    if (projections.rows() < 1 || projections.rows() > max_features)
        return invalid_input(tr("there are {} projections: there must be 1 .. {}", projections.rows(), max_features));
    if (projections.cols() != q.columns)
        return invalid_input(
            tr("the projections are {} x {} and the queries have {} columns: each projection "
               "needs as many entries",
               projections.rows(), projections.cols(), q.columns));
    return {};
}

}  // namespace attnscope
