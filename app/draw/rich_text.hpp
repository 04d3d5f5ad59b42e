// A line of text in several colours with subscripts and superscripts: formulas.
#pragma once

#include <span>
#include <string>
#include <string_view>

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
/// At most `width` wide: smaller where that is needed, down to two thirds, and beyond that cut with an ellipsis.
void draw_formula(Canvas& canvas, Vec2 at, float width, std::string_view formula, const TextStyle& style);
/// The same without marks that only drawing needs: "p_i+δ".
std::string plain_formula(std::string_view formula);

}  // namespace attnscope
