// Why softmax blocks factoring: what either order of multiplication costs and has to hold. Below, ranks_view.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/panels/random_features/variance_plots.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr float factoring_gap = 26, factoring_title = 26, factoring_label = 18, factoring_line = 19;

/// A matrix in a product, or with no rows the sign between two.
struct FactoringTerm {
    std::string text;
    Index rows = 0, columns = 0;
    Color color = {};
    bool strong = false;
};

struct FactoringOrder {
    std::string title;
    std::vector<FactoringTerm> terms;
    std::string operations, numbers;
};

TextStyle factoring_style(Color color, float size, bool bold = false, Align align = Align::left) {
    return {.color = color, .size = size, .bold = bold, .align = align};
}

std::string factoring_shape(const FactoringTerm& term) {
    return fmt::format("{} × {}", term.rows, term.columns);
}

// Lengths reach from 1 to thousands: a power below 1 keeps the short sides visible and the order of sizes right.
float factoring_side(Index count, float unit) {
    return std::max(4.0F, unit * static_cast<float>(std::pow(static_cast<double>(count), 0.4)));
}

float factoring_width(Canvas& canvas, const FactoringTerm& term, float unit) {
    const float text = canvas.shaper().width(term.text, factoring_style({}, term.rows > 0 ? 13 : 18, term.strong));
    if (term.rows == 0) return text + 14;
    const float shape = canvas.shaper().width(factoring_shape(term), factoring_style({}, 11.5F));
    return std::max({text, shape, factoring_side(term.columns, unit)});
}

float factoring_width(Canvas& canvas, const FactoringOrder& order, float unit) {
    float width = 0;
    for (const FactoringTerm& term : order.terms) width += factoring_width(canvas, term, unit);
    return width;
}

// The largest scale at which both orders fit.
float factoring_unit(Canvas& canvas, std::span<const FactoringOrder> orders, float width, float height) {
    Index longest = 1;
    for (const FactoringOrder& order : orders)
        for (const FactoringTerm& term : order.terms) longest = std::max({longest, term.rows, term.columns});
    float unit = height / factoring_side(longest, 1);
    for (const FactoringOrder& order : orders)
        for (int step = 0; step < 60 && factoring_width(canvas, order, unit) > width; ++step) unit *= 0.95F;
    return unit;
}

// Whether both orders have room beside each other with boxes that are more than their labels.
bool factoring_beside(Canvas& canvas, std::span<const FactoringOrder> orders, float width) {
    constexpr float least_unit = 3.4F, least_column = 380;
    const float column = (width - factoring_gap) / 2;
    return column >= least_column && std::all_of(orders.begin(), orders.end(), [&](const FactoringOrder& order) {
               return factoring_width(canvas, order, least_unit) <= column;
           });
}

void draw_factoring_order(Canvas& canvas, const Rect& area, const FactoringOrder& order, float unit) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    const Rect title = rest.cut_top(factoring_title);
    const TextStyle heading = factoring_style(t.text, 14, true);
    draw_line(canvas, title, title.min.y + 15, order.title, heading);
    const Rect numbers = rest.cut_bottom(factoring_line), operations = rest.cut_bottom(factoring_line);
    const TextStyle count = factoring_style(t.text, 13.5F);
    draw_formula(canvas, {operations.min.x, operations.min.y + 14}, operations.width(), order.operations, count);
    draw_formula(canvas, {numbers.min.x, numbers.min.y + 14}, numbers.width(), order.numbers, count);
    if (factoring_width(canvas, order, unit) > rest.width()) return;  // even the labels alone have no room
    const Clip clip(canvas, rest);
    const float middle = (rest.min.y + factoring_label + rest.max.y - factoring_label) / 2;
    constexpr float most_air = 16;
    const float free = (rest.width() - factoring_width(canvas, order, unit)) / static_cast<float>(order.terms.size());
    const float air = std::clamp(free, 0.0F, most_air);
    float x = rest.min.x - air / 2;
    for (const FactoringTerm& term : order.terms) {
        const float width = factoring_width(canvas, term, unit) + air, center = x + width / 2;
        x += width;
        if (term.rows == 0) {
            canvas.text_middle({center, middle}, term.text, factoring_style(t.quiet, 18, false, Align::center));
            continue;
        }
        const float half_width = factoring_side(term.columns, unit) / 2,
                    half_height = factoring_side(term.rows, unit) / 2;
        const Rect box{{center - half_width, middle - half_height}, {center + half_width, middle + half_height}};
        canvas.fill_rect(box, term.color.alpha(term.strong ? 0.85F : 0.28F), 2);
        canvas.stroke_rect(box, term.color, 1.2F, 2);
        canvas.text({center, box.min.y - 6}, term.text,
                    factoring_style(term.strong ? term.color : t.text, 13, term.strong, Align::center));
        canvas.text({center, box.max.y + 14}, factoring_shape(term),
                    factoring_style(t.quiet, 11.5F, false, Align::center));
    }
}

