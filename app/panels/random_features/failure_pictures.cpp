// Failures of the estimators: their variance, their signs, and what is added against dividing by zero.
#include "app/panels/random_features/failure_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "app/draw/ticks.hpp"
#include "app/panels/random_features/random_features_panel.hpp"

namespace attnscope::random_features_panel {
namespace {

std::string failure_percent(double share) {
    return share == 0 ? "0 %" : short_number(100 * share, 3) + " %";
}

// A share as a percentage.
template <class Point, class Get>
std::vector<double> failure_percents(const std::vector<Point>& points, Get get) {
    std::vector<double> values = failure_column(points, get);
    for (double& value : values) value *= 100;
    return values;
}

// A dashed line across all that is drawn, at the chosen x.
Series failure_upright(const Plot& plot, double x, Color color) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Series& series : plot.series)
        for (const double y : series.y)
            if (std::isfinite(y) && (!plot.y.log || y > 0)) low = std::min(low, y), high = std::max(high, y);
    if (!(low <= high)) low = high = 1;
    Series line = failure_line({}, color, {x, x}, {low, high}, Dash::dashed, Marker::none);
    line.width = 1.5F;
    return line;
}

Axis failure_sigma_axis() {
    return {.name = "scale σ of the entries of Q and K"};
}

// The point measured at the chosen sigma.
template <class Point>
const Point& failure_at(const std::vector<Point>& points, double sigma) {
    return *std::min_element(points.begin(), points.end(), [&](const Point& a, const Point& b) {
        return std::abs(a.sigma - sigma) < std::abs(b.sigma - sigma);
    });
}

// ---- explosion

FailurePicture explosion_picture(const Shown& shown, const Theme& t) {
    const std::vector<ExplosionPoint>& points = shown.failures->explosion;
    if (points.empty()) return {};
    const double sigma = shown.request.sigma;
    const std::vector<double> dims = failure_column(points, &ExplosionPoint::dim);
    Plot plot;
    plot.title = fmt::format("The relative variance of a single feature, σ = {}", failure_plain(sigma));
    plot.note = "lines: theory, Var / SM² at x · y = 0 and |x|² = |y|² = σ²√d; circles: measured";
    plot.x = {.name = "width d", .unit = "entries", .log = true, .ticks = dims};
    plot.y = {.name = "variance / SM²", .unit = "of one feature", .log = true};
    const auto add = [&](FeatureMethod method, auto member, Dash dash) {
        plot.series.push_back(failure_line(std::string(name_of(method)), color_of(method, t), dims,
                                           failure_positive(failure_column(points, member)), dash, Marker::none));
    };
    plot.series.reserve(6);
    add(FeatureMethod::positive, &ExplosionPoint::positive, Dash::solid);
    add(FeatureMethod::trig, &ExplosionPoint::trig, Dash::solid);
    plot.series.back().width = 6;  // the next one lies upon it
    plot.series.back().color = plot.series.back().color.alpha(0.5F);
    add(FeatureMethod::hyperbolic, &ExplosionPoint::hyperbolic, Dash::dashed);
    plot.series.back().name += ", the same here";
    add(FeatureMethod::oprf, &ExplosionPoint::oprf, Dash::solid);
    plot.series.push_back({.name = fmt::format("positive: {} draws", explosion_samples),
                           .color = color_of(FeatureMethod::positive, t),
                           .kind = Series::points,
                           .x = dims,
                           .y = failure_positive(failure_column(points, &ExplosionPoint::sampled)),
                           .y_high = {},
                           .width = 3.5F,
                           .marker = Marker::circle});
    FailurePicture picture;
    const auto wide =
        std::find_if(points.begin(), points.end(), [](const ExplosionPoint& point) { return point.dim == 64; });
    if (wide != points.end()) {
        plot.series.push_back(failure_upright(plot, 64, t.quiet));
        const double tenth = 0.01;  // the variance of an error of 10 %
        picture.facts = {
            {.name = "variance, positive, d = 64", .value = short_number(wide->positive, 3)},
            {.name = fmt::format("what {} draws see of it", explosion_samples),
             .value = short_number(wide->sampled, 3)},
            {.name = "features for an error of 10 %",
             .value = "m = " + short_number(std::ceil(wide->positive / tenth), 3),
             .strong = true},
            {.name = "the same with oprf", .value = "m = " + short_number(std::ceil(wide->oprf / tenth), 3)}};
    }
    picture.words =
        "The circles fall below their line where the tail is so heavy that its rare giants, which make the variance, "
        "are never drawn: the estimate then looks calm and is wrong. What helps: shorter queries and keys, or "
        "estimators of less variance (oprf).";
    picture.plots.push_back(std::move(plot));
    return picture;
}

