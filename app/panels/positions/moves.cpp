// The positions panel's pictures of what moves a position: the rotation, and RoPE's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr float line_height = 66, between = 22;

// Pairs spread over the width, from the fastest to the slowest, with the chosen one among them.
std::vector<int> spread_pairs(int count, int pairs, int chosen) {
    const int taken = std::min(count, pairs);
    std::vector<int> spread;
    spread.reserve(static_cast<std::size_t>(taken));
    for (int k = 0; k < taken; ++k) spread.push_back(taken > 1 ? k * (pairs - 1) / (taken - 1) : 0);
    if (std::find(spread.begin(), spread.end(), chosen) == spread.end()) {
        auto nearest = std::min_element(spread.begin(), spread.end(),
                                        [&](int a, int b) { return std::abs(a - chosen) < std::abs(b - chosen); });
        *nearest = chosen;
    }
    return spread;
}

// As many columns as leave clocks a person can read.
int columns_for(const Rect& area, int count) {
    int best = 1;
    float best_size = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const float size =
            std::min(area.width() / static_cast<float>(columns), area.height() / static_cast<float>(rows) - 40);
        if (size > best_size) {
            best_size = size;
            best = columns;
        }
    }
    return best;
}

Rect place_in_grid(const Rect& area, int columns, int count, int k) {
    const int rows = (count + columns - 1) / columns;
    const float width = area.width() / static_cast<float>(columns), height = area.height() / static_cast<float>(rows);
    const int row = k / columns;
    return Rect::sized(
               {area.min.x + width * static_cast<float>(k % columns), area.min.y + height * static_cast<float>(row)},
               width, height)
        .inset(3);
}

std::string radians(double angle) {
    return fmt::format("{}{} rad", angle < 0 ? "−" : "+", short_number(std::abs(angle), 3));
}

void caption(Canvas& canvas, Rect& area, const std::string& text) {
    const Rect line = area.cut_top(24);
    const TextStyle style{.color = canvas.theme().text, .size = 13.5F, .bold = true};
    draw_formula(canvas, {line.min.x, line.min.y + 15}, line.width(), text, style);
}

}  // namespace

void PositionsPanel::draw_rotation(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    Rect rest = area;
    const Index to = there();
    const std::vector<LineMark> marks{{params_.position, fmt::format("i = {}", params_.position), t.query},
                                      {to, fmt::format("{} = {}", params_.opposite ? "i − δ" : "i + δ", to), t.key}};
    if (const auto moved =
            draw_number_line(canvas, interaction, rest.cut_top(line_height), shown.positions(), marks, dragged_)) {
        params_.position = static_cast<int>((*moved)[0]);
        const auto offset = static_cast<int>((*moved)[1] - (*moved)[0]);
        params_.offset = params_.opposite ? -offset : offset;
    }
    rest.cut_top(6);
    const bool wide = rest.width() >= 700, tall = rest.height() >= 380;
    if (tall) {
        draw_product(canvas, interaction, rest.cut_bottom(std::clamp(rest.height() * 0.24F, 120.0F, 190.0F)));
        rest.cut_bottom(10);
    }
    if (wide) draw_rotation_facts(canvas, rest.cut_right(218));
    if (wide) rest.cut_right(between);
    Rect left = rest.cut_left(rest.width() * 0.5F);
    rest.cut_left(between);
    caption(
        canvas, left,
        fmt::format("M for δ = {}{}: the same for every i", params_.offset, params_.opposite ? ", other sign" : ""));
    Heatmap map = map_of(t, shown.rotation->matrix, -1, 1, 0);
    map.picture.map = ColorMap::diverging;
    map.row_title = map.column_title = "";
    map.value_title = "entry of M";
    map.lit = Cell{2 * params_.pair, 2 * params_.pair};
    const HeatmapEvents events = draw_heatmap(canvas, interaction, left, map, views_[0]);
    hovered_ = events.hovered;
    if (events.clicked) params_.pair = std::min(static_cast<int>(events.clicked->column / 2), params_.dim / 2 - 1);
    draw_clocks(canvas, interaction, rest);
}

