#include "app/panels/timing/layers_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "app/draw/reading_order.hpp"
#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float table_head = 26, table_gap = 26, table_between = 14, table_dot = 20;

TextStyle table_style(Color color, float size, bool bold = false, Align align = Align::left) {
    return {.color = color, .size = size, .bold = bold, .align = align};
}

// 41 943 040; longer ones with a power of ten.
std::string table_count(Count count) {
    if (count < 10'000) return fmt::format("{}", count);
    if (count >= 10'000'000'000) return short_number(static_cast<double>(count), 4);
    const std::string digits = fmt::format("{}", count);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
        text += digits[i];
    }
    return text;
}

/// A group of columns: formulas, which may be missing, and their numbers.
struct TableColumn {
    std::string head, short_head;
    std::vector<std::string> formulas = {}, values = {};
    std::vector<double> numbers = {};  // NaN: not known
    float formula_width = 0, value_width = 0, width = 0;
};

// The length nearest to the user's that was measured; 0: none was.
double table_nearest(const LayerTimes& times, double length) {
    double nearest = 0;
    for (const LayerTimes::Curve& curve : times.curves)
        for (const double n : curve.lengths)
            if (nearest == 0 || std::abs(std::log(n / length)) < std::abs(std::log(nearest / length))) nearest = n;
    return nearest;
}

double table_seconds(const LayerTimes& times, LayerKind kind, double length) {
    for (const LayerTimes::Curve& curve : times.curves)
        for (std::size_t i = 0; i < curve.lengths.size() && curve.kind == kind; ++i)
            if (curve.lengths[i] == length) return curve.seconds[i];
    return std::numeric_limits<double>::quiet_NaN();
}

TableColumn table_times(const LayerTimes* times, double length) {
    const double nearest = times != nullptr ? table_nearest(*times, length) : 0;
    const std::string head = nearest > 0 ? tr("measured, n = {}", fmt::format("{:.0f}", nearest)) : tr("measured");
    TableColumn column{.head = head, .short_head = head};
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        const double seconds = nearest > 0 ? table_seconds(*times, static_cast<LayerKind>(k), nearest)
                                           : std::numeric_limits<double>::quiet_NaN();
        column.numbers.push_back(seconds);
        column.values.push_back(seconds > 0 ? time_text(seconds) : nearest > 0 ? "> 0.1 s" : "…");
    }
    return column;
}

std::vector<TableColumn> table_columns(const Params& p, const LayerTimes* times) {
    const LayerShape shape = p.layer_shape();
    LayerShape two = shape;
    two.length = 2;
    TableColumn cost{.head = tr("multiplications, n = {}", p.layer_length), .short_head = tr("multiplications")};
    TableColumn steps{.head = tr("sequential operations"), .short_head = tr("sequential")};
    TableColumn path{.head = tr("maximum path length"), .short_head = tr("longest path")};
    const auto add = [](TableColumn& column, std::string formula, Count count) {
        column.formulas.push_back(std::move(formula));
        column.values.push_back(table_count(count));
        column.numbers.push_back(static_cast<double>(count));
    };
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        const auto kind = static_cast<LayerKind>(k);
        add(cost, layer_formula(kind, p.core), layer_multiplications(kind, shape, p.core));
        add(steps, sequential_operations(kind, two) > 1 ? "n" : "1", sequential_operations(kind, shape));
        add(path, drawn_path_formula(kind), path_length(kind, shape));
    }
    std::vector<TableColumn> columns;
    columns.reserve(4);
    columns.push_back(std::move(cost));
    columns.push_back(std::move(steps));
    columns.push_back(std::move(path));
    columns.push_back(table_times(times, p.layer_length));
    return columns;
}

/// What of the table has room, and in which size.
struct TablePlan {
    std::vector<TableColumn> columns;
    float size = 13.5F, names = 0, width = 0;
};

