// A canvas seen in a mirror that leaves texts, pictures of matrices and shapes' insides as they are: what is laid out
// from left to right is drawn from right to left.
#pragma once

#include "app/draw/canvas.hpp"

namespace attnscope {

/// Reflects x about the middle between the two edges given. Texts are moved, not reflected; those that are turned keep
/// their angle.
class MirroredCanvas final : public Canvas {
public:
    MirroredCanvas(Canvas& under, float left, float right)
        : Canvas(under.shaper(), under.theme()), under_(&under), sum_(left + right) {}

    void fill_rect(const Rect& rect, Color color, float radius = 0) override;
    void stroke_rect(const Rect& rect, Color color, float width = 1, float radius = 0) override;
    void polyline(std::span<const Vec2> points, Color color, float width = 1) override;
    void fill_polygon(std::span<const Vec2> points, Color color) override;
    void fill_circle(Vec2 center, float radius, Color color) override;
    void cells(const Rect& area, const CellPicture& picture) override;
    void push_clip(const Rect& rect) override;
    void pop_clip() override;
    float pixels_per_point() const override { return under_->pixels_per_point(); }

    Vec2 mirrored(Vec2 at) const { return {sum_ - at.x, at.y}; }
    Rect mirrored(const Rect& rect) const { return {{sum_ - rect.max.x, rect.min.y}, {sum_ - rect.min.x, rect.max.y}}; }

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override;

private:
    std::vector<Vec2> mirrored(std::span<const Vec2> points) const;

    Canvas* under_;
    float sum_;
};

}  // namespace attnscope
