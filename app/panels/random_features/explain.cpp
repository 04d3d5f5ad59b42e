// The random-features panel in one line: what is seen, in the user's own numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/random_features/random_features_panel.hpp"

namespace attnscope::random_features_panel {
namespace {

std::string explain_curves(const CurveSet& set, int features) {
    if (set.curves.empty()) return {};
    const Curve* best = nullptr;
    std::size_t at = 0;
    for (std::size_t k = 0; k < set.curves.front().features.size(); ++k) {
        const auto distance = [&](std::size_t i) {
            return std::abs(std::log(static_cast<double>(set.curves.front().features[i]) / features));
        };
        if (distance(k) < distance(at)) at = k;
    }
    for (const Curve& curve : set.curves)
        if (curve.samples[at] > 0 && (best == nullptr || curve.median[at] < best->median[at])) best = &curve;
    if (best == nullptr) return {};
    const Index features_there = best->features[at];
    const std::string name = label_of(best->method, best->orthogonal), error = short_number(best->median[at], 3);
    if (!set.uniform) return tr("m = {}: the least median error is that of {}, {}", features_there, name, error);
    constexpr double rounding = 1e-12;  // of values from N(0, 1)
    if (*set.uniform < rounding) return tr("All weights are the same here: what is left of every error is rounding.");
    const double part = best->median[at] / *set.uniform;
    const std::string times = short_number(part, 3), uniform = short_number(*set.uniform, 3);
    return part < 1 ? tr("m = {}: the least median error is that of {}, {} = {} × uniform attention's {}",
                         features_there, name, error, times, uniform)
                    : tr("m = {}: the least median error is that of {}, {} = {} × uniform attention's {}: none beats "
                         "weights that are all the same",
                         features_there, name, error, times, uniform);
}

std::string explain_point(const Request& r) {
    const KernelPoint at = at_angle(r.norm, r.norm, r.angle);
    const auto error = [&](FeatureMethod method) {
        return kernel_mse({.method = method, .features = r.features, .dim = r.dim}, at).value_or(0);
    };
    const double trig = error(FeatureMethod::trig), positive = error(FeatureMethod::positive);
    const double log_ratio = log10_variance_ratio(r.angle, r.norm);
    const std::string verdict =
        log_ratio > 0 ? tr("positive features err less")
        : log_ratio > std::log10(0.5)
            ? tr("trig errs less, but has two features for each direction: at equal size positive wins")
            : tr("trigonometric features err less");
    return tr("φ = {} rad, l = {}, m = {}, iid:  MSE(trig) = {},  MSE(positive) = {},  r = {}: {}",
              short_number(r.angle, 3), short_number(r.norm, 3), r.features, short_number(trig, 3),
              short_number(positive, 3), short_number(std::pow(10.0, log_ratio), 3), verdict);
}

std::string explain_kernel(const Request& r, const KernelFacts& facts) {
    std::string text =
        fmt::format("exp(x·y) = exp({} · {} · cos {}) = {}", short_number(r.norm, 3), short_number(r.norm * r.ratio, 3),
                    short_number(r.angle, 3), short_number(facts.truth));
    if (facts.methods.empty()) return text;
    const auto best = std::min_element(facts.methods.begin(), facts.methods.end(), [](const Cloud& a, const Cloud& b) {
        return a.theory.value_or(a.deviation) < b.theory.value_or(b.deviation);
    });
    const std::string name = label_of(best->method, best->orthogonal),
                      off = short_number(best->theory.value_or(best->deviation), 3);
    return (right_to_left() ? isolate(text) : text) + "     " +
           (best->theory ? tr("m = {}: closest is {}, ± {} in theory", r.features, name, off)
                         : tr("m = {}: closest is {}, ± {} measured", r.features, name, off));
}

std::string explain_matrices(const MatrixFacts& facts, const std::optional<Cell>& cell) {
    if (!cell || cell->row >= facts.tokens || cell->column >= facts.tokens) {
        if (facts.negative > 0 || !facts.broken.empty())
            return tr("{} negative weights, {} rows with a normaliser ≤ 0: softmax has neither.", facts.negative,
                      facts.broken.size());
        const std::string error = short_number(facts.output_error, 3), uniform = short_number(facts.uniform_output, 3);
        return facts.output_error < facts.uniform_output
                   ? tr("Output error {} against uniform attention's {}: the approximation beats weights that are all "
                        "alike.",
                        error, uniform)
                   : tr("Output error {} against uniform attention's {}: the approximation is no better than weights "
                        "that are all alike.",
                        error, uniform);
    }
    const auto value = [&](const Picture& picture) {
        return short_number(static_cast<double>((*picture)(cell->row, cell->column)), 3);
    };
    if (std::isnan((*facts.exact)(cell->row, cell->column)))
        return tr("Query {} does not see key {}: it comes later.", cell->row, cell->column);
    return tr("query {}, key {}:  A = {},  A′ = {},  difference {}", cell->row, cell->column, value(facts.exact),
              value(facts.approximate), value(facts.difference));
}

std::string percent(double part) {
    return short_number(100 * part, 3) + " %";
}

template <class Points>
const auto& at_sigma(const Points& points, double sigma) {
    return *std::min_element(points.begin(), points.end(), [&](const auto& a, const auto& b) {
        return std::abs(a.sigma - sigma) < std::abs(b.sigma - sigma);
    });
}

std::string explain_failure(const Request& r, const FailureFacts& f) {
    const std::string sigma = short_number(r.sigma, 3);
    switch (r.failure) {
        case FailureMode::explosion:
            for (const ExplosionPoint& p : f.explosion)
                if (p.dim == 64)
                    return tr(
                        "d = 64, σ = {}: one positive feature varies by {} times SM^2; {} samples found {} of it.",
                        sigma, short_number(p.positive, 3), explosion_samples, short_number(p.sampled, 3));
            return {};
        case FailureMode::negative:
            return tr("σ = {}: {} of the weights are negative.", sigma,
                      percent(at_sigma(f.signs, r.sigma).negative_share));
        case FailureMode::normaliser: {
            const SignPoint& p = at_sigma(f.signs, r.sigma);
            return tr("σ = {}: {} of the rows have a normaliser ≤ 0; outputs reach {}, values {}.", sigma,
                      percent(p.bad_share), short_number(p.largest_output, 3), short_number(p.largest_value, 3));
        }
        case FailureMode::epsilon:
            return tr("σ = {}, epsilon = {}: it brings {} of the normaliser.", sigma,
                      short_number(f.epsilon_setting.epsilon, 2), percent(at_sigma(f.epsilon, r.sigma).share));
        case FailureMode::overflow:
            return tr(
                "|x| = 20, w·x = 100, in float:  exp(100) · exp(−200) = ∞ · 0 = NaN,  exp(100 − 200) = 3.8·10⁻⁴⁴");
        case FailureMode::leak:
            if (!f.leak) return {};
            return tr(
                "The last key alone made {} times as long: earlier outputs change by up to {}; without "
                "epsilon by {}.",
                short_number(f.leak_setting.longer, 2), short_number(f.leak->largest_with, 3),
                short_number(f.leak->largest_without, 2));
        case FailureMode::sign:
            if (f.qr.empty()) return {};
            return tr("d = {}: the mean of the estimate is {} × SM without the signs, {} × with them.",
                      f.qr.front().dim, short_number(f.qr.front().without, 3), short_number(f.qr.front().with, 3));
    }
    return {};
}

// Both counts in one format.
std::string count_text(double count) {
    const int exponent = count >= 1e5 ? static_cast<int>(std::floor(std::log10(count))) : 0;
    return exponent == 0 ? fmt::format("{:.0f}", count)
                         : fmt::format("{:.2f}·{}", count / std::pow(10.0, exponent), power_of_ten(exponent));
}

std::string explain_factoring(const Params& p, const FactoringFacts& facts) {
    const OrderCost first = weights_first_cost(p.length, p.dim),
                    second = keys_first_cost(p.length, p.dim, p.features, p.features);
    return tr(
        "L = {}, d = {}, m = {}:  (QKᵀ)V takes {} operations, Q′(K′ᵀV) {}.  Of {} tokens: rank QKᵀ = {}, "
        "rank exp(QKᵀ/√d) = {}",
        p.length, p.dim, p.features, count_text(first.operations), count_text(second.operations), facts.tokens,
        facts.ranks.score_rank, facts.ranks.exp_rank);
}

}  // namespace

std::string RandomFeaturesPanel::explained() const {
    if (shows_curves()) return explain_curves(curves_, params_.features);
    if (!shown_) return {};
    if (shown_->variance) return explain_point(shown_->request);
    if (shown_->kernel) return explain_kernel(shown_->request, *shown_->kernel);
    if (shown_->matrices) return explain_matrices(*shown_->matrices, hovered_ ? hovered_ : pinned_cell());
    if (shown_->failures) return explain_failure(shown_->request, *shown_->failures);
    if (shown_->factoring) return explain_factoring(params_, *shown_->factoring);
    return {};
}

std::string RandomFeaturesPanel::explain_text() const {
    return plain_formula(explained());
}

void RandomFeaturesPanel::draw_explain(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    const std::string text = explained();
    const TextStyle style{.color = text.empty() ? t.quiet : t.text, .size = 15.5F};
    draw_formula(canvas, {area.min.x, area.center().y + 5}, area.width(),
                 text.empty() ? tr("The error of an approximation appears here.") : text, style);
}

}  // namespace attnscope::random_features_panel
