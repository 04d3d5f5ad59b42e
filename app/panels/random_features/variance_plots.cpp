#include "app/panels/random_features/variance_plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <numeric>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "core/base/statistics.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr int variance_steps = 400;  // of a curve over the angle

Series variance_line(std::string name, Color color, std::vector<double> x, std::vector<double> y,
                     Dash dash = Dash::solid, float width = 2) {
    return {.name = std::move(name),
            .color = color,
            .x = std::move(x),
            .y = std::move(y),
            .y_high = {},
            .width = width,
            .dash = dash,
            .marker = Marker::none};
}

std::vector<double> sorted_estimates(const Cloud& cloud) {
    std::vector<double> values;
    std::copy_if(cloud.estimates.begin(), cloud.estimates.end(), std::back_inserter(values),
                 [](double e) { return std::isfinite(e); });
    std::sort(values.begin(), values.end());
    return values;
}

// The outline of the bars and what is below it. Heights are parts of the fullest bin: beside a narrow distribution a
// wide one would otherwise be a flat line.
void add_histogram(Plot& plot, const Cloud& cloud, const ViewWindow& range, Color color) {
    // As many bins as so many draws fill without being all noise.
    std::vector<double> counts(
        static_cast<std::size_t>(4 * std::cbrt(static_cast<double>(cloud.estimates.size()) + 1)));
    const double width = (range.high - range.low) / static_cast<double>(counts.size());
    for (const double e : cloud.estimates) {
        if (!(e >= range.low && e <= range.high)) continue;
        const auto bin = static_cast<std::size_t>((e - range.low) / width);
        counts[std::min(bin, counts.size() - 1)] += 1;
    }
    const double most = std::max(*std::max_element(counts.begin(), counts.end()), 1.0);
    Series outline = variance_line(std::string(name_of(cloud.method)), color, {range.low}, {0});
    outline.kind = Series::steps;
    Series fill{.name = {}, .color = color, .kind = Series::band, .x = {}, .y = {}, .y_high = {}};
    for (std::size_t k = 0; k < counts.size(); ++k) {
        const double left = range.low + width * static_cast<double>(k), height = counts[k] / most;
        if (height != outline.y.back()) {
            outline.x.push_back(left);
            outline.y.push_back(height);
        }
        if (height == 0) continue;
        // Each bar by itself: the gap ends it.
        for (const double x : {left, left + width, left + width}) fill.x.push_back(x);
        for (const double y : {0.0, 0.0, std::numeric_limits<double>::quiet_NaN()}) fill.y.push_back(y);
        for (int n = 0; n < 3; ++n) fill.y_high.push_back(height);
    }
    outline.x.push_back(range.high);
    outline.y.push_back(0);
    plot.series.push_back(std::move(fill));
    plot.series.push_back(std::move(outline));
}

constexpr float key_sample = 20, key_gap = 5, key_apart = 14, key_size = 11.5F;

void draw_key_sample(Canvas& canvas, Vec2 left, const Series& series) {
    constexpr float radius = 3.5F;
    if (series.kind != Series::points) {
        const float on = series.dash == Dash::solid ? key_sample : series.dash == Dash::dashed ? 5.0F : 2.0F;
        for (float at = 0; at < key_sample; at += on + 3)
            canvas.line(left + Vec2{at, 0}, left + Vec2{std::min(at + on, key_sample), 0}, series.color,
                        std::min(series.width, 3.0F));
    }
    const Vec2 middle = left + Vec2{key_sample / 2, 0};
    if (series.marker == Marker::circle) canvas.fill_circle(middle, radius, series.color);
    if (series.marker == Marker::square)
        canvas.fill_rect(Rect::sized(middle - Vec2{radius, radius}, 2 * radius, 2 * radius), series.color);
    if (series.marker == Marker::diamond) {
        constexpr float reach = radius * 1.3F;
        const std::array corners{middle - Vec2{0, reach}, middle + Vec2{reach, 0}, middle + Vec2{0, reach},
                                 middle - Vec2{reach, 0}};
        canvas.fill_polygon(corners, series.color);
    }
}

float width_of_keys(Canvas& canvas, const std::vector<Series>& series) {
    float width = -key_apart;
    for (const Series& one : series)
        if (!one.name.empty())
            width += key_apart + key_sample + key_gap + canvas.shaper().width(one.name, {.size = key_size});
    return width;
}

// A measured deviation of nothing but rounding: where the theory has none.
std::string deviation_text(const Cloud& cloud, double truth) {
    const double least = 1e-9 * std::max(std::abs(cloud.mean), std::abs(truth));
    const bool rounding = cloud.theory && *cloud.theory < least && cloud.deviation > 0 && cloud.deviation < least;
    return rounding ? tr_in("deviation", "rounding") : short_number(cloud.deviation, 3);
}

}  // namespace

