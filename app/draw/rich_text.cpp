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

}  // namespace attnscope
