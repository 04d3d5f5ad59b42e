#include "app/panels/attention/explain_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/draw/reading_order.hpp"
#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "core/attention/explain.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float formula_size = 15.5F;
constexpr const char* masked_sentence = translatable("masked: this query does not see this key, its weight is 0");
constexpr const char* outside_sentence = translatable("outside the window of this query: its weight is 0");

// A number the user has set, as it was set.
std::string plain(double value) {
    return fmt::format("{:.6g}", value);
}

std::string label_of(Canvas& canvas, const std::string& label) {
    return canvas.shaper().fit(label, 90, {.size = formula_size * 0.72F});
}

// The raw score in its own numbers, where it is more than one.
std::string raw_numbers(const Eigen::Ref<const Eigen::RowVectorXf>& q, const Eigen::Ref<const Eigen::RowVectorXf>& k,
                        const AttentionOptions& options, double raw) {
    switch (options.score) {
        case ScoreKind::cosine:
            return fmt::format("{} / ({} · {})", short_number(static_cast<double>(q.dot(k))),
                               short_number(static_cast<double>(q.norm())),
                               short_number(static_cast<double>(k.norm())));
        case ScoreKind::sum:
            return fmt::format("{} + {}", short_number(static_cast<double>(q.sum())),
                               short_number(static_cast<double>(k.sum())));
        case ScoreKind::additive:
        case ScoreKind::concat:
            return in_formula(tr("Σ of {} units", options.score_weights->w_v.size()));
        case ScoreKind::general:
            return in_formula(tr("Σ of {} products", k.size()));
        case ScoreKind::scaled_dot:
        case ScoreKind::dot:
            break;
    }
    return short_number(raw);
}

// The score with its numbers: "9.431 / √32 − 0.25 / 0.5".
std::string score_numbers(const CellNumbers& n) {
    const CellExplanation& c = n.cell;
    std::string text = n.raw;
    if (n.kind == ScoreKind::scaled_dot) text += fmt::format(" / √{}", n.d);
    if (c.bias != 0) text += fmt::format(" − {}", short_number(-c.bias));
    if (c.temperature != 1 && c.bias != 0) text = fmt::format("({})", text);
    if (c.temperature != 1) text += fmt::format(" / {}", plain(c.temperature));
    return text;
}

// The same with its result; a score that is its raw value is written once.
std::string score_equation(const CellNumbers& n) {
    const std::string numbers = score_numbers(n), result = short_number(n.cell.score);
    return numbers == result ? result : fmt::format("{} = {}", numbers, result);
}

std::string score_formula(const CellNumbers& n) {
    std::string text = term_names(n.kind).formula;
    if (n.cell.bias != 0) text += " − m|i−j|";
    if (n.cell.temperature != 1 && n.cell.bias != 0) text = fmt::format("({})", text);
    if (n.cell.temperature != 1) text += " / T";
    return text;
}

// One part of the line: what it is, small, above; the formula below.
struct Part {
    std::string title;
    std::vector<TextRun> formula;
};

constexpr float title_size = 12;

float width_of(Canvas& canvas, const Part& part, float factor) {
    return std::max(canvas.shaper().width(part.title, {.size = title_size * factor}),
                    width_of_runs(canvas, part.formula, formula_size * factor));
}

// Formulas go from left to right in any language; what is a sentence is one run, with a direction of its own.
void draw_part_formula(Canvas& canvas, const Rect& box, float baseline, const Part& part, float factor) {
    const float size = formula_size * factor;
    const Rect own{box.min, {box.min.x + width_of_runs(canvas, part.formula, size), box.max.y}};
    draw_runs(canvas, {in_reading_order(own, box).min.x, baseline}, part.formula, size);
}

// A number that is cut off would be another number: where the parts do not fit side by side, the score stands above the
// softmax, and what follows from them is left out.
void draw_parts_stacked(Canvas& canvas, const Rect& area, const std::vector<Part>& parts) {
    float y = area.min.y + 34;
    for (std::size_t i = 0; i < std::min<std::size_t>(parts.size(), 2); ++i, y += 28) {
        const float width = width_of_runs(canvas, parts[i].formula, formula_size);
        const float factor = std::min(1.0F, area.width() / std::max(width, 1.0F) * 0.99F);
        draw_part_formula(canvas, area, y, parts[i], factor);
    }
}

// The parts side by side, smaller where there is not room enough for all.
void draw_parts(Canvas& canvas, const Rect& area, const std::vector<Part>& parts) {
    constexpr float space = 34, smallest = 0.62F;
    const auto total = [&](float factor) {
        float width = space * factor * static_cast<float>(parts.size() - 1);
        for (const Part& part : parts) width += width_of(canvas, part, factor);
        return width;
    };
    const Clip clip(canvas, area);
    const float wanted = area.width() / std::max(total(1), 1.0F) * 0.995F;
    if (wanted < smallest) {
        draw_parts_stacked(canvas, area, parts);
        return;
    }
    const float factor = std::min(wanted, 1.0F);
    float x = area.min.x;
    for (const Part& part : parts) {
        const float width = width_of(canvas, part, factor);
        const Rect box = in_reading_order({{x, area.min.y}, {x + width, area.max.y}}, area);
        const TextStyle title{.color = canvas.theme().quiet, .size = title_size * factor};
        const Rect own{box.min, {box.min.x + canvas.shaper().width(part.title, title), box.max.y}};
        canvas.text({in_reading_order(own, box).min.x, area.min.y + 30}, part.title, title);
        draw_part_formula(canvas, box, area.min.y + 55, part, factor);
        x += width + space * factor;
    }
}

