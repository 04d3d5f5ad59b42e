// The canvas: everything that is ever drawn goes through it. Backends: the screen (Dear ImGui's draw lists and OpenGL),
// cairo (PNG, PDF), and SVG text (cairo writes glyph outlines into SVG, we want text as text).
#pragma once

#include <span>
#include <string_view>

#include "app/draw/cells.hpp"
#include "app/draw/geometry.hpp"
#include "app/draw/text.hpp"
#include "app/draw/theme.hpp"

namespace attnscope {

class Canvas {
public:
    Canvas(TextShaper& shaper, const Theme& theme) : shaper_(&shaper), theme_(&theme) {}
    virtual ~Canvas() = default;
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    virtual void fill_rect(const Rect& rect, Color color, float radius = 0) = 0;
    virtual void stroke_rect(const Rect& rect, Color color, float width = 1, float radius = 0) = 0;
    virtual void polyline(std::span<const Vec2> points, Color color, float width = 1) = 0;
    /// A convex polygon.
    virtual void fill_polygon(std::span<const Vec2> points, Color color) = 0;
    virtual void fill_circle(Vec2 center, float radius, Color color) = 0;
    /// The matrix as one exact image, cells with sharp borders.
    virtual void cells(const Rect& area, const CellPicture& picture) = 0;
    /// Drawing is limited to the intersection of all rectangles pushed.
    virtual void push_clip(const Rect& rect) = 0;
    virtual void pop_clip() = 0;
    /// How many pixels a point has where what is drawn is seen at once; 1 where that is not known.
    virtual float pixels_per_point() const { return 1; }

    void line(Vec2 a, Vec2 b, Color color, float width = 1) {
        const Vec2 points[] = {a, b};
        polyline(points, color, width);
    }
    /// The one text function. `at` is on the baseline, at the start, middle or end of the text by style.align.
    /// Returns the text's width.
    float text(Vec2 at, std::string_view text, const TextStyle& style);
    /// The same, centred in height about `at`.
    float text_middle(Vec2 at, std::string_view text, const TextStyle& style);

    /// Text whose baseline starts at `start`, whatever style.align says: for passing on what was drawn elsewhere.
    void place_text(Vec2 start, std::string_view text, const TextStyle& style) {
        draw_text(start, text, *shaper_->shape(text, style), style);
    }

    TextShaper& shaper() { return *shaper_; }
    const Theme& theme() const { return *theme_; }

protected:
    /// Draws a shaped text whose baseline starts at `at`, turned by style.angle about it.
    virtual void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) = 0;

private:
    TextShaper* shaper_;
    const Theme* theme_;
};

/// Clips for a scope.
class Clip {
public:
    Clip(Canvas& canvas, const Rect& rect) : canvas_(&canvas) { canvas.push_clip(rect); }
    ~Clip() { canvas_->pop_clip(); }
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;

private:
    Canvas* canvas_;
};

}  // namespace attnscope
