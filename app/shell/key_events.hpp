// What GLFW says of a key, as an event of the input queue; the same for every window of the program.
#pragma once

#include "app/shell/input.hpp"

namespace attnscope {

/// Of GLFW's key callback. Shortcuts are about what is written on the keys, which GLFW names by the US layout.
InputEvent key_event(int key, int action, int mods);

}  // namespace attnscope
