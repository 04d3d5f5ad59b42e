// A line of text in several colours with subscripts and superscripts: formulas.
#pragma once

#include <span>
#include <string>

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

}  // namespace attnscope
