// How one weight comes about, in the user's own numbers: as a drawn formula, and in words.
#pragma once

#include "app/draw/canvas.hpp"
#include "app/draw/heatmap.hpp"
#include "app/panels/attention/breakdown.hpp"

namespace attnscope::attention_panel {

void draw_explain_line(Canvas& canvas, const Rect& area, const Shown& shown, const Labels& labels, const Cell& at);
std::string explain_in_words(const Shown& shown, const Labels& labels, const Cell& at);

}  // namespace attnscope::attention_panel
