// Windows, clocks and drivers as they should not be: everything is drawn or said, nothing breaks.
#include <epoxy/gl.h>
#include <glib.h>

#include <functional>
#include <numeric>

#include "app/shell/headless_fixture.hpp"

namespace attnscope {
namespace odd_window_test {

struct Window {
    int width, height;
    double scale;
};

class OddWindow : public HeadlessApp, public testing::WithParamInterface<Window> {
protected:
    // Without waiting for what the panels compute: they have to draw meanwhile too. Pixels are filled in the last one.
    void frames(int count) {
        glEnable(GL_RASTERIZER_DISCARD);
        for (int i = 1; i < count; ++i) screen->run(app, queue);
        glDisable(GL_RASTERIZER_DISCARD);
        screen->run(app, queue);
        ASSERT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    }
    void key(int code, bool control = false) {
        queue.push(KeyPress{code, control, false, false});
        frames(3);
    }
    void expect_frames() {
        for (std::size_t panel = 0; panel < workspace.entries().size(); ++panel) {
            key(GLFW_KEY_1 + static_cast<int>(panel));
            ASSERT_EQ(workspace.active_index(), panel);
            frames(3);
            EXPECT_FALSE(workspace.active().panel->status().error) << workspace.active().info.name;
            expect_picture();
        }
        key(GLFW_KEY_1);
    }
    // Something is drawn: not one colour all over.
    void expect_picture() {
        const Image image = screen->pixels();
        std::size_t different = 0;
        for (const Color pixel : image.pixels) different += pixel != image.pixels.front() ? 1 : 0;
        EXPECT_GT(different, image.pixels.size() / 50);
    }
};

TEST_P(OddWindow, EveryPanelDraws) {
    const Window window = GetParam();
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
    workspace.scale = window.scale;
    open(window.width, window.height);
    ASSERT_FALSE(HasFatalFailure());
    expect_frames();
    expect_picture();
    // And with what can lie over it.
    for (const int code : {GLFW_KEY_F1, GLFW_KEY_ESCAPE, GLFW_KEY_F5, GLFW_KEY_ESCAPE}) key(code);
    key(GLFW_KEY_S, true);
    expect_picture();
}

INSTANTIATE_TEST_SUITE_P(Sizes, OddWindow,
                         testing::Values(Window{4000, 3000, 1}, Window{4000, 3000, 4}, Window{320, 200, 1},
                                         Window{320, 200, 0.75}, Window{320, 200, 4}, Window{1280, 800, 0.75},
                                         Window{1280, 800, 4}, Window{200, 2000, 1}, Window{3000, 120, 1}),
                         [](const auto& test) {
                             return std::to_string(test.param.width) + "x" + std::to_string(test.param.height) + "at" +
                                    std::to_string(static_cast<int>(test.param.scale * 100));
                         });

class OddClock : public HeadlessApp {};

// A machine that slept, and a clock that was set back: what moves by itself goes on, inside its ends.
TEST_F(OddClock, ThatJumpsBreaksNothing) {
    open(1280, 800);
    ASSERT_FALSE(HasFatalFailure());
    click(center_of("temperature"));
    press(GLFW_KEY_P);
    double seconds = screen->seconds();
    for (const double jump : {0.016, 1e-9, 0.0, 86400.0, -86400.0, 1e9, -1e9, 0.016, 3.0}) {
        seconds += jump;
        screen->frame(app, queue.next_frame(seconds));
        const Param& temperature = param("temperature");
        const double value = std::get<double>(temperature.get());
        EXPECT_GE(value, temperature.min) << "after " << jump << " s";
        EXPECT_LE(value, temperature.max) << "after " << jump << " s";
        ASSERT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    }
}

class OddDriver : public HeadlessApp {
protected:
    static inline PFNGLTEXIMAGE2DPROC real_upload = nullptr;
    static inline PFNGLGETERRORPROC real_error = nullptr;
    static inline bool refused = false;
    static inline int refusals = 0;

    static void refuse(GLenum target, GLint level, GLint inside, GLsizei width, GLsizei height, GLint border,
                       GLenum format, GLenum type, const void* pixels) {
        if (format == GL_RED) {  // a matrix
            refused = true;
            ++refusals;
            return;
        }
        real_upload(target, level, inside, width, height, border, format, type, pixels);
    }
    static GLenum error_once() { return std::exchange(refused, false) ? GL_OUT_OF_MEMORY : real_error(); }
};

// No room for the matrix on the graphics card: said where the picture would be, and shown once there is room.
TEST_F(OddDriver, ThatRefusesATextureIsReported) {
    open(1280, 800);
    ASSERT_FALSE(HasFatalFailure());
    const auto picture_at = [&](const char* value) {
        EXPECT_TRUE(set_from_text(param("temperature"), value).has_value());
        rest();
        Image image = screen->pixels();  // of the map alone: elsewhere stands how long it took
        std::vector<Color> part;
        for (int y = 130; y < 500; ++y)
            for (int x = 250; x < 700; ++x) part.push_back(image.pixels[static_cast<std::size_t>(y * image.width + x)]);
        return part;
    };
    const std::vector<Color> right = picture_at("0.5"), right_at_one = picture_at("1");
    static_cast<void>(picture_at("2"));
    real_upload = epoxy_glTexImage2D;
    real_error = epoxy_glGetError;
    epoxy_glTexImage2D = refuse;
    epoxy_glGetError = error_once;
    const std::vector<Color> refused_picture = picture_at("1");
    const int first = refusals;  // each matrix once, and not anew in every frame
    EXPECT_GT(first, 0);
    EXPECT_LE(first, 12);
    for (int frame = 0; frame < 120; ++frame) screen->frame(app, queue.next_frame(screen->seconds() + 0.01));
    EXPECT_EQ(refusals, 2 * first) << "but again after a while";
    epoxy_glTexImage2D = real_upload;
    epoxy_glGetError = real_error;
    const auto differing = [](const std::vector<Color>& a, const std::vector<Color>& b) {
        return a.size() - static_cast<std::size_t>(
                              std::inner_product(a.begin(), a.end(), b.begin(), 0, std::plus(), std::equal_to()));
    };
    EXPECT_GT(differing(refused_picture, right_at_one), 20'000U) << "there is a sentence in place of the map";
    for (int frame = 0; frame < 120; ++frame) screen->frame(app, queue.next_frame(screen->seconds() + 0.01));
    EXPECT_TRUE(picture_at("1") == right_at_one) << "there is room again";
    EXPECT_TRUE(picture_at("0.5") == right) << "all of it is back";
    ASSERT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
}

}  // namespace odd_window_test
}  // namespace attnscope
