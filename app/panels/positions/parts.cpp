#include "app/panels/positions/parts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr float line_margin = 30, mark_radius = 8, clock_texts = 40;

struct Line {
    Rect area;
    Index count;

    float x(Index position) const {
        const float width = area.width() - 2 * line_margin;
        return area.min.x + line_margin +
               (count > 1 ? width * static_cast<float>(position) / static_cast<float>(count - 1) : width / 2);
    }
    Index at(float x) const {
        const float width = std::max(area.width() - 2 * line_margin, 1.0F);
        const double part = static_cast<double>((x - area.min.x - line_margin) / width);
        return std::clamp<Index>(std::llround(part * static_cast<double>(count - 1)), 0, count - 1);
    }
};

Vec2 on_circle(Vec2 center, float radius, double angle) {
    return {center.x + radius * static_cast<float>(std::sin(angle)),
            center.y - radius * static_cast<float>(std::cos(angle))};
}

// The turn from one hand to the other, at most one round: convex pieces of at most a third of one.
void draw_turn(Canvas& canvas, Vec2 center, float radius, double from, double turn, Color color) {
    constexpr double piece = 2 * std::numbers::pi / 3;
    const double shown = std::clamp(turn, -2 * std::numbers::pi, 2 * std::numbers::pi);
    const int pieces = std::max(1, static_cast<int>(std::ceil(std::abs(shown) / piece)));
    for (int k = 0; k < pieces; ++k) {
        std::vector<Vec2> sector{center};
        for (int step = 0; step <= 16; ++step)
            sector.push_back(on_circle(center, radius, from + shown * (k + step / 16.0) / pieces));
        canvas.fill_polygon(sector, color);
    }
}

void draw_hand(Canvas& canvas, Vec2 center, float radius, double angle, Color color) {
    const Vec2 tip = on_circle(center, radius, angle);
    canvas.line(center, tip, color, 2.5F);
    canvas.fill_circle(tip, 4, color);
}

// Which mark the mouse takes at x, -1: the bar between the two.
int taken_mark(const Line& line, std::span<const LineMark> marks, float x) {
    const auto distance = [&](std::size_t k) { return std::abs(x - line.x(marks[k].position)); };
    int nearest = -1;
    for (std::size_t k = 0; k < marks.size(); ++k)
        if (nearest < 0 || distance(k) < distance(static_cast<std::size_t>(nearest))) nearest = static_cast<int>(k);
    if (nearest < 0 || distance(static_cast<std::size_t>(nearest)) < mark_radius + 6) return nearest;
    const auto [low, high] = std::minmax({line.x(marks.front().position), line.x(marks.back().position)});
    // Beside the bar, the nearest mark jumps there.
    return x > low && x < high ? -1 : nearest;
}

}  // namespace

std::optional<std::vector<Index>> draw_number_line(Canvas& canvas, Interaction& interaction, const Rect& area,
                                                   Index count, std::span<const LineMark> marks,
                                                   std::optional<int>& dragged) {
    const Theme& t = canvas.theme();
    const Line line{area, count};
    const float y = area.min.y + 30;
    if (area.width() < 4 * line_margin || area.height() < 60) return std::nullopt;
    const Pointer pointer = interaction.picture_area("positions", area);
    canvas.line({line.x(0), y}, {line.x(count - 1), y}, t.line, 3);
    for (const Tick& tick : integer_ticks(0, static_cast<double>(count - 1), static_cast<int>(area.width() / 90))) {
        const float x = line.x(static_cast<Index>(tick.value));
        canvas.line({x, y - 5}, {x, y + 5}, t.line, 1.5F);
        canvas.text({x, y + 24}, tick.label,
                    {.color = t.quiet, .size = 11.5F, .font = Font::mono, .align = Align::center});
    }
    if (marks.size() == 2) {
        const float a = line.x(marks[0].position), b = line.x(marks[1].position);
        canvas.line({a, y}, {b, y}, mix(t.line, t.text, 0.6F), 5);
    }
    for (std::size_t k = 0; k < marks.size(); ++k) {
        const LineMark& mark = marks[k];
        const float x = line.x(mark.position);
        canvas.fill_circle({x, y}, mark_radius, mark.color);
        const bool left = marks.size() == 2 && mark.position < marks[1 - k].position;
        const bool near = marks.size() == 2 && std::abs(line.x(marks[0].position) - line.x(marks[1].position)) < 90;
        TextStyle style{.color = mark.color, .size = 14, .bold = true, .align = Align::center};
        if (near) style.align = left ? Align::right : Align::left;
        const float shift = near ? (left ? 6.0F : -6.0F) : 0.0F;
        const float width = canvas.shaper().width(mark.name, style);
        const float half = style.align == Align::center ? width / 2 : 0,
                    before = style.align == Align::right ? width : half,
                    behind = style.align == Align::left ? width : half;
        if (before + behind > area.width()) continue;
        canvas.text({std::clamp(x + shift, area.min.x + before, area.max.x - behind), y - 14}, mark.name, style);
    }
    if (pointer.hovered && interaction.live())
        interaction.tooltip(tr("Drag a mark, or the bar between them to move both."));
    if (pointer.pressed) dragged = taken_mark(line, marks, pointer.at.x);
    if (!pointer.held && !pointer.pressed) {
        dragged.reset();
        return std::nullopt;
    }
    if (!dragged) return std::nullopt;
    std::vector<Index> wanted;
    for (const LineMark& mark : marks) wanted.push_back(mark.position);
    if (*dragged >= 0) {
        wanted[static_cast<std::size_t>(*dragged)] = line.at(pointer.at.x);
        return wanted;
    }
    // The bar: both move by the same, as far as the line goes.
    Index shift = line.at(pointer.at.x) - line.at(pointer.at.x - pointer.drag.x);
    for (const LineMark& mark : marks) shift = std::clamp<Index>(shift, -mark.position, count - 1 - mark.position);
    for (Index& position : wanted) position += shift;
    return wanted;
}

void draw_clock(Canvas& canvas, const Rect& area, const Clock& clock) {
    const Theme& t = canvas.theme();
    const float radius = std::min(area.width() / 2 - 6, (area.height() - clock_texts) / 2);
    if (radius < 10) return;
    const Vec2 center{area.center().x, area.min.y + 20 + radius};
    canvas.fill_circle(center, radius, clock.chosen ? mix(t.field, t.query, 0.25F) : t.field);
    draw_turn(canvas, center, radius * 0.8F, clock.from, clock.to - clock.from, t.text.alpha(0.16F));
    draw_hand(canvas, center, radius * static_cast<float>(clock.from_length), clock.from, t.query);
    draw_hand(canvas, center, radius * static_cast<float>(clock.to_length), clock.to, t.key);
    canvas.fill_circle(center, 3, t.text);
    const TextStyle title{
        .color = clock.chosen ? t.query : t.text, .size = 12.5F, .bold = clock.chosen, .align = Align::center};
    canvas.text({center.x, area.min.y + 13}, canvas.shaper().fit(clock.title, area.width(), title), title);
    const TextStyle below{.color = t.quiet, .size = area.width() < 76 ? 10.5F : 11.5F, .align = Align::center};
    canvas.text({center.x, center.y + radius + 16}, canvas.shaper().fit(clock.below, area.width(), below), below);
}

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

}  // namespace attnscope::positions_panel
