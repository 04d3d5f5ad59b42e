// A line of text in several colours with subscripts and superscripts: formulas.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/draw/canvas.hpp"

namespace attnscope {

enum class Script { normal, sub, super };

struct TextRun {
    std::string text;
    Color color;
    Script script = Script::normal;
    bool bold = false;
};

/// Draws the runs one after the other from `at` on the baseline; returns the width.
float draw_runs(Canvas& canvas, Vec2 at, std::span<const TextRun> runs, float size, Font font = Font::text);
float width_of_runs(Canvas& canvas, std::span<const TextRun> runs, float size, Font font = Font::text);

/// Formulas as text: what follows _ or ^, one character or {several}, is a subscript or superscript: "p_{i+δ}".
/// At most `width` wide: smaller where that is needed, down to two thirds, and beyond that cut with an ellipsis. A text
/// of a right-to-left language that is to begin at `at` ends there instead of `width` further right, where it begins.
void draw_formula(Canvas& canvas, Vec2 at, float width, std::string_view formula, const TextStyle& style);
/// The same as stretches of a paragraph.
std::vector<TextSpan> formula_spans(std::string_view formula, const TextStyle& style);
/// A paragraph of the same, broken into lines that begin at the left or right end of the width, by the text's
/// direction.
TextLayout lay_out_formula(TextShaper& shaper, std::string_view formula, const TextStyle& style, float width);
void draw_layout(Canvas& canvas, Vec2 at, const TextLayout& layout);
/// One line of text in a box, cut to its width: it begins at the left, or at the right by its own direction. `baseline`
/// is its y.
void draw_line(Canvas& canvas, const Rect& box, float baseline, std::string_view text, const TextStyle& style);
/// The same without marks that only drawing needs: "p_i+δ".
std::string plain_formula(std::string_view formula);

}  // namespace attnscope
