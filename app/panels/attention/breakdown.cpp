#include "app/panels/attention/breakdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/draw/reading_order.hpp"
#include "app/draw/run_line.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "core/attention/explain.hpp"
#include "core/attention/summary.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float title_height = 22, foot_height = 20;
constexpr Index most_mixed_columns = 256;

// The largest stripe is the fullest colour; zero is the neutral middle of the diverging map.
Color stripe_color(const Theme& theme, double value, double most) {
    const ColorTable& table = color_table(ColorMap::diverging, theme.name == ThemeName::dark);
    return table[static_cast<std::size_t>((value / most * 0.5 + 0.5) * 255 + 0.5)];
}

float stripe_height(const Rect& area, Index count) {
    return area.height() / static_cast<float>(std::max<Index>(count, 1));
}

Rect stripe_rect(const Rect& area, Index index, Index count) {
    const float height = stripe_height(area, count), gap = height > 4 ? 1.0F : 0.0F;
    const float top = area.min.y + height * static_cast<float>(index);
    return {{area.min.x, top}, {area.max.x, top + height - gap}};
}

void draw_stripes(Canvas& canvas, const Rect& area, const VectorD& values) {
    if (values.size() == 0) return;
    const double most = std::max(values.cwiseAbs().maxCoeff(), 1e-30);
    const bool numbers = stripe_height(area, values.size()) >= 13 && area.width() >= 40;
    for (Index c = 0; c < values.size(); ++c) {
        const Rect rect = stripe_rect(area, c, values.size());
        const Color color = stripe_color(canvas.theme(), values(c), most);
        canvas.fill_rect(rect, color);
        if (!numbers) continue;
        canvas.text_middle(rect.center(), short_number(values(c), 3),
                           {.color = ink_on(color), .size = 10.5F, .font = Font::mono, .align = Align::center});
    }
}

void draw_running_sum(Canvas& canvas, const Rect& area, const VectorD& running) {
    const Theme& t = canvas.theme();
    const double low = std::min(0.0, running.minCoeff()), high = std::max(0.0, running.maxCoeff());
    const double span = std::max(high - low, 1e-30);
    const auto x_of = [&](double value) {
        return area.min.x + area.width() * static_cast<float>((value - low) / span);
    };
    const float zero = x_of(0);
    for (Index c = 0; c < running.size(); ++c) {
        const Rect row = stripe_rect(area, c, running.size());
        const float x = x_of(running(c));
        canvas.fill_rect({{std::min(zero, x), row.min.y}, {std::max(zero, x), row.max.y}},
                         running(c) >= 0 ? t.query : t.key);
    }
    canvas.line({zero, area.min.y}, {zero, area.max.y}, t.quiet, 1);
}

VectorD in_order(const VectorD& values, const std::vector<Index>& order) {
    VectorD sorted(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) sorted(static_cast<Index>(i)) = values(order[i]);
    return sorted;
}

// Which entry stands where: as they are, or the largest contribution first.
std::vector<Index> order_of(const VectorD& terms, bool sorted) {
    std::vector<Index> order(static_cast<std::size_t>(terms.size()));
    std::iota(order.begin(), order.end(), Index{0});
    if (sorted)
        std::stable_sort(order.begin(), order.end(),
                         [&](Index a, Index b) { return std::abs(terms(a)) > std::abs(terms(b)); });
    return order;
}

void make_mixed(const Shown& shown, Index row, BreakdownMemory& memory) {
    if (memory.of == &shown && memory.row == row && memory.mixed) return;
    const HeadInput& in = shown.inputs.front();
    const Eigen::RowVectorXf weights =
        shown.weights->row(row).array().isNaN().select(0.0F, shown.weights->row(row).array());
    Matrix mixed = in.v.transpose() * weights.asDiagonal();
    if (mixed.cols() > most_mixed_columns) mixed = downsample_mean(mixed, mixed.rows(), most_mixed_columns);
    memory.mixed = std::make_shared<const Matrix>(std::move(mixed));
    memory.of = &shown;
    memory.row = row;
    ++memory.generation;
}

constexpr float narrow_width = 620, least_height = 110;

struct Columns {
    Rect rest;  // below the titles, above the foot
    float title_y, foot_y;
    float left, gap;

    Rect take(float width) {
        const Rect rect = rest.cut_left(width);
        rest.cut_left(gap);
        return rect;
    }
};

Columns columns_of(const Rect& area) {
    Columns columns;
    columns.rest = area;
    columns.title_y = columns.rest.cut_top(title_height).min.y + 13;
    columns.foot_y = columns.rest.cut_bottom(foot_height).max.y - 5;
    columns.left = area.min.x;
    columns.gap = std::max(10.0F, area.width() * 0.018F);
    return columns;
}

