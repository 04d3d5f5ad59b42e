// Multi-head attention as matrices with their shapes: tokens, projections, one head, concatenation, output projection.
#pragma once

#include "app/draw/canvas.hpp"
#include "app/panels/attention/breakdown.hpp"

namespace attnscope::attention_panel {

/// Needs shown.multi_head.
void draw_output_view(Canvas& canvas, const Rect& area, const Shown& shown);

}  // namespace attnscope::attention_panel
