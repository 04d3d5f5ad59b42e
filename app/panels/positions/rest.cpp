// The positions panel's pictures of likeness, of ALiBi, and of tokens with their positions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/ticks.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr float space = 26;

void heading(Canvas& canvas, Rect& area, const std::string& text) {
    const Rect line = area.cut_top(24);
    const TextStyle style{.color = canvas.theme().text, .size = 13.5F, .bold = true};
    canvas.text({line.min.x, line.min.y + 15}, canvas.shaper().fit(text, line.width(), style), style);
}

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
    rest.cut_left(space);
    const double most = static_cast<double>(facts.picture->cwiseAbs().maxCoeff());
    const bool signless = facts.picture->minCoeff() >= 0 && params_.color != ColorMap::diverging;
    Heatmap map = map_of(t, facts.picture, signless ? 0 : -most, most, 0);
    map.rows = map.columns = shown.codes.rows();
    map.row_labels = map.column_labels = AxisLabels::numbers(map.rows);
    map.row_title = "← position i";
    map.column_title = "position j →";
    map.value_title = "dot product";
    const Index to = there();
    if (to < map.rows && params_.position < map.rows) map.pinned = Cell{params_.position, to};
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
    dots.title = "Dot product of two codes δ positions apart";
    dots.x = {.name = "δ", .unit = "positions", .integers = true};
    dots.y = {.name = "dot product"};
    dots.note = sinusoidal ? fmt::format("d/2 = {} at 0; the same for every i and for −δ. A direction needs M",
                                         shown.request.code.dim / 2)
                           : "the band: smallest and largest over i. It is not a function of δ";
    if (!sinusoidal)
        dots.series.push_back({.name = "smallest to largest over i",
                               .color = t.key.alpha(0.25F),
                               .kind = Series::band,
                               .x = {},
                               .y = values_of(facts.dots.low),
                               .y_high = values_of(facts.dots.high)});
    dots.series.push_back({.name = "mean",
                           .color = t.query,
                           .x = {},
                           .y = values_of(facts.dots.mean),
                           .y_high = {},
                           .marker = Marker::none});
    dots.series.push_back(upright(offset, std::min(0.0, facts.dots.low.minCoeff()), facts.dots.high.maxCoeff(), t.key));
    draw_plot(canvas, top, dots, dots_view_, interaction.area("dots", top));
    Plot distance;
    distance.title = "Distance of two codes δ positions apart";
    distance.x = dots.x;
    distance.y = {.name = "distance"};
    distance.legend = false;
    distance.note =
        facts.rise ? fmt::format("farther is less alike up to δ = {}; then the dot product rises for the first time",
                                 *facts.rise)
                   : "farther is always less alike";
    distance.series.push_back({.name = "distance",
                               .color = t.query,
                               .x = {},
                               .y = values_of(facts.dots.distance),
                               .y_high = {},
                               .marker = Marker::none});
    if (facts.rise)
        distance.series.push_back({.name = "first rise",
                                   .color = t.key,
                                   .kind = Series::points,
                                   .x = {static_cast<double>(*facts.rise)},
                                   .y = {facts.dots.distance(*facts.rise)},
                                   .y_high = {},
                                   .width = 3.2F,
                                   .marker = Marker::circle});
    distance.series.push_back(upright(offset, 0, facts.dots.distance.maxCoeff(), t.key));
    draw_plot(canvas, rest, distance, distance_view_, interaction.area("distance", rest));
}

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
        heading(canvas, where, title);
        Heatmap map = map_of(t, picture, low, high, slot);
        if (slot == 1) map.picture.range.scale = ColorScale::square_root;
        if (slot == 1 && params_.color == ColorMap::diverging) map.picture.map = ColorMap::viridis;
        map.row_title = "← query i";
        map.column_title = "key j →";
        map.value_title = slot == 0 ? "bias" : "weight";
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
    const bool diverging = params_.color == ColorMap::diverging;
    draw_map(rest.cut_left(rest.width() / 2 - space / 2), facts.bias, -most, diverging ? most : 0,
             fmt::format("Head {}: the bias −{}·|i−j|", shown.request.head, short_number(slope)), 0);
    rest.cut_left(space);
    draw_map(rest, facts.weights, 0, 1, "What it makes of equal scores: softmax of the bias, causal", 1);
    Plot plot;
    plot.title = "The slope of each head";
    plot.note = "steep heads look at their neighbours, flat ones far back";
    plot.x = {.name = "head h", .categories = {}};
    plot.y = {.name = "slope", .log = true};
    plot.legend = false;
    Series line{.name = "slope",
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
    const Pointer pointer = interaction.area("slopes", slopes);
    const PlotReadout readout = draw_plot(canvas, slopes, plot, slopes_view_, pointer);
    if (pointer.clicked && !readout.readings.empty())
        params_.head = std::min(static_cast<int>(readout.readings.front().point) + 1, params_.heads);
}

void PositionsPanel::draw_sum(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const SumFacts& facts = *shown.sum;
    Rect rest = area;
    Rect row = rest.cut_top(rest.height() * 0.44F);
    rest.cut_top(10);
    double most = 0;
    for (const Picture& picture : {facts.x, facts.p, facts.sum})
        most = std::max(most, static_cast<double>(picture->cwiseAbs().maxCoeff()));
    const std::string amount =
        shown.request.amount == 1 ? "" : fmt::format("{} × ", short_number(shown.request.amount, 3));
    const std::array<std::pair<Picture, std::string>, 3> pictures{
        {{facts.x, "X: what the words are"},
         {facts.p, fmt::format("+  {}P: where they stand", amount)},
         {facts.sum, "=  what attention sees"}}};
    const float width = (row.width() - 2 * space) / 3;
    for (int k = 0; k < 3; ++k) {
        Rect where = row.cut_left(width);
        row.cut_left(space);
        heading(canvas, where, pictures[static_cast<std::size_t>(k)].second);
        Heatmap map = map_of(t, pictures[static_cast<std::size_t>(k)].first, -most, most, k);
        map.row_labels = shown.tokens;
        map.number_thinned = false;
        map.row_title = "";
        map.column_title = k == 0 ? "entry →" : "";
        map.value_title = "entry";
        map.color_bar = k == 2;
        map.fill = true;
        PrefixedInteraction own(interaction, fmt::format("sum {} ", k));
        const HeatmapEvents events = draw_heatmap(canvas, own, where, map, views_[static_cast<std::size_t>(k)]);
        if (k == 0) hovered_.reset();
        if (events.hovered) hovered_ = events.hovered;
    }
    const auto weights = [&](const Picture& picture, int slot) {
        Heatmap map = map_of(t, picture, 0,
                             static_cast<double>(std::max(facts.before->maxCoeff(), facts.after->maxCoeff())), slot);
        map.rows = map.columns = 0;
        map.picture.range.scale = ColorScale::square_root;
        if (params_.color == ColorMap::diverging) map.picture.map = ColorMap::viridis;
        map.row_labels = map.column_labels = shown.tokens;
        map.number_thinned = false;
        map.row_title = "← queries";
        map.column_title = "keys →";
        map.value_title = "weight";
        return map;
    };
    constexpr float comparison_needs = 420;
    if (rest.width() < comparison_needs) return;
    draw_comparison(canvas, interaction, rest,
                    {.a = weights(facts.before, 3),
                     .b = weights(facts.after, 4),
                     .a_title = "attention of X",
                     .b_title = "attention of X + P"},
                    compare_view_);
}

}  // namespace attnscope::positions_panel
