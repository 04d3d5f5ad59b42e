// The positions panel in one line: what is looked at, with its numbers in the formula.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {

std::string PositionsPanel::explain_code(Index position, Index entry) const {
    const Request& r = shown_->request;
    const std::string name = fmt::format("p_{{{},{}}} = ", position, entry);
    if (position >= shown_->codes.rows())
        return tr("p_{{{},{}}}: the table of {} rows ends before", position, entry, shown_->codes.rows());
    const std::string value = short_number(shown_->codes(position, entry));
    switch (r.code.kind) {
        case PositionKind::linear:
            return fmt::format("{}{} / {} = {}", name, position, std::max<Index>(r.length - 1, 1), value);
        case PositionKind::integer:
            return fmt::format("{}{}", name, value);
        case PositionKind::binary:
            return tr("p_{{{},{}}} = bit {} of {} = {}", position, entry, entry, position, value);
        case PositionKind::learned:
            return tr("p_{{{},{}}} = {}: row {} of a random table (seed {})", position, entry, value, position,
                      r.code.seed);
        default:
            break;
    }
    const double w = position_frequency(entry / 2, r.code.dim, r.code.base);
    const char* const wave = entry % 2 == 0 ? "sin" : "cos";
    const std::string formula = fmt::format("{}{}({} · w_{{{}}}) = {}({} · {}) = {}     w_{{{}}} = {}^{{−{}/{}}}", name,
                                            wave, position, entry / 2, wave, position, short_number(w, 6), value,
                                            entry / 2, short_number(r.code.base), 2 * (entry / 2), r.code.dim);
    return tr("{}, wavelength 2π/w = {} positions", formula, short_number(2 * std::numbers::pi / w));
}

std::string PositionsPanel::explain_rotation() const {
    const Request& r = shown_->request;
    const Index to = there(), j = std::min<Index>(followed_pair(), r.code.dim / 2 - 1);
    const double w = position_frequency(j, r.code.dim, r.code.base);
    const SinCos from = turn(here(), w), end = turn(to, w), by = turn(to - here(), w);
    const std::string formula =
        fmt::format("a = {} · {} rad.  cos a · sin(i·w) + sin a · cos(i·w) = {} · {} + {} · {} = {} = sin({}·w) = {}",
                    short_number(static_cast<double>(to - here())), short_number(w), short_number(by.cos),
                    short_number(from.sin), short_number(by.sin), short_number(from.cos),
                    short_number(by.cos * from.sin + by.sin * from.cos), to, short_number(end.sin));
    return tr("pair {}: {}", j, formula);
}

std::string PositionsPanel::explain_rope() const {
    const Request& r = shown_->request;
    const RopeFacts& facts = *shown_->rope;
    const double root = std::sqrt(static_cast<double>(r.code.dim));
    const double turned = rope_score(facts.q, facts.k, here(), key_place(), r.code.base) / root;
    return tr("(R_{{{}}} q) · (R_{{{}}} k) / √{} = {}     without RoPE: q · k / √{} = {}     m − n = {}", here(),
              key_place(), r.code.dim, short_number(turned), r.code.dim, short_number(facts.q.dot(facts.k) / root),
              here() - key_place());
}

std::string PositionsPanel::explain_cell(const Cell& cell) const {
    const Shown& shown = *shown_;
    switch (shown.request.view) {
        case View::code:
            return cell.row < shown.positions() && cell.column < shown.request.code.dim
                       ? explain_code(cell.row, cell.column)
                       : std::string();
        case View::similarity: {
            if (std::max(cell.row, cell.column) >= shown.codes.rows()) return {};
            const double dot = shown.codes.row(cell.row).dot(shown.codes.row(cell.column));
            const double distance = (shown.codes.row(cell.row) - shown.codes.row(cell.column)).norm();
            return tr("p_{{{}}} · p_{{{}}} = {}     |p_{{{}}} − p_{{{}}}| = {}     distance {} positions", cell.row,
                      cell.column, short_number(dot, 6), cell.row, cell.column, short_number(distance, 6),
                      std::abs(cell.row - cell.column));
        }
        case View::alibi: {
            const AlibiFacts& facts = *shown.alibi;
            if (cell.row >= facts.bias->rows() || cell.column >= facts.bias->cols()) return {};
            if (cell.column > cell.row)
                return tr("query {} does not see key {}: it comes later", cell.row, cell.column);
            return tr("bias = −m_{{{}}} · |{} − {}| = −{} · {} = {}     weight among equal scores: {}",
                      shown.request.head, cell.row, cell.column,
                      short_number(facts.slopes[static_cast<std::size_t>(shown.request.head - 1)]),
                      cell.row - cell.column, short_number(static_cast<double>((*facts.bias)(cell.row, cell.column))),
                      short_number(static_cast<double>((*facts.weights)(cell.row, cell.column))));
        }
        case View::rope: {
            const RopeFacts& facts = *shown.rope;
            if (cell.row >= facts.with->rows() || cell.column >= facts.with->cols()) return {};
            return tr("“{}” at {}, “{}” at {}: q·k/√d = {} without RoPE, {} with it",
                      shown.tokens[static_cast<std::size_t>(cell.row)], cell.row,
                      shown.tokens[static_cast<std::size_t>(cell.column)], cell.column,
                      short_number(static_cast<double>((*facts.without)(cell.row, cell.column))),
                      short_number(static_cast<double>((*facts.with)(cell.row, cell.column))));
        }
        case View::sum: {
            const SumFacts& facts = *shown.sum;
            if (cell.row >= facts.x->rows() || cell.column >= facts.x->cols()) return {};
            return tr("“{}” at {}, entry {}: x + p = {} + {} = {}", shown.tokens[static_cast<std::size_t>(cell.row)],
                      cell.row, cell.column, short_number(static_cast<double>((*facts.x)(cell.row, cell.column))),
                      short_number(static_cast<double>((*facts.p)(cell.row, cell.column))),
                      short_number(static_cast<double>((*facts.sum)(cell.row, cell.column))));
        }
        default:
            return {};
    }
}

std::string PositionsPanel::explained() const {
    if (!shown_ || error_) return {};
    const View view = shown_->request.view;
    if (view == View::rotation) return explain_rotation();
    if (view == View::rope && shown_->request.content == Content::pair) return explain_rope();
    if (view == View::similarity && !hovered_) return explain_cell({here(), there()});
    if (params_.pin_row >= 0 && params_.pin_column >= 0 && view != View::similarity && view != View::rope &&
        view != View::sum)
        return explain_cell({params_.pin_row, params_.pin_column});
    if (hovered_) return explain_cell(*hovered_);
    if (view == View::code) return explain_cell({here(), followed_entry()});
    return {};
}

std::string PositionsPanel::explain_text() const {
    return plain_formula(explained());
}

void PositionsPanel::draw_explain(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    const std::string text = explained();
    const TextStyle style{.color = text.empty() ? t.quiet : t.text, .size = 15.5F};
    const std::string shown = text.empty() ? tr("Point at a cell to see where its number comes from.") : text;
    draw_formula(canvas, {area.min.x, area.center().y + 5}, area.width(), shown, style);
}

std::optional<Heatmap> PositionsPanel::comparable(const Theme& theme) const {
    if (!shown_ || !shown_->picture) return std::nullopt;
    return code_map(theme, shown_->picture, shown_->largest, 0);
}

}  // namespace attnscope::positions_panel
