// A graphics driver that gives up its contexts, in the real window: these need a display and are run with one
// (app/CMakeLists.txt), by name.
#include <GLFW/glfw3.h>
#include <epoxy/gl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/shell/glfw_window.hpp"
#include "app/shell/window.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace lost_context_test {

// What the window is asked for in each frame, in place of the driver's.
struct Driver {
    static inline int frames = 0, losses = 0, wanted_losses = 0;
    static inline int key = GLFW_KEY_UNKNOWN;  // that is pressed in the third frame
    static inline std::size_t colors = 0;

    static GLenum status() {
        ++frames;
        glfwPostEmptyEvent();
        if (frames == 3 && key != GLFW_KEY_UNKNOWN) press();
        if (frames % 10 == 0 && losses < wanted_losses) {
            ++losses;
            return GL_GUILTY_CONTEXT_RESET;
        }
        if (frames % 10 == 9) count_colors();
        if (losses == wanted_losses && frames % 10 == 9) glfwSetWindowShouldClose(glfwGetCurrentContext(), GLFW_TRUE);
        return GL_NO_ERROR;
    }

    // As the system would tell of it.
    static void press() {
        GLFWwindow* const window = glfwGetCurrentContext();
        const GLFWkeyfun heard = glfwSetKeyCallback(window, nullptr);
        glfwSetKeyCallback(window, heard);
        ASSERT_NE(heard, nullptr);
        heard(window, key, 0, GLFW_PRESS, 0);
    }

    // Of the frame that is shown.
    static void count_colors() {
        glReadBuffer(GL_BACK);  // the software renderer leaves it as it was shown
        std::vector<std::uint32_t> pixels(640UL * 400);
        glReadPixels(0, 0, 640, 400, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
        colors = std::set(pixels.begin(), pixels.end()).size();
        EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    }
};

class LostContext : public testing::Test {
protected:
    Result<void> run(int losses, std::optional<WindowOptions::Opening> lecture = std::nullopt) {
        // The pointer is resolved at the first call; it is ours already.
        epoxy_glGetGraphicsResetStatus = Driver::status;
        epoxy_glGetGraphicsResetStatusARB = Driver::status;
        Driver::wanted_losses = losses;
        workspace.theme = ThemeName::light;
        return run_window(
            workspace,
            {.width = 900, .height = 600, .state_path = folder.path() / "state.toml", .lecture = std::move(lecture)});
    }
    void expect_saved() {
        const Result<StateFile> saved = read_state(folder.path() / "state.toml");
        ASSERT_TRUE(saved.has_value()) << saved.error().what;
        EXPECT_EQ(saved->theme, workspace.to_state().theme);
        EXPECT_EQ(saved->window_width, 900);
        EXPECT_EQ(saved->window_height, 600);
    }

    TempFolder folder;
    Workspace workspace;
};

TEST_F(LostContext, DISABLED_MakesTheWindowAnew) {
    const Result<void> done = run(2);
    ASSERT_TRUE(done.has_value()) << done.error().what;
    EXPECT_EQ(Driver::losses, 2);
    EXPECT_GT(Driver::colors, 50U) << "a picture, after the last loss";
    expect_saved();
}

// The notes have a context of their own.
TEST_F(LostContext, DISABLED_MakesTheWindowOfALessonWithNotesAnew) {
    const Result<ReadLesson> lesson = find_lesson("masks", workspace);
    ASSERT_TRUE(lesson.has_value()) << lesson.error().what;
    Driver::key = GLFW_KEY_F7;
    const Result<void> done = run(2, WindowOptions::Opening{.lesson = lesson->lesson, .step = 0, .file = {}});
    ASSERT_TRUE(done.has_value()) << done.error().what;
    EXPECT_EQ(Driver::losses, 2);
    EXPECT_GT(Driver::colors, 50U);
}

TEST_F(LostContext, DISABLED_GivesUpWhereItIsLostAgainAndAgain) {
    const Result<void> done = run(1000);
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().what, testing::HasSubstr("lost 4 times"));
    expect_saved();
}

// Nobody tells the new window that it is let go.
TEST(GlfwWindowTest, DISABLED_ForgetsWhatWasHeldInTheWindowBefore) {
    const GlfwSession glfw;
    GlfwWindow window;
    ASSERT_TRUE(window.open(400, 300).has_value());
    window.push(MouseButton{0, true});
    EXPECT_TRUE(window.queue().next_frame(0).buttons[0]);
    EXPECT_TRUE(window.queue().next_frame(1).buttons[0]) << "held";
    window.close();
    ASSERT_TRUE(window.open(400, 300).has_value());
    EXPECT_FALSE(window.queue().next_frame(2).buttons[0]);
}

}  // namespace lost_context_test
}  // namespace attnscope
