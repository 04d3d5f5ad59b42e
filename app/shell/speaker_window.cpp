#include "app/shell/speaker_window.hpp"

#include <GLFW/glfw3.h>
#include <cairo.h>
#include <epoxy/gl.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/draw/cairo_canvas.hpp"
#include "app/draw/rich_text.hpp"
#include "app/language/language.hpp"
#include "app/lessons/step_text.hpp"
#include "app/shell/key_events.hpp"
#include "app/shell/screens.hpp"

namespace attnscope {
namespace {

constexpr float page_width = 1100;  // units across, whatever the window has in pixels
constexpr float page_margin = 28;

LessonStep notes_as_step(const LessonStep& step) {
    LessonStep notes;
    notes.title = step.title;
    notes.text = step.notes.empty() ? step.text : step.notes;
    notes.question = step.question;
    notes.answer = step.answer;
    return notes;
}

}  // namespace

void draw_speaker_page(Canvas& canvas, const SpeakerPage& page, const Rect& area) {
    const Theme& t = canvas.theme();
    const Lecture& lecture = *page.lecture;
    canvas.fill_rect(area, t.ground);
    Rect rest = area.inset(page_margin);
    const Rect top = rest.cut_top(44);
    const auto whole = static_cast<int>(page.seconds);
    canvas.text({top.max.x, top.min.y + 26}, fmt::format("{}:{:02}   {}", whole / 60, whole % 60, page.time),
                {.color = t.text, .size = 26, .font = Font::mono, .align = Align::right});
    canvas.text({top.min.x, top.min.y + 26}, fmt::format("{} / {}", lecture.index() + 1, lecture.lesson().steps.size()),
                {.color = t.query, .size = 26, .font = Font::mono});
    Interaction nobody;
    rest.cut_top(12);
    const Rect next = rest.cut_bottom(rest.height() * 0.4F);
    const LessonStep notes = notes_as_step(lecture.step());
    StepText::fitted(canvas.shaper(), t, {.step = &notes, .answer = true}, {rest.width(), rest.height()}, 8, 26)
        .draw(canvas, nobody, rest.min);
    canvas.fill_rect({{next.min.x, next.min.y + 6}, {next.max.x, next.min.y + 7}}, t.line);
    Rect below{{next.min.x, next.min.y + 22}, next.max};
    const Rect head = below.cut_top(24);
    draw_line(canvas, head, head.max.y - 8, lecture.next_step() != nullptr ? tr("Next:") : tr("The last step."),
              {.color = t.quiet, .size = 15});
    if (lecture.next_step() == nullptr) return;
    StepText::fitted(canvas.shaper(), t, {.step = lecture.next_step(), .live = false}, {below.width(), below.height()},
                     7, 17)
        .draw(canvas, nobody, below.min);
}

std::unique_ptr<SpeakerWindow> SpeakerWindow::open(GLFWmonitor* screen, std::function<void(const InputEvent&)> on_key) {
    GLFWwindow* const handle = glfwCreateWindow(1000, 640, tr("AttnScope: notes").c_str(), nullptr, nullptr);
    if (handle == nullptr) return nullptr;
    if (screen != nullptr) fill_screen(handle, screen);
    std::unique_ptr<SpeakerWindow> window(new SpeakerWindow);
    window->handle_ = handle;
    window->on_key_ = std::move(on_key);
    glfwSetWindowUserPointer(handle, window.get());
    glfwSetKeyCallback(handle, [](GLFWwindow* w, int key, int, int action, int mods) {
        static_cast<const SpeakerWindow*>(glfwGetWindowUserPointer(w))->on_key_(key_event(key, action, mods));
    });
    return window;
}

SpeakerWindow::~SpeakerWindow() {
    glfwMakeContextCurrent(handle_);
    if (texture_ != 0) glDeleteTextures(1, &texture_);
    if (framebuffer_ != 0) glDeleteFramebuffers(1, &framebuffer_);
    glfwDestroyWindow(handle_);
}

bool SpeakerWindow::closed() const {
    return glfwWindowShouldClose(handle_) != 0;
}

void SpeakerWindow::draw(const SpeakerPage& page, const Theme& theme) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(handle_, &width, &height);
    if (width < 1 || height < 1) return;
    std::string state =
        fmt::format("{} {} {} {} {} {} {}", page.lecture->lesson().name, page.lecture->index(),
                    static_cast<int>(page.seconds), page.time, width, height, static_cast<int>(current_language()));
    if (state == shown_) return;
    shown_ = std::move(state);
    std::vector<unsigned char> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
    const float scale = static_cast<float>(width) / page_width;
    {
        const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
            cairo_image_surface_create_for_data(pixels.data(), CAIRO_FORMAT_ARGB32, width, height, 4 * width),
            cairo_surface_destroy);
        CairoCanvas canvas(surface.get(), static_cast<double>(scale), shaper_, theme);
        draw_speaker_page(canvas, page, Rect::sized({0, 0}, page_width, static_cast<float>(height) / scale));
        if (!canvas.finish()) return;  // no memory for a page: the one before stays
    }
    glfwMakeContextCurrent(handle_);
    show(width, height, pixels);
    glfwSwapBuffers(handle_);
}

void SpeakerWindow::show(int width, int height, const std::vector<unsigned char>& pixels) {
    if (texture_ == 0) {
        glGenTextures(1, &texture_);
        glGenFramebuffers(1, &framebuffer_);
    }
    glBindTexture(GL_TEXTURE_2D, texture_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, pixels.data());
    glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_);
    glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
    // Pictures begin at the top, OpenGL's windows at the bottom.
    glBlitFramebuffer(0, 0, width, height, 0, height, width, 0, GL_COLOR_BUFFER_BIT, GL_NEAREST);
}

}  // namespace attnscope
