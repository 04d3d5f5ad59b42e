// What pictures of several panels are made of, around their plots and heatmaps.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/draw/canvas.hpp"
#include "app/draw/interaction.hpp"
#include "app/draw/rich_text.hpp"

namespace attnscope {

/// A picture's title, cut off the top of its area.
void draw_caption(Canvas& canvas, Rect& area, std::string_view formula);

/// Names and values, one below the other: "residual at i", "1.1·10⁻¹⁶".
struct Fact {
    std::string name, value;
    bool strong = false;
};
void draw_facts(Canvas& canvas, const Rect& area, std::span<const Fact> facts);

/// A line of text in a box, wrapped at spaces; returns the height used.
float draw_paragraph(Canvas& canvas, const Rect& area, std::string_view text, const TextStyle& style);
/// The height that its lines take in a width.
float paragraph_height(Canvas& canvas, float width, std::string_view text, const TextStyle& style);

/// A button with a label, as wide as it needs, in the upper right corner of `row`, or in a language from right to left
/// in the upper left one; its area is cut off `row`. Nothing is drawn, and nothing clicked, in a file. True when
/// clicked. `chosen`: drawn as pressed.
bool draw_button(Canvas& canvas, Interaction& interaction, Rect& row, const std::string& label, const std::string& help,
                 bool chosen = false);
float button_width(Canvas& canvas, const std::string& label);

/// A rounded label with a dot in its colour, of something that is chosen or not. True when clicked.
bool draw_chip(Canvas& canvas, Interaction& interaction, const Rect& box, const std::string& label, Color color,
               bool chosen, const std::string& help);
float chip_width(Canvas& canvas, const std::string& label);

}  // namespace attnscope
