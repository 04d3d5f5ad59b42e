#include "app/shell/headless.hpp"

#include <epoxy/egl.h>
#include <epoxy/gl.h>

#include <cstring>

#include "app/gl/objects.hpp"

namespace attnscope {

struct Headless::Inside {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;
    std::unique_ptr<Framebuffer> framebuffer;
    std::unique_ptr<ImGuiSession> session;
    std::unique_ptr<ScreenResources> resources;

    Inside() = default;
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
        resources.reset();
        session.reset();
        framebuffer.reset();
        if (context != EGL_NO_CONTEXT) {
            eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
            eglDestroyContext(display, context);
        }
        if (display != EGL_NO_DISPLAY) eglTerminate(display);
    }
};

Result<std::unique_ptr<Headless>> Headless::create(int width, int height, float pixels_per_point) {
    std::unique_ptr<Headless> headless(new Headless);
    headless->inside_ = std::make_unique<Inside>();
    Inside& in = *headless->inside_;
    if (!epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
        return io_error("no OpenGL without a display: EGL_MESA_platform_surfaceless is missing (package libegl-mesa0)");
    in.display = eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (in.display == EGL_NO_DISPLAY || eglInitialize(in.display, nullptr, nullptr) == EGL_FALSE)
        return io_error("no OpenGL without a display: EGL does not start (package libgl1-mesa-dri)");
    eglBindAPI(EGL_OPENGL_API);
    const EGLint attributes[] = {
        EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
        EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    in.context = eglCreateContext(in.display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
    if (in.context == EGL_NO_CONTEXT ||
        eglMakeCurrent(in.display, EGL_NO_SURFACE, EGL_NO_SURFACE, in.context) == EGL_FALSE)
        return io_error("no OpenGL 3.3 without a display (package libgl1-mesa-dri)");
    headless->surface_ = {width, height, pixels_per_point};
    in.framebuffer = std::make_unique<Framebuffer>(width, height);
    in.session = std::make_unique<ImGuiSession>();
    in.resources = std::make_unique<ScreenResources>();
    return headless;
}

Headless::~Headless() = default;

void Headless::frame(App& app, const FrameInput& input) {
    Inside& in = *inside_;
    in.framebuffer->bind();
    glClearColor(0, 0, 0, 1);
    glDisable(GL_SCISSOR_TEST);
    glClear(GL_COLOR_BUFFER_BIT);
    seconds_ = input.seconds;
    app.frame(*in.session, *in.resources, input, surface_);
    glFinish();  // as a window's swap does: frames must not pile up in a software rasteriser
}

void Headless::run(App& app, InputQueue& queue) {
    do frame(app, queue.next_frame(seconds_ + 1.0 / 60));
    while (!queue.empty());
    frame(app, queue.next_frame(seconds_ + 1.0 / 60));
}

void Headless::resize(int width, int height) {
    inside_->framebuffer = std::make_unique<Framebuffer>(width, height);
    surface_.width = width;
    surface_.height = height;
}

Image Headless::pixels() const {
    inside_->framebuffer->bind();
    const auto width = static_cast<std::size_t>(surface_.width), height = static_cast<std::size_t>(surface_.height);
    std::vector<Color> upside_down(width * height);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, surface_.width, surface_.height, GL_RGBA, GL_UNSIGNED_BYTE, upside_down.data());
    Image image;
    image.width = surface_.width;
    image.height = surface_.height;
    image.pixels.resize(upside_down.size());
    for (std::size_t row = 0; row < height; ++row)
        for (std::size_t column = 0; column < width; ++column) {
            Color color = upside_down[(height - 1 - row) * width + column];
            color.a = 255;
            image.pixels[row * width + column] = color;
        }
    return image;
}

}  // namespace attnscope
