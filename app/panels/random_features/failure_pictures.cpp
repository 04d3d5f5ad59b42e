// Failures of the estimators: their variance, their signs, and what is added against dividing by zero.
#include "app/panels/random_features/failure_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
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
    return {.name = tr("scale σ of the entries of Q and K")};
}

// The point measured at the chosen sigma.
template <class Point>
const Point& failure_at(const std::vector<Point>& points, double sigma) {
    return *std::min_element(points.begin(), points.end(), [&](const Point& a, const Point& b) {
        return std::abs(a.sigma - sigma) < std::abs(b.sigma - sigma);
    });
}

// ---- explosion

// The method of least variance; trig stands for hyperbolic too, which has the same where x . y = 0.
struct ExplosionBest {
    FeatureMethod method = FeatureMethod::trig;
    double variance = 0;

    std::string name() const {
        return method == FeatureMethod::trig ? tr("trig or hyperbolic") : std::string(name_of(method));
    }
};

ExplosionBest explosion_best(const ExplosionPoint& point) {
    const double least = std::min({point.trig, point.hyperbolic, point.positive, point.oprf});
    if (point.oprf == least) return {FeatureMethod::oprf, least};
    return {point.positive == least ? FeatureMethod::positive : FeatureMethod::trig, least};
}

std::string explosion_in_words(const std::vector<ExplosionPoint>& points) {
    const bool misses_the_tail = std::any_of(
        points.begin(), points.end(), [](const ExplosionPoint& point) { return point.sampled < 0.5 * point.positive; });
    const std::string tail =
        misses_the_tail
            ? tr("The circles fall below their line where the tail is so heavy that its rare giants, which make the "
                 "variance, are never drawn: the estimate then looks calm and is wrong.")
            : tr("At this scale {} draws see the whole variance: the circles lie near their line.", explosion_samples);
    // From which width on the method that is best at the largest one is the best.
    const ExplosionBest best = explosion_best(points.back());
    auto first = points.end();
    while (first != points.begin() && explosion_best(*(first - 1)).method == best.method) --first;
    const std::string helps =
        first == points.begin()
            ? tr("What helps: shorter queries and keys, or what has the least variance: {} (at every width here).",
                 best.name())
            : tr("What helps: shorter queries and keys, or what has the least variance: {} (from d = {} on, at large "
                 "norms; below it {}).",
                 best.name(), first->dim, explosion_best(*(first - 1)).name());
    return tail + " " + helps;
}

