// Tokens, their positions, the sum of both, and attention before and after.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {

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
    const double factor = std::abs(shown.request.amount);
    const std::string amount = factor == 1 ? "" : short_number(factor, 3) + " × ";
    const char* const sign = shown.request.amount < 0 ? "−" : "+";
    const std::array<std::pair<Picture, std::string>, 3> pictures{
        {{facts.x, tr("X: what the words are")},
         {facts.p, tr("{}  {}P: where they stand", sign, amount)},
         {facts.sum, tr("=  what attention sees")}}};
    const float width = (row.width() - 2 * gap_between_pictures) / 3;
    for (int k = 0; k < 3; ++k) {
        Rect where = row.cut_left(width);
        row.cut_left(gap_between_pictures);
        draw_caption(canvas, where, pictures[static_cast<std::size_t>(k)].second);
        Heatmap map = map_of(t, pictures[static_cast<std::size_t>(k)].first, -most, most, k);
        map.row_labels = shown.tokens;
        map.number_thinned = false;
        map.row_title = "";
        map.column_title = k == 0 ? tr("entry →") : "";
        map.value_title = tr("entry");
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
        map.row_title = tr("← queries");
        map.column_title = tr("keys →");
        map.value_title = tr("weight");
        return map;
    };
    constexpr float comparison_needs = 420;
    if (rest.width() < comparison_needs) return;
    draw_comparison(canvas, interaction, rest,
                    {.a = weights(facts.before, 3),
                     .b = weights(facts.after, 4),
                     .a_title = tr("attention of X"),
                     .b_title = tr("attention of X {} {}P", sign, amount)},
                    compare_view_);
}

}  // namespace attnscope::positions_panel