// ---- negative weights, and the normaliser that they bring to zero

std::string failure_signs_note(const SignSetting& s) {
    return fmt::format("trigonometric features, orthogonal; L = {}, d = {}, m = {}, seed {}", s.length, s.dim,
                       s.features, s.seed);
}

// One random direction w at d = 1: what a feature pair makes of x = 1 and y = -1.
Plot one_direction_plot(const Theme& t) {
    constexpr int steps = 240;
    constexpr double reach = 3;
    std::vector<double> w, trig;
    w.reserve(steps + 1);
    trig.reserve(steps + 1);
    for (int i = 0; i <= steps; ++i) {
        w.push_back(reach * (2.0 * i / steps - 1));
        trig.push_back(std::exp(1.0) * std::cos(2 * w.back()));
    }
    Plot plot;
    plot.title = "Why: one direction w, at x = 1, y = −1 and d = 1";
    plot.note = "trig: e·cos 2w, −2.718 at w = π/2; truth: e⁻¹ = 0.3679";
    plot.x = {.name = "drawn w", .unit = "standard deviations"};
    plot.y = {.name = "estimate of exp(x·y)", .range = ViewWindow{-3.2, 5}};  // the legend stands above the curve
    plot.series.reserve(3);
    plot.series.push_back(
        failure_line("trig", color_of(FeatureMethod::trig, t), std::move(w), std::move(trig), {}, Marker::none));
    const double truth = std::exp(-1.0);
    plot.series.push_back(failure_line("positive, and the truth", color_of(FeatureMethod::positive, t), {-reach, reach},
                                       {truth, truth}, {}, Marker::none));
    plot.series.push_back(failure_level(-reach, reach, 0, t.quiet));
    return plot;
}

FailurePicture negative_picture(const Shown& shown, const Theme& t) {
    const std::vector<SignPoint>& points = shown.failures->signs;
    if (points.empty()) return {};
    const SignPoint& at = failure_at(points, shown.request.sigma);
    const std::vector<double> sigmas = failure_column(points, &SignPoint::sigma);
    Plot plot;
    plot.title = "How many of the weights come out negative";
    plot.note = failure_signs_note(shown.failures->sign_setting);
    plot.x = failure_sigma_axis();
    plot.y = {.name = "negative weights", .unit = "%"};
    plot.legend = false;
    plot.series.push_back(failure_line("negative", color_of(FeatureMethod::trig, t), sigmas,
                                       failure_percents(points, &SignPoint::negative_share)));
    plot.series.push_back(failure_level(sigmas.front(), sigmas.back(), 50, t.quiet));
    plot.series.push_back(failure_upright(plot, at.sigma, t.text));
    FailurePicture picture;
    picture.plots.push_back(std::move(plot));
    picture.plots.push_back(one_direction_plot(t));
    picture.facts = {{.name = "scale", .value = "σ = " + failure_plain(at.sigma)},
                     {.name = "negative weights", .value = failure_percent(at.negative_share), .strong = true},
                     {.name = "rows whose sum is ≤ 0", .value = failure_percent(at.bad_share)},
                     {.name = "with positive features", .value = "0 %"}};
    picture.words =
        "At 50 % (dotted) the sign is a coin toss and says nothing any more. What helps: positive features. A sum of "
        "exponentials is never negative, whatever is drawn.";
    return picture;
}