void measure_columns(Canvas& canvas, TablePlan& plan) {
    const auto width = [&](const std::string& text, bool bold) {
        return canvas.shaper().width(text, table_style({}, plan.size, bold));
    };
    plan.names = 0;
    for (std::size_t k = 0; k < layer_names.size(); ++k)
        plan.names = std::max(plan.names, table_dot + width(label_of(static_cast<LayerKind>(k)), false));
    plan.width = plan.names;
    for (TableColumn& column : plan.columns) {
        column.formula_width = column.value_width = 0;
        for (const std::string& text : column.values)
            column.value_width = std::max(column.value_width, width(text, true));
        for (const std::string& text : column.formulas)  // scripts are smaller than what is measured here
            column.formula_width = std::max(column.formula_width, width(plain_formula(text), false));
        const float both = column.value_width + column.formula_width + (column.formulas.empty() ? 0 : table_between);
        column.width = std::max(both, canvas.shaper().width(column.head, table_style({}, plan.size - 1.5F)));
        plan.width += table_gap + column.width;
    }
}

// What is missed least goes first: formulas, long heads, at last whole columns.
TablePlan plan_table(Canvas& canvas, const Rect& area, const Params& p, const LayerTimes* times) {
    TablePlan plan{.columns = table_columns(p, times)};
    for (int dropped = 0;; ++dropped) {
        for (plan.size = 13.5F; plan.size > 11; plan.size -= 1) {
            measure_columns(canvas, plan);
            if (plan.width <= area.width()) return plan;
        }
        if (dropped == 0)
            plan.columns[1].formulas.clear();
        else if (dropped == 1)
            for (TableColumn& column : plan.columns) column.head = column.short_head;
        else if (dropped <= 3)
            plan.columns[dropped == 2 ? 2 : 0].formulas.clear();
        else if (plan.columns.empty())
            return plan;
        else
            plan.columns.pop_back();
    }
}

void draw_table_names(Canvas& canvas, const Rect& area, float row, float size, float end) {
    const Theme& t = canvas.theme();
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        const auto kind = static_cast<LayerKind>(k);
        const float top = area.min.y + table_head + row * static_cast<float>(k), y = top + row / 2;
        const Rect line{{area.min.x, top}, {end, top + row}};
        if (k % 2 == 0) canvas.fill_rect(in_reading_order(line, area), t.text.alpha(0.035F));
        canvas.fill_circle({in_reading_order({line.min, {line.min.x + 16, y}}, area).center().x, y}, 4.5F,
                           color_of(kind, t));
        draw_entry_middle(canvas, in_reading_order({{line.min.x + table_dot, top}, line.max}, area), label_of(kind),
                          table_style(t.text, size));
    }
}

void draw_table_column(Canvas& canvas, const TableColumn& column, const Rect& area, float row, float size) {
    const Theme& t = canvas.theme();
    const bool single = column.formulas.empty();
    // A little wider than it was measured: it is not to be cut.
    const Rect head{{area.min.x - (single ? 1.0F : 0.0F), area.min.y},
                    {area.max.x + (single ? 0.0F : 1.0F), area.max.y}};
    draw_entry(canvas, in_reading_order(head, area), area.min.y + table_head - 9, column.head,
               table_style(t.quiet, size - 1.5F, false, single ? Align::right : Align::left));
    // Their last digits stand below each other, at the column's end.
    const float values_end = right_to_left() ? area.min.x + column.value_width : area.max.x;
    double least = std::numeric_limits<double>::infinity();
    for (const double number : column.numbers) least = std::fmin(least, number);
    for (std::size_t k = 0; k < column.values.size(); ++k) {
        const float top = area.min.y + table_head + row * static_cast<float>(k), y = top + row / 2;
        const bool best = column.numbers[k] == least;
        const TextStyle value = table_style(best ? t.query : t.text, size, best, Align::right);
        if (best) {
            const float width = canvas.shaper().width(column.values[k], value);
            canvas.fill_rect({{values_end - width - 6, top + 1.5F}, {values_end + 6, top + row - 1.5F}},
                             t.query.alpha(0.16F), 4);
        }
        canvas.text_middle({values_end, y}, column.values[k], value);
        const Rect formula = in_reading_order({area.min, {area.min.x + column.formula_width + 1, area.max.y}}, area);
        if (!single)
            draw_entry_formula(canvas, formula, y + size * 0.35F, column.formulas[k], table_style(t.quiet, size));
    }
}

}  // namespace