std::vector<double> weights_of_heads(const Shown& shown, const Cell& at) {
    std::vector<double> weights;
    for (const HeadInput& in : shown.inputs)
        weights.push_back(explain_cell(in.q.row(at.row), in.k, in.options, at.row, at.column).weight);
    return weights;
}

std::string sum_in_words(const std::vector<double>& weights) {
    std::string text;
    for (std::size_t i = 0; i < weights.size(); ++i) text += (i == 0 ? "" : " + ") + short_number(weights[i], 3);
    return text;
}

std::string of_average(const Shown& shown, const Labels& labels, const Cell& at) {
    return tr("average weight of {} → {} over the {} heads", labels.rows[static_cast<std::size_t>(at.row)],
              labels.columns[static_cast<std::size_t>(at.column)], shown.heads);
}

// Where the weight's making is not known, or is not one softmax: what can still be said.
std::string plain_words(const Shown& shown, const Cell& at) {
    if (shown.masked(at.row, at.column)) return tr(masked_sentence);
    const std::string value = short_number(shown.weight(at.row, at.column));
    if (shown.merged) return tr("weight {}: added over the key's characters, averaged over the query's", value);
    if (shown.head == 0) return tr("weight {}: the mean over {} heads", value, shown.heads);
    return tr("weight {}, as it stands in your file", value);
}

void draw_average(Canvas& canvas, const Rect& area, const Shown& shown, const Labels& labels, const Cell& at) {
    const Theme& t = canvas.theme();
    std::vector<TextRun> formula{{tr(masked_sentence), t.text}};
    if (!shown.masked(at.row, at.column)) {
        const std::string sum =
            canvas.shaper().fit(sum_in_words(weights_of_heads(shown, at)), area.width() * 0.6F, {.size = formula_size});
        formula = {{"(" + sum + ")", t.text},
                   {fmt::format(" / {} = ", shown.heads), t.text},
                   {short_number(shown.weight(at.row, at.column)), t.text, Script::normal, true}};
    }
    draw_parts(canvas, area, {{of_average(shown, labels, at), std::move(formula)}});
}

// The softmax of the row, with the Gaussian of local attention where there is one.
Part softmax_part(const Theme& t, const CellExplanation& c) {
    const bool shifted = c.shift != 0;
    const std::string exponent =
        shifted ? fmt::format("{} − {}", short_number(c.score), short_number(c.shift)) : short_number(c.score);
    Part part{shifted ? tr("softmax of the row, its largest score subtracted") : tr("softmax of the row"),
              {{"e", t.text},
               {exponent, t.text, Script::super},
               {" / Σ e", t.text},
               {shifted ? "s − max" : "s", t.text, Script::super},
               {fmt::format(" = {} / {} = ", short_number(c.exponential), short_number(c.row_sum)), t.text}}};
    if (c.gaussian == 1) {
        part.formula.push_back({short_number(c.weight), t.text, Script::normal, true});
        return part;
    }
    part.title = tr("softmax of the window, times its Gaussian");
    part.formula.push_back(
        {fmt::format("{} × {} = ", short_number(c.exponential / c.row_sum), short_number(c.gaussian, 3)), t.text});
    part.formula.push_back({short_number(c.weight), t.text, Script::normal, true});
    return part;
}

// What the second map holds in the same cell: an approximation, a share of samples, another head.
std::optional<std::string> second_words(const Shown& shown, const Cell& at) {
    if (!shown.second) return std::nullopt;
    const float value = (*shown.second->weights)(at.row, at.column);
    if (std::isnan(value)) return std::nullopt;
    return fmt::format("{}: {}", title_of(shown.second->name, Reader::window),
                       short_number(static_cast<double>(value)));
}

CellNumbers numbers_of(const Shown& shown, const Labels& labels, const Cell& at) {
    const HeadInput& in = shown.inputs.front();
    CellNumbers n = cell_numbers(in.q.row(at.row), in.k.row(at.column), in.options,
                                 explain_cell(in.q.row(at.row), in.k, in.options, at.row, at.column));
    n.query = labels.rows[static_cast<std::size_t>(at.row)];
    n.key = labels.columns[static_cast<std::size_t>(at.column)];
    if (shown.without_first) n.without_first = shown.weight(at.row, at.column);
    if (shown.second && !shown.second->first) n.of_a = true;
    n.second = second_words(shown, at);
    return n;
}

