#include "app/draw/color_bar.hpp"

#include <memory>

#include "app/draw/ticks.hpp"

namespace attnscope {

void draw_color_bar(Canvas& canvas, const Rect& bar, const CellPicture& picture, const std::string& title) {
    static const auto ramp = [] {
        auto values = std::make_shared<Matrix>(256, 1);
        for (Index i = 0; i < 256; ++i) (*values)(i, 0) = static_cast<float>(255 - i) / 255;
        return std::shared_ptr<const Matrix>(values);
    }();
    constexpr float title_width = 72;  // it may reach a little beyond
    const Theme& t = canvas.theme();
    CellPicture gradient{
        .values = ramp, .generation = 1, .view = {{0, 0}, {1, 256}}, .range = {0, 1, ColorScale::linear}};
    gradient.map = picture.map;
    gradient.dark = picture.dark;
    canvas.cells(bar, gradient);
    const TextStyle style{.color = t.quiet, .size = 12};
    canvas.text({bar.min.x, bar.max.y + 16}, canvas.shaper().fit(title, title_width, style), style);
    const ColorRange& range = picture.range;
    const int about = std::max(2, static_cast<int>(bar.height() / 60));
    const std::vector<Tick> ticks = range.scale == ColorScale::logarithmic
                                        ? log_ticks(color_value(range, 0), range.high, about)
                                        : linear_ticks(range.low, range.high, about);
    float last = bar.max.y + 100;
    for (const Tick& tick : ticks) {
        if (tick.label.empty()) continue;
        const float y = bar.max.y - bar.height() * static_cast<float>(color_position(range, tick.value));
        if (last - y < 14) continue;
        last = y;
        canvas.fill_rect({{bar.max.x, y - 0.5F}, {bar.max.x + 4, y + 0.5F}}, t.quiet);
        canvas.text_middle({bar.max.x + 7, y}, tick.label, {.color = t.quiet, .size = 12, .font = Font::mono});
    }
}

}  // namespace attnscope
