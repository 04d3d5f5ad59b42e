// Failures of numbers and of code: overflow, the leak of later keys, the signs that a QR forgets.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/random_features_panel.hpp"

namespace attnscope::random_features_panel {
namespace {

enum class OverflowOutcome { finite, zero, infinite, undefined };

OverflowOutcome overflow_outcome(float value) {
    if (std::isnan(value)) return OverflowOutcome::undefined;
    if (std::isinf(value)) return OverflowOutcome::infinite;
    return value == 0 ? OverflowOutcome::zero : OverflowOutcome::finite;
}

std::string overflow_label(OverflowOutcome outcome) {
    switch (outcome) {
        case OverflowOutcome::finite:
            return tr_in("outcome", "finite");
        case OverflowOutcome::zero:
            return "0";
        case OverflowOutcome::infinite:
            return "∞";
        case OverflowOutcome::undefined:
            return "NaN";
    }
    return {};
}

// Neighbours with the same outcome become one part; its ends lie halfway to the next point.
FailureStrip overflow_strip(const std::vector<OverflowPoint>& points, float OverflowPoint::*member,
                            const std::string& name) {
    FailureStrip strip;
    OverflowOutcome before = OverflowOutcome::finite;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double norm = points[i].norm;
        const double from = i == 0 ? norm : (points[i - 1].norm + norm) / 2;
        const double to = i + 1 < points.size() ? (points[i + 1].norm + norm) / 2 : norm;
        const OverflowOutcome outcome = overflow_outcome(points[i].*member);
        const float wrong = outcome == OverflowOutcome::finite ? 0.0F : outcome == OverflowOutcome::zero ? 0.4F : 1.0F;
        if (strip.parts.empty() || outcome != before)
            strip.parts.push_back({from, to, overflow_label(outcome), wrong});
        else
            strip.parts.back().to = to;
        before = outcome;
    }
    if (!strip.parts.empty()) strip.parts.front().label = name + ": " + strip.parts.front().label;
    return strip;
}

}  // namespace

FailurePicture overflow_picture(const Shown& shown, const Theme& t) {
    const std::vector<OverflowPoint>& points = shown.failures->overflow;
    if (points.empty()) return {};
    const std::vector<double> norms = failure_column(points, &OverflowPoint::norm);
    const auto truth = [](const OverflowPoint& point) { return std::pow(10.0, point.log10_true); };
    const auto finite = [&](float OverflowPoint::*member) { return failure_positive(failure_column(points, member)); };
    FailurePicture picture;
    picture.strips = {overflow_strip(points, &OverflowPoint::unfused, tr_in("form", "unfused")),
                      overflow_strip(points, &OverflowPoint::fused, tr_in("form", "fused")),
                      overflow_strip(points, &OverflowPoint::trig, tr("factor of trig"))};
    constexpr double bottom = 1e-90, top = 1e60;
    constexpr double below = 1e-290, above = 1e290;  // beyond the axis: its edges keep no legend away
    Plot plot;
    plot.title = tr("One feature in float, for w · x = 5 |x|");
    plot.note = tr("computed for real, in 32 bits; infinities, NaN and zeros have no place on a logarithmic axis");
    plot.x = {.name = tr("norm |x|")};
    plot.y = {.name = tr_in("axis", "value"), .log = true, .range = ViewWindow{bottom, top}};
    plot.series.reserve(6);
    // Where the unfused form gives no usable number, behind the lines.
    for (const FailureStrip::Part& part : picture.strips.front().parts)
        if (part.wrong > 0)
            plot.series.push_back({.name = {},
                                   .color = t.warning.alpha(0.14F * part.wrong),
                                   .kind = Series::band,
                                   .x = {part.from, part.to},
                                   .y = {below, below},
                                   .y_high = {above, above}});
    Series unfused = failure_line(tr("exp(w·x) · exp(−|x|²/2), unfused"), t.text.alpha(0.35F), norms,
                                  finite(&OverflowPoint::unfused), Dash::solid, Marker::none);
    unfused.width = 7;
    plot.series.push_back(std::move(unfused));
    plot.series.push_back(failure_line(tr("the truth, in 64 bits"), t.quiet, norms, failure_column(points, truth),
                                       Dash::dotted, Marker::none));
    plot.series.push_back(failure_line(tr("exp(w·x − |x|²/2), fused"), color_of(FeatureMethod::positive, t), norms,
                                       finite(&OverflowPoint::fused), Dash::solid, Marker::none));
    plot.series.push_back(failure_line(tr("exp(|x|²/2), the factor of trig"), color_of(FeatureMethod::trig, t), norms,
                                       finite(&OverflowPoint::trig), Dash::dashed, Marker::none));
    picture.plots.push_back(std::move(plot));
    picture.table.push_back(
        {"|x|", tr_in("form", "unfused"), tr_in("form", "fused"), tr_in("heading", "true"), tr("factor of trig")});
    for (const double norm : {10.0, 13.5, 20.0}) {
        const auto at = std::find_if(points.begin(), points.end(),
                                     [&](const OverflowPoint& point) { return std::abs(point.norm - norm) < 0.01; });
        if (at == points.end()) continue;
        picture.table.push_back({short_number(norm, 3), short_number(static_cast<double>(at->unfused), 3),
                                 short_number(static_cast<double>(at->fused), 3), short_number(truth(*at), 3),
                                 short_number(static_cast<double>(at->trig), 3)});
    }
    picture.words =
        tr("exp(w·x) reaches infinity at w·x = 88.7, exp(−|x|²/2) is 0 from |x| = 14.5 on: first zeros, then infinity "
           "times zero. Fused, the two exponents meet before exp, and what then is 0 is truly small. What helps: that, "
           "and carrying the factor of trig (infinite from |x|² = 177.4 on) as a logarithm.");
    return picture;
}

