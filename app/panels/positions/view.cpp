// The positions panel's pictures: which is drawn, with its title, and what their heatmaps share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr float padding = 22, title_height = 52;

std::string title_of(const Request& r) {
    switch (r.view) {
        case View::code:
            switch (r.code.kind) {
                case PositionKind::linear:
                    return tr("Linear code: i / (n−1)");
                case PositionKind::integer:
                    return tr("Integer code: i");
                case PositionKind::binary:
                    return tr("Binary code: the digits of i");
                case PositionKind::learned:
                    return tr("Learned code: a table");
                default:
                    return tr("Sinusoidal code: a row of clocks");
            }
        case View::rivals:
            return tr("Five ways to number positions");
        case View::rotation:
            return tr("One matrix moves every position");
        case View::similarity:
            return tr("How alike two positions are");
        case View::rope:
            return tr("RoPE: queries and keys turn with their positions");
        case View::alibi:
            return tr("ALiBi: distance costs");
        case View::sum:
            return tr("Tokens and their positions, added");
    }
    return {};
}

std::string formula_of(const Request& r, const std::string& base) {
    const bool sinusoidal = r.code.kind == PositionKind::sinusoidal;
    switch (r.view) {
        case View::code:
            return sinusoidal
                       ? fmt::format(
                             "p_{{i,2j}} = sin(i·w_j)    p_{{i,2j+1}} = cos(i·w_j)    w_j = {}^{{−2j/d}}    {} × {}",
                             base, r.length, r.code.dim)
                       : tr("{} positions × {} entries", r.length, r.code.dim);
        case View::rivals:
            return r.code.dim > most_rival_entries
                       ? tr("n = {}, d = {} (the first {} entries are drawn); each mark is a measurement, made now",
                            r.length, r.code.dim, most_rival_entries)
                       : tr("n = {}, d = {}; each mark is a measurement, made now", r.length, r.code.dim);
        case View::rotation:
            return r.opposite ? tr("p_{i−δ} = M_δ^T · p_i, and M_δ^T does not know i")
                              : tr("p_{i+δ} = M_δ · p_i, and M_δ does not know i");
        case View::similarity:
            return sinusoidal ? tr("p_i · p_j = Σ cos((i−j)·w_j): it depends on the distance alone") : "p_i · p_j";
        case View::rope:
            return tr("(R_m q) · (R_n k) = q · R_{n−m} k: the score depends on m − n alone");
        case View::alibi:
            return tr("score − m_h·|i − j|    m_h = 2^{−8h/H},  h = 1 … H");
        case View::sum:
            return tr("X + P, and what that does to softmax(X·Xᵀ/√D)");
    }
    return {};
}

}  // namespace

void PositionsPanel::draw_icon(Canvas& canvas, const Rect& rect, Color color) const {
    std::vector<Vec2> wave;
    for (int k = 0; k <= 24; ++k) {
        const float part = static_cast<float>(k) / 24;
        wave.push_back({rect.min.x + part * rect.width(),
                        rect.center().y - rect.height() * 0.3F * std::sin(part * 2 * std::numbers::pi_v<float>)});
    }
    canvas.polyline(wave, color, 2);
    for (int k = 0; k <= 4; ++k)
        canvas.fill_circle({rect.min.x + rect.width() * static_cast<float>(k) / 4, rect.max.y - 1}, 1.5F,
                           color.alpha(0.6F));
}

void PositionsPanel::draw(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect inside = area.inset(padding);
    if (inside.width() < 120 || inside.height() < 90) return;
    if (!shown_) {
        const std::string text = error_ ? error_->what : tr("computing …");
        canvas.text_middle(inside.center(), canvas.shaper().fit(text, inside.width(), {.size = 16}),
                           {.color = error_ ? t.warning : t.quiet, .size = 16, .align = Align::center});
        return;
    }
    draw_title(canvas, interaction, inside.cut_top(title_height));
    switch (shown_->request.view) {
        case View::code:
            return draw_code(canvas, interaction, inside);
        case View::rivals:
            return draw_rivals(canvas, interaction, inside);
        case View::rotation:
            return draw_rotation(canvas, interaction, inside);
        case View::similarity:
            return draw_similarity(canvas, interaction, inside);
        case View::rope:
            return draw_rope(canvas, interaction, inside);
        case View::alibi:
            return draw_alibi(canvas, interaction, inside);
        case View::sum:
            return draw_sum(canvas, interaction, inside);
    }
}

void PositionsPanel::draw_title(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    if (draw_button(canvas, interaction, rest, tr("Send to attention"),
                    tr("The attention panel uses these positions (T).")))
        send();
    const TextStyle title{.color = t.text, .size = 20, .bold = true}, formula{.color = t.quiet, .size = 14};
    const Request& r = shown_->request;
    draw_line(canvas, rest, rest.min.y + 20, title_of(r), title);
    draw_entry_formula(canvas, rest, rest.min.y + 43, formula_of(r, short_number(r.code.base)), formula);
}

Heatmap PositionsPanel::map_of(const Theme& t, Picture picture, double low, double high, int slot) const {
    Heatmap map;
    map.rows = picture->rows();
    map.columns = picture->cols();
    map.picture.values = std::move(picture);
    map.picture.generation = generation_ * slots + static_cast<std::uint64_t>(slot);
    map.picture.range = {low, high > low ? high : low + 1, ColorScale::linear};
    map.picture.map = params_.color;
    map.picture.masked = mix(t.ground, t.line, 0.55F);
    map.picture.dark = t.name == ThemeName::dark;
    map.row_labels = AxisLabels::numbers(map.rows);
    map.column_labels = AxisLabels::numbers(map.columns);
    map.number_thinned = true;
    return map;
}

Heatmap PositionsPanel::code_map(const Theme& t, Picture picture, double largest, int slot) const {
    const bool signless =
        picture->size() > 0 && picture->array().isNaN().select(0.0F, picture->array()).minCoeff() >= 0;
    Heatmap map = map_of(t, std::move(picture), signless ? 0 : -largest, largest, slot);
    if (signless && params_.color == ColorMap::diverging) map.picture.map = ColorMap::viridis;
    map.fill = true;
    map.row_title = tr("← position i");
    map.column_title = tr("entries →");
    map.value_title = tr("entry");
    if (params_.pin_row >= 0 && params_.pin_row < map.rows && params_.pin_column >= 0 &&
        params_.pin_column < map.columns)
        map.pinned = Cell{params_.pin_row, params_.pin_column};
    return map;
}

// A click pins the cell and makes its row the position that is looked at.
void PositionsPanel::take_click(const HeatmapEvents& events, int slot) {
    if (slot == 0) hovered_ = events.hovered;
    if (!events.clicked) return;
    const auto row = static_cast<int>(events.clicked->row), column = static_cast<int>(events.clicked->column);
    const bool again = params_.pin_row == row && params_.pin_column == column;
    params_.pin_row = again ? -1 : row;
    params_.pin_column = again ? -1 : column;
    if (shown_->request.view != View::code) return;
    params_.position = std::min(row, params_.length - 1);
    params_.pair = std::min(column / 2, params_.dim / 2 - 1);
}

}  // namespace attnscope::positions_panel
