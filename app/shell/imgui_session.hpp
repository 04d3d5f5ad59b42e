// Dear ImGui's context for one surface, and the only place that knows the differences between its versions.
#pragma once

#include "app/shell/input.hpp"

struct ImGuiContext;

namespace attnscope {

/// Owns the ImGui context and its OpenGL renderer. Needs the OpenGL context current throughout.
class ImGuiSession {
public:
    ImGuiSession();
    ~ImGuiSession();
    ImGuiSession(const ImGuiSession&) = delete;
    ImGuiSession& operator=(const ImGuiSession&) = delete;

    /// Feeds the input and begins a frame of this size (pixels).
    void begin(const FrameInput& input, int width, int height, float pixels_per_point);
    /// Ends the frame and draws it into the bound framebuffer.
    void end();

private:
    ImGuiContext* context_;
    double last_seconds_ = -1;
};

}  // namespace attnscope
