// The ranks that say that no exact factors of softmax's matrix exist.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/panels/random_features/variance_plots.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr float ranks_gap = 26;
constexpr float least_ranks = 130;  // of the plots' height, or the sentence below them is left out

std::string ranks_in_words(const FactoringFacts& facts, Index dim) {
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
std::vector<double> singular_values(const VectorD& values, double rounding) {
    std::vector<double> parts(values.begin(), values.end());
    const double largest = parts.empty() ? 0 : parts.front();
    for (double& part : parts) part = largest > 0 && part / largest > rounding ? part / largest : 0;
    return failure_positive(std::move(parts));
}

Series ranks_upright(double x, double low, double high, Color color) {
    Series line = failure_line({}, color, {x, x}, {low, high}, Dash::dashed, Marker::none);
    line.width = 1.5F;
    return line;
}

Plot spectra_plot(const FactoringFacts& facts, const Request& request, const Theme& t) {
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
    plot.series.push_back(failure_line(
        "S = QKᵀ/√d", t.query, index, singular_values(facts.ranks.score_values, tolerance), Dash::solid, Marker::none));
    plot.series.push_back(failure_line("exp(S)", t.key, index, singular_values(facts.ranks.exp_values, tolerance),
                                       Dash::solid, Marker::none));
    plot.series.push_back(failure_level(1, count, tolerance, t.quiet));
    if (request.dim <= facts.tokens) {
        plot.series.push_back(ranks_upright(static_cast<double>(request.dim), tolerance / 10, 1, t.text));
        plot.series.back().name = fmt::format("d = {}", request.dim);
    }
    return plot;
}

Plot ranks_plot(const FactoringFacts& facts, const Request& request, const Theme& t) {
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
    plot.series.push_back(ranks_upright(static_cast<double>(request.dim), 0, count, t.text));
    return plot;
}

// That exp(S) grows out of every width: what a longer input does.
Plot rank_lengths_plot(const FactoringFacts& facts, const Request& request, const Theme& t) {
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

}  // namespace

void RandomFeaturesPanel::draw_ranks(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    constexpr float least_of_two = 330, least_of_three = 250;
    Rect rest = area;
    const Request& request = shown_->request;
    const FactoringFacts& facts = *shown_->factoring;
    const TextStyle words{.color = t.text, .size = 13.5F};
    const std::string sentence = ranks_in_words(facts, request.dim);
    const float height = paragraph_height(canvas, rest.width(), sentence, words) + 8;
    if (rest.height() - height >= least_ranks) {
        const Rect place = rest.cut_bottom(height);
        draw_paragraph(canvas, {{place.min.x, place.min.y + 6}, {place.max.x, place.max.y + 8}}, sentence, words);
    }
    const bool three = rest.width() >= 3 * least_of_three + 2 * ranks_gap;
    const std::size_t count = three ? 3 : rest.width() >= 2 * least_of_two + ranks_gap ? 2 : 1;
    const float width = (rest.width() - static_cast<float>(count - 1) * ranks_gap) / static_cast<float>(count);
    constexpr std::array make{spectra_plot, ranks_plot, rank_lengths_plot};
    constexpr std::array names{"factoring values", "factoring ranks", "factoring lengths"};
    for (std::size_t k = 0; k < count; ++k) {
        const Rect place = rest.cut_left(width);
        rest.cut_left(ranks_gap);
        const Plot plot = make[k](facts, request, t);
        draw_plot(canvas, place, plot, factoring_plots_[k], interaction.picture_area(names[k], place));
        if (!plot.legend) draw_keys_below_title(canvas, place, plot);
    }
}

}  // namespace attnscope::random_features_panel