// 5.76·10⁶: longer counts than five digits are not read any more. The same way as the one it is compared with.
std::string factoring_count(double count, double other) {
    if (std::max(count, other) < 1e5 || count < 1) return fmt::format("{:.0f}", count);
    const int exponent = static_cast<int>(std::floor(std::log10(count)));
    return fmt::format("{:.2f}·{}", count / std::pow(10.0, exponent), power_of_ten(exponent));
}

std::array<FactoringOrder, 2> factoring_orders(Index length, Index dim, Index features, const Theme& t) {
    const Color value = mix(t.quiet, t.ground, 0.2F);
    const auto sign = [](const char* text) { return FactoringTerm{.text = text}; };
    const FactoringTerm values{.text = "V", .rows = length, .columns = dim, .color = value};
    const FactoringTerm output{.text = "out", .rows = length, .columns = dim, .color = value};
    const OrderCost weights = weights_first_cost(length, dim), keys = keys_first_cost(length, dim, features, features);
    return {
        FactoringOrder{
            .title = tr("Softmax: the weights first, all L × L of them"),
            .terms = {{.text = "Q", .rows = length, .columns = dim, .color = t.query},
                      sign("·"),
                      {.text = "Kᵀ", .rows = dim, .columns = length, .color = t.key},
                      sign("→"),
                      {.text = "A = softmax", .rows = length, .columns = length, .color = t.key, .strong = true},
                      sign("·"),
                      values,
                      sign("→"),
                      output},
            .operations = tr("4 L^2 d = {} operations", factoring_count(weights.operations, keys.operations)),
            .numbers = tr("L^2 + L d = {} numbers to hold", factoring_count(weights.floats, keys.floats))},
        FactoringOrder{
            .title = tr("Features: the keys first, no L × L anywhere"),
            .terms = {{.text = "Q′", .rows = length, .columns = features, .color = t.query},
                      sign("· ("),
                      {.text = "K′ᵀ", .rows = features, .columns = length, .color = t.key},
                      sign("·"),
                      values,
                      sign("→"),
                      {.text = "K′ᵀV", .rows = features, .columns = dim, .color = t.text},
                      sign(") →"),
                      output},
            .operations = tr("8 L m d + 4 L m = {} operations", factoring_count(keys.operations, weights.operations)),
            .numbers = tr("L m + m d + L d = {} numbers to hold", factoring_count(keys.floats, weights.floats))}};
}

// How the second order's count compares with the first one's.
enum class FactoringRatio { equal, about_equal, fewer, more };

struct FactoringComparison {
    FactoringRatio ratio;
    std::string times;
};

FactoringComparison factoring_compared(double ours, double theirs) {
    const std::string times = short_number(std::max(ours, theirs) / std::min(ours, theirs), 2);
    if (ours == theirs) return {FactoringRatio::equal, times};
    if (times == "1.0") return {FactoringRatio::about_equal, times};
    return {ours < theirs ? FactoringRatio::fewer : FactoringRatio::more, times};
}

std::string factoring_operations(const FactoringComparison& compared) {
    switch (compared.ratio) {
        case FactoringRatio::equal:
            return tr("as many operations");
        case FactoringRatio::about_equal:
            return tr("about as many operations");
        case FactoringRatio::fewer:
            return tr("{} times fewer operations", compared.times);
        case FactoringRatio::more:
            return tr("{} times more operations", compared.times);
    }
    return {};
}

