// A/B: a panel with two settings at once.
#pragma once

#include <optional>
#include <string>

#include "app/draw/compare.hpp"
#include "app/panels/workspace.hpp"

namespace attnscope {

/// Draws the entry's A and B, both updated: as draw_comparison() where the panel says what to subtract, else their
/// pictures side by side. A line above says which parameters differ. Returns the cell of the comparison that was
/// clicked. The entry must have an A.
std::optional<Cell> draw_compared(Canvas& canvas, Interaction& interaction, const Rect& area,
                                  const Workspace::Entry& entry, CompareView& view);

}  // namespace attnscope
