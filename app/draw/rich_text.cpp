#include "app/draw/rich_text.hpp"

namespace attnscope {
namespace {

TextStyle style_of(const TextRun& run, float size, Font font) {
    return {
        .color = run.color, .size = run.script == Script::normal ? size : size * 0.72F, .font = font, .bold = run.bold};
}

}  // namespace

float draw_runs(Canvas& canvas, Vec2 at, std::span<const TextRun> runs, float size, Font font) {
    float x = at.x;
    for (const TextRun& run : runs) {
        const float up = run.script == Script::super ? size * 0.36F : run.script == Script::sub ? -size * 0.2F : 0;
        x += canvas.text({x, at.y - up}, run.text, style_of(run, size, font));
    }
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

}  // namespace

void draw_formula(Canvas& canvas, Vec2 at, float width, std::string_view formula, const TextStyle& style) {
    constexpr float smallest = 0.67F;
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