void draw_layers_table(Canvas& canvas, const Rect& area, const Params& p, const LayerTimes* times) {
    const Theme& t = canvas.theme();
    const TablePlan plan = plan_table(canvas, area, p, times);
    if (plan.width > area.width()) return;
    const float row = (area.height() - table_head) / static_cast<float>(layer_names.size());
    const auto count = static_cast<float>(plan.columns.size());
    constexpr float most_spare = 130, padding = 8;
    const float spare = std::min((area.width() - plan.width - padding) / std::max(count, 1.0F), most_spare);
    const float end = area.min.x + plan.width + std::max(spare, 0.0F) * count + padding;
    draw_table_names(canvas, area, row, plan.size, std::min(end, area.max.x));
    const float below_head = area.min.y + table_head - 1;
    const Rect head = in_reading_order({area.min, {std::min(end, area.max.x), below_head}}, area);
    canvas.line({head.min.x, below_head}, {head.max.x, below_head}, t.line, 1);
    float x = area.min.x + plan.names;
    for (const TableColumn& column : plan.columns) {
        x += table_gap + std::max(spare, 0.0F);
        const Rect place = in_reading_order({{x, area.min.y}, {x + column.width, area.max.y}}, area);
        draw_table_column(canvas, column, place, row, plan.size);
        x += column.width;
    }
}

std::string multiple_of_dim(double length, Index dim) {
    const double times = length / static_cast<double>(dim);
    return fmt::format("{}d = {:.0f}", times == 1 ? std::string() : fmt::format("{:.0f}", times), length);
}

std::string layers_sentence(const Params& p) {
    const auto below = [&](LayerKind kind) {
        const std::optional<double> n = layer_crossover(LayerKind::attention, kind, p.layer_shape(), p.core);
        return n ? multiple_of_dim(*n, p.layer_dim) : std::string();
    };
    const std::string lstm = below(LayerKind::lstm), gru = below(LayerKind::gru), rnn = below(LayerKind::rnn);
    // The core alone meets all of them, and with the projections it costs more than a plain RNN at any length.
    std::string text =
        p.core ? tr("The core of attention takes fewer multiplications than an LSTM for n < {}, than a GRU for n < {}, "
                    "than a plain RNN for n < {}",
                    lstm, gru, rnn)
               : tr("Attention takes fewer multiplications than an LSTM for n < {}, than a GRU for n < {}, than a "
                    "plain RNN never",
                    lstm, gru);
    if (p.layer_length > 1)
        text += "; " + tr("but its steps are parallel: 1 instead of {}", table_count(p.layer_length));
    const auto cost = [&](LayerKind kind) {
        return static_cast<double>(layer_multiplications(kind, p.layer_shape(), p.core));
    };
    const double times = cost(LayerKind::attention) / cost(LayerKind::lstm);
    const std::string length = table_count(p.layer_length);
    return text + ". " +
           (times == 1 ? tr("At n = {} it takes as many as an LSTM.", length)
                       : tr("At n = {} it takes {} times what an LSTM does.", length, short_number(times, 3)));
}

std::string drawn_path_formula(LayerKind kind) {
    const std::string formula = path_formula(kind);
    std::string drawn;
    std::vector<std::string> ends;  // of the brackets that are open
    const std::pair<std::string, std::pair<const char*, const char*>> rounded[] = {{"ceil(", {"⌈", "⌉"}},
                                                                                   {"floor(", {"⌊", "⌋"}}};
    for (std::size_t i = 0; i < formula.size(); ++i) {
        bool word = false;
        for (const auto& [name, signs] : rounded)
            if (formula.compare(i, name.size(), name) == 0) {
                drawn += signs.first;
                ends.emplace_back(signs.second);
                i += name.size() - 1;
                word = true;
                break;
            }
        if (word) continue;
        if (formula[i] == '(') ends.emplace_back(")");
        if (formula[i] == ')' && !ends.empty()) {
            drawn += ends.back();
            ends.pop_back();
        } else {
            drawn += formula[i];
        }
    }
    return drawn;
}

}  // namespace attnscope::timing_panel
