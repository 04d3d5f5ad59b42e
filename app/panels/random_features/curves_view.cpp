// The error curves, and the methods that are compared.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/line_names.hpp"
#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/state/name_list.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr float names_width = 178;

std::vector<double> as_doubles(const std::vector<Index>& values) {
    return {values.begin(), values.end()};
}

Dash dash_of(const Curve& curve, const CurvesRequest& request) {
    return request.drawing == Drawing::both && is_random(curve.method) && !curve.orthogonal ? Dash::dashed
                                                                                            : Dash::solid;
}

std::string metric_axis(ErrorMetric metric) {
    switch (metric) {
        case ErrorMetric::output:
            return tr("mean squared error of the output");
        case ErrorMetric::frobenius:
            return tr("relative error of the weights, |A′ − A| / |A|");
        case ErrorMetric::kernel:
            return tr("mean squared error of one kernel value");
    }
    return {};
}

// Bands first, so that every line lies above them.
void add_band(Plot& plot, const Curve& curve, const Theme& t) {
    plot.series.push_back({.name = {},
                           .color = color_of(curve.method, t).alpha(curve.orthogonal ? 0.24F : 0.15F),
                           .kind = Series::band,
                           .x = as_doubles(curve.features),
                           .y = curve.low,
                           .y_high = curve.high});
}

void add_lines(Plot& plot, const Curve& curve, const CurvesRequest& request, bool means, const Theme& t) {
    const Color color = color_of(curve.method, t);
    const Marker marker = curve.orthogonal ? Marker::circle : Marker::square;
    plot.series.push_back({.name = label_of(curve.method, curve.orthogonal),
                           .color = color,
                           .x = as_doubles(curve.features),
                           .y = curve.median,
                           .y_high = {},
                           .width = 2.4F,
                           .dash = dash_of(curve, request),
                           .marker = is_random(curve.method) ? marker : Marker::none});
    if (means)
        plot.series.push_back({.name = {},
                               .color = color.alpha(0.8F),
                               .kind = Series::points,
                               .x = as_doubles(curve.features),
                               .y = curve.mean,
                               .y_high = {},
                               .marker = Marker::triangle});
    if (!curve.theory.empty())
        plot.series.push_back({.name = {},
                               .color = mix(color, t.text, 0.45F),
                               .x = as_doubles(curve.features),
                               .y = curve.theory,
                               .y_high = {},
                               .width = 1.4F,
                               .dash = Dash::dotted,
                               .marker = Marker::none});
}

std::string note_of(const CurveSet& set, bool means) {
    const CurvesRequest& r = set.request;
    std::string note =
        tr("measured: lines are medians of {} samples, bands go from the 10 % to the 90 % quantile", r.samples);
    if (r.setting.metric != ErrorMetric::frobenius) note += "; " + tr("short line: slope 1/m");
    if (means) note += "; " + tr("triangles: means");
    if (r.setting.metric == ErrorMetric::kernel) note += "; " + tr("dotted: theory; a sample is the mean of 100 draws");
    if (r.setting.epsilon > 0) note += fmt::format("; epsilon = {}", short_number(r.setting.epsilon, 2));
    return note;
}

