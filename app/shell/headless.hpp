// The window drawn into memory: an EGL context without any display. For tests and for pictures of the whole window.
#pragma once

#include <memory>

#include "app/draw/png.hpp"
#include "app/shell/app.hpp"
#include "core/base/result.hpp"

namespace attnscope {

class Headless {
public:
    /// Error: what is missing (no EGL, no OpenGL 3.3).
    static Result<std::unique_ptr<Headless>> create(int width, int height, float pixels_per_point);
    ~Headless();
    Headless(const Headless&) = delete;
    Headless& operator=(const Headless&) = delete;

    /// One frame with this input.
    void frame(App& app, const FrameInput& input);
    /// Takes events from the queue until it is empty, one frame each time, then one more.
    void run(App& app, InputQueue& queue);
    /// Another size from the next frame on, as when a window is resized.
    void resize(int width, int height);
    /// What the last frame drew.
    Image pixels() const;
    double seconds() const { return seconds_; }

private:
    Headless() = default;
    struct Inside;
    std::unique_ptr<Inside> inside_;
    Surface surface_;
    double seconds_ = 0;
};

}  // namespace attnscope
