// A monkey at the real window: random events from a seed, thousands of them, and what must hold after each.
//     ATTNSCOPE_MONKEY_EVENTS=1000000 ATTNSCOPE_MONKEY_SEED=7 build/test/app/app_shell_test
//     --gtest_filter='MonkeyTest.*'
// The seed is printed before the first event: the same events come again. What a click falls on depends besides on how
// far the jobs are, which no seed repeats.
#include <GLFW/glfw3.h>
#include <dlfcn.h>
#include <epoxy/gl.h>
#include <glib.h>
#include <gtest/gtest.h>
#include <link.h>
#include <malloc.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "app/shell/headless_fixture.hpp"
#include "app/state/state_file.hpp"
#include "assets/embedded.hpp"
#include "core/io/file.hpp"
#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace monkey_test {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// All that a person has at hand, chosen by a seed.
class Monkey {
public:
    Monkey(std::uint64_t seed, const std::filesystem::path& folder) : random_(seed) { write_files(folder); }

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool chance(unsigned percent) { return below(100) < percent; }

    void act(App& app, InputQueue& queue, Headless& screen) {
        const std::uint64_t what = below(100);
        if (what < 30)
            queue.push(MouseMove{somewhere(app)});
        else if (what < 55)
            mouse_button(app, queue);
        else if (what < 63)
            queue.push(MouseWheel{static_cast<float>(below(9)) - 4});
        else if (what < 85)
            key(queue);
        else if (what < 93)
            queue.push(Typed{word()});
        else if (what < 95)
            queue.push(Modifiers{chance(30), chance(30)});
        else if (what < 97)
            queue.push(DroppedFiles{{files_[below(files_.size())]}});
        else if (what < 98)
            resize(screen);
        else
            queue.push(KeyRelease{last_key_});
    }

private:
    // Mostly on something: on one of the areas that hear the mouse.
    // It takes as much from the seed whatever areas there are.
    Vec2 somewhere(const App& app) {
        const bool anywhere = chance(15);
        const std::uint64_t which = random_();
        const float across = static_cast<float>(below(1001)) / 1000, down = static_cast<float>(below(1001)) / 1000;
        if (app.areas().empty() || anywhere)
            return {across * static_cast<float>(width_), down * static_cast<float>(height_)};
        const Rect area =
            std::next(app.areas().begin(), static_cast<std::ptrdiff_t>(which % app.areas().size()))->second;
        return Vec2{area.min.x + across * area.width(), area.min.y + down * area.height()} * app.scale();
    }

    void mouse_button(const App& app, InputQueue& queue) {
        const int button = chance(90) ? 0 : 1 + static_cast<int>(below(2));
        const int times = chance(15) ? 2 : 1;
        queue.push(MouseMove{somewhere(app)});
        for (int i = 0; i < times; ++i) {
            queue.push(MouseButton{button, true});
            if (chance(25)) queue.push(MouseMove{somewhere(app)});
            if (!chance(5)) queue.push(MouseButton{button, false});  // else it is held for a while
        }
    }

    void key(InputQueue& queue) {
        constexpr int keys[] = {
            GLFW_KEY_LEFT,      GLFW_KEY_RIGHT,        GLFW_KEY_UP,        GLFW_KEY_DOWN,   GLFW_KEY_PAGE_UP,
            GLFW_KEY_PAGE_DOWN, GLFW_KEY_HOME,         GLFW_KEY_END,       GLFW_KEY_ENTER,  GLFW_KEY_ESCAPE,
            GLFW_KEY_TAB,       GLFW_KEY_SPACE,        GLFW_KEY_BACKSPACE, GLFW_KEY_DELETE, GLFW_KEY_MINUS,
            GLFW_KEY_EQUAL,     GLFW_KEY_LEFT_BRACKET, GLFW_KEY_COMMA,     GLFW_KEY_PERIOD, GLFW_KEY_RIGHT_BRACKET,
            GLFW_KEY_F1,        GLFW_KEY_F5,           GLFW_KEY_F6,        GLFW_KEY_F7,     GLFW_KEY_KP_ADD};
        const std::uint64_t which = below(std::size(keys) + 26 + 10);
        last_key_ = which < std::size(keys)        ? keys[which]
                    : which < std::size(keys) + 26 ? GLFW_KEY_A + static_cast<int>(which - std::size(keys))
                                                   : GLFW_KEY_0 + static_cast<int>(which - std::size(keys) - 26);
        queue.push(KeyPress{last_key_, chance(25), chance(20), chance(5)});
        if (chance(80)) queue.push(KeyRelease{last_key_});
    }

    std::string word() {
        const std::string words[] = {
            "a",     "the king", "0.5", "-3",     "1e9",    "nan", "64", "پادشاه و ملکه",     "המלך",
            "你好",  "🙂",     "é",   "\u202e", "=",      "...", "\n", "می‌خواهم", "½",
            "x_{i}", "\"'",      "{}",  "%s%n",   "{0}{1}", "\t"};
        return words[below(std::size(words))];
    }

