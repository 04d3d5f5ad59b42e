#include "app/draw/drawing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <stop_token>

#include "app/draw/canvas_file.hpp"
#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace drawing_test {

// Everything a canvas can do, with text in every alignment, turned and from right to left.
void draw_everything(Canvas& canvas) {
    auto values = std::make_shared<Matrix>(3, 4);
    for (Index i = 0; i < 12; ++i) values->data()[i] = static_cast<float>(i) / 11;
    (*values)(1, 1) = std::numeric_limits<float>::quiet_NaN();
    canvas.fill_rect({{5, 5}, {95, 70}}, Color::hex(0x223344), 6);
    canvas.stroke_rect({{6, 6}, {90, 60}}, Color::hex(0xffb45a), 1.5F, 4);
    const Vec2 zigzag[] = {{10, 10}, {30, 40}, {50.5F, 12.25F}};
    canvas.polyline(zigzag, Color::hex(0x5ac8fa), 2);
    canvas.fill_polygon(zigzag, Color::hex(0x8a5a00).alpha(0.5F));
    canvas.fill_circle({70, 30}, 8, Color::hex(0xe8ebf0));
    {
        const Clip outer(canvas, {{20, 20}, {180, 90}});
        const Clip inner(canvas, {{30, 25}, {170, 85}});
        canvas.cells({{25, 22}, {105, 82}}, {.values = values, .generation = 7, .view = {{0, 0}, {4, 3}}});
    }
    for (const Align align : {Align::left, Align::center, Align::right})
        for (const float angle : {0.0F, 45.0F, 90.0F})
            canvas.text({100, 60}, "queen ملکه", {.color = Color::hex(0xe8ebf0), .align = align, .angle = angle});
    canvas.text_middle({120, 20}, "0.125",
                       {.color = Color::hex(0xffffff), .size = 9, .font = Font::mono, .bold = true});
}

std::string bytes_of(FileFormat format, const std::function<void(Canvas&)>& draw) {
    TextShaper shaper;
    const auto bytes = draw_to_bytes(format, {200, 100, 2}, shaper, light_theme, draw);
    EXPECT_TRUE(bytes) << bytes.error().what;
    return bytes ? *bytes : std::string();
}

TEST(Drawing, AReplayedFileHasTheBytesOfOneDrawnDirectly) {
    TextShaper shaper;
    Drawing drawing(shaper, light_theme);
    draw_everything(drawing);
    for (const FileFormat format : {FileFormat::png, FileFormat::svg, FileFormat::pdf}) {
        const std::string direct = bytes_of(format, draw_everything);
        const std::string replayed =
            bytes_of(format, [&](Canvas& canvas) { EXPECT_TRUE(drawing.replay(canvas, {}).has_value()); });
        EXPECT_GT(direct.size(), 500U);
        EXPECT_TRUE(direct == replayed) << "format " << static_cast<int>(format);
    }
}

TEST(Drawing, KeepsTheValuesAfterTheCallerHasLetGo) {
    TextShaper shaper;
    Drawing drawing(shaper, dark_theme);
    {
        std::string word = "a word that is longer than any small buffer";
        std::vector<Vec2> points{{0, 0}, {1, 2}, {3, 4}};
        drawing.text({5, 5}, word, {});
        drawing.polyline(points, Color::hex(0x112233));
        word.assign(word.size(), 'x');
        points.assign(3, {9, 9});
    }
    Recorder recorder(shaper);
    ASSERT_TRUE(drawing.replay(recorder, {}));
    EXPECT_TRUE(recorder.says("longer than any small buffer"));
    ASSERT_EQ(recorder.lines.size(), 1U);
    EXPECT_EQ(recorder.lines[0].points[2], (Vec2{3, 4}));
}

TEST(Drawing, AStoppedReplayIsCancelledAndLeavesNoClipOpen) {
    TextShaper shaper;
    Drawing drawing(shaper, dark_theme);
    // The second clip is never reached: the canvas below stops the replay from within.
    drawing.push_clip({{0, 0}, {10, 10}});
    drawing.fill_rect({{1, 1}, {2, 2}}, {});
    drawing.fill_rect({{3, 3}, {4, 4}}, {});
    drawing.pop_clip();
    std::stop_source stop;
    std::atomic<float> fraction{0};
    Recorder recorder(shaper);
    stop.request_stop();
    const auto none = drawing.replay(recorder, Progress(stop.get_token(), &fraction));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::cancelled);
    EXPECT_EQ(recorder.rects.size(), 0U);

    class Stopper final : public Canvas {
    public:
        Stopper(TextShaper& s, std::stop_source& source) : Canvas(s, dark_theme), source_(&source) {}
        void fill_rect(const Rect&, Color, float) override {
            ++rects;
            source_->request_stop();
        }
        void stroke_rect(const Rect&, Color, float, float) override {}
        void polyline(std::span<const Vec2>, Color, float) override {}
        void fill_polygon(std::span<const Vec2>, Color) override {}
        void fill_circle(Vec2, float, Color) override {}
        void cells(const Rect&, const CellPicture&) override {}
        void push_clip(const Rect&) override { ++clips; }
        void pop_clip() override { --clips; }
        int rects = 0, clips = 0;

    protected:
        void draw_text(Vec2, std::string_view, const ShapedText&, const TextStyle&) override {}

    private:
        std::stop_source* source_;
    };
    std::stop_source later;
    Stopper stopper(shaper, later);
    const auto part = drawing.replay(stopper, Progress(later.get_token(), &fraction));
    ASSERT_FALSE(part);
    EXPECT_EQ(part.error().code, ErrorCode::cancelled);
    EXPECT_EQ(stopper.rects, 1);
    EXPECT_EQ(stopper.clips, 0);
    EXPECT_GT(fraction.load(), 0);
    EXPECT_LT(fraction.load(), 1);
}

}  // namespace drawing_test
}  // namespace attnscope
