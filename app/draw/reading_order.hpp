// What stands beside each other in the order in which it is read: tables, legends and lines of text begin at the left,
// or at the right in a language that is read from there. A MirroredCanvas would turn formulas of several pieces about.
#pragma once

#include <string>
#include <string_view>

#include "app/draw/canvas.hpp"

namespace attnscope {

/// The place of a part that was laid out from left to right: as it is, or reflected in the whole.
Rect in_reading_order(const Rect& part, const Rect& whole);

/// A table's text, cut to the width of its box. Alignment is by the interface's language, not by the text's own
/// direction: Align::left is where a line begins, Align::right where it ends, so that a column's numbers stand below
/// its title.
void draw_entry(Canvas& canvas, const Rect& box, float baseline, std::string_view text, const TextStyle& style);
/// The same, centred in the box's height.
void draw_entry_middle(Canvas& canvas, const Rect& box, std::string_view text, const TextStyle& style);
/// A formula as draw_formula() draws it, where an entry begins.
void draw_entry_formula(Canvas& canvas, const Rect& box, float baseline, std::string_view formula,
                        const TextStyle& style);
/// draw_line(), centred in the box's height.
void draw_line_middle(Canvas& canvas, const Rect& box, std::string_view text, const TextStyle& style);

/// A phrase inside a formula, which goes from left to right whatever the phrase's language.
std::string in_formula(std::string_view phrase);

}  // namespace attnscope