std::string factoring_numbers(const FactoringComparison& compared) {
    switch (compared.ratio) {
        case FactoringRatio::equal:
            return tr("as many numbers to hold");
        case FactoringRatio::about_equal:
            return tr("about as many numbers to hold");
        case FactoringRatio::fewer:
            return tr("{} times fewer numbers to hold", compared.times);
        case FactoringRatio::more:
            return tr("{} times more numbers to hold", compared.times);
    }
    return {};
}

std::string factoring_verdict(Index length, Index dim, Index features) {
    const OrderCost weights = weights_first_cost(length, dim), keys = keys_first_cost(length, dim, features, features);
    const double from = std::floor(break_even_length(dim, features, features)) + 1;
    return tr(
        "From L = {} on the second order is cheaper. Here, at L = {}, d = {} and m = {}, it takes {} and {}. One head, "
        "positive features; sides are not drawn to scale.",
        short_number(from), length, dim, features,
        factoring_operations(factoring_compared(keys.operations, weights.operations)),
        factoring_numbers(factoring_compared(keys.floats, weights.floats)));
}

// Both orders, beside each other where there is room, and what follows from their numbers.
void draw_factoring_orders(Canvas& canvas, Rect area, const Params& p) {
    const Theme& t = canvas.theme();
    constexpr float least_order = 150;
    const std::array<FactoringOrder, 2> orders = factoring_orders(p.length, p.dim, p.features, t);
    const TextStyle words = factoring_style(t.quiet, 13);
    const std::string verdict = factoring_verdict(p.length, p.dim, p.features);
    const float verdict_height = paragraph_height(canvas, area.width(), verdict, words) + 10;
    if (area.height() - verdict_height >= least_order) {
        const Rect place = area.cut_bottom(verdict_height);
        draw_paragraph(canvas, {{place.min.x, place.min.y + 6}, {place.max.x, place.max.y + 6}}, verdict, words);
    }
    const bool beside = factoring_beside(canvas, orders, area.width());
    const bool both = beside || area.height() >= 2 * least_order;
    Rect first = area, second = area;
    if (beside) {
        first = second.cut_left((area.width() - factoring_gap) / 2);
        second.cut_left(factoring_gap);
    } else if (both) {
        first = second.cut_top(area.height() / 2);
        first.cut_bottom(10);
    }
    const float texts = factoring_title + 2 * factoring_line + 2 * factoring_label + 6;
    if (first.height() < texts + 20) return;
    const float unit = factoring_unit(canvas, orders, first.width(), first.height() - texts);
    draw_factoring_order(canvas, first, orders[0], unit);
    if (both) draw_factoring_order(canvas, second, orders[1], unit);
}

constexpr float least_plots = 170;

}  // namespace

void RandomFeaturesPanel::draw_factoring(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    if (area.width() < 240 || area.height() < 130) return;
    Rect rest = area;
    rest.cut_top(6);
    const bool wide =
        factoring_beside(canvas, factoring_orders(params_.length, params_.dim, params_.features, t), area.width());
    const float top = std::clamp(area.height() * (wide ? 0.42F : 0.58F), 205.0F, 520.0F);
    const bool plots = shown_ && shown_->factoring && area.height() - top >= least_plots;
    if (!plots) return draw_factoring_orders(canvas, rest, params_);
    draw_factoring_orders(canvas, rest.cut_top(top), params_);
    rest.cut_top(12);
    draw_ranks(canvas, interaction, rest);
}

std::vector<std::string> RandomFeaturesPanel::parts() const {
    if (params_.view == View::factoring) return {"orders", "ranks"};
    if (params_.view == View::failures) return {"failure"};
    return {};
}

void RandomFeaturesPanel::draw_part(std::string_view part, Canvas& canvas, Interaction& interaction, const Rect& area) {
    if (part == "orders") draw_factoring_orders(canvas, area, params_);
    if (part == "ranks" && shown_ && shown_->factoring) draw_ranks(canvas, interaction, area);
    if (part == "failure" && shown_ && shown_->failures) draw_failure(canvas, interaction, area);
}

}  // namespace attnscope::random_features_panel