void draw_plot_keys(Canvas& canvas, const Rect& row, const std::vector<Series>& series) {
    const TextStyle style{.color = canvas.theme().text, .size = key_size};
    const float width = width_of_keys(canvas, series);
    if (width > row.width() + 0.01F) return;
    Vec2 at{row.max.x - width, row.center().y};
    for (const Series& one : series) {
        if (one.name.empty()) continue;
        draw_key_sample(canvas, at, one);
        at.x += key_sample + key_gap;
        at.x += canvas.text_middle(at, one.name, style) + key_apart;
    }
}

void draw_keys_beside_title(Canvas& canvas, const Rect& area, const Plot& plot) {
    constexpr float title_height = 18;
    const auto title = canvas.shaper().shape(plot.title, {.size = 13, .bold = true});
    const float free = area.width() - 8 - title->width - 12;
    const float keys = width_of_keys(canvas, plot.series);
    if (keys > free) return;
    const float left = title->right_to_left ? area.min.x + 8 : area.max.x - 8 - keys;
    draw_plot_keys(canvas, Rect::sized({left, area.min.y}, keys, title_height), plot.series);
}

void draw_keys_below_title(Canvas& canvas, const Rect& area, const Plot& plot) {
    constexpr float above = 20, line = 15, least_for_notes = 150;  // as draw_plot() places them
    if (area.height() < least_for_notes) return;
    draw_plot_keys(canvas, Rect::sized(area.min + Vec2{0, above}, area.width() - 8, line), plot.series);
}

std::string variance_angle(double angle) {
    if (angle == 0) return "0";
    const std::string part = fmt::format("{:.3f}", angle / std::numbers::pi);
    return part == "1.000" ? "π" : part + "π";
}

Plot slice_plot(const Theme& t, double angle, double norm) {
    Plot plot;
    plot.title = tr("r over the angle at l = {}", short_number(norm, 3));
    plot.note = norm > 0 ? tr("theory, Lemma 2: r = {} at φ = {}; both with the same m",
                              short_number(std::pow(10.0, log10_variance_ratio(angle, norm)), 3), variance_angle(angle))
                         : tr("at l = 0 neither errs at all");
    plot.x = {.name = "φ / π", .range = ViewWindow{0, 1}};
    const double most = std::pow(10.0, variance_limit);
    plot.y = {.name = "r", .log = true, .range = ViewWindow{1 / most, most}};
    plot.legend = false;  // would have no room in a low plot
    plot.series.push_back(variance_line("r = 1", t.quiet, {0, 1}, {1, 1}, Dash::solid, 1.2F));
    plot.series.push_back(variance_line(tr("r = ½, fair"), t.quiet, {0, 1}, {0.5, 0.5}, Dash::dashed, 1.2F));
    Series line = variance_line("r", t.text, {}, {}, Dash::solid, 2.5F);
    line.x.reserve(variance_steps + 1);
    line.y.reserve(variance_steps + 1);
    for (int k = 0; k <= variance_steps; ++k) {
        const double part = static_cast<double>(k) / variance_steps;
        // r is 0 and infinite at the ends: far beyond the axis either way.
        constexpr double beyond = 30;
        line.x.push_back(part);
        line.y.push_back(
            std::pow(10.0, std::clamp(log10_variance_ratio(part * std::numbers::pi, norm), -beyond, beyond)));
    }
    plot.series.push_back(std::move(line));
    plot.series.push_back(variance_line({}, t.quiet, {angle / std::numbers::pi, angle / std::numbers::pi},
                                        {1 / most, most}, Dash::dashed, 1.5F));
    return plot;
}

Plot errors_plot(const Theme& t, double angle, double norm, Index dim) {
    Plot plot;
    plot.title = tr("MSE at l = {}, m = 1", short_number(norm, 3));
    plot.note = tr("theory, Lemma 2, independent draws; with m features: divided by m");
    plot.x = {.name = "φ / π", .range = ViewWindow{0, 1}};
    plot.y = {.name = "MSE", .log = true};
    plot.legend = false;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const FeatureMethod method : {FeatureMethod::trig, FeatureMethod::positive, FeatureMethod::hyperbolic}) {
        Series line = variance_line(std::string(name_of(method)), color_of(method, t), {}, {},
                                    method == FeatureMethod::hyperbolic ? Dash::dotted : Dash::solid);
        for (int k = 0; k <= variance_steps; ++k) {
            const double part = static_cast<double>(k) / variance_steps;
            const double error =
                kernel_mse({.method = method, .features = 1, .dim = dim}, at_angle(norm, norm, part * std::numbers::pi))
                    .value_or(0);
            // Errors of 0, at 0 and pi, have no place on the axis.
            const bool seen = std::isfinite(error) && error > 0;
            line.x.push_back(part);
            line.y.push_back(seen ? error : std::numeric_limits<double>::quiet_NaN());
            if (!seen) continue;
            high = std::max(high, error);
            if (part > 0.06 && part < 0.94) low = std::min(low, error);
        }
        plot.series.push_back(std::move(line));
    }
    if (low < high) {
        plot.y.range = ViewWindow{low / 2, high * 2};
        plot.series.push_back(variance_line({}, t.quiet, {angle / std::numbers::pi, angle / std::numbers::pi},
                                            {low / 2, high * 2}, Dash::dashed, 1.5F));
    }
    return plot;
}