// ---- the leak of later keys

FailurePicture leak_picture(const Shown& shown, const Theme& t) {
    if (!shown.failures->leak) return {};
    const Leak& leak = *shown.failures->leak;
    const LeakSetting& s = shown.failures->leak_setting;
    // A logarithmic axis has no zero: it stands below the least of the others.
    double least = 1;
    for (const std::vector<double>* rows : {&leak.with_epsilon, &leak.without})
        for (const double change : *rows)
            if (change > 0) least = std::min(least, change);
    const double floor = least / 5;
    const auto split = [&](const std::vector<double>& values) {
        std::pair<std::vector<double>, std::vector<double>> both{values, values};  // above zero; zero, at the floor
        for (std::size_t i = 0; i < values.size(); ++i) {
            (values[i] > 0 ? both.second : both.first)[i] = std::numeric_limits<double>::quiet_NaN();
            if (!(values[i] > 0)) both.second[i] = floor;
        }
        return both;
    };
    const auto zeros = static_cast<int>(std::count(leak.without.begin(), leak.without.end(), 0.0));
    const Color positive = color_of(FeatureMethod::positive, t);
    Plot plot;
    plot.title = tr("Changing the last key alone changes what came before it");
    plot.note =
        tr("causal, positive, orthogonal; L = {}, d = {}, m = {}, σ = {}, seed {}; key {} becomes {} times as long",
           s.length, s.dim, s.features, failure_plain(s.sigma), s.seed, s.length - 1, failure_plain(s.longer));
    plot.x = {.name = tr("row i of the output"), .unit = tr("position"), .integers = true};
    plot.y = {.name = tr("largest |change| of an entry"), .log = true};
    const auto add = [&](const std::string& name, const std::vector<double>& y, Color color, Marker marker) {
        plot.series.push_back({.name = name,
                               .color = color,
                               .kind = Series::points,
                               .x = {},
                               .y = y,
                               .y_high = {},
                               .width = 2.8F,
                               .marker = marker});
    };
    const auto with = split(leak.with_epsilon), without = split(leak.without);
    plot.series.reserve(4);
    add(tr("ε = 0: rounding"), without.first, t.text, Marker::square);
    add(fmt::format("ε = {}", failure_plain(s.epsilon)), with.first, positive, Marker::circle);
    if (zeros > 0) add(tr("ε = 0: exactly 0, at the bottom"), without.second, t.text.alpha(0.4F), Marker::diamond);
    if (std::count(leak.with_epsilon.begin(), leak.with_epsilon.end(), 0.0) > 0)
        add("", with.second, positive.alpha(0.45F), Marker::diamond);
    plot.legend = false;  // the points fill the whole width
    const double most = std::max({leak.largest_with, leak.largest_without, least});
    plot.y.range = ViewWindow{floor / 3, most * 8};
    FailurePicture picture;
    picture.keys_below = true;
    const auto changed = [](const std::vector<double>& rows) {
        constexpr double rounding = 1e-12;
        const auto count = std::count_if(rows.begin(), rows.end(), [](double change) { return change > rounding; });
        return tr("{} of {}", count, rows.size());
    };
    picture.plots.push_back(std::move(plot));
    picture.facts = {{.name = tr("largest change with ε"), .value = short_number(leak.largest_with, 3), .strong = true},
                     {.name = tr("largest change, ε = 0"), .value = short_number(leak.largest_without, 3)},
                     {.name = tr("rows changed by more than 10⁻¹², with ε"), .value = changed(leak.with_epsilon)},
                     {.name = tr("rows changed by more than 10⁻¹², ε = 0"), .value = changed(leak.without)}};
    picture.words = tr(
        "No earlier row may see the last key. But the published code takes one maximum over all keys off the "
        "exponents: a longer last key lowers all others against ε. Row 0 has but one key, whose weight is 1 whatever "
        "happens. What helps: ε = 0, where the maximum cancels.");
    return picture;
}