    void resize(Headless& screen) {
        constexpr int widths[] = {320, 800, 1280}, heights[] = {200, 600, 800};
        width_ = widths[below(3)];
        height_ = heights[below(3)];
        screen.resize(width_, height_);
    }

    void write_files(const std::filesystem::path& folder) {
        const auto file = [&](const char* name, const std::string& bytes) {
            const std::filesystem::path path = folder / name;
            ASSERT_TRUE(write_file_atomically(path, bytes).has_value());
            files_.push_back(path.string());
        };
        const std::vector<float> values(12, 0.25F);
        const std::vector<Index> shape{4, 3};
        file("weights.npy", format_npy(shape, values));
        file("broken.npy", "\x93NUMPY");
        file("words.txt", "alpha\nbeta\ngamma\n");
        file("text.txt", "שלום עולם and some more words");
        file("vectors.txt", "king 1 0 0.5\nqueen 0 1 0.5\n");
        file("state.toml", format_state(StateFile{}));
        file("broken.toml", "version = [[[");
        file("bytes.bin", std::string(300, '\xfe'));
        const std::string_view lesson = "assets/lessons/05-masks.toml";
        file("lesson.toml", std::string(embedded(lesson)));
        file("empty", "");
        files_.push_back((folder / "not there.npy").string());
        files_.push_back(folder.string());
    }

    std::mt19937_64 random_;
    std::vector<std::string> files_;
    int width_ = 1280, height_ = 800;
    int last_key_ = GLFW_KEY_A;
};

// Every parameter has a value that its declaration allows.
void expect_legal(Workspace& workspace) {
    for (const Workspace::Entry& entry : workspace.entries())
        for (const Param& param : entry.params) {
            const Value value = param.get();
            const auto* const real = std::get_if<double>(&value);
            ASSERT_TRUE(real == nullptr || std::isfinite(*real)) << param.key;
            const Result<void> legal = set(param, value);
            ASSERT_TRUE(legal.has_value()) << param.key << ": " << legal.error().what;
        }
}

std::size_t bytes_in_use() {
    ::malloc_trim(0);
    const struct mallinfo2 now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
}

// What is loaded now stays so: the graphics driver is unloaded with its context, and what it leaves behind could then
// not be told from what we do (.ci/leaks.txt names it).
void keep_libraries() {
    const auto keep = [](dl_phdr_info* library, std::size_t, void*) {
        // The handle is not wanted: nothing is to be unloaded.
        if (*library->dlpi_name != '\0')
            static_cast<void>(::dlopen(library->dlpi_name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE));
        return 0;
    };
    ::dl_iterate_phdr(keep, nullptr);
}

class MonkeyTest : public HeadlessApp {
protected:
    // What is left when nothing is computed any more and every panel stands at its defaults.
    std::size_t bytes_at_rest() {
        for (int i = 0; i < 3; ++i) queue.push(KeyPress{GLFW_KEY_ESCAPE, false, false, false});
        rest();
        for (std::size_t panel = 0; panel < workspace.entries().size(); ++panel) workspace.close_a(panel);
        rest_at_defaults();
        return bytes_in_use();
    }
};

TEST_F(MonkeyTest, NothingBreaks) {
    const std::uint64_t events = from_environment("ATTNSCOPE_MONKEY_EVENTS", 20'000);
    const std::uint64_t seed = from_environment("ATTNSCOPE_MONKEY_SEED", 1);
    const TempFolder folder;
    // What a library complains about is a bug here: Pango of a negative size, say.
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
    std::fprintf(stderr, "monkey: %llu events from seed %llu\n", static_cast<unsigned long long>(events),
                 static_cast<unsigned long long>(seed));
    open(1280, 800);
    ASSERT_FALSE(HasFatalFailure());
    keep_libraries();
    app.set_export_folder(folder.path());
    Monkey monkey(seed, folder.path());
    std::size_t half_way = 0;
    for (std::uint64_t i = 0; i < events; ++i) {
        SCOPED_TRACE("event " + std::to_string(i) + " of seed " + std::to_string(seed));
        monkey.act(app, queue, *screen);
        // Where there is no GPU filling pixels takes three quarters of the time and finds nothing: all else is done in
        // every frame, pixels in some.
        if (i % 20 == 0)
            glDisable(GL_RASTERIZER_DISCARD);
        else
            glEnable(GL_RASTERIZER_DISCARD);
        screen->frame(app, queue.next_frame(screen->seconds() + 1.0 / 60));
        ASSERT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
        if (i % 50 == 0) expect_legal(workspace);
        if (i % 500 == 0) {
            const Result<StateFile> read = parse_state(format_state(workspace.to_state()), "state");
            ASSERT_TRUE(read.has_value()) << read.error().what;
        }
        ASSERT_FALSE(HasFatalFailure());
        if (i == events / 2) half_way = bytes_at_rest();
    }
    const std::size_t end = bytes_at_rest();  // and no job is stuck, or this would wait for ever
    std::fprintf(stderr, "monkey: %zu bytes in use half way, %zu at the end\n", half_way, end);
    EXPECT_LT(end, half_way + (std::size_t{32} << 20U));
}

}  // namespace monkey_test
}  // namespace attnscope
