// The random-features panel's pictures: which is drawn, with its title, and what they share.
#include <fmt/format.h>

#include <algorithm>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/random_features_panel.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr float view_padding = 22, view_title_height = 52;

std::string title_of_view(View view) {
    switch (view) {
        case View::curves:
            return tr("How far random features are from softmax");
        case View::variance:
            return tr("Which features err less, and where");
        case View::kernel:
            return tr("One kernel value and its estimates");
        case View::matrices:
            return tr("Exact and approximate attention");
        case View::failures:
            return tr("Seven ways to break it");
        case View::factoring:
            return tr("Why softmax blocks factoring");
    }
    return {};
}

std::string formula_of_input(const Input& input) {
    const std::string what = input.source == Source::text
                                 ? tr("the words' vectors")
                                 : fmt::format("L = {}, d = {}, Q, K ~ N(0, σ^2), σ = {}", input.length, input.dim,
                                               short_number(input.sigma, 3));
    return input.causal ? tr("{}, causal", what) : what;
}

std::string formula_of_curves(const CurveSetting& s) {
    if (s.metric == ErrorMetric::kernel)
        return fmt::format("E[(φ(x)·φ(y) − exp(x·y))^2],  |x| = |y| = {},  φ = {} rad,  d = {}",
                           short_number(s.norm, 3), short_number(s.angle, 3), s.dim);
    const std::string error = s.metric == ErrorMetric::output ? tr("mean (out′ − out)^2") : "|A′ − A| / |A|";
    return error + ";  " + formula_of_input(s.input);
}

std::string formula_of_matrices(const Request& r) {
    return tr("A = softmax(QKᵀ/√d), A′ = φ(Q)φ(K)ᵀ by rows:  {}, m = {};  {}",
              label_of(r.estimator, r.drawing == Drawing::orthogonal), r.features, formula_of_input(r.input)) +
           (r.epsilon > 0 ? ", epsilon = " + short_number(r.epsilon, 2) : std::string());
}

// Of what has been computed, which the settings may be ahead of.
std::string formula_of_view(const Request& r) {
    switch (r.view) {
        case View::curves:
            return {};
        case View::variance:
            return tr("r(φ, l) = MSE(trig) / MSE(positive),  |x| = |y| = l:  above 1 positive features are better");
        case View::kernel:
            return tr("φ(x)·φ(y) estimates SM(x, y) = exp(x·y),  x = q / d^{{1/4}},  y = k / d^{{1/4}},  d = {}",
                      r.dim);
        case View::matrices:
            return formula_of_matrices(r);
        case View::failures:
            return tr("each measured on an input of its own; seed and scale can be changed");
        case View::factoring:
            return tr("(QKᵀ)V = Q(KᵀV), but softmax(QKᵀ)V ≠ softmax(Q)(softmax(K)ᵀV)");
    }
    return {};
}

}  // namespace

Color color_of(FeatureMethod method, const Theme& t) {
    // Hues that colour-blind people tell apart (Okabe and Ito 2008), adapted to either ground.
    const bool dark = t.name == ThemeName::dark;
    switch (method) {
        case FeatureMethod::trig:
            return t.query;
        case FeatureMethod::positive:
            return t.key;
        case FeatureMethod::hyperbolic:
            return dark ? Color::hex(0x35c9a0) : Color::hex(0x00795a);
        case FeatureMethod::smreg:
            return dark ? Color::hex(0xe28fc4) : Color::hex(0xa8437f);
        case FeatureMethod::oprf:
            return dark ? Color::hex(0xf2e35a) : Color::hex(0x7d6f00);
        case FeatureMethod::sderf:
            return dark ? Color::hex(0xff7f50) : Color::hex(0xc23b00);
        case FeatureMethod::elu:
            return dark ? Color::hex(0xa99bff) : Color::hex(0x5340c4);
        case FeatureMethod::relu:
            return dark ? Color::hex(0xb8c0cc) : Color::hex(0x4d5663);
    }
    return t.text;
}

