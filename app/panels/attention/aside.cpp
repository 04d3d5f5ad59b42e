// The attention panel's pictures beside the map: the breakdown of a row, all heads in numbers, gradients of hard
// attention.
#include <fmt/format.h>

#include <cmath>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/attention/attention_panel.hpp"
#include "core/attention/explain.hpp"
#include "core/attention/hard.hpp"

namespace attnscope::attention_panel {

void AttentionPanel::draw_breakdown_strip(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    Rect inside = area;
    const std::optional<Cell> cell = pointed();
    if (!cell) {
        canvas.fill_rect({area.min, {area.max.x, area.min.y + 1}}, t.line);
        draw_line(canvas, inside, inside.min.y + 20, tr("Point at a cell to see why its weight is what it is."),
                  {.color = t.quiet, .size = 13.5F});
        return;
    }
    // The numbers below are of the left map where two stand side by side.
    const std::string of = !shown.second ? std::string()
                           : shown.second->first
                               ? "   " + tr("(the softmax weights)")
                               : fmt::format("   (A: {})", title_of(shown.second->first_name, Reader::window));
    draw_breakdown_heading(canvas, inside,
                           {.query = row_labels_[static_cast<std::size_t>(cell->row)],
                            .key = column_labels_[static_cast<std::size_t>(cell->column)],
                            .seen = !shown.masked(cell->row, cell->column),
                            .remark = of,
                            .stripes = shown.inputs.size() == 1});
    const auto softmax = [&](Canvas& on, const Rect& where) {
        Plot plot;
        Series bars{.name = tr("weight"), .color = t.query, .kind = Series::bars};
        double sum = 0;
        for (Index j = 0; j < shown.weights->cols(); ++j) {
            bars.y.push_back(shown.weight(cell->row, j));
            sum += bars.y.back();
        }
        bars.colors.assign(bars.y.size(), t.query);
        bars.colors[static_cast<std::size_t>(cell->column)] = t.key;
        plot.title = tr("weights, sum {:.3f}", sum);
        if (params_.source == Source::text)
            plot.x.categories = column_labels_;
        else
            plot.x.integers = true;
        plot.series.push_back(std::move(bars));
        draw_plot(on, where, plot, row_view_, interaction.picture_area("row", where));
    };
    if (shown.inputs.size() == 1) {
        BreakdownRow row = breakdown_row(shown, *cell, breakdown_);
        row.sort_dims = params_.sort_dims;
        draw_breakdown(canvas, interaction, inside, row, softmax);
        return;
    }
    if (!shown.inputs.empty()) {
        draw_heads_of_cell(canvas, inside.cut_left(inside.width() * 0.4F));
        inside.cut_left(20);
    }
    softmax(canvas, inside);
}

void AttentionPanel::draw_heads_of_cell(Canvas& canvas, const Rect& area) {
    const Shown& shown = *shown_;
    const Cell cell = *pointed();
    Series bars{.name = tr("weight"), .color = canvas.theme().query, .kind = Series::bars};
    Plot plot;
    plot.title = tr("the weight in each head");
    plot.x.name = tr("head");
    plot.y.name = tr("weight");
    for (std::size_t h = 0; h < shown.inputs.size(); ++h) {
        const HeadInput& in = shown.inputs[h];
        bars.y.push_back(explain_cell(in.q.row(cell.row), in.k, in.options, cell.row, cell.column).weight);
        plot.x.categories.push_back(fmt::format("{}", h + 1));
    }
    plot.series.push_back(std::move(bars));
    PlotView view;
    draw_plot(canvas, area, plot, view, Pointer{});
}

void AttentionPanel::draw_head_numbers(Canvas& canvas, Interaction& interaction, const Rect& area) {
    // The one that is there may still be of maps that were too large to hold.
    if (strip_ == nullptr || !strip_->value || strip_->value->maps.empty()) return;
    const Theme& t = canvas.theme();
    const Strip& strip = *strip_->value;
    const auto layer = static_cast<std::size_t>(std::clamp<Index>(shown_->layer, 1, strip.layers) - 1);
    const auto count = static_cast<std::size_t>(strip.heads);
    const auto bars_of = [&](const std::vector<double>& all, const std::string& title, const std::string& unit) {
        Plot plot;
        plot.title = title;
        plot.x.name = tr("head");
        plot.y.name = unit;
        Series bars{.name = title, .color = t.query, .kind = Series::bars};
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(layer * count);
        bars.y.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
        bars.colors.assign(count, mix(t.ground, t.query, 0.55F));
        for (const int head : {params_.head, params_.other_head})
            if (head >= 1 && static_cast<std::size_t>(head) <= count)
                bars.colors[static_cast<std::size_t>(head) - 1] = head == params_.head ? t.query : t.key;
        for (std::size_t h = 1; h <= count; ++h) plot.x.categories.push_back(fmt::format("{}", h));
        plot.series.push_back(std::move(bars));
        return plot;
    };
    Rect rest = area;
    const Rect left = rest.cut_left(area.width() / 2 - 12);
    rest.cut_left(24);
    draw_plot(canvas, left, bars_of(strip.mean_entropy_bits, tr("entropy of each head"), tr("bits")), heads_view_,
              interaction.picture_area("entropy of heads", left));
    draw_plot(canvas, rest, bars_of(strip.mean_distance, tr("distance of attention of each head"), tr("tokens")),
              distance_view_, interaction.picture_area("distance of heads", rest));
}

// The loss is the squared distance of the chosen value from the pinned key's value: what would make this query look at
// that key.
void AttentionPanel::draw_gradient(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const Cell cell = *pointed();
    const HeadInput& in = shown.inputs.front();
    const Index keys = in.k.rows();
    VectorD p(keys), losses(keys), shares(keys);
    for (Index j = 0; j < keys; ++j) {
        p(j) = shown.weight(cell.row, j);
        const float share = (*shown.second->weights)(cell.row, j);
        shares(j) = std::isnan(share) ? 0 : static_cast<double>(share);
        losses(j) =
            static_cast<double>((in.v.row(j) - in.v.row(cell.column)).squaredNorm()) / static_cast<double>(in.v.cols());
    }
    const ReinforceStatistics known = reinforce(p, losses);
    const VectorD estimate = sampled_gradient(p, losses, shares, known.expected_loss);
    Plot plot;
    plot.title = tr("REINFORCE gradient: exact (bars), mean of {} samples (points)", params_.samples);
    plot.note = tr("loss |v − v({})|²/d; total variance without baseline {}, mean {}, optimal {}",
                   column_labels_[static_cast<std::size_t>(cell.column)], short_number(known.variance_none.sum(), 3),
                   short_number(known.variance_mean.sum(), 3), short_number(known.variance_optimal.sum(), 3));
    plot.legend = false;
    plot.y.name = tr("gradient");
    if (params_.source == Source::text) plot.x.categories = column_labels_;
    Series exact{.name = tr("exact"), .color = t.query, .kind = Series::bars};
    exact.y.assign(known.exact_gradient.begin(), known.exact_gradient.end());
    Series sampled{.name = tr("{} samples", params_.samples), .color = t.key, .kind = Series::points, .width = 2.5F};
    sampled.y.assign(estimate.begin(), estimate.end());
    plot.series = {std::move(exact), std::move(sampled)};
    Rect inside = area;
    inside.cut_left(18);
    draw_plot(canvas, inside, plot, gradient_view_, interaction.picture_area("gradient", inside));
}

}  // namespace attnscope::attention_panel