void PositionsPanel::draw_clocks(Canvas& canvas, Interaction& interaction, const Rect& area) {
    Rect rest = area;
    const Request& r = shown_->request;
    caption(canvas, rest, "Each block turns one clock by δ·w_j");
    const std::vector<int> pairs =
        spread_pairs(rest.width() < 300 ? 4 : 9, static_cast<int>(r.code.dim / 2), params_.pair);
    const auto count = static_cast<int>(pairs.size());
    const int columns = columns_for(rest, count);
    for (int k = 0; k < count; ++k) {
        const int j = pairs[static_cast<std::size_t>(k)];
        const double w = position_frequency(j, r.code.dim, r.code.base);
        const double turned = w * static_cast<double>(there() - params_.position);
        const double from = std::remainder(w * params_.position, 2 * std::numbers::pi);
        const Rect place = place_in_grid(rest, columns, count, k);
        if (interaction.area(fmt::format("clock {}", k), place).clicked) params_.pair = j;
        draw_clock(canvas, place,
                   {.from = from,
                    .to = from + turned,
                    .title = fmt::format("pair {}", j),
                    .below = radians(turned),
                    .chosen = j == params_.pair});
    }
}

// p_i, M p_i and p_(i + delta) below each other: the last two are the same row.
void PositionsPanel::draw_product(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Request& r = shown_->request;
    const Index to = there();
    const std::array<int, 4> of{static_cast<int>(generation_), params_.position, static_cast<int>(to),
                                static_cast<int>(r.code.dim)};
    if (to < 0 || to >= shown_->codes.rows() || params_.position >= shown_->codes.rows()) return;
    if (!product_ || product_of_ != of) {
        product_of_ = of;
        const OffsetRotation m(r.code.dim, r.code.base, to - params_.position);
        Matrix rows(3, r.code.dim);
        const VectorD from = shown_->codes.row(params_.position).transpose();
        rows.row(0) = from.transpose().cast<float>();
        rows.row(1) = m.apply(from).transpose().cast<float>();
        rows.row(2) = shown_->codes.row(to).cast<float>();
        product_ = std::make_shared<const Matrix>(std::move(rows));
        ++product_generation_;
    }
    Rect inside = area;
    caption(canvas, inside, "The product: M·p_i is the row of the other position");
    Rect names = inside.cut_left(96);
    const Rect box = inside.inset(1);
    CellPicture picture{
        .values = product_, .generation = product_generation_, .view = {{0, 0}, {static_cast<float>(r.code.dim), 3}}};
    picture.range = {-1, 1, ColorScale::linear};
    picture.map = ColorMap::diverging;
    picture.dark = t.name == ThemeName::dark;
    canvas.cells(box, picture);
    canvas.stroke_rect(box, t.line, 1);
    const float height = box.height() / 3;
    const std::string labels[] = {fmt::format("p_{{{}}}", params_.position),
                                  fmt::format("M · p_{{{}}}", params_.position), fmt::format("= p_{{{}}}", to)};
    const Color colors[] = {t.query, t.text, t.key};
    for (int k = 0; k < 3; ++k)
        draw_formula(canvas, {names.min.x, box.min.y + height * (static_cast<float>(k) + 0.5F) + 5}, names.width(),
                     labels[k], {.color = colors[k], .size = 16, .bold = true});
    canvas.fill_rect({{box.min.x, box.min.y + height - 1.5F}, {box.max.x, box.min.y + height + 1.5F}}, t.ground);
    const Pointer pointer = interaction.area("product", box);
    if (!pointer.hovered) return;
    const auto entry =
        std::clamp<Index>(static_cast<Index>((pointer.at.x - box.min.x) / box.width() * static_cast<float>(r.code.dim)),
                          0, r.code.dim - 1);
    interaction.tooltip(fmt::format("entry {}: {} becomes {}, and is {}", entry,
                                    short_number(static_cast<double>((*product_)(0, entry))),
                                    short_number(static_cast<double>((*product_)(1, entry))),
                                    short_number(static_cast<double>((*product_)(2, entry)))));
}

