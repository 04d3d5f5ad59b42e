// The canvas on paper and in pictures: any cairo surface (an image for PNG, a page for PDF).
#pragma once

#include <cairo.h>

#include "app/draw/canvas.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// Draws with `scale` device units per point. On an image surface cells are sampled for each pixel, as the screen does;
/// elsewhere they are one image with one pixel per cell (at most 4096 a side) and sharp borders. Text stays text where
/// the surface can hold it (PDF).
/// The outline of stroke_rect lies inside the rectangle; polylines are centred on their points, with round joins and
/// straight ends. Shapes with coordinates that are not finite are not drawn; such a point interrupts a polyline.
class CairoCanvas final : public Canvas {
public:
    /// Keeps a reference to the surface.
    CairoCanvas(cairo_surface_t* surface, double scale, TextShaper& shaper, const Theme& theme);
    ~CairoCanvas() override;
    CairoCanvas(const CairoCanvas&) = delete;
    CairoCanvas& operator=(const CairoCanvas&) = delete;

    void fill_rect(const Rect& rect, Color color, float radius = 0) override;
    void stroke_rect(const Rect& rect, Color color, float width = 1, float radius = 0) override;
    void polyline(std::span<const Vec2> points, Color color, float width = 1) override;
    void fill_polygon(std::span<const Vec2> points, Color color) override;
    void fill_circle(Vec2 center, float radius, Color color) override;
    void cells(const Rect& area, const CellPicture& picture) override;
    void push_clip(const Rect& rect) override;
    void pop_clip() override;

    /// Ends the drawing; every clip must be popped. The error is cairo's, most likely memory.
    Result<void> finish();

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override;

private:
    void set_color(Color color);
    void rect_path(const Rect& rect, float radius);
    void points_path(std::span<const Vec2> points);
    void paint_cells_by_pixel(const Rect& area, const CellPicture& picture);
    void paint_cells_by_cell(const Rect& area, const CellPicture& picture);
    void draw_builtin_glyphs(const ShapedText& shaped, const TextStyle& style);

    cairo_t* context_;
    double scale_;
    bool by_pixel_;
    int clips_ = 0;
};

}  // namespace attnscope
