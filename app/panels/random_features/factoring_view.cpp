// Why softmax blocks factoring: what either order of multiplication costs and has to hold, and the ranks that say that
// no exact factors exist.
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

std::string factoring_in_words(const FactoringFacts& facts, Index dim) {
    const RankFacts& ranks = facts.ranks;
    const std::string scores = fmt::format("{}{}", ranks.score_rank, ranks.score_rank == dim ? " = d" : "");
    if (ranks.score_rank == 0)
        return tr("All scores are 0, and exp of them is 1 everywhere: one row and one column make it.");
    if (ranks.score_rank >= facts.tokens)
        return tr(
            "QKᵀ has rank {}, exp(QKᵀ/√d), entry by entry, {} of {}: so short an input has the full rank either way. "
            "More tokens, or a smaller d, pull the two apart.",
            scores, ranks.exp_rank, facts.tokens);
    if (ranks.exp_rank <= ranks.score_rank)
        return tr(
            "QKᵀ has rank {}, exp(QKᵀ/√d), entry by entry, {} of {} in double precision: at so large a scale a few "
            "giant entries hide the others below rounding. A smaller σ shows them.",
            scores, ranks.exp_rank, facts.tokens);
    const std::string grown =
        ranks.exp_rank == facts.tokens
            ? tr("QKᵀ has rank {}; exp(QKᵀ/√d), entry by entry, {} of {}: no product of matrices thinner than L equals "
                 "it, one like that only approximates it.",
                 scores, ranks.exp_rank, facts.tokens)
            : tr("QKᵀ has rank {}; exp(QKᵀ/√d), entry by entry, {} of {}: no product of matrices as thin as Q and K "
                 "equals it, one like that only approximates it.",
                 scores, ranks.exp_rank, facts.tokens);
    const std::string held = ranks.exp_99 == 1
                                 ? tr("Its largest singular value holds 99 % of the sum of squares.")
                                 : tr("Its largest {} singular values hold 99 % of the sum of squares.", ranks.exp_99);
    return grown + " " + held;
}

// In parts of the largest. What is rounding, and no part of the rank, leaves a gap.
std::vector<double> factoring_spectrum(const VectorD& values, double rounding) {
    std::vector<double> parts(values.begin(), values.end());
    const double largest = parts.empty() ? 0 : parts.front();
    for (double& part : parts) part = largest > 0 && part / largest > rounding ? part / largest : 0;
    return failure_positive(std::move(parts));
}

Series factoring_upright(double x, double low, double high, Color color) {
    Series line = failure_line({}, color, {x, x}, {low, high}, Dash::dashed, Marker::none);
    line.width = 1.5F;
    return line;
}

Plot factoring_spectra(const FactoringFacts& facts, const Request& request, const Theme& t) {
    std::vector<double> index;
    index.reserve(static_cast<std::size_t>(facts.tokens));
    for (Index i = 1; i <= facts.tokens; ++i) index.push_back(static_cast<double>(i));
    const auto count = static_cast<double>(facts.tokens);
    const double tolerance = count * std::numeric_limits<double>::epsilon();
    Plot plot;
    plot.title = tr("Singular values, in parts of the largest");
    plot.note =
        tr("{} tokens, σ = {}, seed {}; dotted: rounding", facts.tokens, failure_plain(request.sigma), request.seed);
    plot.x = {.name = tr("index of the singular value"), .integers = true};
    plot.y = {.name = "sᵢ / s₁", .log = true};
    plot.series.reserve(4);
    plot.series.push_back(failure_line("S = QKᵀ/√d", t.query, index,
                                       factoring_spectrum(facts.ranks.score_values, tolerance), Dash::solid,
                                       Marker::none));
    plot.series.push_back(failure_line("exp(S)", t.key, index, factoring_spectrum(facts.ranks.exp_values, tolerance),
                                       Dash::solid, Marker::none));
    plot.series.push_back(failure_level(1, count, tolerance, t.quiet));
    if (request.dim <= facts.tokens) {
        plot.series.push_back(factoring_upright(static_cast<double>(request.dim), tolerance / 10, 1, t.text));
        plot.series.back().name = fmt::format("d = {}", request.dim);
    }
    return plot;
}