void PositionsPanel::draw_rotation_facts(Canvas& canvas, const Rect& area) {
    const Request& r = shown_->request;
    const RotationFacts& facts = *shown_->rotation;
    const Index to = there(), by = to - params_.position;
    const OffsetRotation m(r.code.dim, r.code.base, by);
    const double here = rotation_residual(m, r.code.base, params_.position, by);
    const std::vector<Fact> list{
        {fmt::format("|M p_i − p_{{i{}δ}}| at i = {}", params_.opposite ? "−" : "+", params_.position),
         short_number(here, 3), true},
        {fmt::format("largest over all {} positions", r.length), short_number(facts.residual, 3)},
        {"at position 1 000 000", short_number(facts.far_residual, 3)},
        {"|M^T M − 1|: M is orthogonal", short_number(facts.orthogonality, 3)},
        {fmt::format("|M_{{{}}} M_{{{}}} − M_{{{}}}|: turns add up", r.second_offset, r.offset,
                     r.offset + r.second_offset),
         short_number(facts.group, 3)},
        {"one rounding of a double, for scale", short_number(std::numeric_limits<double>::epsilon(), 3)},
    };
    draw_facts(canvas, area, list);
    Rect below = area;
    below.cut_top(static_cast<float>(list.size()) * 50 + 4);
    if (below.height() < 60) return;
    draw_paragraph(
        canvas, below,
        params_.opposite
            ? "With the sines' signs turned round, the same angles go back: to i − δ. That is Mᵀ, the inverse."
            : "Drag i: the hands move, the angle between them does not, and neither does M.",
        {.color = canvas.theme().quiet, .size = 13});
}

void PositionsPanel::draw_rope(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const RopeFacts& facts = *shown.rope;
    Rect rest = area;
    const bool pair = shown.request.content == Content::pair;
    if (pair) {
        const std::vector<LineMark> marks{
            {params_.position, fmt::format("query, m = {}", params_.position), t.query},
            {params_.key_position, fmt::format("key, n = {}", params_.key_position), t.key}};
        if (const auto moved =
                draw_number_line(canvas, interaction, rest.cut_top(line_height), shown.positions(), marks, dragged_)) {
            params_.position = static_cast<int>((*moved)[0]);
            params_.key_position = static_cast<int>((*moved)[1]);
        }
        rest.cut_top(6);
    }
    Rect below = rest.cut_bottom(rest.height() * 0.45F);
    rest.cut_bottom(10);
    double most = 0;
    for (const Picture& picture : {facts.without, facts.with})
        most = std::max(most, static_cast<double>(picture->cwiseAbs().maxCoeff()));
    const auto draw_scores = [&](Rect where, const Picture& picture, const char* title, int slot) {
        caption(canvas, where, title);
        Heatmap map = map_of(t, picture, -most, most, slot);
        map.row_title = "← query at m";
        map.column_title = "key at n →";
        map.value_title = "q·k/√d";
        if (!pair) {
            map.row_labels = shown.tokens;
            map.column_labels = shown.tokens;
            map.number_thinned = false;
        } else if (params_.position < map.rows && params_.key_position < map.columns) {
            map.pinned = Cell{params_.position, params_.key_position};
        }
        PrefixedInteraction own(interaction, slot == 0 ? "without " : "with ");
        const HeatmapEvents events = draw_heatmap(canvas, own, where, map, views_[static_cast<std::size_t>(slot)]);
        if (slot == 1) hovered_ = events.hovered;
        if (!events.clicked || !pair) return;
        params_.position = static_cast<int>(events.clicked->row);
        params_.key_position = static_cast<int>(events.clicked->column);
    };
    const float third = rest.width() * (pair ? 0.33F : 0.5F);
    draw_scores(rest.cut_left(third), facts.without,
                pair ? "Without: the score cannot tell positions apart" : "Without RoPE", 0);
    rest.cut_left(between);
    draw_scores(pair ? rest.cut_left(third) : rest, facts.with,
                pair ? "With RoPE: stripes, it depends on m − n" : "With RoPE", 1);
    if (pair) {
        rest.cut_left(between);
        caption(canvas, rest, "q turns by m·w_j, k by n·w_j");
        const std::vector<int> pairs = spread_pairs(4, static_cast<int>(shown.request.code.dim / 2), params_.pair);
        const auto count = static_cast<int>(pairs.size());
        const int columns = columns_for(rest, count);
        for (int k = 0; k < count; ++k) {
            const int j = pairs[static_cast<std::size_t>(k)];
            const double w = position_frequency(j, shown.request.code.dim, shown.request.code.base);
            const double q0 = facts.q(2 * j), q1 = facts.q(2 * j + 1), k0 = facts.k(2 * j), k1 = facts.k(2 * j + 1);
            // As clocks: clockwise from the top; turning a point of the plane by t moves it the other way round.
            const double from = std::atan2(q0, q1) - w * params_.position,
                         to = std::atan2(k0, k1) - w * params_.key_position;
            const double longest_hand = std::max(std::hypot(q0, q1), std::hypot(k0, k1));
            const Rect place = place_in_grid(rest, columns, count, k);
            if (interaction.area(fmt::format("clock {}", k), place).clicked) params_.pair = j;
            draw_clock(canvas, place,
                       {.from = from,
                        .to = from + std::remainder(to - from, 2 * std::numbers::pi),
                        .from_length = std::hypot(q0, q1) / longest_hand,
                        .to_length = std::hypot(k0, k1) / longest_hand,
                        .title = fmt::format("pair {}", j),
                        .below = fmt::format("w = {} rad", short_number(w, 3)),
                        .chosen = j == params_.pair});
        }
        draw_rope_score(canvas, interaction, below.cut_left(below.width() * 0.5F));
        below.cut_left(between);
    }
    draw_rope_decay(canvas, interaction, below);
}