FailurePicture normaliser_picture(const Shown& shown, const Theme& t) {
    const std::vector<SignPoint>& points = shown.failures->signs;
    if (points.empty()) return {};
    const SignPoint& at = failure_at(points, shown.request.sigma);
    const std::vector<double> sigmas = failure_column(points, &SignPoint::sigma);
    const Color trig = color_of(FeatureMethod::trig, t);
    Plot rows;
    rows.title = "Rows that are divided by zero or less";
    rows.note = failure_signs_note(shown.failures->sign_setting);
    rows.x = failure_sigma_axis();
    rows.y = {.name = "rows, normaliser ≤ 0", .unit = "%"};
    rows.legend = false;
    rows.series.push_back(
        failure_line("normaliser ≤ 0", trig, sigmas, failure_percents(points, &SignPoint::bad_share)));
    rows.series.push_back(failure_upright(rows, at.sigma, t.text));
    Plot sizes;
    sizes.title = "An average that leaves what it averages";
    sizes.note = "softmax averages values: above the dashed line is no average";
    sizes.x = failure_sigma_axis();
    sizes.y = {.name = "largest entry", .log = true};
    sizes.series.push_back(failure_line("largest |output|", trig, sigmas,
                                        failure_positive(failure_column(points, &SignPoint::largest_output))));
    sizes.series.push_back(failure_line("largest |value|", t.quiet, sigmas,
                                        failure_positive(failure_column(points, &SignPoint::largest_value)),
                                        Dash::dashed, Marker::none));
    sizes.series.push_back(failure_upright(sizes, at.sigma, t.text));
    FailurePicture picture;
    picture.plots.push_back(std::move(rows));
    picture.plots.push_back(std::move(sizes));
    picture.facts = {{.name = fmt::format("normaliser ≤ 0 at σ = {}", failure_plain(at.sigma)),
                      .value = failure_percent(at.bad_share),
                      .strong = true},
                     {.name = "smallest normaliser / median", .value = short_number(at.smallest_normalizer, 3)},
                     {.name = "largest |output|", .value = short_number(at.largest_output, 3), .strong = true},
                     {.name = "largest |value|", .value = short_number(at.largest_value, 3)}};
    picture.words =
        "A row's weights are divided by their sum. Where some are negative that sum can be anything near zero, and a "
        "few "
        "rows spoil the mean error of all. What helps: positive features, whose sum cannot vanish.";
    return picture;
}

// ---- epsilon

FailurePicture epsilon_picture(const Shown& shown, const Theme& t) {
    const std::vector<EpsilonPoint>& points = shown.failures->epsilon;
    if (points.empty()) return {};
    const EpsilonSetting& s = shown.failures->epsilon_setting;
    const EpsilonPoint& at = failure_at(points, shown.request.sigma);
    const std::vector<double> sigmas = failure_column(points, &EpsilonPoint::sigma);
    const Color positive = color_of(FeatureMethod::positive, t);
    Plot share;
    share.title = fmt::format("How much of the normaliser is ε = {}", failure_plain(s.epsilon));
    share.note = fmt::format("positive features, orthogonal; L = {}, d = {}, m = {}, seed {}", s.length, s.dim,
                             s.features, s.seed);
    share.x = failure_sigma_axis();
    share.y = {.name = "share of ε", .unit = "%"};
    share.legend = false;
    share.series.push_back(failure_line("ε", positive, sigmas, failure_percents(points, &EpsilonPoint::share)));
    share.series.push_back(failure_upright(share, at.sigma, t.text));
    Plot errors;
    errors.title = "The error of the output, with it and without";
    errors.note = "where ε errs less, uniform attention would do as well";
    errors.x = failure_sigma_axis();
    errors.y = {.name = "mean squared error", .log = true};
    errors.series.push_back(failure_line("with ε", positive, sigmas,
                                         failure_positive(failure_column(points, &EpsilonPoint::output_error))));
    errors.series.push_back(failure_line("ε = 0", t.text, sigmas,
                                         failure_positive(failure_column(points, &EpsilonPoint::error_without)),
                                         Dash::dashed, Marker::square));
    errors.series.push_back(failure_upright(errors, at.sigma, t.text));
    FailurePicture picture;
    picture.plots.push_back(std::move(share));
    picture.plots.push_back(std::move(errors));
    picture.facts = {{.name = fmt::format("ε's share at σ = {}", failure_plain(at.sigma)),
                      .value = failure_percent(at.share),
                      .strong = true},
                     {.name = "ε", .value = failure_plain(s.epsilon)},
                     {.name = "output error with ε", .value = short_number(at.output_error, 3)},
                     {.name = "output error, ε = 0", .value = short_number(at.error_without, 3)}};
    picture.words =
        "The published code takes the largest exponent off before exp: of hundreds of features all but a few are then "
        "far below ε, which adds the same to every weight. What helps: no ε, since the maxima cancel in the quotient; "
        "and, as the errors say, a smaller scale or more features.";
    return picture;
}

}  // namespace

