#include "app/panels/attention/explain_line.hpp"

#include <fmt/format.h>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "core/attention/explain.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float formula_size = 15.5F;
constexpr const char* masked_sentence = "masked: this query does not see this key, its weight is 0";

struct Numbers {
    std::string query, key;  // the tokens
    CellExplanation cell;
    Index d = 0;
};

// A number the user has set, as it was set.
std::string plain(double value) {
    return fmt::format("{:.6g}", value);
}

std::string label_of(Canvas& canvas, const std::string& label) {
    return canvas.shaper().fit(label, 90, {.size = formula_size * 0.72F});
}

Numbers numbers_of(const Shown& shown, const std::vector<std::string>& labels, const Cell& at) {
    const HeadInput& in = shown.inputs.front();
    return {labels[static_cast<std::size_t>(at.row)], labels[static_cast<std::size_t>(at.column)],
            explain_cell(in.q.row(at.row), in.k, shown.options, at.row, at.column), in.q.cols()};
}

// One part of the line: what it is, small, above; the formula below.
struct Part {
    std::string title;
    std::vector<TextRun> formula;
};

// The parts side by side, smaller where there is not room enough for all.
void draw_parts(Canvas& canvas, const Rect& area, const std::vector<Part>& parts) {
    constexpr float title_size = 12, space = 34, smallest = 0.62F;
    const auto width_of = [&](const Part& part, float factor) {
        return std::max(canvas.shaper().width(part.title, {.size = title_size * factor}),
                        width_of_runs(canvas, part.formula, formula_size * factor));
    };
    const auto total = [&](float factor) {
        float width = space * factor * static_cast<float>(parts.size() - 1);
        for (const Part& part : parts) width += width_of(part, factor);
        return width;
    };
    const float factor = std::clamp(area.width() / std::max(total(1), 1.0F) * 0.995F, smallest, 1.0F);
    const Clip clip(canvas, area);
    float x = area.min.x;
    for (const Part& part : parts) {
        canvas.text({x, area.min.y + 30}, part.title, {.color = canvas.theme().quiet, .size = title_size * factor});
        draw_runs(canvas, {x, area.min.y + 55}, part.formula, formula_size * factor);
        x += width_of(part, factor) + space * factor;
    }
}

std::vector<double> weights_of_heads(const Shown& shown, const Cell& at) {
    std::vector<double> weights;
    for (const HeadInput& in : shown.inputs)
        weights.push_back(explain_cell(in.q.row(at.row), in.k, shown.options, at.row, at.column).weight);
    return weights;
}

std::string sum_in_words(const std::vector<double>& weights) {
    std::string text;
    for (std::size_t i = 0; i < weights.size(); ++i) text += (i == 0 ? "" : " + ") + short_number(weights[i], 3);
    return text;
}

void draw_average(Canvas& canvas, const Rect& area, const Shown& shown, const std::vector<std::string>& labels,
                  const Cell& at) {
    const Theme& t = canvas.theme();
    std::vector<TextRun> formula{{masked_sentence, t.text}};
    if (visible_keys(shown.options.mask, at.row, shown.weights->cols()).contains(at.column)) {
        const std::string sum =
            canvas.shaper().fit(sum_in_words(weights_of_heads(shown, at)), area.width() * 0.6F, {.size = formula_size});
        formula = {{"(" + sum + ")", t.text},
                   {fmt::format(" / {} = ", shown.heads), t.text},
                   {short_number(shown.weight(at.row, at.column)), t.text, Script::normal, true}};
    }
    draw_parts(canvas, area,
               {{fmt::format("average weight of {} → {} over the {} heads", labels[static_cast<std::size_t>(at.row)],
                             labels[static_cast<std::size_t>(at.column)], shown.heads),
                 std::move(formula)}});
}

}  // namespace

void draw_explain_line(Canvas& canvas, const Rect& area, const Shown& shown, const std::vector<std::string>& labels,
                       const Cell& at) {
    if (shown.head == 0) {
        draw_average(canvas, area, shown, labels, at);
        return;
    }
    const Theme& t = canvas.theme();
    const Numbers n = numbers_of(shown, labels, at);
    const CellExplanation& c = n.cell;
    const std::string query = label_of(canvas, n.query), key = label_of(canvas, n.key);
    std::vector<Part> parts{{"score q·k / √d / T",
                             {{"q", t.query},
                              {query, t.query, Script::sub},
                              {" · ", t.text},
                              {"k", t.key},
                              {key, t.key, Script::sub},
                              {fmt::format(" / √{} / {} = {} / {} / {} = ", n.d, plain(c.temperature),
                                           short_number(c.dot), short_number(1 / c.scale), plain(c.temperature)),
                               t.text},
                              {short_number(c.score), t.text, Script::normal, true}}}};
    if (!c.visible) {
        parts.push_back({"softmax of the row", {{masked_sentence, t.text}}});
        draw_parts(canvas, area, parts);
        return;
    }
    const bool shifted = c.shift != 0;
    const std::string exponent =
        shifted ? fmt::format("{} − {}", short_number(c.score), short_number(c.shift)) : short_number(c.score);
    parts.push_back({shifted ? "softmax of the row, its largest score subtracted" : "softmax of the row",
                     {{"e", t.text},
                      {exponent, t.text, Script::super},
                      {" / Σ e", t.text},
                      {shifted ? "s − max" : "s", t.text, Script::super},
                      {fmt::format(" = {} / {} = ", short_number(c.exponential), short_number(c.row_sum)), t.text},
                      {short_number(c.weight), t.text, Script::normal, true}}});
    parts.push_back(
        {"adds to the output", {{short_number(c.weight) + " · ", t.text}, {"v", t.key}, {key, t.key, Script::sub}}});
    draw_parts(canvas, area, parts);
}

std::string explain_in_words(const Shown& shown, const std::vector<std::string>& labels, const Cell& at) {
    if (shown.head == 0 && !visible_keys(shown.options.mask, at.row, shown.weights->cols()).contains(at.column))
        return fmt::format("{} → {}: masked, weight 0", labels[static_cast<std::size_t>(at.row)],
                           labels[static_cast<std::size_t>(at.column)]);
    if (shown.head == 0)
        return fmt::format("{} → {}: ({}) / {} = {}", labels[static_cast<std::size_t>(at.row)],
                           labels[static_cast<std::size_t>(at.column)], sum_in_words(weights_of_heads(shown, at)),
                           shown.heads, short_number(shown.weight(at.row, at.column)));
    const Numbers n = numbers_of(shown, labels, at);
    const CellExplanation& c = n.cell;
    const std::string score = fmt::format("{} → {}: q·k / √d / T = {} / √{} / {} = {}", n.query, n.key,
                                          short_number(c.dot), n.d, plain(c.temperature), short_number(c.score));
    if (!c.visible) return score + "; masked, weight 0";
    return score +
           fmt::format("; {} / {} = {}", short_number(c.exponential), short_number(c.row_sum), short_number(c.weight));
}

}  // namespace attnscope::attention_panel
