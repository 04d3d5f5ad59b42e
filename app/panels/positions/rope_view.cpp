// RoPE: scores without and with it, the hands of q and k, the score over m - n, and its decay.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/draw/line_names.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {

void PositionsPanel::draw_rope(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const RopeFacts& facts = *shown.rope;
    Rect rest = area;
    const bool pair = shown.request.content == Content::pair;
    if (pair) {
        const std::vector<LineMark> marks{{here(), tr("query, m = {}", here()), t.query},
                                          {key_place(), tr("key, n = {}", key_place()), t.key}};
        if (const auto moved = draw_number_line(canvas, interaction, rest.cut_top(number_line_height),
                                                shown.positions(), marks, dragged_)) {
            params_.position = static_cast<int>((*moved)[0]);
            params_.key_position = static_cast<int>((*moved)[1]);
        }
        rest.cut_top(6);
    }
    Rect below = rest.cut_bottom(rest.height() * 0.45F);
    rest.cut_bottom(10);
    double most = 0;
    for (const Picture& picture : {facts.without, facts.with})
        most = std::max(most, static_cast<double>(picture->cwiseAbs().maxCoeff()));
    const auto draw_scores = [&](Rect where, const Picture& picture, const std::string& title, int slot) {
        draw_caption(canvas, where, title);
        Heatmap map = map_of(t, picture, -most, most, slot);
        map.row_title = tr("← query at m");
        map.column_title = tr("key at n →");
        map.value_title = "q·k/√d";
        if (!pair) {
            map.row_labels = shown.tokens;
            map.column_labels = shown.tokens;
            map.number_thinned = false;
        } else if (here() < map.rows && key_place() < map.columns) {
            map.pinned = Cell{here(), key_place()};
        }
        PrefixedInteraction own(interaction, slot == 0 ? "without " : "with ");
        const HeatmapEvents events = draw_heatmap(canvas, own, where, map, views_[static_cast<std::size_t>(slot)]);
        if (slot == 1) hovered_ = events.hovered;
        if (!events.clicked || !pair) return;
        params_.position = static_cast<int>(events.clicked->row);
        params_.key_position = static_cast<int>(events.clicked->column);
    };
    const float third = rest.width() * (pair ? 0.33F : 0.5F);
    draw_scores(rest.cut_left(third), facts.without,
                pair ? tr("Without: the score cannot tell positions apart") : tr("Without RoPE"), 0);
    rest.cut_left(gap_between_pictures);
    draw_scores(pair ? rest.cut_left(third) : rest, facts.with,
                pair ? tr("With RoPE: stripes, it depends on m − n") : tr("With RoPE"), 1);
    if (pair) {
        rest.cut_left(gap_between_pictures);
        draw_caption(canvas, rest, tr("q turns by m·w_j, k by n·w_j"));
        const std::vector<int> pairs = spread_pairs(4, static_cast<int>(shown.request.code.dim / 2), followed_pair());
        const auto count = static_cast<int>(pairs.size());
        const int columns = columns_for(rest, count);
        for (int k = 0; k < count; ++k) {
            const int j = pairs[static_cast<std::size_t>(k)];
            const double w = position_frequency(j, shown.request.code.dim, shown.request.code.base);
            const double q0 = facts.q(2 * j), q1 = facts.q(2 * j + 1), k0 = facts.k(2 * j), k1 = facts.k(2 * j + 1);
            // As clocks: clockwise from the top; turning a point of the plane by t moves it the other way round.
            const double from = std::atan2(q0, q1) - w * here(), to = std::atan2(k0, k1) - w * key_place();
            const double longest_hand = std::max(std::hypot(q0, q1), std::hypot(k0, k1));
            const Rect place = place_in_grid(rest, columns, count, k);
            if (interaction.press_area(fmt::format("clock {}", k), place).clicked) params_.pair = j;
            draw_clock(canvas, place,
                       {.from = from,
                        .to = from + std::remainder(to - from, 2 * std::numbers::pi),
                        .from_length = std::hypot(q0, q1) / longest_hand,
                        .to_length = std::hypot(k0, k1) / longest_hand,
                        .title = tr("pair {}", j),
                        .below = fmt::format("w = {} rad", short_number(w, 3)),
                        .chosen = j == followed_pair()});
        }
        draw_rope_score(canvas, interaction, below.cut_left(below.width() * 0.5F));
        below.cut_left(gap_between_pictures);
    }
    draw_rope_decay(canvas, interaction, below);
}

