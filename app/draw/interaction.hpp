// How a picture hears of the mouse. On the screen the shell answers; in a file export nobody touches anything.
#pragma once

#include <string_view>

#include "app/draw/geometry.hpp"
#include "app/draw/pointer.hpp"

namespace attnscope {

class Interaction {
public:
    virtual ~Interaction() = default;
    /// Claims an area for this frame under a name that is unique in the panel; later areas lie in front of earlier
    /// ones.
    virtual Pointer area(std::string_view /*id*/, const Rect& /*rect*/) { return {}; }
    /// Text beside the mouse.
    virtual void tooltip(std::string_view /*text*/) {}
};

}  // namespace attnscope
