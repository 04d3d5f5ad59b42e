// The layers' costs in numbers: Table 1 of Vaswani et al. 2017 with all factors, and the times beside it.
#pragma once

#include <string>

#include "app/draw/canvas.hpp"
#include "app/panels/timing/layer_times.hpp"
#include "app/panels/timing/params.hpp"

namespace attnscope::timing_panel {

constexpr float least_table_height = 152, most_table_height = 212;

/// The least of each column is marked. `times` may be null.
void draw_layers_table(Canvas& canvas, const Rect& area, const Params& params, const LayerTimes* times);
/// For which n attention takes fewer multiplications than recurrent layers.
std::string layers_sentence(const Params& params);
/// A whole multiple of d: "2d = 128".
std::string multiple_of_dim(double length, Index dim);
/// path_formula() as it is drawn: "⌈(n − 1) / (k − 1)⌉".
std::string drawn_path_formula(LayerKind kind);

}  // namespace attnscope::timing_panel
