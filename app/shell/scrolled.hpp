// A part of the window that scrolls when its content is higher than itself.
#pragma once

#include <imgui.h>

#include "app/shell/ui.hpp"

namespace attnscope {

/// While it lives, what is drawn lies in `area` and is cut off there. The content begins offset() above the area's top;
/// at the end, end() is told how high it was.
class Scrolled {
public:
    Scrolled(Ui& ui, const char* name, const Rect& area);
    ~Scrolled() = default;  // end() was called
    Scrolled(const Scrolled&) = delete;
    Scrolled& operator=(const Scrolled&) = delete;
    float offset() const { return offset_; }
    /// A thin bar says that there is more than is seen.
    void end(float height);

private:
    Ui& ui_;
    Rect area_;
    ImDrawList* before_;
    float offset_;
};

}  // namespace attnscope