Plot factoring_ranks(const FactoringFacts& facts, const Request& request, const Theme& t) {
    const std::vector<double> dims = failure_column(facts.widths, &RankPoint::dim);
    const auto count = static_cast<double>(facts.tokens);
    Plot plot;
    plot.title = tr("Rank over the width d");
    plot.note = std::string(1, ' ');  // the place of the lines' names
    plot.legend = false;              // no corner is free
    plot.x = {.name = tr("width d"),
              .unit = tr("entries; dashed: {}", request.dim),
              .log = true,
              .ticks = {1, 2, 4, 8, 16, 32, 64, 128, 256}};
    plot.y = {.name = tr("rank"), .unit = tr("of {}", short_number(count)), .integers = true};
    plot.series.reserve(5);
    plot.series.push_back(failure_line("S", t.query, dims, failure_column(facts.widths, &RankPoint::score_rank)));
    plot.series.push_back(failure_line("exp(S)", t.key, dims, failure_column(facts.widths, &RankPoint::exp_rank),
                                       Dash::solid, Marker::square));
    plot.series.push_back(failure_line(tr("99 % of the squares"), t.text, dims,
                                       failure_column(facts.widths, &RankPoint::exp_99), Dash::dotted, Marker::none));
    plot.series.push_back(failure_level(1, 256, count, t.quiet));
    plot.series.push_back(factoring_upright(static_cast<double>(request.dim), 0, count, t.text));
    return plot;
}

// That exp(S) grows out of every width: what a longer input does.
Plot factoring_lengths(const FactoringFacts& facts, const Request& request, const Theme& t) {
    using Length = FactoringFacts::Length;
    const std::vector<double> lengths = failure_column(facts.lengths, &Length::length);
    const auto dim = static_cast<double>(request.dim);
    Plot plot;
    plot.title = tr("Rank over the length L");
    plot.note = std::string(1, ' ');  // as above
    plot.legend = false;
    plot.x = {.name = tr("length L"), .unit = tr("tokens"), .log = true, .ticks = {1, 2, 4, 8, 16, 32, 64, 128, 256}};
    plot.y = {.name = tr("rank"), .integers = true};
    plot.series.reserve(3);
    plot.series.push_back(failure_line("S", t.query, lengths, failure_column(facts.lengths, &Length::score_rank),
                                       Dash::solid, Marker::none));
    plot.series.back().width = 5;  // seen where the next one lies upon it
    plot.series.push_back(failure_line("exp(S)", t.key, lengths, failure_column(facts.lengths, &Length::exp_rank),
                                       Dash::solid, Marker::square));
    if (!lengths.empty() && request.dim <= facts.tokens)
        plot.series.push_back(failure_line(fmt::format("d = {}", request.dim), t.text,
                                           {lengths.front(), lengths.back()}, {dim, dim}, Dash::dashed, Marker::none));
    return plot;
}

// Both orders, beside each other where there is room, and what follows from their numbers.
void draw_factoring_orders(Canvas& canvas, Rect area, const Params& p) {
    const Theme& t = canvas.theme();
    constexpr float least_order = 130;
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

}  // namespace

void RandomFeaturesPanel::draw_factoring(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    constexpr float least_plots = 170, least_of_two = 330, least_of_three = 250;
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
    const Request& request = shown_->request;
    const FactoringFacts& facts = *shown_->factoring;
    const TextStyle words = factoring_style(t.text, 13.5F);
    const std::string sentence = factoring_in_words(facts, request.dim);
    const float height = paragraph_height(canvas, rest.width(), sentence, words) + 8;
    if (rest.height() - height >= least_plots - 40) {
        const Rect place = rest.cut_bottom(height);
        draw_paragraph(canvas, {{place.min.x, place.min.y + 6}, {place.max.x, place.max.y + 8}}, sentence, words);
    }
    const bool three = rest.width() >= 3 * least_of_three + 2 * factoring_gap;
    const std::size_t count = three ? 3 : rest.width() >= 2 * least_of_two + factoring_gap ? 2 : 1;
    const float width = (rest.width() - static_cast<float>(count - 1) * factoring_gap) / static_cast<float>(count);
    constexpr std::array make{factoring_spectra, factoring_ranks, factoring_lengths};
    constexpr std::array names{"factoring values", "factoring ranks", "factoring lengths"};
    for (std::size_t k = 0; k < count; ++k) {
        const Rect place = rest.cut_left(width);
        rest.cut_left(factoring_gap);
        const Plot plot = make[k](facts, request, t);
        draw_plot(canvas, place, plot, factoring_plots_[k], interaction.area(names[k], place));
        if (!plot.legend) draw_keys_below_title(canvas, place, plot);
    }
}

}  // namespace attnscope::random_features_panel
