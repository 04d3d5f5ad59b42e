// Exact attention, its approximation and the difference, with what is wrong in it marked and counted.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "core/base/statistics.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr float matrix_gap = 22;  // between the quarters

// Where row i of a heatmap's cells is, top and bottom.
std::pair<float, float> row_place(const HeatmapView& view, const Rect& cells, Index row) {
    const double span = view.view.y.high - view.view.y.low;
    const auto at = [&](double value) {
        return cells.min.y + static_cast<float>((value - view.view.y.low) / span) * cells.height();
    };
    return {at(static_cast<double>(row)), at(static_cast<double>(row) + 1)};
}

std::string share_of(Index part, Index all) {
    return tr("{} of {} ({:.2g} %)", part, all,
              100 * static_cast<double>(part) / static_cast<double>(std::max<Index>(all, 1)));
}

std::string against(double value, double uniform) {
    return tr("{}   (uniform: {})", short_number(value, 3), short_number(uniform, 3));
}

}  // namespace

Heatmap RandomFeaturesPanel::weights_map(const Theme& t, const Picture& picture, int slot) const {
    const MatrixFacts& facts = *shown_->matrices;
    Heatmap map;
    map.picture.values = picture;
    map.picture.generation = generation_ * 4 + static_cast<std::uint64_t>(slot);
    map.picture.range = {-facts.color_end, facts.color_end, ColorScale::linear};
    map.picture.map = ColorMap::diverging;
    map.picture.masked = mix(t.line, t.quiet, 0.25F);  // not to be taken for a weight of 0
    map.picture.dark = t.name == ThemeName::dark;
    map.row_labels = map.column_labels =
        facts.names.empty() ? AxisLabels::numbers(facts.tokens) : AxisLabels(facts.names);
    map.number_thinned = true;
    map.row_title = tr("← query");
    map.column_title = tr("key →");
    map.color_bar = slot == 2;  // one for all three: the scale is the same
    map.value_title = tr_in("axis", "weight");
    map.lit = hovered_;
    map.pinned = pinned_cell();
    return map;
}

// Three maps in one scale and one size; below them the numbers, and each weight against its approximation.
void RandomFeaturesPanel::draw_matrices(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const MatrixFacts& facts = *shown_->matrices;
    const std::string names[] = {tr("exact A"), tr("approximation A′  (amber: negative)"),
                                 tr("difference A′ − A  (amber: too small)")};
    const Picture pictures[] = {facts.exact, facts.approximate, facts.difference};
    Rect rest = area;
    std::array<Heatmap, 3> maps;
    float labels = 2 * matrix_gap;
    for (std::size_t k = 0; k < 3; ++k) {
        maps[k] = weights_map(t, pictures[k], static_cast<int>(k));
        const HeatmapMargins margins = heatmap_margins(canvas, maps[k]);
        labels += margins.left + margins.right;
    }
    // Cells of one size: as wide as there is room, and no higher than leaves room for the numbers.
    constexpr float above_cells = 116, least_below = 196;
    const float cells = (rest.width() - labels) / 3;
    const float height = std::min(cells + above_cells, rest.height() - least_below);
    const bool both = height >= 190;
    Rect row = both ? rest.cut_top(height) : rest;
    std::optional<Cell> hovered;
    for (std::size_t k = 0; k < 3; ++k) {
        const HeatmapMargins margins = heatmap_margins(canvas, maps[k]);
        Rect place = row.cut_left(std::max(cells, 0.0F) + margins.left + margins.right);
        row.cut_left(matrix_gap);
        draw_caption(canvas, place, names[k]);
        PrefixedInteraction own(interaction, fmt::format("matrix {} ", k));
        const View2D before = views_[k].view;
        const HeatmapEvents events = draw_heatmap(canvas, own, place, maps[k], views_[k]);
        if (events.hovered) hovered = events.hovered;
        if (events.clicked) {
            const bool again = pinned_cell() == events.clicked;
            params_.pin_row = again ? -1 : static_cast<int>(events.clicked->row);
            params_.pin_column = again ? -1 : static_cast<int>(events.clicked->column);
        }
        if (k == 1) mark_broken_rows(canvas, events.cells, views_[k]);
        // All three show the same part.
        if (!(views_[k].view == before)) {
            const View2D moved = views_[k].view;
            for (HeatmapView& other : views_) other.view = moved;
        }
    }
    hovered_ = hovered;
    if (!both) return;
    rest.cut_top(14);
    Rect scatter = rest.cut_right((area.width() - 2 * matrix_gap) / 3);
    rest.cut_right(matrix_gap);
    draw_matrix_facts(canvas, rest);
    draw_scatter(canvas, interaction, scatter);
}

