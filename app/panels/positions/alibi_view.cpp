// ALiBi: a head's bias, what it makes of equal scores, and every head's slope.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {

void PositionsPanel::draw_alibi(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const AlibiFacts& facts = *shown.alibi;
    Rect rest = area;
    const Rect slopes = rest.cut_bottom(std::clamp(rest.height() * 0.36F, 150.0F, 300.0F));
    rest.cut_bottom(14);
    const double slope = facts.slopes[static_cast<std::size_t>(shown.request.head - 1)];
    const auto draw_map = [&](Rect where, const Picture& picture, double low, double high, const std::string& title,
                              int slot) {
        draw_caption(canvas, where, title);
        Heatmap map = map_of(t, picture, low, high, slot);
        map.fill = true;
        if (slot == 1) map.picture.range.scale = ColorScale::logarithmic;
        if (params_.color == ColorMap::diverging) map.picture.map = ColorMap::viridis;  // neither changes its sign
        map.row_title = tr("← query i");
        map.column_title = tr("key j →");
        map.value_title = slot == 0 ? tr("bias") : tr("weight");
        if (params_.pin_row >= 0 && params_.pin_row < map.rows && params_.pin_column >= 0 &&
            params_.pin_column < map.columns)
            map.pinned = Cell{params_.pin_row, params_.pin_column};
        PrefixedInteraction own(interaction, slot == 0 ? "bias " : "weights ");
        const HeatmapEvents events = draw_heatmap(canvas, own, where, map, views_[static_cast<std::size_t>(slot)]);
        if (events.hovered || slot == 0) hovered_ = events.hovered;
        if (events.clicked) take_click(events, slot);
    };
    const double lowest = static_cast<double>(facts.bias->array().isNaN().select(0.0F, facts.bias->array()).minCoeff());
    const double most = std::max(-lowest, 1e-12);
    draw_map(rest.cut_left(rest.width() / 2 - gap_between_pictures / 2), facts.bias, -most, 0,
             tr("Head {}: the bias −{}·|i−j|", shown.request.head, short_number(slope)), 0);
    rest.cut_left(gap_between_pictures);
    draw_map(rest, facts.weights, 0, 1, tr("What it makes of equal scores: softmax of the bias, causal"), 1);
    Plot plot;
    plot.title = tr("The slope of each head");
    plot.note = tr(
        "steep heads look at their neighbours, flat ones far back; the paper gives the formula for H a power of two");
    plot.x = {.name = tr("head h"), .categories = {}};
    plot.y = {.name = tr("slope"), .log = true};
    plot.legend = false;
    Series line{.name = tr("slope"),
                .color = t.query,
                .kind = Series::points,
                .x = {},
                .y = facts.slopes,
                .y_high = {},
                .width = 3.2F,
                .marker = Marker::circle};
    line.colors.assign(facts.slopes.size(), t.query);
    line.colors[static_cast<std::size_t>(shown.request.head - 1)] = t.key;
    for (std::size_t h = 0; h < facts.slopes.size(); ++h) plot.x.categories.push_back(fmt::format("{}", h + 1));
    plot.series.push_back(std::move(line));
    const Pointer pointer = interaction.picture_area("slopes", slopes);
    const PlotReadout readout = draw_plot(canvas, slopes, plot, slopes_view_, pointer);
    if (pointer.clicked && !readout.readings.empty())
        params_.head = std::min(static_cast<int>(readout.readings.front().point) + 1, params_.heads);
}

}  // namespace attnscope::positions_panel