// A column's words may use the gap where they end.
Rect words_of(const Columns& columns, const Rect& rect) {
    const float more = columns.gap - 4;
    if (right_to_left()) return {{std::max(rect.min.x - more, columns.left), rect.min.y}, rect.max};
    return {rect.min, {rect.max.x + more, rect.max.y}};
}

void title(Canvas& canvas, const Columns& columns, const Rect& rect, const std::string& text, Color color) {
    draw_entry(canvas, words_of(columns, rect), columns.title_y, text, {.color = color, .size = 12.5F});
}

void foot(Canvas& canvas, const Columns& columns, const Rect& rect, const std::string& text) {
    const TextStyle style{.color = canvas.theme().quiet, .size = 11.5F, .font = Font::mono};
    draw_entry(canvas, words_of(columns, rect), columns.foot_y, text, style);
}

struct TermsLayout {
    bool sorted = false;  // the largest contribution first
    float width = 0;      // that the columns' shares are of
};

void draw_terms(Canvas& canvas, Interaction& interaction, Columns& columns, const ScoreTerms& terms, ScoreKind kind,
                const TermsLayout& layout) {
    const Theme& t = canvas.theme();
    const TermNames names = term_names(kind);
    const std::vector<Index> order = order_of(terms.terms, layout.sorted);
    const VectorD left = in_order(terms.left, order), right = in_order(terms.right, order),
                  product = in_order(terms.terms, order);
    VectorD running(product.size());
    std::partial_sum(product.begin(), product.end(), running.begin());
    const float unit = layout.width;
    const Rect all = columns.rest;
    const Rect q = columns.take(unit * 0.07F), k = columns.take(unit * 0.07F), qk = columns.take(unit * 0.07F),
               sum = columns.take(unit * 0.13F);
    title(canvas, columns, q, names.left, t.query);
    title(canvas, columns, k, names.right, t.key);
    title(canvas, columns, qk, tr(names.term), t.quiet);
    title(canvas, columns, sum, tr("running sum"), t.quiet);
    draw_stripes(canvas, q, left);
    draw_stripes(canvas, k, right);
    draw_stripes(canvas, qk, product);
    draw_running_sum(canvas, sum, running);
    foot(canvas, columns, q, layout.sorted ? tr("{} sorted", terms.terms.size()) : tr("{} dims", terms.terms.size()));
    foot(canvas, columns, sum, fmt::format("Σ = {}", short_number(terms.sum)));
    const Rect block{all.min, {sum.max.x, all.max.y}};
    const Pointer pointer = interaction.picture_area("breakdown", block);
    if (!pointer.hovered || order.empty()) return;
    const auto at = std::clamp<Index>(
        static_cast<Index>((pointer.at.y - block.min.y) / stripe_height(block, left.size())), 0, left.size() - 1);
    const Rect row = stripe_rect(block, at, left.size());
    canvas.stroke_rect(row.inset(-1), t.text, 1);
    const Index number = order[static_cast<std::size_t>(at)] + 1;
    const std::string l = short_number(left(at), 3), r = short_number(right(at), 3), p = short_number(product(at), 3),
                      so_far = short_number(running(at), 4);
    interaction.tooltip(
        kind == ScoreKind::additive
            ? tr("unit {}: {} {}, {} {} → {}, sum so far {}", number, names.left, l, names.right, r, p, so_far)
            : tr("dimension {}: {} {}, {} {} → {}, sum so far {}", number, names.left, l, names.right, r, p, so_far));
}

// Two names have their colours inside a sentence of any language: these stand in it where they belong.
constexpr char query_place = '\1', key_place = '\2';

std::vector<TextRun> runs_of_sentence(const std::string& sentence, Color color, const TextRun& query,
                                      const TextRun& key) {
    std::vector<TextRun> runs;
    std::string words;
    const auto end_words = [&] {
        if (!words.empty()) runs.push_back({words, color, Script::normal, true});
        words.clear();
    };
    for (const char c : sentence) {
        if (c != query_place && c != key_place) {
            words += c;
            continue;
        }
        end_words();
        runs.push_back(c == query_place ? query : key);
    }
    end_words();
    return runs;
}

}  // namespace

TermNames term_names(ScoreKind kind) {
    switch (kind) {
        case ScoreKind::scaled_dot:
            return {"q", "k", "q × k", "q·k / √d"};
        case ScoreKind::dot:
            return {"q", "k", "q × k", "q·k"};
        case ScoreKind::general:
            return {"Wᵀq", "k", "Wᵀq × k", "qᵀWk"};
        case ScoreKind::additive:
            return {"W_q q", "W_k k", "w × tanh", "w·tanh(W_q q + W_k k)"};
        case ScoreKind::concat:
            return {"W_q q", "W_k k", "w × tanh", "w·tanh(W[q;k])"};
        case ScoreKind::cosine:
            return {"q/|q|", "k/|k|", translatable("product"), "q·k / |q||k|"};
        case ScoreKind::sum:
            break;
    }
    return {"q", "k", "q + k", "1ᵀ(q + k)"};
}

