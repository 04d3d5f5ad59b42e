#include <algorithm>
#include <limits>

#include "app/draw/plot_parts.hpp"
#include "app/language/language.hpp"

namespace attnscope::plot_parts {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double bar_share = 0.76;  // of the room between two bars

struct Bounds {
    double low = infinity, high = -infinity;

    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

struct Totals {
    Bounds x, y;
    std::size_t left_out_x = 0, left_out_y = 0;  // values <= 0 on a logarithmic axis
    bool bars = false;
};

/// One pass over a series: its bounds, order, gap, and what a logarithmic axis cannot show.
SeriesFacts study(const Series& series, const Plot& plot, Totals& totals) {
    SeriesFacts facts;
    const bool band = series.kind == Series::band;
    facts.size = series.y.size();
    if (!series.x.empty()) facts.size = std::min(facts.size, series.x.size());
    if (band) facts.size = std::min(facts.size, series.y_high.size());
    double previous = -infinity;
    double gap = infinity;
    for (std::size_t i = 0; i < facts.size; ++i) {
        const double x = x_of(series, i);
        const double y = series.y[i];
        const double top = band ? series.y_high[i] : y;
        if (!(x >= previous)) facts.ascending = false;
        if (!std::isfinite(x) || !std::isfinite(y) || !std::isfinite(top)) continue;
        const bool no_x = plot.x.log && !(x > 0);
        const bool no_y = plot.y.log && !(std::min(y, top) > 0);
        totals.left_out_x += no_x;
        totals.left_out_y += no_y && !no_x;
        if (series.kind == Series::bars && !no_x && x != previous && std::isfinite(previous)) {
            const double distance = plot.x.log ? std::log10(x) - std::log10(previous) : x - previous;
            if (std::isfinite(distance)) gap = std::min(gap, std::abs(distance));
        }
        previous = x;
        if (no_x || no_y) continue;
        totals.x.add(x);
        totals.y.add(y);
        totals.y.add(top);
    }
    facts.gap = std::isfinite(gap) ? gap : (plot.x.log ? 0.3 : 1.0);
    return facts;
}

/// A window that only its ends' legality can change.
ViewWindow chosen(const Axis& axis, const ViewWindow& fitted) {
    if (!axis.range) return fitted;
    const ViewWindow& range = *axis.range;
    const bool legal =
        std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high && (!axis.log || range.low > 0);
    return legal ? range : fitted;
}

/// Zooming out ends at ten times what there is to see, so that nobody gets lost.
ViewLimits limits_of(const ViewWindow& fitted, bool log) {
    ViewLimits limits;
    limits.log = log;
    limits.low = view_value(fitted, -4.5, log);
    limits.high = view_value(fitted, 5.5, log);
    const ViewWindow widest = settle({limits.low, limits.high}, {-1e300, 1e300, 0, log});
    limits.low = widest.low;
    limits.high = widest.high;
    return limits;
}

std::string left_out_note(std::size_t count, const char* axis) {
    return count == 1 ? tr("1 value ≤ 0 left out (log {})", axis) : tr("{} values ≤ 0 left out (log {})", count, axis);
}

}  // namespace

BarEdges bar_edges(const Map& map, const SeriesFacts& facts, double x) {
    const double slot = facts.gap * bar_share / static_cast<double>(facts.slots);
    const double left = map.u(x) - facts.gap * bar_share / 2 + slot * static_cast<double>(facts.slot);
    return {map.x0 + map.x_scale * left, map.x0 + map.x_scale * (left + slot)};
}

Survey survey(const Plot& plot, float width) {
    Survey result;
    Totals totals;
    const auto bars = static_cast<std::size_t>(
        std::count_if(plot.series.begin(), plot.series.end(), [](const Series& s) { return s.kind == Series::bars; }));
    const auto lines = std::count_if(plot.series.begin(), plot.series.end(), [](const Series& s) {
        return s.kind == Series::line || s.kind == Series::steps || s.kind == Series::points;
    });
    constexpr Marker cycle[] = {Marker::circle, Marker::square, Marker::triangle, Marker::diamond};
    std::size_t next_marker = 0;
    std::size_t next_slot = 0;
    double bar_gap = infinity;
    for (const Series& series : plot.series) {
        SeriesFacts facts = study(series, plot, totals);
        const bool marked = series.kind != Series::bars && series.kind != Series::band;
        facts.marker = series.marker;
        if (facts.marker == Marker::automatic) {
            const bool told_apart = marked && (lines > 1 || series.kind == Series::points);
            facts.marker = told_apart ? cycle[next_marker % std::size(cycle)] : Marker::none;
        }
        if (series.kind == Series::points && facts.marker == Marker::none) facts.marker = Marker::circle;
        next_marker += marked;
        if (series.kind == Series::bars) {
            facts.slot = next_slot++;
            facts.slots = bars;
            totals.bars = totals.bars || facts.size > 0;
            bar_gap = std::min(bar_gap, facts.gap);
        }
        const std::size_t most = static_cast<std::size_t>(std::max(width, 50.0F)) * 4;
        const bool drawn_as_line = series.kind != Series::points && series.kind != Series::bars;
        if (drawn_as_line && !facts.ascending && facts.size > 2 * most) {
            facts.stride = (facts.size + most - 1) / most;
            result.notes.push_back((series.name.empty() ? "" : series.name + ": ") +
                                   tr("every {}th point drawn", facts.stride));
        }
        if (!series.x.empty() && series.x.size() != series.y.size()) {
            result.notes.push_back((series.name.empty() ? "" : series.name + ": ") +
                                   tr("{} x for {} y, the rest left out", series.x.size(), series.y.size()));
        }
        result.series.push_back(facts);
    }
    // Bars side by side share one width.
    for (SeriesFacts& facts : result.series) facts.gap = std::isfinite(bar_gap) ? bar_gap : facts.gap;
    if (totals.left_out_x > 0) result.notes.push_back(left_out_note(totals.left_out_x, "x"));
    if (totals.left_out_y > 0) result.notes.push_back(left_out_note(totals.left_out_y, "y"));

    result.empty = totals.x.low > totals.x.high;
    if (totals.bars && !plot.y.log && !result.empty) totals.y.add(0);
    View2D& fitted = result.fitted;
    fitted.x = fit(totals.x.low, totals.x.high, 0.02, plot.x.log);
    fitted.y = fit(totals.y.low, totals.y.high, 0.06, plot.y.log);
    if (totals.bars && !result.empty) {
        // Bars need their whole width, and stand on the axis.
        const double half = std::isfinite(bar_gap) ? bar_gap * 0.6 : 0.6;
        if (!plot.x.log) fitted.x = settle({totals.x.low - half, totals.x.high + half}, {});
        if (!plot.y.log && totals.y.low == 0 && totals.y.high > 0) fitted.y.low = 0;
        if (!plot.y.log && totals.y.high == 0 && totals.y.low < 0) fitted.y.high = 0;
    }
    const auto size = static_cast<double>(plot.x.categories.size());
    if (size > 0) fitted.x = {-0.6, size - 0.4};
    if (!plot.y.categories.empty()) fitted.y = {-0.6, static_cast<double>(plot.y.categories.size()) - 0.4};
    fitted.x = chosen(plot.x, fitted.x);
    fitted.y = chosen(plot.y, fitted.y);
    result.rules.x = limits_of(fitted.x, plot.x.log);
    result.rules.y = limits_of(fitted.y, plot.y.log);
    return result;
}

}  // namespace attnscope::plot_parts
