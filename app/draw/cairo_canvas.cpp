#include "app/draw/cairo_canvas.hpp"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "app/draw/builtin_font.hpp"
#include "app/draw/cell_image.hpp"
#include "app/draw/finite.hpp"
#include "app/language/language.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

// cairo's pixel: alpha, red, green, blue from the highest byte down, in the machine's byte order, colours times alpha.
std::uint32_t cairo_pixel(Color c) {
    const auto times_alpha = [&](std::uint8_t channel) { return (channel * std::uint32_t{c.a} + 127U) / 255U; };
    return std::uint32_t{c.a} << 24U | times_alpha(c.r) << 16U | times_alpha(c.g) << 8U | times_alpha(c.b);
}

// cairo's own copy of the pixels, so that it may keep it until the page is written.
cairo_surface_t* image_of(const std::vector<Color>& pixels, Index width, Index height) {
    cairo_surface_t* image =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, static_cast<int>(width), static_cast<int>(height));
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) return image;
    cairo_surface_flush(image);
    unsigned char* row = cairo_image_surface_get_data(image);
    const int stride = cairo_image_surface_get_stride(image);
    const Color* color = pixels.data();
    for (Index y = 0; y < height; ++y, row += stride)
        for (Index x = 0; x < width; ++x) {
            const std::uint32_t pixel = cairo_pixel(*color++);
            std::memcpy(row + 4 * x, &pixel, 4);
        }
    cairo_surface_mark_dirty(image);
    return image;
}

void box_path(cairo_t* context, const Box& box) {
    cairo_rectangle(context, box.left, box.top, box.right - box.left, box.bottom - box.top);
}

}  // namespace

CairoCanvas::CairoCanvas(cairo_surface_t* surface, double scale, TextShaper& shaper, const Theme& theme)
    : Canvas(shaper, theme),
      context_(cairo_create(surface)),
      scale_(scale),
      by_pixel_(cairo_surface_get_type(surface) == CAIRO_SURFACE_TYPE_IMAGE) {
    cairo_scale(context_, scale, scale);
    cairo_set_line_join(context_, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(context_, CAIRO_LINE_CAP_BUTT);
}

CairoCanvas::~CairoCanvas() {
    cairo_destroy(context_);
}

Result<void> CairoCanvas::finish() {
    check(clips_ == 0, "CairoCanvas::finish() with clips left");
    cairo_surface_t* surface = cairo_get_target(context_);
    cairo_surface_flush(surface);
    cairo_status_t status = cairo_status(context_);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
    if (status == CAIRO_STATUS_SUCCESS) return {};
    const ErrorCode code = status == CAIRO_STATUS_NO_MEMORY ? ErrorCode::out_of_memory : ErrorCode::io;
    return Error{code, tr("the figure could not be drawn: {}", cairo_status_to_string(status))};
}

void CairoCanvas::set_color(Color color) {
    cairo_set_source_rgba(context_, color.r / 255.0, color.g / 255.0, color.b / 255.0, color.a / 255.0);
}

void CairoCanvas::rect_path(const Rect& rect, float radius) {
    const double r = std::min({radius, rect.width() / 2, rect.height() / 2});
    cairo_new_path(context_);
    if (!(r > 0)) {
        cairo_rectangle(context_, rect.min.x, rect.min.y, rect.width(), rect.height());
        return;
    }
    constexpr double quarter = std::numbers::pi / 2;
    cairo_arc(context_, rect.max.x - r, rect.min.y + r, r, -quarter, 0);
    cairo_arc(context_, rect.max.x - r, rect.max.y - r, r, 0, quarter);
    cairo_arc(context_, rect.min.x + r, rect.max.y - r, r, quarter, 2 * quarter);
    cairo_arc(context_, rect.min.x + r, rect.min.y + r, r, 2 * quarter, 3 * quarter);
    cairo_close_path(context_);
}

void CairoCanvas::points_path(std::span<const Vec2> points) {
    cairo_new_path(context_);
    for (const Vec2 p : points) cairo_line_to(context_, p.x, p.y);
}

void CairoCanvas::fill_rect(const Rect& rect, Color color, float radius) {
    if (!drawable(rect)) return;
    set_color(color);
    rect_path(rect, radius);
    cairo_fill(context_);
}

void CairoCanvas::stroke_rect(const Rect& rect, Color color, float width, float radius) {
    if (!drawable(rect) || !(width > 0)) return;
    if (width >= std::min(rect.width(), rect.height()) / 2) return fill_rect(rect, color, radius);
    set_color(color);
    rect_path(rect.inset(width / 2), radius - width / 2);
    cairo_set_line_width(context_, width);
    // Rectangles without a radius have square corners.
    if (!(radius > 0)) cairo_set_line_join(context_, CAIRO_LINE_JOIN_MITER);
    cairo_stroke(context_);
    cairo_set_line_join(context_, CAIRO_LINE_JOIN_ROUND);
}

void CairoCanvas::polyline(std::span<const Vec2> points, Color color, float width) {
    if (!(width > 0)) return;
    set_color(color);
    cairo_set_line_width(context_, width);
    each_run(points, [&](std::span<const Vec2> run) {
        points_path(run);
        cairo_stroke(context_);
    });
}

void CairoCanvas::fill_polygon(std::span<const Vec2> points, Color color) {
    if (points.size() < 3 || !std::all_of(points.begin(), points.end(), finite)) return;
    set_color(color);
    points_path(points);
    cairo_fill(context_);
}

void CairoCanvas::fill_circle(Vec2 center, float radius, Color color) {
    if (!finite(center) || !std::isfinite(radius) || !(radius > 0)) return;
    set_color(color);
    cairo_new_path(context_);
    cairo_arc(context_, center.x, center.y, radius, 0, 2 * std::numbers::pi);
    cairo_fill(context_);
}

void CairoCanvas::cells(const Rect& area, const CellPicture& picture) {
    if (by_pixel_)
        paint_cells_by_pixel(area, picture);
    else
        paint_cells_by_cell(area, picture);
}

// The picture is computed at the pixels of the device, so that no scaling of images is involved.
void CairoCanvas::paint_cells_by_pixel(const Rect& area, const CellPicture& picture) {
    const CellPlacement placement(area, picture);
    const Box& covered = placement.covered();
    Box clip;
    cairo_clip_extents(context_, &clip.left, &clip.top, &clip.right, &clip.bottom);
    const Box box{std::max(covered.left, clip.left), std::max(covered.top, clip.top),
                  std::min(covered.right, clip.right), std::min(covered.bottom, clip.bottom)};
    if (box.empty()) return;
    const double left = std::floor(box.left * scale_), top = std::floor(box.top * scale_);
    const auto axis = [](double begin, double end, double pixels) {
        return CellAxis{begin, (end - begin) / pixels, static_cast<Index>(pixels)};
    };
    const double width = std::ceil(box.right * scale_) - left, height = std::ceil(box.bottom * scale_) - top;
    const CellAxis x = axis(placement.column_at(left / scale_), placement.column_at((left + width) / scale_), width);
    const CellAxis y = axis(placement.row_at(top / scale_), placement.row_at((top + height) / scale_), height);
    cairo_surface_t* image = image_of(sample_cells(picture, x, y), x.pixels, y.pixels);
    cairo_save(context_);
    box_path(context_, covered);
    cairo_clip(context_);
    cairo_identity_matrix(context_);
    cairo_set_source_surface(context_, image, left, top);
    cairo_pattern_set_filter(cairo_get_source(context_), CAIRO_FILTER_NEAREST);
    cairo_paint(context_);
    cairo_restore(context_);
    cairo_surface_destroy(image);
}

void CairoCanvas::paint_cells_by_cell(const Rect& area, const CellPicture& picture) {
    const CellPlacement placement(area, picture);
    const CellImage cells = cell_image(placement, picture);
    if (cells.pixels.empty()) return;
    cairo_surface_t* image = image_of(cells.pixels, cells.width, cells.height);
    cairo_save(context_);
    box_path(context_, placement.covered());
    cairo_clip(context_);
    cairo_translate(context_, cells.place.left, cells.place.top);
    cairo_scale(context_, (cells.place.right - cells.place.left) / static_cast<double>(cells.width),
                (cells.place.bottom - cells.place.top) / static_cast<double>(cells.height));
    cairo_set_source_surface(context_, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context_), CAIRO_FILTER_NEAREST);
    cairo_paint(context_);
    cairo_restore(context_);
    cairo_surface_destroy(image);
}

