#include "app/draw/mirrored_canvas.hpp"

#include <algorithm>

namespace attnscope {

void MirroredCanvas::fill_rect(const Rect& rect, Color color, float radius) {
    under_->fill_rect(mirrored(rect), color, radius);
}

void MirroredCanvas::stroke_rect(const Rect& rect, Color color, float width, float radius) {
    under_->stroke_rect(mirrored(rect), color, width, radius);
}

std::vector<Vec2> MirroredCanvas::mirrored(std::span<const Vec2> points) const {
    std::vector<Vec2> result(points.begin(), points.end());
    for (Vec2& point : result) point = mirrored(point);
    return result;
}

void MirroredCanvas::polyline(std::span<const Vec2> points, Color color, float width) {
    under_->polyline(mirrored(points), color, width);
}

void MirroredCanvas::fill_polygon(std::span<const Vec2> points, Color color) {
    std::vector<Vec2> reflected = mirrored(points);
    std::reverse(reflected.begin(), reflected.end());  // so that it goes round the same way
    under_->fill_polygon(reflected, color);
}

void MirroredCanvas::fill_circle(Vec2 center, float radius, Color color) {
    under_->fill_circle(mirrored(center), radius, color);
}

void MirroredCanvas::cells(const Rect& area, const CellPicture& picture) {
    under_->cells(mirrored(area), picture);
}

void MirroredCanvas::push_clip(const Rect& rect) {
    under_->push_clip(mirrored(rect));
}

void MirroredCanvas::pop_clip() {
    under_->pop_clip();
}

void MirroredCanvas::draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) {
    under_->place_text(style.angle == 0 ? mirrored(Vec2{at.x + shaped.width, at.y}) : mirrored(at), text, style);
}

}  // namespace attnscope