void PositionsPanel::draw_rope_score(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Request& r = shown_->request;
    const RopeFacts& facts = *shown_->rope;
    const RopeScore score(facts.q, facts.k, r.code.base);
    const double root = std::sqrt(static_cast<double>(r.code.dim));
    const Index reach = std::min<Index>(r.length - 1, 128), now = params_.position - params_.key_position;
    Plot plot;
    plot.title = fmt::format("Score at m − n = {}: {}", now, short_number(score.at(now) / root));
    const auto at_places = [&](Index m, Index n) { return rope_score(facts.q, facts.k, m, n, r.code.base) / root; };
    constexpr Index further = 100;
    const double here = at_places(params_.position, params_.key_position);
    plot.note = fmt::format(
        "both {} positions further: {}, a difference of {}", further,
        short_number(at_places(params_.position + further, params_.key_position + further)),
        short_number(std::abs(at_places(params_.position + further, params_.key_position + further) - here), 2));
    plot.x = {.name = "m − n", .unit = "positions", .integers = true};
    plot.y = {.name = "q·k/√d"};
    plot.legend = false;
    Series line{.name = "score", .color = t.query, .x = {}, .y = {}, .y_high = {}, .marker = Marker::none};
    for (Index offset = -reach; offset <= reach; ++offset) {
        line.x.push_back(static_cast<double>(offset));
        line.y.push_back(score.at(offset) / root);
    }
    plot.series.push_back(std::move(line));
    if (std::abs(now) <= reach)
        plot.series.push_back({.name = "now",
                               .color = t.key,
                               .kind = Series::points,
                               .x = {static_cast<double>(now)},
                               .y = {score.at(now) / root},
                               .y_high = {},
                               .width = 3.2F,
                               .marker = Marker::circle});
    draw_plot(canvas, area, plot, score_view_, interaction.area("rope score", area));
}

void PositionsPanel::draw_rope_decay(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const RopeDecay& decay = shown_->rope->decay;
    Plot plot;
    plot.title = "Long-term decay, over random q and k";
    plot.note = "it is of what q and k share: unrelated ones keep the size of their score";
    plot.x = {.name = "m − n", .unit = "positions"};
    plot.y = {.name = "score / d"};
    plot.series.push_back({.name = "± one standard deviation",
                           .color = t.query.alpha(0.22F),
                           .kind = Series::band,
                           .x = {},
                           .y = values_of(decay.alike - decay.alike_spread),
                           .y_high = values_of(decay.alike + decay.alike_spread)});
    plot.series.push_back({.name = "k = q: mean",
                           .color = t.query,
                           .x = {},
                           .y = values_of(decay.alike),
                           .y_high = {},
                           .marker = Marker::none});
    plot.series.push_back({.name = "k unrelated: root mean square",
                           .color = t.key,
                           .x = {},
                           .y = values_of(decay.unrelated),
                           .y_high = {},
                           .dash = Dash::dashed,
                           .marker = Marker::none});
    draw_plot(canvas, area, plot, decay_view_, interaction.area("rope decay", area));
}

}  // namespace attnscope::positions_panel