void PositionsPanel::draw_rope_score(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Request& r = shown_->request;
    const RopeFacts& facts = *shown_->rope;
    const RopeScore score(facts.q, facts.k, r.code.base);
    const double root = std::sqrt(static_cast<double>(r.code.dim));
    const Index now = here() - key_place(),
                reach = std::min<Index>(r.length - 1, std::max<Index>(128, 2 * std::abs(now)));
    Plot plot;
    plot.title = tr("Score at m − n = {}: {}", now, short_number(score.at(now) / root));
    const auto at_places = [&](Index m, Index n) { return rope_score(facts.q, facts.k, m, n, r.code.base) / root; };
    constexpr Index further = 100;
    const double now_here = at_places(here(), key_place());
    plot.note = tr("both {} positions further: {}, a difference of {}", further,
                   short_number(at_places(here() + further, key_place() + further)),
                   short_number(std::abs(at_places(here() + further, key_place() + further) - now_here), 2));
    plot.x = {.name = "m − n", .unit = tr("positions"), .integers = true};
    plot.y = {.name = "q·k/√d"};
    plot.legend = false;
    Series line{.name = tr("score"), .color = t.query, .x = {}, .y = {}, .y_high = {}, .marker = Marker::none};
    for (Index offset = -reach; offset <= reach; ++offset) {
        line.x.push_back(static_cast<double>(offset));
        line.y.push_back(score.at(offset) / root);
    }
    plot.series.push_back(std::move(line));
    if (std::abs(now) <= reach)
        plot.series.push_back({.name = tr("now"),
                               .color = t.key,
                               .kind = Series::points,
                               .x = {static_cast<double>(now)},
                               .y = {score.at(now) / root},
                               .y_high = {},
                               .width = 3.2F,
                               .marker = Marker::circle});
    draw_plot(canvas, area, plot, score_view_, interaction.picture_area("rope score", area));
}

void PositionsPanel::draw_rope_decay(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const RopeDecay& decay = shown_->rope->decay;
    Plot plot;
    plot.title = tr("Distance and random q, k");
    plot.note = tr("d = {}, {} draws; k = q: mean ± 1 standard deviation; unrelated: root mean square",
                   shown_->request.code.dim, rope_draws);
    plot.x = {.name = "m − n", .unit = tr("positions")};
    plot.y = {.name = tr("cosine")};
    plot.series.push_back({.name = {},
                           .color = t.query.alpha(0.22F),
                           .kind = Series::band,
                           .x = {},
                           .y = values_of(decay.alike - decay.alike_spread),
                           .y_high = values_of(decay.alike + decay.alike_spread)});
    plot.series.push_back({.name = "k = q",
                           .color = t.query,
                           .x = {},
                           .y = values_of(decay.alike),
                           .y_high = {},
                           .marker = Marker::none});
    plot.series.push_back({.name = tr("k unrelated"),
                           .color = t.key,
                           .x = {},
                           .y = values_of(decay.unrelated),
                           .y_high = {},
                           .dash = Dash::dashed,
                           .marker = Marker::none});
    // A legend would lie over the curve that falls.
    float name_width = 0;
    for (const Series& series : plot.series)
        name_width = std::max(name_width, canvas.shaper().width(series.name, {.size = 12}));
    Rect rest = area;
    plot.legend = area.width() < 4 * name_width;
    const Rect names = plot.legend ? Rect() : rest.cut_right(name_width + 34);
    const PlotReadout readout =
        draw_plot(canvas, rest, plot, decay_view_, interaction.picture_area("rope decay", rest));
    if (!plot.legend)
        draw_line_names(canvas, {{names.min.x, readout.area.min.y}, {names.max.x, readout.area.max.y}},
                        decay_view_.view.y, false, names_of(plot));
}

}  // namespace attnscope::positions_panel