void CairoCanvas::push_clip(const Rect& rect) {
    cairo_save(context_);
    cairo_new_path(context_);
    // An empty path clips everything away.
    if (drawable(rect)) cairo_rectangle(context_, rect.min.x, rect.min.y, rect.width(), rect.height());
    cairo_clip(context_);
    ++clips_;
}

void CairoCanvas::pop_clip() {
    check(clips_ > 0, "CairoCanvas::pop_clip() without push_clip()");
    --clips_;
    cairo_restore(context_);
}

void CairoCanvas::draw_text(Vec2 at, std::string_view, const ShapedText& shaped, const TextStyle& style) {
    if (!finite(at) || !std::isfinite(style.angle) || !(style.size > 0)) return;
    cairo_save(context_);
    set_color(style.color);
    cairo_translate(context_, at.x, at.y);
    cairo_rotate(context_, -style.angle * std::numbers::pi / 180);
    cairo_move_to(context_, 0, 0);
    if (shaped.layout != nullptr) {
        const double scale = static_cast<double>(style.size / shaping_size);
        cairo_scale(context_, scale, scale);
        pango_cairo_show_layout_line(context_, pango_layout_get_line_readonly(shaped.layout.get(), 0));
    } else {
        draw_builtin_glyphs(shaped, style);
    }
    cairo_restore(context_);
}

// At the origin of the context, in its colour.
void CairoCanvas::draw_builtin_glyphs(const ShapedText& shaped, const TextStyle& style) {
    const double enlarged = static_cast<double>(style.size) / builtin_font_size;
    for (const Glyph& glyph : shaped.glyphs) {
        const BuiltInGlyph* bitmap =
            glyph.font == nullptr ? builtin_glyph(static_cast<char32_t>(glyph.index)) : nullptr;
        if (bitmap == nullptr || bitmap->width <= 0 || bitmap->height <= 0) continue;
        cairo_surface_t* mask = cairo_image_surface_create(CAIRO_FORMAT_A8, bitmap->width, bitmap->height);
        cairo_surface_flush(mask);
        if (unsigned char* row = cairo_image_surface_get_data(mask); row != nullptr) {
            const auto width = static_cast<std::size_t>(bitmap->width);
            for (std::size_t y = 0; y < static_cast<std::size_t>(bitmap->height); ++y)
                std::memcpy(row + y * static_cast<std::size_t>(cairo_image_surface_get_stride(mask)),
                            bitmap->coverage.data() + y * width, width);
        }
        cairo_surface_mark_dirty(mask);
        cairo_save(context_);
        cairo_translate(context_, glyph.at.x, glyph.at.y);
        cairo_scale(context_, enlarged, enlarged);
        cairo_mask_surface(context_, mask, bitmap->x, bitmap->y);
        cairo_restore(context_);
        cairo_surface_destroy(mask);
    }
}

}  // namespace attnscope