FailurePicture explosion_picture(const Shown& shown, const Theme& t) {
    const std::vector<ExplosionPoint>& points = shown.failures->explosion;
    if (points.empty()) return {};
    const double sigma = shown.request.sigma;
    const std::vector<double> dims = failure_column(points, &ExplosionPoint::dim);
    Plot plot;
    plot.title = tr("The relative variance of a single feature, σ = {}", failure_plain(sigma));
    plot.note = tr("lines: theory, Var / SM² at x · y = 0 and |x|² = |y|² = σ²√d; circles: measured");
    plot.x = {.name = tr("width d"), .unit = tr("entries"), .log = true, .ticks = dims};
    plot.y = {.name = tr("variance / SM²"), .unit = tr("of one feature"), .log = true};
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
    plot.series.back().name = tr("{}, the same here", name_of(FeatureMethod::hyperbolic));
    add(FeatureMethod::oprf, &ExplosionPoint::oprf, Dash::solid);
    plot.series.push_back({.name = tr("positive: {} draws", explosion_samples),
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
        const ExplosionBest best = explosion_best(*wide);
        picture.facts = {
            {.name = tr("variance, positive, d = 64"), .value = short_number(wide->positive, 3)},
            {.name = tr("what {} draws see of it", explosion_samples), .value = short_number(wide->sampled, 3)},
            {.name = tr("features for an error of 10 %"),
             .value = "m = " + short_number(std::ceil(wide->positive / tenth), 3),
             .strong = true},
            {.name = tr("the same with {}", best.name()),
             .value = "m = " + short_number(std::ceil(best.variance / tenth), 3)}};
    }
    picture.words = explosion_in_words(points);
    picture.plots.push_back(std::move(plot));
    return picture;
}

// ---- negative weights, and the normaliser that they bring to zero

std::string failure_signs_note(const SignSetting& s) {
    return tr("trig, orthogonal; L = {}, d = {}, m = {}, seed {}", s.length, s.dim, s.features, s.seed);
}

// One random direction w at d = 1: what a feature makes of x = 1 and y = -1/2. (At y = -x positive features would have
// no variance at all, whatever is drawn: no fair example.)
Plot one_direction_plot(const Theme& t) {
    constexpr int steps = 240;
    constexpr double reach = 3, x = 1, y = -0.5, half_squares = (x * x + y * y) / 2;
    std::vector<double> w, trig, positive;
    for (std::vector<double>* values : {&w, &trig, &positive}) values->reserve(steps + 1);
    for (int i = 0; i <= steps; ++i) {
        w.push_back(reach * (2.0 * i / steps - 1));
        trig.push_back(std::exp(half_squares) * std::cos(w.back() * (x - y)));
        positive.push_back(std::exp(w.back() * (x + y) - half_squares));
    }
    const double truth = std::exp(x * y);
    Plot plot;
    plot.title = tr("Why: one drawn w at d = 1, x = 1, y = −½");
    plot.note = fmt::format("trig {} cos(1.5 w), positive {} exp(w/2)", short_number(std::exp(half_squares), 3),
                            short_number(std::exp(-half_squares), 3));
    plot.x = {.name = tr("drawn w"), .unit = tr("standard deviations")};
    plot.y = {.name = tr("estimate of exp(x·y)"), .range = ViewWindow{-2.2, 4}};  // the legend stands above the curves
    plot.series.reserve(4);
    plot.series.push_back(failure_line("trig", color_of(FeatureMethod::trig, t), w, std::move(trig), {}, Marker::none));
    plot.series.push_back(failure_line("positive", color_of(FeatureMethod::positive, t), std::move(w),
                                       std::move(positive), {}, Marker::none));
    plot.series.push_back(failure_line(tr("truth, {}", short_number(truth, 3)), t.text, {-reach, reach}, {truth, truth},
                                       Dash::dashed, Marker::none));
    plot.series.push_back(failure_level(-reach, reach, 0, t.quiet));
    return plot;
}

FailurePicture negative_picture(const Shown& shown, const Theme& t) {
    const std::vector<SignPoint>& points = shown.failures->signs;
    if (points.empty()) return {};
    const SignPoint& at = failure_at(points, shown.request.sigma);
    const std::vector<double> sigmas = failure_column(points, &SignPoint::sigma);
    Plot plot;
    plot.title = tr("How many of the weights come out negative");
    plot.note = failure_signs_note(shown.failures->sign_setting);
    plot.x = failure_sigma_axis();
    plot.y = {.name = tr("negative weights"), .unit = "%"};
    plot.legend = false;
    plot.series.push_back(failure_line(tr_in("weights", "negative"), color_of(FeatureMethod::trig, t), sigmas,
                                       failure_percents(points, &SignPoint::negative_share)));
    plot.series.push_back(failure_level(sigmas.front(), sigmas.back(), 50, t.quiet));
    plot.series.push_back(failure_upright(plot, at.sigma, t.text));
    FailurePicture picture;
    picture.plots.push_back(std::move(plot));
    picture.plots.push_back(one_direction_plot(t));
    picture.facts = {{.name = tr_in("fact", "scale"), .value = "σ = " + failure_plain(at.sigma)},
                     {.name = tr("negative weights"), .value = failure_percent(at.negative_share), .strong = true},
                     {.name = tr("rows whose sum is ≤ 0"), .value = failure_percent(at.bad_share)},
                     {.name = tr("positive, by construction"), .value = "0 %"}};
    picture.words = tr(
        "At 50 % (dotted) the sign is a coin toss and says nothing any more. What helps: positive features. A sum of "
        "exponentials is never negative, whatever is drawn.");
    return picture;
}

FailurePicture normaliser_picture(const Shown& shown, const Theme& t) {
    const std::vector<SignPoint>& points = shown.failures->signs;
    if (points.empty()) return {};
    const SignPoint& at = failure_at(points, shown.request.sigma);
    const std::vector<double> sigmas = failure_column(points, &SignPoint::sigma);
    const Color trig = color_of(FeatureMethod::trig, t);
    Plot rows;
    rows.title = tr("Rows that are divided by zero or less");
    rows.note = failure_signs_note(shown.failures->sign_setting);
    rows.x = failure_sigma_axis();
    rows.y = {.name = tr("rows, normaliser ≤ 0"), .unit = "%"};
    rows.legend = false;
    rows.series.push_back(
        failure_line(tr("normaliser ≤ 0"), trig, sigmas, failure_percents(points, &SignPoint::bad_share)));
    rows.series.push_back(failure_upright(rows, at.sigma, t.text));
    Plot sizes;
    sizes.title = tr("An average that leaves what it averages");
    sizes.note = tr("above the dashed line it is none");
    sizes.x = failure_sigma_axis();
    sizes.y = {.name = tr("largest entry"), .log = true};
    sizes.series.push_back(failure_line(tr("|output|"), trig, sigmas,
                                        failure_positive(failure_column(points, &SignPoint::largest_output))));
    sizes.series.push_back(failure_line(tr("|value|"), t.quiet, sigmas,
                                        failure_positive(failure_column(points, &SignPoint::largest_value)),
                                        Dash::dashed, Marker::none));
    sizes.series.push_back(failure_upright(sizes, at.sigma, t.text));
    FailurePicture picture;
    picture.plots.push_back(std::move(rows));
    picture.plots.push_back(std::move(sizes));
    picture.facts = {{.name = tr("normaliser ≤ 0 at σ = {}", failure_plain(at.sigma)),
                      .value = failure_percent(at.bad_share),
                      .strong = true},
                     {.name = tr("smallest normaliser / median"), .value = short_number(at.smallest_normalizer, 3)},
                     {.name = tr("largest |output|"), .value = short_number(at.largest_output, 3), .strong = true},
                     {.name = tr("largest |value|"), .value = short_number(at.largest_value, 3)}};
    picture.words =
        tr("A row's weights are divided by their sum. Where some are negative that sum can be anything near zero, and "
           "such rows spoil the mean error of all. What helps: positive features, whose sum cannot vanish.");
    return picture;
}

// ---- epsilon

// What the numbers at the chosen scale say.
std::string epsilon_in_words(const EpsilonPoint& at, double epsilon) {
    const std::string helps = tr("What helps: a smaller scale, or more features.");
    if (epsilon == 0) return tr("Without ε nothing is added: both lines are one.") + " " + helps;
    std::string text =
        tr("The published code takes the largest exponent off before exp and adds ε to every feature: where these are "
           "far below it, all weights come out alike.") +
        " ";
    const std::string output = short_number(at.output_error, 3), uniform = short_number(at.uniform_error, 3);
    constexpr double alike = 0.1;
    if (at.share > 0.5 && at.uniform_error > 0)
        text +=
            (std::abs(at.output_error / at.uniform_error - 1) < alike
                 ? tr("Here attention has become uniform: its error is {}, uniform attention's {}.", output, uniform)
                 : tr("Here attention has become mostly uniform: its error is {}, uniform attention's {}.", output,
                      uniform)) +
            " ";
    else if (at.uniform_error < std::min(at.output_error, at.error_without))
        text += tr("Here uniform attention would err less than with ε or without: {}.", uniform) + " ";
    constexpr double no_matter = 0.05;
    const double more = at.output_error > 0 ? at.error_without / at.output_error - 1 : 0;
    const std::string without = short_number(at.error_without, 3);
    text += std::abs(more) < no_matter
                ? tr("ε = 0 keeps the estimates of exp(q·k) unbiased, with about the same error: {}.", without)
            : more > 0
                ? tr("ε = 0 keeps the estimates of exp(q·k) unbiased, but with so much noise that it errs more: {}.",
                     without)
                : tr("ε = 0 keeps the estimates of exp(q·k) unbiased, and errs less: {}.", without);
    return text + " " + helps;
}

FailurePicture epsilon_picture(const Shown& shown, const Theme& t) {
    const std::vector<EpsilonPoint>& points = shown.failures->epsilon;
    if (points.empty()) return {};
    const EpsilonSetting& s = shown.failures->epsilon_setting;
    const EpsilonPoint& at = failure_at(points, shown.request.sigma);
    const std::vector<double> sigmas = failure_column(points, &EpsilonPoint::sigma);
    const Color positive = color_of(FeatureMethod::positive, t);
    Plot share;
    share.title = tr("How much of the normaliser is ε = {}", failure_plain(s.epsilon));
    share.note = tr("positive, orthogonal; L = {}, d = {}, m = {}, seed {}", s.length, s.dim, s.features, s.seed);
    share.x = failure_sigma_axis();
    share.y = {.name = tr("share of ε"), .unit = "%"};
    share.legend = false;
    share.series.push_back(failure_line("ε", positive, sigmas, failure_percents(points, &EpsilonPoint::share)));
    share.series.push_back(failure_upright(share, at.sigma, t.text));
    Plot errors;
    errors.title = tr("The output's error, with ε and without");
    errors.note = tr("against exact softmax; uniform: all weights alike");
    errors.x = failure_sigma_axis();
    errors.y = {.name = tr("mean squared error"), .log = true};
    errors.series.push_back(failure_line(tr_in("weights", "uniform"), t.quiet.alpha(0.45F), sigmas,
                                         failure_positive(failure_column(points, &EpsilonPoint::uniform_error)),
                                         Dash::solid, Marker::none));
    errors.series.back().width = 7;  // seen where the next one lies upon it
    errors.series.push_back(failure_line(tr("with ε"), positive, sigmas,
                                         failure_positive(failure_column(points, &EpsilonPoint::output_error))));
    errors.series.push_back(failure_line("ε = 0", t.text, sigmas,
                                         failure_positive(failure_column(points, &EpsilonPoint::error_without)),
                                         Dash::dashed, Marker::square));
    errors.series.push_back(failure_upright(errors, at.sigma, t.text));
    FailurePicture picture;
    picture.plots.push_back(std::move(share));
    picture.plots.push_back(std::move(errors));
    picture.facts = {{.name = tr("ε's share at σ = {}", failure_plain(at.sigma)),
                      .value = failure_percent(at.share),
                      .strong = true},
                     {.name = tr("output error with ε"), .value = short_number(at.output_error, 3)},
                     {.name = tr("output error, ε = 0"), .value = short_number(at.error_without, 3)},
                     {.name = tr("error of uniform attention"), .value = short_number(at.uniform_error, 3)}};
    picture.words = epsilon_in_words(at, s.epsilon);
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

const FailureCard& failure_card(FailureMode mode) {
    static constexpr std::array<FailureCard, failure_mode_names.size()> cards{{
        {translatable("The variance explodes"),
         translatable("It grows like exp(2σ²√d): for sharp attention no affordable number of features is enough.")},
        {translatable("Weights below zero"),
         translatable("Sines and cosines change their sign, so weights that should be positive come out negative.")},
        {translatable("A normaliser near zero"),
         translatable("Where weights cancel, a row is divided by almost nothing: outputs far beyond any value.")},
        {translatable("Epsilon takes over"),
         translatable("Added against dividing by zero, ε outweighs the tiny features: attention becomes uniform.")},
        {translatable("Overflow in float"),
         translatable("Both factors of a feature leave the range of float although their product would fit.")},
        {translatable("The future leaks"),
         translatable("One maximum over all keys, beside ε, lets a later key change what came before it.")},
        {translatable("The forgotten sign"),
         translatable("QR without the signs of R's diagonal prefers a direction: estimates come out too small.")},
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