bool has_average(const Shown& shown) {
    return shown.head == 0 && !shown.inputs.empty() && !shown.without_first;
}

}  // namespace

CellNumbers cell_numbers(const Eigen::Ref<const Eigen::RowVectorXf>& q, const Eigen::Ref<const Eigen::RowVectorXf>& k,
                         const AttentionOptions& options, const CellExplanation& cell) {
    CellNumbers n;
    n.cell = cell;
    n.kind = options.score;
    n.d = q.size();
    n.raw = raw_numbers(q, k, options, cell.raw);
    n.by_mask = options.local == nullptr;
    return n;
}

void draw_numbers(Canvas& canvas, const Rect& area, const CellNumbers& n) {
    const Theme& t = canvas.theme();
    const CellExplanation& c = n.cell;
    const std::string query = label_of(canvas, n.query), key = label_of(canvas, n.key);
    // The result stands out.
    const std::string middle = score_numbers(n) == short_number(c.score) ? "" : score_numbers(n) + " = ";
    std::vector<Part> parts{{tr("score {}", score_formula(n)),
                             {{"s(", t.text},
                              {query, t.query},
                              {", ", t.text},
                              {key, t.key},
                              {fmt::format(") = {}", middle), t.text},
                              {short_number(c.score), t.text, Script::normal, true}}}};
    const std::string over_root = n.kind == ScoreKind::scaled_dot ? fmt::format(" / √{}", n.d) : std::string();
    const std::string over_temperature =
        c.temperature != 1 ? fmt::format(" / {}", plain(c.temperature)) : std::string();
    const bool plain_dot = n.kind == ScoreKind::scaled_dot || n.kind == ScoreKind::dot;
    if (plain_dot && c.bias == 0)
        parts.front().formula = {{"q", t.query},
                                 {query, t.query, Script::sub},
                                 {" · ", t.text},
                                 {"k", t.key},
                                 {key, t.key, Script::sub},
                                 {fmt::format("{}{} = {}", over_root, over_temperature, middle), t.text},
                                 {short_number(c.score), t.text, Script::normal, true}};
    if (!c.visible) {
        parts.push_back({tr("softmax of the row"), {{tr(n.by_mask ? masked_sentence : outside_sentence), t.text}}});
        draw_parts(canvas, area, parts);
        return;
    }
    parts.push_back(softmax_part(t, c));
    if (n.without_first)
        parts.push_back({tr("without the first key, renormalised"),
                         {{short_number(*n.without_first), t.text, Script::normal, true}}});
    parts.push_back({n.of_a ? tr("adds to the output of A") : tr("adds to the output"),
                     {{short_number(c.weight) + " · ", t.text}, {"v", t.key}, {key, t.key, Script::sub}}});
    if (n.second) parts.push_back({tr("compared with"), {{*n.second, t.text}}});
    draw_parts(canvas, area, parts);
}

std::string numbers_in_words(const CellNumbers& n) {
    const CellExplanation& c = n.cell;
    std::string text = fmt::format("{} → {}: {} = {}", n.query, n.key, score_formula(n), score_equation(n));
    if (!c.visible) return text + "; " + tr("masked, weight 0");
    text += fmt::format("; {} / {}", short_number(c.exponential), short_number(c.row_sum));
    if (c.gaussian != 1) text += fmt::format(" × {}", short_number(c.gaussian, 3));
    text += fmt::format(" = {}", short_number(c.weight));
    if (n.without_first) text += "; " + tr("without the first key {}", short_number(*n.without_first));
    if (n.second) text += "; " + *n.second;
    return text;
}

void draw_explain_line(Canvas& canvas, const Rect& area, const Shown& shown, const Labels& labels, const Cell& at) {
    const Theme& t = canvas.theme();
    if (has_average(shown)) {
        draw_average(canvas, area, shown, labels, at);
        return;
    }
    if (shown.inputs.size() != 1) {
        draw_parts(canvas, area,
                   {{fmt::format("{} → {}", labels.rows[static_cast<std::size_t>(at.row)],
                                 labels.columns[static_cast<std::size_t>(at.column)]),
                     {{plain_words(shown, at), t.text}}}});
        return;
    }
    draw_numbers(canvas, area, numbers_of(shown, labels, at));
}

std::string explain_in_words(const Shown& shown, const Labels& labels, const Cell& at) {
    const std::string arrow = fmt::format("{} → {}: ", labels.rows[static_cast<std::size_t>(at.row)],
                                          labels.columns[static_cast<std::size_t>(at.column)]);
    if (has_average(shown))
        return arrow + (shown.masked(at.row, at.column)
                            ? tr("masked, weight 0")
                            : fmt::format("({}) / {} = {}", sum_in_words(weights_of_heads(shown, at)), shown.heads,
                                          short_number(shown.weight(at.row, at.column))));
    if (shown.inputs.size() != 1) return arrow + plain_words(shown, at);
    return numbers_in_words(numbers_of(shown, labels, at));
}

}  // namespace attnscope::attention_panel
