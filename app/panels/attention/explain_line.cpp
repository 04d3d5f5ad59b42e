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

// One part of the line: what it is, small, above; the formula below. Returns where the next part may begin.
float draw_part(Canvas& canvas, Vec2 at, std::string_view title, const std::vector<TextRun>& formula) {
    const Theme& t = canvas.theme();
    const float title_width = canvas.text({at.x, at.y}, title, {.color = t.quiet, .size = 12});
    const float width = draw_runs(canvas, {at.x, at.y + 25}, formula, formula_size);
    return at.x + std::max(title_width, width) + 34;
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
    if (!visible_keys(shown.options.mask, at.row, shown.weights->cols()).contains(at.column)) {
        draw_part(canvas, {area.min.x, area.min.y + 30}, "average over the heads", {{masked_sentence, t.text}});
        return;
    }
    const std::string sum =
        canvas.shaper().fit(sum_in_words(weights_of_heads(shown, at)), area.width() * 0.6F, {.size = formula_size});
    const std::vector<TextRun> formula{{"(" + sum + ")", t.text},
                                       {fmt::format(" / {} = ", shown.heads), t.text},
                                       {short_number(shown.weight(at.row, at.column)), t.text, Script::normal, true}};
    draw_part(canvas, {area.min.x, area.min.y + 30},
              fmt::format("average weight of {} → {} over the {} heads", labels[static_cast<std::size_t>(at.row)],
                          labels[static_cast<std::size_t>(at.column)], shown.heads),
              formula);
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
    const Clip clip(canvas, area);
    const std::string query = label_of(canvas, n.query), key = label_of(canvas, n.key);
    const float y = area.min.y + 30;
    float x = draw_part(canvas, {area.min.x, y}, "score q·k / √d / T",
                        {{"q", t.query},
                         {query, t.query, Script::sub},
                         {" · ", t.text},
                         {"k", t.key},
                         {key, t.key, Script::sub},
                         {fmt::format(" / √{} / {} = {} / {} / {} = ", n.d, plain(c.temperature), short_number(c.dot),
                                      short_number(1 / c.scale), plain(c.temperature)),
                          t.text},
                         {short_number(c.score), t.text, Script::normal, true}});
    if (!c.visible) {
        draw_part(canvas, {x, y}, "softmax of the row", {{masked_sentence, t.text}});
        return;
    }
    const bool shifted = c.shift != 0;
    const std::string exponent =
        shifted ? fmt::format("{} − {}", short_number(c.score), short_number(c.shift)) : short_number(c.score);
    x = draw_part(canvas, {x, y}, shifted ? "softmax of the row, its largest score subtracted" : "softmax of the row",
                  {{"e", t.text},
                   {exponent, t.text, Script::super},
                   {" / Σ e", t.text},
                   {shifted ? "s − max" : "s", t.text, Script::super},
                   {fmt::format(" = {} / {} = ", short_number(c.exponential), short_number(c.row_sum)), t.text},
                   {short_number(c.weight), t.text, Script::normal, true}});
    draw_part(canvas, {x, y}, "adds to the output",
              {{short_number(c.weight) + " · ", t.text}, {"v", t.key}, {key, t.key, Script::sub}});
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
