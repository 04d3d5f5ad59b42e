#include "app/draw/run_line.hpp"

#include <algorithm>
#include <vector>

#include "app/language/language.hpp"

namespace attnscope {
namespace {

constexpr float endless_line = 1e5F;

TextLayout lay_out_runs(TextShaper& shaper, std::span<const TextRun> runs, float size) {
    std::vector<TextSpan> spans;
    spans.reserve(runs.size());
    for (const TextRun& run : runs) spans.push_back({run.text, {.color = run.color, .size = size, .bold = run.bold}});
    spans.front().text.insert(0, "\u200F");  // the sentence's direction, even where a name of another one comes first
    return shaper.lay_out(spans, endless_line);
}

float taken_by(const TextLayout& line) {
    float left = line.width;
    for (const TextLayout::Piece& piece : line.pieces) left = std::min(left, piece.box.min.x);
    return line.width - left;
}

}  // namespace

void draw_run_line(Canvas& canvas, const Rect& box, float baseline, std::span<const TextRun> runs, float size) {
    const bool from_right = right_to_left() && std::any_of(runs.begin(), runs.end(), [](const TextRun& run) {
                                return has_right_to_left(run.text);
                            });
    if (!from_right) {
        draw_runs(canvas, {box.min.x, baseline}, runs, size);
        return;
    }
    constexpr float least = 0.67F;
    TextLayout line = lay_out_runs(canvas.shaper(), runs, size);
    if (const float taken = taken_by(line); taken > box.width())
        line = lay_out_runs(canvas.shaper(), runs, size * std::clamp(box.width() / taken, least, 1.0F));
    if (line.pieces.empty()) return;
    draw_layout(canvas, {box.max.x - line.width, baseline - line.pieces.front().at.y}, line);
}

std::string isolated_name(const std::string& name) {
    return right_to_left() ? "\u2068" + name + "\u2069" : name;
}

}  // namespace attnscope
