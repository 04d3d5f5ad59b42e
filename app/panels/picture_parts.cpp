#include "app/panels/picture_parts.hpp"

#include "app/draw/reading_order.hpp"
#include "app/language/language.hpp"

namespace attnscope {
namespace {

constexpr float two_lines = 40;

// The lines of a paragraph, broken at spaces.
std::vector<std::string> wrapped(Canvas& canvas, std::string_view text, const TextStyle& style, float width) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string word(text.substr(0, end));
        const std::string longer = lines.empty() ? word : lines.back() + ' ' + word;
        if (lines.empty() || (!lines.back().empty() && canvas.shaper().width(longer, style) > width))
            lines.push_back(word);
        else
            lines.back() = lines.back().empty() ? word : longer;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

void draw_caption(Canvas& canvas, Rect& area, std::string_view formula) {
    const Rect line = area.cut_top(24);
    const TextStyle style{.color = canvas.theme().text, .size = 13.5F, .bold = true};
    draw_formula(canvas, {line.min.x, line.min.y + 15}, line.width(), formula, style);
}

void draw_facts(Canvas& canvas, const Rect& area, std::span<const Fact> facts) {
    const Theme& t = canvas.theme();
    float y = area.min.y;
    for (const Fact& fact : facts) {
        if (y + two_lines > area.max.y) return;
        const TextStyle name{.color = t.quiet, .size = 12};
        const TextStyle value{.color = fact.strong ? t.query : t.text, .size = 16, .bold = fact.strong};
        draw_formula(canvas, {area.min.x, y + 14}, area.width(), fact.name, name);
        const bool from_right =
            canvas.shaper().shape(fact.name, name)->right_to_left;  // the value stands below its name
        TextStyle placed = value;
        if (from_right) placed.align = Align::right;
        canvas.text({from_right ? area.max.x : area.min.x, y + 34},
                    canvas.shaper().fit(fact.value, area.width(), value), placed);
        y += two_lines + 10;
    }
}

float draw_paragraph(Canvas& canvas, const Rect& area, std::string_view text, const TextStyle& style) {
    if (canvas.shaper().shape(text, style)->right_to_left) {
        TextLayout layout = lay_out_formula(canvas.shaper(), text, style, area.width());
        // A line that has no room is left out, not sliced.
        std::erase_if(layout.pieces, [&](const TextLayout::Piece& piece) { return piece.at.y > area.height(); });
        draw_layout(canvas, area.min, layout);
        return layout.height;
    }
    const float step = style.size * 1.4F;
    float y = area.min.y + style.size;
    for (const std::string& line : wrapped(canvas, text, style, area.width())) {
        if (y <= area.max.y) canvas.text({area.min.x, y}, canvas.shaper().fit(line, area.width(), style), style);
        y += step;
    }
    return y - step + 4 - area.min.y;
}

float paragraph_height(Canvas& canvas, float width, std::string_view text, const TextStyle& style) {
    if (canvas.shaper().shape(text, style)->right_to_left)
        return lay_out_formula(canvas.shaper(), text, style, width).height;
    const std::size_t lines = std::max<std::size_t>(wrapped(canvas, text, style, width).size(), 1);
    return static_cast<float>(lines) * style.size * 1.4F;
}

float button_width(Canvas& canvas, const std::string& label) {
    return canvas.shaper().width(label, {.size = 13}) + 22;
}

bool draw_button(Canvas& canvas, Interaction& interaction, Rect& row, const std::string& label, const std::string& help,
                 bool chosen) {
    if (!interaction.live()) return false;
    const Theme& t = canvas.theme();
    const float width = button_width(canvas, label);
    const Rect box = in_reading_order(Rect::sized({row.max.x - width, row.min.y}, width, 28), row);
    right_to_left() ? row.cut_left(width + 12) : row.cut_right(width + 12);
    const Pointer pointer = interaction.press_area("button " + label, box);
    const Color field = chosen ? t.query : ground_of_chosen(t, pointer.hovered ? 0.25F : 0);
    canvas.fill_rect(box, field, 7);
    const Color ink = chosen ? t.on_accent : readable(t.query, field, t.text);
    canvas.text_middle(box.center(), label, {.color = ink, .size = 13, .align = Align::center});
    if (pointer.hovered) interaction.tooltip(help);
    return pointer.clicked;
}

float chip_width(Canvas& canvas, const std::string& label) {
    return canvas.shaper().width(label, {.size = 13}) + 34;
}

bool draw_chip(Canvas& canvas, Interaction& interaction, const Rect& box, const std::string& label, Color color,
               bool chosen, const std::string& help) {
    const Theme& t = canvas.theme();
    const Pointer pointer = interaction.press_area("chip " + label, box);
    canvas.fill_rect(box, pointer.hovered ? ground_under_mouse(t) : t.field, 13);
    const float dot = right_to_left() ? box.max.x - 14 : box.min.x + 14;
    canvas.fill_circle({dot, box.center().y}, 5, chosen ? color : t.line);
    draw_entry_middle(canvas, in_reading_order({{box.min.x + 25, box.min.y}, box.max}, box), label,
                      {.color = chosen || pointer.hovered ? t.text : t.quiet, .size = 13});
    if (pointer.hovered) interaction.tooltip(help);
    return pointer.clicked;
}

}  // namespace attnscope