// ---- the signs of R

FailurePicture sign_picture(const Shown& shown, const Theme& t) {
    const std::vector<QrSignPoint>& points = shown.failures->qr;
    if (points.empty()) return {};
    Plot plot;
    plot.title = tr("The mean of the estimate over the true value, with the signs and without");
    plot.note = tr("positive features, orthogonal, m = d; x = y along (1 … 1), |x + y| = 1; bars: ± 2 standard errors");
    plot.x = {.name = tr("width d"), .unit = tr("entries"), .categories = {}};
    plot.y = {.name = tr("E[estimate] / SM")};
    const Color right = color_of(FeatureMethod::positive, t);
    Series with{.name = tr("with the signs of R's diagonal"),
                .color = right,
                .kind = Series::points,
                .x = {},
                .y = {},
                .y_high = {},
                .width = 3,
                .marker = Marker::circle};
    Series without{.name = tr_in("signs of R's diagonal", "without"),
                   .color = t.text,
                   .kind = Series::points,
                   .x = {},
                   .y = {},
                   .y_high = {},
                   .width = 3,
                   .marker = Marker::square};
    FailurePicture picture;
    picture.table.push_back(
        {"d", tr("with the signs"), tr_in("signs of R's diagonal", "without"), tr_in("heading", "draws")});
    std::vector<Series> bars;
    bars.reserve(2 * points.size());
    const auto add = [&](Series& series, double x, double mean, double error) {
        series.x.push_back(x);
        series.y.push_back(mean);
        bars.push_back(failure_line({}, series.color, {x, x}, {mean - 2 * error, mean + 2 * error}, {}, Marker::none));
    };
    const auto text = [](double mean, double error) { return fmt::format("{:.3f} ± {:.3f}", mean, 2 * error); };
    for (std::size_t i = 0; i < points.size(); ++i) {
        const QrSignPoint& point = points[i];
        plot.x.categories.push_back(fmt::format("{}", point.dim));
        add(with, static_cast<double>(i) - 0.06, point.with, point.with_error);
        add(without, static_cast<double>(i) + 0.06, point.without, point.without_error);
        picture.table.push_back({fmt::format("{}", point.dim), text(point.with, point.with_error),
                                 text(point.without, point.without_error), fmt::format("{}", point.draws)});
    }
    plot.series = std::move(bars);
    plot.series.push_back(std::move(with));
    plot.series.push_back(std::move(without));
    plot.series.push_back(failure_level(-0.6, static_cast<double>(points.size()) - 0.4, 1, t.quiet));
    picture.plots.push_back(std::move(plot));
    picture.words = tr(
        "An unbiased estimate stands at 1 (dotted). The usual QR of a Gaussian matrix leaves a preferred direction "
        "in Q, and no number of draws averages it out. Trigonometric and hyperbolic features do not notice: they are "
        "the same for w and −w. What helps: each column of Q times the sign of R's diagonal.");
    return picture;
}

}  // namespace attnscope::random_features_panel
