#include "app/panels/timing/sweep_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/draw/reading_order.hpp"
#include "app/draw/rich_text.hpp"

namespace attnscope::timing_panel {
namespace {

bool sweep_overlap(const Rect& a, const Rect& b) {
    const Rect both = a.intersect(b);
    return both.width() > 0 && both.height() > 0;
}

struct SweepPlace {
    Rect box;
    Vec2 end;          // of the line from the point to it
    bool far = false;  // there is such a line
    float cost = 0;
};

// Where a line from the point reaches a label that stands away from it.
Vec2 sweep_end(Vec2 point, const Rect& box) {
    return {std::clamp(point.x, box.min.x, box.max.x), std::clamp(point.y, box.min.y, box.max.y)};
}

// Near the point, hiding little of the lines, and neither it nor the line to it over another label.
std::optional<SweepPlace> sweep_place(Canvas& canvas, const Rect& data, const SweepLabel& label,
                                      const std::vector<Vec2>& lines, const std::vector<Rect>& taken) {
    constexpr float far = 20, cost_of_way = 1.0F / 9;
    const float width = canvas.shaper().width(label.text, label.style), height = label.style.size * 1.35F;
    std::optional<SweepPlace> best;
    const auto is_free = [&](const Rect& box, Vec2 end, bool line) {
        if (box.min.x < data.min.x + 2 || box.max.x > data.max.x - 2) return false;
        if (box.min.y < data.min.y + 2 || box.max.y > data.max.y - 2) return false;
        return std::none_of(taken.begin(), taken.end(), [&](const Rect& other) {
            if (sweep_overlap(box.inset(-2), other)) return true;
            for (int k = 0; line && k <= 12; ++k)
                if (other.inset(-3).contains(label.point + (end - label.point) * (static_cast<float>(k) / 12)))
                    return true;
            return false;
        });
    };
    const auto consider = [&](float away, float up, float side) {
        const Vec2 center{label.point.x + side * (width / 2 + away * (up == 0 ? 1.0F : 0.6F)),
                          label.point.y - up * (height / 2 + away * 0.8F)};
        SweepPlace place{.box = Rect::sized({center.x - width / 2, center.y - height / 2}, width, height),
                         .end = {},
                         .far = away > far};
        place.end = sweep_end(label.point, place.box);
        if (!is_free(place.box, place.end, place.far)) return;
        place.cost = away * cost_of_way + static_cast<float>(std::count_if(lines.begin(), lines.end(), [&](Vec2 dot) {
                         return place.box.inset(-2).contains(dot);
                     }));
        if (place.cost < (best ? best->cost : label.most)) best = place;
    };
    for (const float away : {11.0F, 24.0F, 42.0F, 64.0F, 90.0F})
        for (const float up : {0.0F, 1.0F, -1.0F})
            for (const float side : {1.0F, -1.0F, 0.0F})
                if (up != 0 || side != 0) consider(away, up, side);
    return best;
}

}  // namespace

std::optional<std::size_t> point_at(const TimingSeries& series, double length) {
    const auto found = std::find(series.lengths.begin(), series.lengths.end(), length);
    if (found == series.lengths.end()) return std::nullopt;
    return static_cast<std::size_t>(found - series.lengths.begin());
}

std::string sweep_note(Canvas& canvas, float width, const std::vector<std::string>& parts) {
    std::string note;
    for (const std::string& part : parts) {
        std::string longer = note;
        longer.append(note.empty() ? "" : "; ").append(part);
        if (canvas.shaper().width(longer, {.size = 11}) > width) break;
        note = std::move(longer);
    }
    return note;
}

Series sweep_line(Color color, std::vector<double> x, std::vector<double> y, Dash dash, float width) {
    return {.name = {},
            .color = color,
            .x = std::move(x),
            .y = std::move(y),
            .y_high = {},
            .width = width,
            .dash = dash,
            .marker = Marker::none};
}

Rect sweep_covered(const PlotReadout& readout, Vec2 cursor) {
    // On any side of it.
    const Vec2 reach{340, 18.0F * static_cast<float>(readout.readings.size()) + 60};
    return readout.inside ? Rect{cursor - reach, cursor + reach} : Rect();
}

void draw_sweep_labels(Canvas& canvas, const Rect& data, const std::vector<SweepLabel>& labels,
                       const std::vector<Vec2>& lines, const Rect& covered) {
    std::vector<Rect> boxes;
    boxes.reserve(labels.size());
    for (const SweepLabel& label : labels) {
        const std::optional<SweepPlace> place = sweep_place(canvas, data, label, lines, boxes);
        if (!place) continue;
        const Rect& box = boxes.emplace_back(place->box);
        if (sweep_overlap(box, covered)) continue;
        if (place->far) canvas.line(label.point, place->end, canvas.theme().quiet, 1);
        canvas.fill_rect(box.inset(-1), canvas.theme().ground.alpha(0.8F), 3);
        canvas.text_middle({box.min.x, box.center().y}, label.text, label.style);
    }
}

void draw_sweep_table(Canvas& canvas, const Rect& area, const SweepTable& table) {
    constexpr float least_gap = 16, most_gap = 44;
    const Theme& t = canvas.theme();
    const auto style_of = [&](std::size_t row, std::size_t column) {
        const Color color = column == 0 ? table.colors[row] : row == 0 ? t.quiet : t.text;
        return TextStyle{.color = color, .size = row == 0 ? 12.0F : 13.0F, .bold = column == 0 && row > 0};
    };
    std::vector<float> widths;
    float used = -least_gap;
    for (std::size_t c = 0; c < table.rows.front().size(); ++c) {
        float width = 0;
        for (std::size_t r = 0; r < table.rows.size(); ++r)
            width = std::max(width, canvas.shaper().width(table.rows[r][c], style_of(r, c)));
        if (used + least_gap + width > area.width()) break;
        used += least_gap + width;
        widths.push_back(width);
    }
    // What is left over spreads the columns a little.
    const auto gaps = static_cast<float>(std::max<std::size_t>(widths.size(), 2) - 1);
    const float wider = std::clamp((area.width() - used) / gaps, 0.0F, most_gap - least_gap), gap = least_gap + wider;
    used += wider * gaps;
    float y = area.min.y;
    for (std::size_t r = 0; r < table.rows.size() && y + sweep_row <= area.max.y + 0.5F; ++r, y += sweep_row) {
        if (r > 0) canvas.fill_rect(in_reading_order({{area.min.x, y}, {area.min.x + used, y + 1}}, area), t.line);
        float x = area.min.x;
        for (std::size_t c = 0; c < widths.size(); ++c) {
            const Rect place = in_reading_order(Rect::sized({x, y}, widths[c] + 1, sweep_row), area);
            draw_entry_middle(canvas, place, table.rows[r][c], style_of(r, c));
            x += widths[c] + gap;
        }
    }
}

}  // namespace attnscope::timing_panel
