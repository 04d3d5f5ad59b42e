// How alike two positions are: dot products as a map and over the distance.

#include <algorithm>
#include <cmath>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

Series upright(double x, double low, double high, Color color) {
    return {.name = {},
            .color = color,
            .x = {x, x},
            .y = {low, high},
            .y_high = {},
            .width = 1.5F,
            .dash = Dash::dashed,
            .marker = Marker::none};
}

}  // namespace

void PositionsPanel::draw_similarity(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const SimilarityFacts& facts = *shown.similarity;
    const bool sinusoidal = shown.request.code.kind == PositionKind::sinusoidal;
    Rect rest = area;
    const bool wide = area.width() >= 620;
    Rect left = wide ? rest.cut_left(rest.width() * 0.5F) : rest;
    rest.cut_left(gap_between_pictures);
    const double most = static_cast<double>(facts.picture->cwiseAbs().maxCoeff());
    const bool signless = facts.picture->minCoeff() >= 0;
    Heatmap map = map_of(t, facts.picture, signless ? 0 : -most, most, 0);
    if (signless && params_.color == ColorMap::diverging) map.picture.map = ColorMap::viridis;
    map.rows = map.columns = shown.codes.rows();
    map.row_labels = map.column_labels = AxisLabels::numbers(map.rows);
    map.row_title = tr("← position i");
    map.column_title = tr("position j →");
    map.value_title = tr("dot product");
    const Index to = there();
    if (to < map.rows && here() < map.rows) map.pinned = Cell{here(), to};
    const HeatmapEvents events = draw_heatmap(canvas, interaction, left, map, views_[0]);
    hovered_ = events.hovered;
    if (events.clicked) {
        params_.position = static_cast<int>(events.clicked->row);
        params_.offset = static_cast<int>(events.clicked->column - events.clicked->row);
    }
    if (!wide) return;
    Rect top = rest.cut_top(rest.height() / 2 - 6);
    rest.cut_top(12);
    const double offset = std::abs(static_cast<double>(hovered_ ? hovered_->column - hovered_->row : params_.offset));
    Plot dots;
    dots.title = tr("Dot product of two codes δ positions apart");
    const auto last = static_cast<double>(std::max<Index>(shown.codes.rows() - 1, 1));
    dots.x = {.name = "δ", .unit = tr("positions"), .range = ViewWindow{-0.02 * last, 1.02 * last}, .integers = true};
    dots.y = {.name = tr("dot product")};
    dots.note = sinusoidal ? tr("d/2 = {} at 0; the same for every i and for −δ. A direction needs M",
                                shown.request.code.dim / 2)
                : facts.dots.starts == shown.codes.rows()
                    ? tr("over all positions i: not a function of δ alone")
                    : tr("over {} positions i: not a function of δ alone", facts.dots.starts);
    if (!sinusoidal)
        dots.series.push_back({.name = tr("smallest to largest over i"),
                               .color = t.key.alpha(0.25F),
                               .kind = Series::band,
                               .x = {},
                               .y = values_of(facts.dots.low),
                               .y_high = values_of(facts.dots.high)});
    dots.series.push_back({.name = tr("mean"),
                           .color = t.query,
                           .x = {},
                           .y = values_of(facts.dots.mean),
                           .y_high = {},
                           .marker = Marker::none});
    dots.series.push_back(upright(offset, std::min(0.0, facts.dots.low.minCoeff()), facts.dots.high.maxCoeff(), t.key));
    draw_plot(canvas, top, dots, dots_view_, interaction.picture_area("dots", top));
    Plot distance;
    distance.title = tr("Distance of two codes δ positions apart");
    distance.x = dots.x;
    distance.y = {.name = tr("distance")};
    distance.legend = false;
    distance.note = facts.rise ? tr("farther is less alike up to δ = {}; then the dot product rises for the first time",
                                    *facts.rise)
                    : sinusoidal ? tr("farther is always less alike")
                                 : "";
    distance.series.push_back({.name = tr("distance"),
                               .color = t.query,
                               .x = {},
                               .y = values_of(facts.dots.distance),
                               .y_high = {},
                               .marker = Marker::none});
    if (facts.rise)
        distance.series.push_back({.name = tr("first rise"),
                                   .color = t.key,
                                   .kind = Series::points,
                                   .x = {static_cast<double>(*facts.rise)},
                                   .y = {facts.dots.distance(*facts.rise)},
                                   .y_high = {},
                                   .width = 3.2F,
                                   .marker = Marker::circle});
    distance.series.push_back(upright(offset, 0, facts.dots.distance.maxCoeff(), t.key));
    draw_plot(canvas, rest, distance, distance_view_, interaction.picture_area("distance", rest));
}

}  // namespace attnscope::positions_panel
