// Points, rectangles and colours. Lengths are logical points: 1 point is `scale` pixels on the screen, 1/72 inch on
// paper.
#pragma once

#include <algorithm>
#include <cstdint>

namespace attnscope {

struct Vec2 {
    float x = 0, y = 0;

    friend Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
    friend Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
    friend Vec2 operator*(Vec2 a, float s) { return {a.x * s, a.y * s}; }
    friend bool operator==(Vec2, Vec2) = default;
};

struct Rect {
    Vec2 min, max;

    static Rect sized(Vec2 at, float width, float height) { return {at, {at.x + width, at.y + height}}; }
    float width() const { return max.x - min.x; }
    float height() const { return max.y - min.y; }
    Vec2 center() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
    bool contains(Vec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
    Rect inset(float by) const { return {{min.x + by, min.y + by}, {max.x - by, max.y - by}}; }
    Rect intersect(const Rect& o) const {
        return {{std::max(min.x, o.min.x), std::max(min.y, o.min.y)},
                {std::min(max.x, o.max.x), std::min(max.y, o.max.y)}};
    }
    // Cut a strip off one side: the strip is returned, this rectangle keeps the rest.
    Rect cut_left(float w) {
        min.x += w;
        return {{min.x - w, min.y}, {min.x, max.y}};
    }
    Rect cut_right(float w) {
        max.x -= w;
        return {{max.x, min.y}, {max.x + w, max.y}};
    }
    Rect cut_top(float h) {
        min.y += h;
        return {{min.x, min.y - h}, {max.x, min.y}};
    }
    Rect cut_bottom(float h) {
        max.y -= h;
        return {{min.x, max.y}, {max.x, max.y + h}};
    }
    friend bool operator==(const Rect&, const Rect&) = default;
};

/// sRGB with straight alpha, one byte each.
struct Color {
    std::uint8_t r = 0, g = 0, b = 0, a = 255;

    /// 0xRRGGBB, opaque.
    static constexpr Color hex(std::uint32_t rgb) {
        return {static_cast<std::uint8_t>(rgb >> 16U), static_cast<std::uint8_t>(rgb >> 8U),
                static_cast<std::uint8_t>(rgb), 255};
    }
    constexpr Color alpha(float opacity) const {
        return {r, g, b, static_cast<std::uint8_t>(static_cast<float>(a) * opacity + 0.5F)};
    }
    friend constexpr bool operator==(Color, Color) = default;
};

/// The colour a part t in [0, 1] of the way from a to b.
constexpr Color mix(Color a, Color b, float t) {
    const auto channel = [t](std::uint8_t x, std::uint8_t y) {
        return static_cast<std::uint8_t>(static_cast<float>(x) + (static_cast<float>(y) - static_cast<float>(x)) * t +
                                         0.5F);
    };
    return {channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b), channel(a.a, b.a)};
}

/// Relative luminance by WCAG 2 (0 black .. 1 white).
float luminance(Color color);
/// How well one is read on the other, by WCAG 2: 1 (equal) .. 21 (black on white).
float contrast(Color a, Color b);
/// What ordinary text needs (WCAG 2.1, 1.4.3).
inline constexpr float contrast_of_text = 4.5F;
/// Black or white, whichever is read better on it: no colour is too near to both, as it may be to two greys.
Color ink_on(Color ground);
/// `ink` as it is seen on `ground`, moved towards `text` as far as it must be to be read there as text; opaque.
Color readable(Color ink, Color ground, Color text);

}  // namespace attnscope
