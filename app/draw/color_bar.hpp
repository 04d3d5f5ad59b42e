// The colour bar beside a picture of values.
#pragma once

#include <string>

#include "app/draw/canvas.hpp"

namespace attnscope {

/// Draws the colours of `picture`'s range from its low end (below) to its high one into `bar`, numbers to the right of
/// it and `title` below, which may be a little wider than the bar.
void draw_color_bar(Canvas& canvas, const Rect& bar, const CellPicture& picture, const std::string& title);

}  // namespace attnscope
