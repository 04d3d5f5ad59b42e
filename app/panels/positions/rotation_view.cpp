// One matrix moves every position: the matrix, the clocks it turns, the product, and how exact it is.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "app/draw/heatmap.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

std::string radians(double angle, int digits) {
    return fmt::format("{}{} rad", angle < 0 ? "−" : "+", short_number(std::abs(angle), digits));
}

}  // namespace

void PositionsPanel::draw_rotation(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    Rect rest = area;
    const Index to = there();
    const std::vector<LineMark> marks{{here(), fmt::format("i = {}", here()), t.query},
                                      {to, fmt::format("{} = {}", params_.opposite ? "i − δ" : "i + δ", to), t.key}};
    if (const auto moved = draw_number_line(canvas, interaction, rest.cut_top(number_line_height), shown.positions(),
                                            marks, dragged_)) {
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
    if (wide) rest.cut_right(gap_between_pictures);
    Rect left = rest.cut_left(rest.width() * 0.5F);
    rest.cut_left(gap_between_pictures);
    const std::string delta = short_number(static_cast<double>(shown.request.offset));
    draw_caption(canvas, left,
                 shown.request.opposite ? tr("M for δ = {}, other sign: the same for every i", delta)
                                        : tr("M for δ = {}: the same for every i", delta));
    Heatmap map = map_of(t, shown.rotation->matrix, -1, 1, 0);
    map.picture.map = ColorMap::diverging;
    map.row_title = map.column_title = "";
    map.value_title = tr("entry of M");
    if (map.columns <= 64) map.lit = Cell{2 * followed_pair(), 2 * followed_pair()};
    const HeatmapEvents events = draw_heatmap(canvas, interaction, left, map, views_[0]);
    hovered_ = events.hovered;
    if (events.clicked) params_.pair = std::min(static_cast<int>(events.clicked->column / 2), params_.dim / 2 - 1);
    draw_clocks(canvas, interaction, rest);
}

void PositionsPanel::draw_clocks(Canvas& canvas, Interaction& interaction, const Rect& area) {
    Rect rest = area;
    const Request& r = shown_->request;
    draw_caption(canvas, rest,
                 shown_->request.opposite ? tr("Each block turns one clock by −δ·w_j")
                                          : tr("Each block turns one clock by δ·w_j"));
    // Every block while the clocks stay readable, else some of them.
    constexpr float least_width = 68, least_height = 88;
    const int room = static_cast<int>(rest.width() / least_width) * static_cast<int>(rest.height() / least_height);
    const std::vector<int> pairs =
        spread_pairs(std::clamp(room, 4, 36), static_cast<int>(r.code.dim / 2), followed_pair());
    const auto count = static_cast<int>(pairs.size());
    const int columns = columns_for(rest, count);
    for (int k = 0; k < count; ++k) {
        const int j = pairs[static_cast<std::size_t>(k)];
        const double w = position_frequency(j, r.code.dim, r.code.base);
        const double turned = w * static_cast<double>(there() - here());
        const double from = std::remainder(w * here(), 2 * std::numbers::pi);
        const Rect place = place_in_grid(rest, columns, count, k);
        if (interaction.press_area(fmt::format("clock {}", k), place).clicked) params_.pair = j;
        draw_clock(canvas, place,
                   {.from = from,
                    .to = from + turned,
                    .title = tr("pair {}", j),
                    .below = radians(turned, place.width() < 90 ? 2 : 3),
                    .chosen = j == followed_pair()});
    }
}

namespace {

// Where a number has room in its cell.
void draw_product_numbers(Canvas& canvas, const Rect& box, const Matrix& product, const CellPicture& picture) {
    constexpr float least_width = 46, least_height = 16;
    const Vec2 cell{box.width() / static_cast<float>(product.cols()),
                    box.height() / static_cast<float>(product.rows())};
    if (cell.x < least_width || cell.y < least_height) return;
    for (Index i = 0; i < product.rows(); ++i)
        for (Index j = 0; j < product.cols(); ++j) {
            const auto value = static_cast<double>(product(i, j));
            canvas.text_middle(
                {box.min.x + cell.x * (static_cast<float>(j) + 0.5F),
                 box.min.y + cell.y * (static_cast<float>(i) + 0.5F)},
                cell_text(value, 3),
                {.color = ink_on(picture, value), .size = 13, .font = Font::mono, .align = Align::center});
        }
}

}  // namespace

// p_i, M p_i and p_(i + delta) below each other: the last two are the same row.
void PositionsPanel::draw_product(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Request& r = shown_->request;
    const Index to = there();
    const std::array<int, 4> of{static_cast<int>(generation_), here(), static_cast<int>(to),
                                static_cast<int>(r.code.dim)};
    if (to < 0 || to >= shown_->codes.rows() || here() >= shown_->codes.rows()) return;
    if (!product_ || product_of_ != of) {
        product_of_ = of;
        const OffsetRotation m(r.code.dim, r.code.base, to - here());
        Matrix rows(3, r.code.dim);
        const VectorD from = shown_->codes.row(here()).transpose();
        rows.row(0) = from.transpose().cast<float>();
        rows.row(1) = m.apply(from).transpose().cast<float>();
        rows.row(2) = shown_->codes.row(to).cast<float>();
        product_ = std::make_shared<const Matrix>(std::move(rows));
        ++product_generation_;
    }
    Rect inside = area;
    draw_caption(canvas, inside, tr("The product: M·p_i is the row of the other position"));
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
    const std::string labels[] = {fmt::format("p_{{{}}}", here()), fmt::format("M · p_{{{}}}", here()),
                                  fmt::format("= p_{{{}}}", to)};
    const Color colors[] = {t.query, t.text, t.key};
    for (int k = 0; k < 3; ++k)
        draw_formula(canvas, {names.min.x, box.min.y + height * (static_cast<float>(k) + 0.5F) + 5}, names.width(),
                     labels[k], {.color = colors[k], .size = 16, .bold = true});
    for (int line = 1; line < 3; ++line) {
        const float y = box.min.y + height * static_cast<float>(line), half = line == 1 ? 1.5F : 0.5F;
        canvas.fill_rect({{box.min.x, y - half}, {box.max.x, y + half}}, t.ground);
    }
    draw_product_numbers(canvas, box, *product_, picture);
    const Pointer pointer = interaction.picture_area("product", box);
    if (!pointer.hovered) return;
    const auto entry =
        std::clamp<Index>(static_cast<Index>((pointer.at.x - box.min.x) / box.width() * static_cast<float>(r.code.dim)),
                          0, r.code.dim - 1);
    interaction.tooltip(tr("entry {}: {} becomes {}, and is {}", entry,
                           short_number(static_cast<double>((*product_)(0, entry))),
                           short_number(static_cast<double>((*product_)(1, entry))),
                           short_number(static_cast<double>((*product_)(2, entry)))));
}

void PositionsPanel::draw_rotation_facts(Canvas& canvas, const Rect& area) {
    const Request& r = shown_->request;
    const RotationFacts& facts = *shown_->rotation;
    const Index to = there(), by = to - here(), sign = r.opposite ? -1 : 1;
    const OffsetRotation m(r.code.dim, r.code.base, by);
    const double residual = rotation_residual(m, r.code.base, here(), by);
    const std::vector<Fact> list{
        {params_.opposite ? tr("|M p_i − p_{{i−δ}}| at i = {}", here()) : tr("|M p_i − p_{{i+δ}}| at i = {}", here()),
         short_number(residual, 3), true},
        {tr("largest over all {} positions", r.length), short_number(facts.residual, 3)},
        {tr("at position 1 000 000"), short_number(facts.far_residual, 3)},
        {tr("|M^T M − 1|: M is orthogonal"), short_number(facts.orthogonality, 3)},
        {tr("|M_{{{}}} M_{{{}}} − M_{{{}}}|: turns add up", sign * r.second_offset, sign * r.offset,
            sign * (r.offset + r.second_offset)),
         short_number(facts.group, 3)},
        {tr("one rounding of a double, for scale"), short_number(std::numeric_limits<double>::epsilon(), 3)},
    };
    draw_facts(canvas, area, list);
    Rect below = area;
    below.cut_top(static_cast<float>(list.size()) * 50 + 4);
    if (below.height() < 60) return;
    draw_paragraph(
        canvas, below,
        params_.opposite
            ? tr("With the sines' signs turned round, the same angles go back: to i − δ. That is Mᵀ, the inverse.")
            : tr("Drag i: the hands move, the angle between them does not, and neither does M."),
        {.color = canvas.theme().quiet, .size = 13});
}

}  // namespace attnscope::positions_panel
