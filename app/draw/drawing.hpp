// What was drawn, to be drawn again elsewhere: the window's thread records a panel, which is quick, and a worker writes
// the file, which may take seconds.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/draw/canvas.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// Keeps the values of all calls; matrices are shared, not copied, so they must not change afterwards. The shaper is
/// needed while recording only.
class Drawing final : public Canvas {
public:
    using Canvas::Canvas;

    void fill_rect(const Rect& rect, Color color, float radius = 0) override;
    void stroke_rect(const Rect& rect, Color color, float width = 1, float radius = 0) override;
    void polyline(std::span<const Vec2> points, Color color, float width = 1) override;
    void fill_polygon(std::span<const Vec2> points, Color color) override;
    void fill_circle(Vec2 center, float radius, Color color) override;
    void cells(const Rect& area, const CellPicture& picture) override;
    void push_clip(const Rect& rect) override;
    void pop_clip() override;

    /// Draws everything again, in order. Error: cancelled, once the progress is stopped; the canvas then holds a
    /// part of the drawing with all clips popped. May run on any thread that owns `canvas` and its shaper.
    Result<void> replay(Canvas& canvas, const Progress& progress) const;

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override;

private:
    struct FilledRect {
        Rect rect;
        Color color;
        float radius;
    };
    struct StrokedRect {
        Rect rect;
        Color color;
        float width, radius;
    };
    struct Line {
        std::vector<Vec2> points;
        Color color;
        float width;
    };
    struct Polygon {
        std::vector<Vec2> points;
        Color color;
    };
    struct Circle {
        Vec2 center;
        float radius;
        Color color;
    };
    struct Cells {
        Rect area;
        CellPicture picture;
    };
    struct ClipBegin {
        Rect rect;
    };
    struct ClipEnd {};
    struct Text {
        Vec2 at;
        std::string text;
        TextStyle style;
    };
    using Step = std::variant<FilledRect, StrokedRect, Line, Polygon, Circle, Cells, ClipBegin, ClipEnd, Text>;

    static void draw_step(Canvas& canvas, const Step& step);
    /// About how long a step takes, in units of a line of text.
    static double cost_of(const Step& step);

    std::vector<Step> steps_;
};

}  // namespace attnscope
