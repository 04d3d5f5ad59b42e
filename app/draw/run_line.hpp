// A sentence in several colours.
#pragma once

#include <span>
#include <string>

#include "app/draw/rich_text.hpp"

namespace attnscope {

/// Runs of a sentence, without sub- and superscripts, on one line that begins at the box's left. In a language that is
/// read from right to left, where a run has such letters, they are laid out as one text that begins at the box's right,
/// made smaller where it is wider than the box, down to two thirds. `baseline` is its y.
void draw_run_line(Canvas& canvas, const Rect& box, float baseline, std::span<const TextRun> runs, float size);

/// A name of any language as one unit of such a sentence.
std::string isolated_name(const std::string& name);

}  // namespace attnscope
