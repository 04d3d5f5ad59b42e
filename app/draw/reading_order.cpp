#include "app/draw/reading_order.hpp"

#include "app/draw/rich_text.hpp"
#include "app/language/language.hpp"

namespace attnscope {
namespace {

// As Canvas::text_middle() centres it.
float middle_baseline(const Rect& box, const TextStyle& style) {
    return box.center().y + style.size * 0.36F;
}

}  // namespace

Rect in_reading_order(const Rect& part, const Rect& whole) {
    if (!right_to_left()) return part;
    const float sum = whole.min.x + whole.max.x;
    return {{sum - part.max.x, part.min.y}, {sum - part.min.x, part.max.y}};
}

void draw_entry(Canvas& canvas, const Rect& box, float baseline, std::string_view text, const TextStyle& style) {
    TextStyle placed = style;
    if (right_to_left() && style.align != Align::center)
        placed.align = style.align == Align::left ? Align::right : Align::left;
    const float x = placed.align == Align::left ? box.min.x : placed.align == Align::right ? box.max.x : box.center().x;
    canvas.text({x, baseline}, canvas.shaper().fit(text, box.width(), style), placed);
}

void draw_entry_middle(Canvas& canvas, const Rect& box, std::string_view text, const TextStyle& style) {
    draw_entry(canvas, box, middle_baseline(box, style), text, style);
}

void draw_entry_formula(Canvas& canvas, const Rect& box, float baseline, std::string_view formula,
                        const TextStyle& style) {
    TextStyle placed = style;
    if (right_to_left()) placed.align = Align::right;
    draw_formula(canvas, {right_to_left() ? box.max.x : box.min.x, baseline}, box.width(), formula, placed);
}

void draw_line_middle(Canvas& canvas, const Rect& box, std::string_view text, const TextStyle& style) {
    draw_line(canvas, box, middle_baseline(box, style), text, style);
}

std::string in_formula(std::string_view phrase) {
    if (!has_right_to_left(phrase)) return std::string(phrase);
    constexpr std::string_view left_to_right_mark = "\u200E", begin = "\u2067", end = "\u2069";
    return std::string(left_to_right_mark).append(begin).append(phrase).append(end);
}

}  // namespace attnscope
