// For tests: a canvas that notes what is drawn on it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "app/draw/canvas.hpp"

namespace attnscope {

/// A box turned about its first corner.
struct TextBox {
    std::string text;
    std::array<Vec2, 4> corners;
};

/// Those of which a corner lies more than `slack` outside of the area.
inline std::vector<TextBox> texts_outside(const std::vector<TextBox>& texts, const Rect& area, float slack = 2) {
    std::vector<TextBox> found;
    const auto is_outside = [inside = area.inset(-slack)](const TextBox& text) {
        return std::any_of(text.corners.begin(), text.corners.end(),
                           [&](Vec2 corner) { return !inside.contains(corner); });
    };
    std::copy_if(texts.begin(), texts.end(), std::back_inserter(found), is_outside);
    return found;
}

/// Notes what is drawn.
class Recorder final : public Canvas {
public:
    explicit Recorder(TextShaper& shaper) : Canvas(shaper, dark_theme) {}

    void fill_rect(const Rect& rect, Color color, float) override {
        vertices += 4;
        rects.push_back({rect, color});
    }
    void stroke_rect(const Rect&, Color, float, float) override { vertices += 8; }
    void polyline(std::span<const Vec2> points, Color color, float) override {
        vertices += points.size();
        longest = std::max(longest, points.size());
        lines.push_back({{points.begin(), points.end()}, color});
        for (const Vec2 p : points)
            sound = sound && std::isfinite(p.x) && std::isfinite(p.y) && std::abs(p.x) < 1e5F && std::abs(p.y) < 1e5F;
    }
    void fill_polygon(std::span<const Vec2> points, Color color) override {
        vertices += points.size();
        polygons.push_back({{points.begin(), points.end()}, color});
    }
    void fill_circle(Vec2 center, float, Color color) override {
        vertices += 12;
        circles.push_back({{center}, color});
    }
    void cells(const Rect& area, const CellPicture&) override { pictures.push_back(area); }
    void push_clip(const Rect&) override { ++clips; }
    void pop_clip() override { --clips; }

    struct Shape {
        std::vector<Vec2> points;
        Color color;
    };
    std::vector<Shape> lines, polygons, circles;
    std::vector<std::pair<Rect, Color>> rects;
    std::vector<Rect> pictures;  // where matrices are
    std::vector<TextBox> texts;
    std::size_t vertices = 0, longest = 0;
    int clips = 0;
    bool sound = true;

    std::vector<Shape> lines_of(Color color) const {
        std::vector<Shape> found;
        std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
                     [&](const Shape& s) { return s.color == color; });
        return found;
    }
    std::vector<TextBox> outside(const Rect& area) const { return texts_outside(texts, area); }
    bool says(std::string_view part) const {
        return std::any_of(texts.begin(), texts.end(),
                           [&](const TextBox& t) { return t.text.find(part) != std::string::npos; });
    }

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override {
        const float angle = style.angle * std::numbers::pi_v<float> / 180;
        const Vec2 along{std::cos(angle), -std::sin(angle)};
        const Vec2 up{-std::sin(angle), -std::cos(angle)};
        // The height of the letters, rather than of the line with its leading.
        const float above = style.size * 0.75F;
        const float below = style.size * 0.22F;
        const Vec2 start = at - up * below;
        texts.push_back({std::string(text),
                         {start, start + along * shaped.width, start + along * shaped.width + up * (above + below),
                          start + up * (above + below)}});
    }
};

/// Two turned rectangles share area (separating axes).
inline bool overlap(const TextBox& a, const TextBox& b) {
    for (const TextBox* box : {&a, &b}) {
        for (int side = 0; side < 2; ++side) {
            const auto i = static_cast<std::size_t>(side);
            const Vec2 axis = box->corners[i + 1] - box->corners[i];
            const auto reach = [&](const TextBox& t) {
                float low = 1e9F;
                float high = -1e9F;
                for (const Vec2 c : t.corners) {
                    const float d = c.x * axis.x + c.y * axis.y;
                    low = std::min(low, d);
                    high = std::max(high, d);
                }
                return std::pair(low, high);
            };
            const auto [a_low, a_high] = reach(a);
            const auto [b_low, b_high] = reach(b);
            if (a_high <= b_low || b_high <= a_low) return false;
        }
    }
    return true;
}

}  // namespace attnscope
