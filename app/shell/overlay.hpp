// A box over the window for a moment. Nothing below it hears the mouse.
#pragma once

#include <imgui.h>

#include "app/shell/ui.hpp"

namespace attnscope {

/// What is drawn until end_overlay() lies in `box`, in front. Returns what end_overlay() needs.
ImDrawList* begin_overlay(Ui& ui, const char* name, const Rect& box, const Rect& screen);
/// True when the user pressed the mouse somewhere else: the overlay should close.
bool end_overlay(Ui& ui, ImDrawList* before);

}  // namespace attnscope
