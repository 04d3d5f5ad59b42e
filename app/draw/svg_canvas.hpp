// The canvas as SVG 1.1: text as <text>, lines as lines, the cells as one exact image.
#pragma once

#include <map>
#include <string>

#include "app/draw/canvas.hpp"
#include "app/draw/cell_image.hpp"

namespace attnscope {

/// In units of the drawing. With `cm_per_unit` > 0 the file says how large it is on paper.
struct SvgSize {
    double width = 0, height = 0;
    double cm_per_unit = 0;
};

/// Geometry as CairoCanvas; numbers have at most three decimals. Text names the fonts of the screen (Inter, JetBrains
/// Mono) with generic families behind them; it begins where it was measured and its direction is left to the viewer.
class SvgCanvas final : public Canvas {
public:
    SvgCanvas(const SvgSize& size, TextShaper& shaper, const Theme& theme);

    void fill_rect(const Rect& area, Color color, float radius = 0) override;
    void stroke_rect(const Rect& area, Color color, float width = 1, float radius = 0) override;
    void polyline(std::span<const Vec2> line, Color color, float width = 1) override;
    void fill_polygon(std::span<const Vec2> corners, Color color) override;
    void fill_circle(Vec2 center, float radius, Color color) override;
    void cells(const Rect& area, const CellPicture& picture) override;
    void push_clip(const Rect& area) override;
    void pop_clip() override;

    /// The complete file. Every clip must be popped; nothing may be drawn afterwards.
    std::string finish();

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override;

private:
    void paint(const char* what, Color color);
    void points(std::span<const Vec2> points);
    void rect(const Box& box, float radius);
    void begin_clip(const Box& box);

    std::string svg_;
    std::map<std::string, int> clip_ids_;  // a clip's rectangle, as written
    int clips_ = 0;
};

}  // namespace attnscope