// The vertical extent of all medians and the baseline: bands may run out of the picture, lines must not.
std::pair<double, double> extent_of(const CurveSet& set, bool means) {
    double low = 1e300, high = 0, most = 0;
    const auto take = [&](const std::vector<double>& values) {
        for (const double value : values) {
            if (!(value > 0) || !std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    };
    if (set.uniform) take({*set.uniform});
    for (const Curve& curve : set.curves) {
        take(curve.median);
        take(curve.low);
        take(curve.theory);
        if (means) take(curve.mean);
    }
    // Bands of heavy tails may leave the picture.
    for (const Curve& curve : set.curves)
        for (const double value : curve.high)
            if (value > high && value < 4 * high) most = std::max(most, value);
    return {low, std::max(high, most)};
}

}  // namespace

// A chip for each method: pressed when it is compared.
void RandomFeaturesPanel::draw_chips(Canvas& canvas, Interaction& interaction, Rect& row) {
    const Theme& t = canvas.theme();
    const Result<std::vector<FeatureMethod>> chosen = methods_in(params_.estimators);
    float x = row.min.x;
    for (std::size_t k = 0; k < feature_method_names.size(); ++k) {
        const auto method = static_cast<FeatureMethod>(k);
        const bool possible =
            params_.view != View::kernel && (params_.view != View::curves || params_.metric != ErrorMetric::kernel);
        if (!possible && !estimates_softmax(method)) continue;
        const bool on = chosen && std::find(chosen->begin(), chosen->end(), method) != chosen->end();
        if (!on && !interaction.live()) continue;
        const std::string label = method == FeatureMethod::elu ? "elu + 1" : std::string(name_of(method));
        const float width = chip_width(canvas, label);
        if (x + width > row.max.x) return;
        const Rect box = in_reading_order(Rect::sized({x, row.min.y}, width, 26), row);
        x += width + 8;
        if (draw_chip(canvas, interaction, box, label, color_of(method, t), on,
                      help_of(method) + " " + (on ? tr("Click: take it out.") : tr("Click: compare it too."))))
            params_.estimators = toggle_name(params_.estimators, k, feature_method_names);
    }
}

void RandomFeaturesPanel::draw_curves(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    Rect row = rest.cut_top(34);
    draw_chips(canvas, interaction, row);
    const CurvesRequest& r = curves_.request;
    Plot plot;
    plot.title = curves_.complete()
                     ? tr("Error over the number of features")
                     : tr("Error over the number of features: {} of {} samples", curves_.done, curves_.wanted);
    if (const std::optional<double> left = curve_job_.seconds_left(); left && curve_job_.stale())
        plot.title += "; " + tr("about {} s left", std::max(1.0, std::ceil(*left)));
    plot.note = note_of(curves_, params_.mean);
    const auto first = static_cast<double>(*std::min_element(r.features.begin(), r.features.end()));
    const auto last = static_cast<double>(*std::max_element(r.features.begin(), r.features.end()));
    plot.x = {.name = tr("features m"), .log = true, .range = ViewWindow{first / 1.12, last * 1.12}};
    plot.x.ticks = as_doubles(r.features);
    std::sort(plot.x.ticks.begin(), plot.x.ticks.end());
    plot.y = {.name = metric_axis(r.setting.metric), .log = true};
    const auto [low, high] = extent_of(curves_, params_.mean);
    const double bottom = low / 4;
    if (high > 0) plot.y.range = ViewWindow{bottom, high * 1.7};
    for (const Curve& curve : curves_.curves) add_band(plot, curve, t);
    std::vector<double> along = plot.x.ticks;  // a point at each m, for the readout
    along.insert(along.begin(), first / 4);
    along.push_back(last * 4);
    if (curves_.uniform)
        plot.series.push_back({.name = tr("uniform attention"),
                               .color = t.text,
                               .x = along,
                               .y = std::vector<double>(along.size(), *curves_.uniform),
                               .y_high = {},
                               .width = 1.6F,
                               .dash = Dash::dotted,
                               .marker = Marker::none});
    for (const Curve& curve : curves_.curves) add_lines(plot, curve, r, params_.mean, t);
    if (high > 0 && first < last && r.setting.metric != ErrorMetric::frobenius) {
        // What an error that falls as 1 / m looks like, in the corner below all others.
        const double from = 2.2 * bottom;
        plot.series.push_back({.name = {},
                               .color = t.quiet.alpha(0.7F),
                               .x = {last / 2, last},
                               .y = {from, from / 2},
                               .y_high = {},
                               .width = 1.2F,
                               .marker = Marker::none});
    }
    if (high > 0)
        plot.series.push_back({.name = {},
                               .color = t.quiet.alpha(0.5F),
                               .x = {static_cast<double>(params_.features), static_cast<double>(params_.features)},
                               .y = {low / 10, high * 10},
                               .y_high = {},
                               .width = 1.2F,
                               .dash = Dash::dashed,
                               .marker = Marker::none});
    // Names stand at the lines' ends where there is room beside the plot.
    const bool beside = rest.width() > 620;
    plot.legend = !beside;
    const Rect names = beside ? rest.cut_right(names_width) : Rect();
    const Pointer pointer = interaction.picture_area("curves", rest);
    const PlotReadout readout = draw_plot(canvas, rest, plot, plots_[0], pointer);
    if (beside)
        draw_line_names(canvas, {{names.min.x, readout.area.min.y}, {names.max.x, readout.area.max.y}},
                        plots_[0].view.y, true, names_of(plot));
    if (readout.inside && pointer.clicked)
        params_.features = std::clamp(static_cast<int>(std::lround(readout.x)), 1, most_features);
}

}  // namespace attnscope::random_features_panel