// Every point a weight: on the diagonal the approximation is exact.
void RandomFeaturesPanel::draw_scatter(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const MatrixFacts& f = *shown_->matrices;
    std::vector<double> sorted = f.sampled_approximate;
    std::sort(sorted.begin(), sorted.end());
    const double end = f.color_end, low = std::min(quantile(sorted, 0.02), 0.0),
                 high = std::max(quantile(sorted, 0.98), end);
    const auto outside = std::count_if(sorted.begin(), sorted.end(), [&](double a) {
        return a < low - 0.1 * (high - low) || a > high + 0.1 * (high - low);
    });
    Plot plot;
    plot.title = tr("Each weight against its approximation");
    plot.note = outside > 0 ? tr("{} weights, {} outside; line: equal", sorted.size(), outside)
                            : tr("{} weights; line: equal", sorted.size());
    plot.legend = false;
    plot.x = {.name = tr("exact A"), .range = ViewWindow{-0.03 * end, 1.06 * end}};
    plot.y = {.name = "A′", .range = ViewWindow{low - 0.1 * (high - low), high + 0.1 * (high - low)}};
    plot.series.push_back({.name = tr_in("axis", "weight"),
                           .color = color_of(shown_->request.estimator, t).alpha(0.45F),
                           .kind = Series::points,
                           .x = f.sampled_exact,
                           .y = f.sampled_approximate,
                           .y_high = {},
                           .marker = Marker::circle});
    plot.series.push_back({.name = {},
                           .color = t.text,
                           .x = {0, end},
                           .y = {0, end},
                           .y_high = {},
                           .width = 1.4F,
                           .marker = Marker::none});
    draw_plot(canvas, area, plot, plots_[0], interaction.picture_area("scatter", area));
}

// A row whose normaliser is not positive has no weights one could believe: a mark at its left edge.
void RandomFeaturesPanel::mark_broken_rows(Canvas& canvas, const Rect& cells, const HeatmapView& view) {
    const Theme& t = canvas.theme();
    const Clip clip(canvas, {{cells.min.x - 8, cells.min.y}, cells.max});
    for (const Index row : shown_->matrices->broken) {
        const auto [top, bottom] = row_place(view, cells, row);
        if (bottom < cells.min.y || top > cells.max.y) continue;
        canvas.fill_rect({{cells.min.x - 7, top}, {cells.min.x - 2, std::max(bottom, top + 1)}}, t.warning);
    }
}

void RandomFeaturesPanel::draw_matrix_facts(Canvas& canvas, const Rect& area) {
    const MatrixFacts& f = *shown_->matrices;
    Rect rest = area;
    const bool corner = f.tokens > 96;
    const std::string caption = tr("Measured over all {} tokens (blue: better than uniform attention)", f.tokens);
    draw_caption(canvas, rest, corner ? caption + "; " + tr("a double click shows them all") : caption);
    rest.cut_top(8);
    const Fact left[] = {{tr("mean squared error of the output"), against(f.output_error, f.uniform_output),
                          f.output_error < f.uniform_output},
                         {tr("relative error of the weights, |A′ − A| / |A|"),
                          against(f.matrix_error, f.uniform_matrix), f.matrix_error < f.uniform_matrix},
                         {tr("largest |difference| of a weight"), short_number(f.largest_difference, 3)}};
    const Fact right[] = {
        {tr("negative weights of A′"), share_of(f.negative, f.cells)},
        {tr("broken rows of A′: normaliser ≤ 0, marked at its left edge"),
         share_of(static_cast<Index>(f.broken.size()), f.tokens)},
        {tr("largest |output|; largest |V|, softmax's bound"),
         fmt::format("{};  {}", short_number(f.largest_output, 3), short_number(f.largest_value, 3))}};
    const Rect half = rest.cut_left(rest.width() / 2);
    draw_facts(canvas, half, left);
    draw_facts(canvas, rest, right);
}

}  // namespace attnscope::random_features_panel
