// What the mouse does over one area in this frame. A picture gets one and changes its view or the state by it; in a
// file export it stays empty.
#pragma once

#include "app/draw/geometry.hpp"

namespace attnscope {

struct Pointer {
    Vec2 at;               // where it is, points
    bool hovered = false;  // over this area, nothing else in front
    bool pressed = false;  // the left button went down here in this frame
    bool held = false;     // the left button went down here and is still down
    bool clicked = false;  // pressed and released here without moving more than a few points
    bool double_clicked = false;
    bool right_clicked = false;
    Vec2 drag;        // moved since the last frame, while held (once beyond the click distance)
    Vec2 drag_from;   // where the button went down
    float wheel = 0;  // notches, up positive, while hovered
    bool shift = false, control = false;
};

}  // namespace attnscope
