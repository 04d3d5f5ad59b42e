#include "app/draw/rich_text.hpp"

#include <algorithm>

namespace attnscope {
namespace {

TextStyle style_of(const TextRun& run, float size, Font font) {
    return {
        .color = run.color, .size = run.script == Script::normal ? size : size * 0.72F, .font = font, .bold = run.bold};
}

float rise_of(const TextRun& run, float size) {
    return run.script == Script::super ? size * 0.36F : run.script == Script::sub ? -size * 0.2F : 0;
}

}  // namespace

float draw_runs(Canvas& canvas, Vec2 at, std::span<const TextRun> runs, float size, Font font) {
    float x = at.x;
    for (const TextRun& run : runs)
        x += canvas.text({x, at.y - rise_of(run, size)}, run.text, style_of(run, size, font));
    return x - at.x;
}

float width_of_runs(Canvas& canvas, std::span<const TextRun> runs, float size, Font font) {
    float width = 0;
    for (const TextRun& run : runs) width += canvas.shaper().width(run.text, style_of(run, size, font));
    return width;
}

namespace {

std::vector<TextRun> runs_of(std::string_view formula, const TextStyle& style) {
    std::vector<TextRun> runs{{.text = {}, .color = style.color, .bold = style.bold}};
    for (std::size_t i = 0; i < formula.size(); ++i) {
        if ((formula[i] != '_' && formula[i] != '^') || i + 1 == formula.size()) {
            runs.back().text += formula[i];
            continue;
        }
        const Script script = formula[i] == '_' ? Script::sub : Script::super;
        ++i;
        std::string small;
        if (formula[i] == '{') {
            const std::size_t end = std::min(formula.find('}', i), formula.size());
            small = formula.substr(i + 1, end - i - 1);
            i = end;
        } else {
            do {  // a character may have several bytes
                small += formula[i++];
            } while (i < formula.size() && (static_cast<unsigned char>(formula[i]) & 0xC0U) == 0x80U);
            --i;
        }
        runs.push_back({.text = std::move(small), .color = style.color, .script = script, .bold = style.bold});
        runs.push_back({.text = {}, .color = style.color, .bold = style.bold});
    }
    return runs;
}

constexpr float smallest = 0.67F;  // of a formula that must be made to fit, of its size

// Where directions mix, the runs do not follow each other from left to right: they are laid out as one text.
void draw_right_to_left(Canvas& canvas, Vec2 at, float width, std::string_view formula, const TextStyle& style) {
    constexpr float endless = 1e5F;
    TextShaper& shaper = canvas.shaper();
    TextStyle cut = style;
    TextLayout line = lay_out_formula(shaper, formula, cut, endless);
    const auto width_of = [](const TextLayout& layout) {
        float left = endless;
        for (const TextLayout::Piece& piece : layout.pieces) left = std::min(left, piece.box.min.x);
        return std::max(layout.width - left, 0.0F);
    };
    float taken = width_of(line);
    if (taken > width) {
        cut.size *= std::clamp(width / taken, smallest, 1.0F);
        const std::string text =
            taken * smallest > width ? shaper.fit(plain_formula(formula), width, cut) : std::string(formula);
        line = lay_out_formula(shaper, text, cut, endless);
        taken = width_of(line);
    }
    const float right = style.align == Align::left     ? at.x + width
                        : style.align == Align::center ? at.x + taken / 2
                                                       : at.x;
    const float ascent = line.pieces.empty() ? 0 : line.pieces.front().at.y;
    for (TextLayout::Piece& piece : line.pieces) piece.at.y -= ascent;
    draw_layout(canvas, {right - line.width, at.y}, line);
}

}  // namespace

std::vector<TextSpan> formula_spans(std::string_view formula, const TextStyle& style) {
    std::vector<TextSpan> spans;
    for (const TextRun& run : runs_of(formula, style)) {
        TextSpan span{run.text, style, rise_of(run, style.size)};
        span.style.size = style_of(run, style.size, style.font).size;
        if (!run.text.empty()) spans.push_back(std::move(span));
    }
    return spans;
}

TextLayout lay_out_formula(TextShaper& shaper, std::string_view formula, const TextStyle& style, float width) {
    return shaper.lay_out(formula_spans(formula, style), width);
}

void draw_layout(Canvas& canvas, Vec2 at, const TextLayout& layout) {
    for (const TextLayout::Piece& piece : layout.pieces)
        canvas.place_text({at.x + piece.at.x, at.y + piece.at.y}, piece.text, piece.style);
}

void draw_line(Canvas& canvas, const Rect& box, float baseline, std::string_view text, const TextStyle& style) {
    TextStyle placed = style;
    const std::string shown = canvas.shaper().fit(text, box.width(), style);
    const bool from_right = canvas.shaper().shape(text, style)->right_to_left;
    if (from_right && style.align == Align::left) placed.align = Align::right;
    const float x = placed.align == Align::left ? box.min.x : placed.align == Align::right ? box.max.x : box.center().x;
    canvas.text({x, baseline}, shown, placed);
}

void draw_formula(Canvas& canvas, Vec2 at, float width, std::string_view formula, const TextStyle& style) {
    if (canvas.shaper().shape(formula, style)->right_to_left) {
        draw_right_to_left(canvas, at, width, formula, style);
        return;
    }
    const std::vector<TextRun> runs = runs_of(formula, style);
    const float wanted = width_of_runs(canvas, runs, style.size, style.font);
    const float size = style.size * std::clamp(width / std::max(wanted, 1.0F), smallest, 1.0F);
    if (wanted * smallest > width) {
        TextStyle cut = style;
        cut.size = size;
        canvas.text(at, canvas.shaper().fit(plain_formula(formula), width, cut), cut);
        return;
    }
    const float taken = size == style.size ? wanted : width_of_runs(canvas, runs, size, style.font);
    if (style.align != Align::left) at.x -= style.align == Align::center ? taken / 2 : taken;
    draw_runs(canvas, at, runs, size, style.font);
}

std::string plain_formula(std::string_view formula) {
    std::string plain;
    for (std::size_t i = 0; i < formula.size(); ++i) {
        const bool brace = i > 0 && formula[i] == '{' && (formula[i - 1] == '_' || formula[i - 1] == '^');
        if (!brace && formula[i] != '}') plain += formula[i];
    }
    return plain;
}

}  // namespace attnscope