BreakdownRow breakdown_row(const Shown& shown, const Cell& cell, BreakdownMemory& memory) {
    const HeadInput& in = shown.inputs.front();
    make_mixed(shown, cell.row, memory);
    return {.q = in.q.row(cell.row),
            .k = in.k.row(cell.column),
            .options = in.options,
            .keys = shown.weights->cols(),
            .key = cell.column,
            .mixed = memory.mixed,
            .generation = memory.generation,
            .output = shown.output.row(cell.row)};
}

void draw_breakdown_heading(Canvas& canvas, Rect& area, const BreakdownHeading& heading) {
    const Theme& t = canvas.theme();
    canvas.fill_rect({area.min, {area.max.x, area.min.y + 1}}, t.line);
    const float baseline = area.cut_top(32).min.y + 20;
    const TextStyle bold{.color = t.text, .size = 13.5F, .bold = true};
    const auto name = [&](const std::string& label) {
        return isolated_name(canvas.shaper().fit(label, area.width() * 0.3F, bold));
    };
    const std::string sentence = heading.seen ? tr("why {} attends to {}", query_place, key_place)
                                              : tr("why {} does not see {}", query_place, key_place);
    std::vector<TextRun> runs = runs_of_sentence(sentence, t.text, {name(heading.query), t.query, Script::normal, true},
                                                 {name(heading.key), t.key, Script::normal, true});
    runs.push_back({heading.remark, t.quiet});
    Rect line = area;
    if (heading.stripes && area.width() >= 600) {
        const std::string stripes = tr("stripes: blue +, amber −");
        const TextStyle style{.color = t.quiet, .size = 12, .align = Align::right};
        draw_entry(canvas, area, baseline, stripes, style);
        const float taken = canvas.shaper().width(stripes, style) + 16;
        line = in_reading_order({area.min, {area.max.x - taken, area.max.y}}, area);
    }
    draw_run_line(canvas, line, baseline, runs, 13.5F);
}

void draw_breakdown(Canvas& canvas, Interaction& interaction, const Rect& area, const BreakdownRow& row,
                    const std::function<void(Canvas&, const Rect&)>& draw_softmax) {
    const Theme& t = canvas.theme();
    // A narrow area, on paper, has two rows: how the score comes about, and what is made of it.
    const bool narrow = area.width() < narrow_width && area.height() >= 2 * least_height;
    Rect rest = area;
    const Rect above = narrow ? rest.cut_top(area.height() / 2) : area;
    Columns columns = columns_of(above);
    const float width = area.width() * (narrow ? 1.7F : 1.0F);
    draw_terms(canvas, interaction, columns, score_terms(row.q, row.k, row.options), row.options.score,
               {row.sort_dims, area.width() * (narrow ? 2.5F : 1.0F)});
    if (narrow) {
        rest.cut_top(12);
        columns = columns_of(rest);
    }
    const Rect softmax = columns.take(width * 0.27F);
    draw_softmax(canvas, {{softmax.min.x - 6, narrow ? rest.min.y : area.min.y}, softmax.max});
    const Rect mixing = columns.take(width * 0.19F), out = columns.rest;
    const Matrix& mixed = *row.mixed;
    const double most = std::max(static_cast<double>(mixed.cwiseAbs().maxCoeff()), 1e-30);
    CellPicture picture;
    picture.values = row.mixed;
    picture.generation = row.generation;
    picture.view = {{0, 0}, {static_cast<float>(mixed.cols()), static_cast<float>(mixed.rows())}};
    picture.range = {-most, most, ColorScale::linear};
    picture.map = ColorMap::diverging;
    picture.dark = t.name == ThemeName::dark;
    canvas.cells(mixing, picture);
    const float step = mixing.width() / static_cast<float>(row.keys);
    const float x = mixing.min.x + step * static_cast<float>(row.key);
    if (step >= 2) canvas.stroke_rect({{x, mixing.min.y}, {x + step, mixing.max.y}}, t.key, 1.5F);
    title(canvas, columns, mixing, tr("weight × value"), t.key);
    foot(canvas, columns, mixing, tr("{} keys × {} dims", row.keys, row.output.size()));
    title(canvas, columns, out, tr("output"), t.query);
    draw_stripes(canvas, out, row.output.cast<double>().transpose());
    foot(canvas, columns, out, fmt::format("|o| {}", short_number(static_cast<double>(row.output.norm()), 3)));
}

}  // namespace attnscope::attention_panel
