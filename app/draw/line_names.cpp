#include "app/draw/line_names.hpp"

#include <algorithm>

#include "app/draw/rich_text.hpp"

namespace attnscope {

std::vector<LineName> names_of(const Plot& plot) {
    std::vector<LineName> names;
    for (const Series& series : plot.series) {
        const auto last = std::find_if(series.y.rbegin(), series.y.rend(), [](double y) { return y > 0; });
        if (!series.name.empty() && last != series.y.rend())
            names.push_back({series.name, series.color, *last, series.dash});
    }
    return names;
}

void draw_line_names(Canvas& canvas, const Rect& area, const ViewWindow& window, bool log,
                     std::vector<LineName> names) {
    constexpr float line = 18, sample = 16;
    // By value: lines that leave the plot at the top are in their order there, too.
    std::stable_sort(names.begin(), names.end(), [](const LineName& a, const LineName& b) { return a.y > b.y; });
    std::vector<float> places;
    places.reserve(names.size());
    float free = area.min.y;
    for (const LineName& name : names) {
        const auto part = static_cast<float>(std::clamp(view_position(window, name.y, log), 0.0, 1.0));
        places.push_back(std::max(area.max.y - part * area.height(), free));
        free = places.back() + line;
    }
    float end = area.max.y;
    for (std::size_t k = names.size(); k-- > 0;) {
        places[k] = std::min(places[k], end);
        end = places[k] - line;
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
        const LineName& name = names[k];
        const float x = area.min.x + 6, y = places[k];
        if (y < area.min.y - line) continue;
        if (name.sample) {
            const bool solid = *name.sample == Dash::solid;
            canvas.line({x, y}, {x + (solid ? sample : 6.0F), y}, name.color, 2);
            if (!solid) canvas.line({x + 10, y}, {x + sample, y}, name.color, 2);
        }
        const float before = name.sample ? sample + 6 : 2;
        const Theme& theme = canvas.theme();
        const TextStyle style{.color = readable(name.color, theme.ground, theme.text), .size = 13};
        float width = area.width() - before - 6;
        // It stands beside its sample, whichever its direction.
        const std::string plain = plain_formula(name.formula);
        if (canvas.shaper().shape(plain, style)->right_to_left)
            width = std::min(width, canvas.shaper().width(plain, style) + 1);
        draw_formula(canvas, {x + before, y + 4.5F}, width, name.formula, style);
    }
}

}  // namespace attnscope
