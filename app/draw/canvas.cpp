#include "app/draw/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace attnscope {

float luminance(Color color) {
    const auto linear = [](std::uint8_t byte) {
        const float c = static_cast<float>(byte) / 255;
        return c <= 0.04045F ? c / 12.92F : std::pow((c + 0.055F) / 1.055F, 2.4F);
    };
    return 0.2126F * linear(color.r) + 0.7152F * linear(color.g) + 0.0722F * linear(color.b);
}

float contrast(Color a, Color b) {
    const float x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05F) / (std::min(x, y) + 0.05F);
}

Color ink_on(Color ground) {
    constexpr Color black = Color::hex(0x000000), white = Color::hex(0xffffff);
    return contrast(ground, black) > contrast(ground, white) ? black : white;
}

Color readable(Color ink, Color ground, Color text) {
    const Color seen = mix(ground, {ink.r, ink.g, ink.b}, static_cast<float>(ink.a) / 255);
    Color made = seen;
    for (float part = 0; contrast(made, ground) < contrast_of_text && part < 1; part += 1 / 64.0F)
        made = mix(seen, text, part);
    return made;
}

float Canvas::text(Vec2 at, std::string_view text, const TextStyle& style) {
    if (text.empty()) return 0;
    const auto shaped = shaper_->shape(text, style);
    const float back = style.align == Align::left     ? 0
                       : style.align == Align::center ? shaped->width / 2
                                                      : shaped->width;
    const float angle = style.angle * std::numbers::pi_v<float> / 180;
    draw_text({at.x - back * std::cos(angle), at.y + back * std::sin(angle)}, text, *shaped, style);
    return shaped->width;
}

float Canvas::text_middle(Vec2 at, std::string_view text, const TextStyle& style) {
    // The middle of lower-case letters with ascenders, rather than of the line box, looks centred.
    const float down = style.size * 0.36F;
    const float angle = style.angle * std::numbers::pi_v<float> / 180;
    return this->text({at.x + down * std::sin(angle), at.y + down * std::cos(angle)}, text, style);
}

}  // namespace attnscope
