// What several pictures of the positions panel are made of.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/draw/canvas.hpp"
#include "app/draw/interaction.hpp"
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

/// Names and values, one below the other: "residual at i", "1.1·10⁻¹⁶".
struct Fact {
    std::string name, value;
    bool strong = false;
};
void draw_facts(Canvas& canvas, const Rect& area, std::span<const Fact> facts);

/// Formulas as text: what follows _ or ^, one character or {several}, is a subscript or superscript: "p_{i+δ}".
/// At most `width` wide: smaller where that is needed, down to two thirds, and beyond that cut with an ellipsis.
void draw_formula(Canvas& canvas, Vec2 at, float width, std::string_view formula, const TextStyle& style);
/// The same without marks that only drawing needs: "p_i+δ".
std::string plain_formula(std::string_view formula);

/// A line of text in a box, wrapped at spaces; returns the height used.
float draw_paragraph(Canvas& canvas, const Rect& area, std::string_view text, const TextStyle& style);

}  // namespace attnscope::positions_panel
