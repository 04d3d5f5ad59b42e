// The pictures of a map too large to hold.
#include <fmt/format.h>

#include <cmath>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/attention/huge_map_view.hpp"

namespace attnscope::attention_panel {
namespace {

// Bars that stand for equal shares of so many keys, at their places among the keys.
Series bars_over(const std::vector<double>& values, Index keys, Color color) {
    Series bars{.name = "", .color = color, .kind = Series::bars};
    const double share = static_cast<double>(keys) / static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) bars.x.push_back((static_cast<double>(i) + 0.5) * share - 0.5);
    bars.y = values;
    return bars;
}

// The number beside the name, where that is not the same.
std::string numbered(const AxisLabels& labels, Index i) {
    return labels.are_numbers() ? labels[i] : fmt::format("{} ({})", labels[i], i);
}

}  // namespace

HeatmapEvents HugeMapView::draw_map(Canvas& canvas, Interaction& interaction, const Rect& area, const Params& params) {
    const Heatmap map = heatmap(canvas.theme(), params);
    HeatmapEvents events = draw_heatmap(canvas, interaction, area, map, view_);
    if (interaction.live() && events.cells.width() > 0) look(view_, events.cells, canvas.pixels_per_point());
    if (!events.hovered) return events;
    const Cell at = *events.hovered;
    const std::optional<double> weight = this->weight(at);
    interaction.tooltip(fmt::format("{} → {}: {}", numbered(map.row_labels, at.row),
                                    numbered(map.column_labels, at.column),
                                    !weight               ? "…"
                                    : std::isnan(*weight) ? tr("masked")
                                                          : short_number(*weight)));
    return events;
}

void HugeMapView::draw_received(Canvas& canvas, Interaction& interaction, const Rect& area) {
    if (!overview_ || overview_->received.empty()) return;
    const Theme& t = canvas.theme();
    Plot plot;
    plot.title =
        overview_->samples == 0 ? tr("attention each key receives") : tr("attention each key receives, estimated");
    plot.x = {.name = tr("key"), .integers = true};
    plot.y.name = tr("sum of weights");
    Series bars = bars_over(overview_->received, input().keys(), mix(t.ground, t.key, 0.8F));
    if (pointed_) {
        const auto at =
            static_cast<std::size_t>(pointed_->column) * bars.y.size() / static_cast<std::size_t>(input().keys());
        bars.colors.assign(bars.y.size(), bars.color);
        bars.colors[at] = t.text;
    }
    plot.series.push_back(std::move(bars));
    const Index share = input().keys() / static_cast<Index>(overview_->received.size());
    if (share > 1) plot.note = tr("mean of about {} neighbouring keys a bar", share);
    draw_plot(canvas, area, plot, received_view_, interaction.picture_area("received", area));
}

void HugeMapView::draw_row(Canvas& canvas, Interaction& interaction, const Rect& area, const Params& params) {
    const Theme& t = canvas.theme();
    Rect inside = area;
    const HugeRow* known = pointed_ ? row(pointed_->row) : nullptr;
    if (known == nullptr) {
        canvas.fill_rect({area.min, {area.max.x, area.min.y + 1}}, t.line);
        draw_line(
            canvas, inside, inside.min.y + 20,
            pointed_ ? tr("computing this query's row …") : tr("Point at a cell to see why its weight is what it is."),
            {.color = t.quiet, .size = 13.5F});
        return;
    }
    const HugeInput& in = input();
    const Cell cell = *pointed_;
    draw_breakdown_heading(canvas, inside,
                           {.query = numbered(in.rows, cell.row),
                            .key = numbered(in.columns, cell.column),
                            .seen = known->visible.contains(cell.column),
                            .remark = ""});
    const BreakdownRow breakdown{.q = in.q.get().row(cell.row),
                                 .k = in.k.get().row(cell.column),
                                 .options = in.options,
                                 .keys = in.keys(),
                                 .key = cell.column,
                                 .mixed = known->mixed,
                                 .generation = 1,
                                 .output = known->output,
                                 .sort_dims = params.sort_dims};
    const auto softmax = [&](Canvas& on, const Rect& where) {
        Plot plot;
        const Index share = in.keys() / static_cast<Index>(known->bars.size());
        plot.title = share > 1 ? tr("weights, sums of about {} keys", share) : tr("weights");
        plot.x.integers = true;
        Series bars = bars_over(known->bars, in.keys(), t.query);
        const auto at = static_cast<std::size_t>(cell.column) * bars.y.size() / static_cast<std::size_t>(in.keys());
        bars.colors.assign(bars.y.size(), t.query);
        bars.colors[at] = t.key;
        plot.series.push_back(std::move(bars));
        draw_plot(on, where, plot, row_view_, interaction.picture_area("row", where));
    };
    draw_breakdown(canvas, interaction, inside, breakdown, softmax);
}

std::vector<std::string> HugeMapView::heading_pieces() const {
    const HugeInput& in = input();
    std::string score = term_names(in.options.score).formula;
    if (in.options.distance_slope != 0) score += " − m|i−j|";
    if (in.options.temperature != 1)
        score = in.options.distance_slope != 0 ? fmt::format("({}) / T", score) : score + " / T";
    std::vector<std::string> pieces{fmt::format("softmax({})", score)};
    std::string shape = fmt::format("{} × {}", in.queries(), in.keys());
    shape += in.q.cols() == in.k.cols() ? fmt::format(", d = {}", in.q.cols())
                                        : fmt::format(", d_q = {}, d_k = {}", in.q.cols(), in.k.cols());
    if (in.v.cols() != in.q.cols()) shape += fmt::format(", d_v = {}", in.v.cols());
    pieces.push_back(std::move(shape));
    pieces.push_back(note());
    const HugeRow* known = pointed_ ? row(pointed_->row) : nullptr;
    if (known != nullptr)
        pieces.push_back(tr("row “{}”: entropy {:.2f} bits, {:.1f} tokens away", in.rows[known->row],
                            known->entropy_bits, known->distance));
    return pieces;
}

}  // namespace attnscope::attention_panel
