// What several pictures of the positions panel are made of.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/draw/canvas.hpp"
#include "app/draw/interaction.hpp"
#include "app/panels/picture_parts.hpp"
#include "core/positions/positions.hpp"

namespace attnscope::positions_panel {

/// A mark on the line of positions.
struct LineMark {
    Index position = 0;
    std::string name;
    Color color;
};

/// The positions 0 .. count-1 as a line with marks. Dragging a mark, or the bar between the two, moves them; the result
/// is where the marks are to go, while the mouse moves them. `dragged`: which mark the mouse has, -1 the bar.
std::optional<std::vector<Index>> draw_number_line(Canvas& canvas, Interaction& interaction, const Rect& area,
                                                   Index count, std::span<const LineMark> marks,
                                                   std::optional<int>& dragged);

/// A hand at angle `from` (radians, clockwise from the top: its tip is at (sin, cos)) and one at `to`, the turn between
/// them shaded; `length` of each in parts of the radius.
struct Clock {
    double from = 0, to = 0;
    double from_length = 1, to_length = 1;
    std::string title, below;
    bool chosen = false;
};
void draw_clock(Canvas& canvas, const Rect& area, const Clock& clock);

constexpr float number_line_height = 66, gap_between_pictures = 24;

/// At most `count` of so many pairs, spread from the fastest to the slowest, `chosen` among them.
std::vector<int> spread_pairs(int count, int pairs, int chosen);
/// How many columns leave `count` clocks as large as can be, and where the k-th then stands.
int columns_for(const Rect& area, int count);
Rect place_in_grid(const Rect& area, int columns, int count, int k);

}  // namespace attnscope::positions_panel