std::string help_of(FeatureMethod method) {
    switch (method) {
        case FeatureMethod::trig:
            return tr("trig: sines and cosines (random Fourier features), unbiased, may go negative.");
        case FeatureMethod::positive:
            return tr("positive: exponentials, the Performer's FAVOR+.");
        case FeatureMethod::hyperbolic:
            return tr("hyperbolic: exponentials of w and −w, less variance than positive.");
        case FeatureMethod::smreg:
            return tr("smreg: positive features of directions on a sphere, a little biased.");
        case FeatureMethod::oprf:
            return tr("oprf: optimal positive random features, FAVOR++.");
        case FeatureMethod::sderf:
            return tr("sderf: the same adapted to every axis of the input, FAVOR#.");
        case FeatureMethod::elu:
            return tr("elu + 1: linear attention by another kernel, nothing random.");
        case FeatureMethod::relu:
            return tr("relu: random features of another kernel, of the angle alone.");
    }
    return {};
}

std::string label_of(FeatureMethod method, bool orthogonal) {
    std::string name = method == FeatureMethod::elu ? "elu + 1" : std::string(name_of(method));
    if (!is_random(method)) return name;
    return orthogonal ? tr("{}, orthogonal", name) : tr("{}, iid", name);
}

void RandomFeaturesPanel::draw_icon(Canvas& canvas, const Rect& rect, Color color) const {
    // An error that falls, and the line it has to get below.
    std::vector<Vec2> curve;
    for (int k = 0; k <= 16; ++k) {
        const float part = static_cast<float>(k) / 16;
        curve.push_back({rect.min.x + part * rect.width(), rect.min.y + rect.height() * (1 - 0.9F / (1 + 4 * part))});
    }
    canvas.polyline(curve, color, 2);
    const float y = rect.min.y + rect.height() * 0.45F;
    for (int k = 0; k < 4; ++k) {
        const float x = rect.min.x + rect.width() * static_cast<float>(k) / 4;
        canvas.line({x, y}, {x + rect.width() / 7, y}, color.alpha(0.6F), 1.5F);
    }
}

void RandomFeaturesPanel::draw(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect inside = area.inset(view_padding);
    if (inside.width() < 120 || inside.height() < 90) return;
    const View view = shows_curves() ? View::curves : shown_ ? shown_->request.view : params_.view;
    const bool nothing = shows_curves() ? curves_.curves.empty() : !shown_;
    if (nothing) {
        const std::string text = error_ ? error_->what : tr("computing …");
        canvas.text_middle(inside.center(), canvas.shaper().fit(text, inside.width(), {.size = 16}),
                           {.color = error_ ? t.warning : t.quiet, .size = 16, .align = Align::center});
        return;
    }
    draw_title(canvas, interaction, inside.cut_top(view_title_height));
    switch (view) {
        case View::curves:
            return draw_curves(canvas, interaction, inside);
        case View::variance:
            return draw_variance(canvas, interaction, inside);
        case View::kernel:
            return draw_kernel(canvas, interaction, inside);
        case View::matrices:
            return draw_matrices(canvas, interaction, inside);
        case View::failures:
            return draw_failures(canvas, interaction, inside);
        case View::factoring:
            return draw_factoring(canvas, interaction, inside);
    }
}

void RandomFeaturesPanel::draw_title(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    if (draw_button(canvas, interaction, rest, tr("Redraw"), tr("New random numbers: the next seed (R)."))) redraw();
    const View view = shows_curves() ? View::curves : shown_->request.view;
    const std::string said =
        shows_curves() ? formula_of_curves(curves_.request.setting) : formula_of_view(shown_->request);
    const TextStyle title{.color = t.text, .size = 20, .bold = true}, formula{.color = t.quiet, .size = 14};
    draw_line(canvas, rest, rest.min.y + 20, title_of_view(view), title);
    draw_entry_formula(canvas, rest, rest.min.y + 43, said, formula);
}

}  // namespace attnscope::random_features_panel