std::string failure_plain(double value) {
    if (value == 0 || (std::abs(value) >= 1e-3 && std::abs(value) < 1e6)) return fmt::format("{:.4g}", value);
    std::string text = short_number(value, 3);
    if (const std::size_t zero = text.find(".0·"); zero != std::string::npos) text.erase(zero, 2);
    return text;
}

std::vector<double> failure_positive(std::vector<double> values) {
    for (double& value : values)
        if (!(value > 0)) value = std::numeric_limits<double>::quiet_NaN();
    return values;
}

Series failure_line(std::string name, Color color, std::vector<double> x, std::vector<double> y, Dash dash,
                    Marker marker) {
    return {.name = std::move(name),
            .color = color,
            .x = std::move(x),
            .y = std::move(y),
            .y_high = {},
            .dash = dash,
            .marker = marker};
}

Series failure_level(double from, double to, double y, Color color) {
    Series line = failure_line({}, color, {from, to}, {y, y}, Dash::dotted, Marker::none);
    line.width = 1.5F;
    return line;
}

float paragraph_height(Canvas& canvas, float width, std::string_view text, const TextStyle& style) {
    float lines = 1;
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string word(text.substr(0, end));
        const std::string longer = line.empty() ? word : fmt::format("{} {}", line, word);
        if (!line.empty() && canvas.shaper().width(longer, style) > width) {
            lines += 1;
            line = word;
        } else {
            line = longer;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines * style.size * 1.4F;
}

const FailureCard& failure_card(FailureMode mode) {
    static constexpr std::array<FailureCard, failure_mode_names.size()> cards{{
        {"The variance explodes",
         "It grows like exp(2σ²√d): for sharp attention no affordable number of features is enough."},
        {"Weights below zero",
         "Sines and cosines change their sign, so weights that should be positive come out negative."},
        {"A normaliser near zero",
         "Where weights cancel, a row is divided by almost nothing: outputs far beyond any value."},
        {"Epsilon takes over",
         "Added against dividing by zero, ε outweighs the tiny features: attention becomes uniform."},
        {"Overflow in float", "Both factors of a feature leave the range of float although their product would fit."},
        {"The future leaks", "One maximum over all keys, beside ε, lets a later key change what came before it."},
        {"The forgotten sign",
         "QR without the signs of R's diagonal prefers a direction: estimates come out too small."},
    }};
    return cards[static_cast<std::size_t>(mode)];
}

FailurePicture failure_picture(const Shown& shown, const Theme& theme) {
    if (!shown.failures) return {};
    static constexpr std::array<FailurePicture (*)(const Shown&, const Theme&), failure_mode_names.size()> pictures{
        explosion_picture, negative_picture, normaliser_picture, epsilon_picture,
        overflow_picture,  leak_picture,     sign_picture};
    return pictures[static_cast<std::size_t>(shown.request.failure)](shown, theme);
}

}  // namespace attnscope::random_features_panel