ViewWindow histogram_range(const VarianceFacts& facts) {
    constexpr double tail = 0.01;
    double low = facts.truth, high = facts.truth;
    for (const Cloud* cloud : {&facts.trig, &facts.positive}) {
        const std::vector<double> values = sorted_estimates(*cloud);
        if (values.empty()) continue;
        low = std::min(low, quantile(values, tail));
        high = std::max(high, quantile(values, 1 - tail));
    }
    const double least = std::max(std::abs(facts.truth) * 1e-3, 1e-12);
    const double margin = 0.06 * std::max(high - low, least);
    return {low - margin, high + margin};
}

Plot histogram_plot(const Theme& t, const VarianceFacts& facts, const Request& request, const ViewWindow& range) {
    Plot plot;
    plot.title = tr("Estimates of exp(x·y) = {} with m = {} at φ = {}, l = {}", short_number(facts.truth, 3),
                    facts.trig.features, variance_angle(request.angle), short_number(request.norm, 3));
    const std::size_t draws = facts.trig.estimates.size();
    plot.note = facts.trig.orthogonal
                    ? tr("{} orthogonal draws, seed {}; theory: exact; share: of the fullest bin", draws, request.seed)
                    : tr("{} iid draws, seed {}; theory: Lemma 2; share: of the fullest bin", draws, request.seed);
    plot.x = {.name = tr_in("axis", "estimate"), .range = range};
    plot.y = {.name = tr_in("axis", "share"), .range = ViewWindow{0, 1.06}};
    add_histogram(plot, facts.trig, range, color_of(FeatureMethod::trig, t));
    add_histogram(plot, facts.positive, range, color_of(FeatureMethod::positive, t));
    plot.series.push_back(variance_line("exp(x·y)", t.text, {facts.truth, facts.truth}, {0, 1.06}, Dash::dashed, 1.5F));
    return plot;
}

// Of a narrow table the last columns are left out: a number that is cut off would be another number.
void draw_estimates_table(Canvas& canvas, const Rect& area, const VarianceFacts& facts, const ViewWindow& range) {
    const Theme& t = canvas.theme();
    constexpr float space = 10;
    using Row = std::array<std::string, 6>;
    std::vector<Row> rows{
        {"", tr_in("heading", "mean"), tr("std. dev."), tr("in theory"), tr("below 0"), tr_in("heading", "outside")}};
    std::vector<Color> colors{t.quiet};
    const auto percent = [](const Cloud& cloud, const auto& counted) {
        const auto count = std::count_if(cloud.estimates.begin(), cloud.estimates.end(), counted);
        const double part = static_cast<double>(count) / std::max(static_cast<double>(cloud.estimates.size()), 1.0);
        return fmt::format("{:.3g} %", 100 * part);
    };
    for (const Cloud* cloud : {&facts.trig, &facts.positive}) {
        rows.push_back({std::string(name_of(cloud->method)), short_number(cloud->mean, 4),
                        deviation_text(*cloud, facts.truth), cloud->theory ? short_number(*cloud->theory, 3) : "–",
                        percent(*cloud, [](double e) { return e < 0; }),
                        percent(*cloud, [&](double e) { return !(e >= range.low && e <= range.high); })});
        colors.push_back(color_of(cloud->method, t));
    }
    const auto style_of = [&](std::size_t row, std::size_t column) {
        return TextStyle{.color = column == 0 ? colors[row]
                                  : row == 0  ? t.quiet
                                              : t.text,
                         .size = row == 0 ? 12.0F : 13.5F,
                         .bold = column == 0};
    };
    std::array<float, 6> widths{};
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < widths.size(); ++c)
            widths[c] = std::max(widths[c], canvas.shaper().width(rows[r][c], style_of(r, c)) + space);
    std::size_t columns = widths.size();
    float taken = std::accumulate(widths.begin(), widths.end(), 0.0F);
    for (; columns > 1 && taken > area.width(); --columns) taken -= widths[columns - 1];
    const float air = std::max(area.width() - taken, 0.0F) / static_cast<float>(columns);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        float x = area.min.x;
        for (std::size_t c = 0; c < columns; ++c) {
            const Rect place = in_reading_order({{x, area.min.y}, {x + widths[c] + air, area.max.y}}, area);
            draw_entry(canvas, place, area.min.y + 14 + 22 * static_cast<float>(r), rows[r][c], style_of(r, c));
            x += widths[c] + air;
        }
    }
}

}  // namespace attnscope::random_features_panel
