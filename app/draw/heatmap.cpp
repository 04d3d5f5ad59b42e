#include "app/draw/heatmap.hpp"

#include <fmt/format.h>

#include <cmath>
#include <unordered_set>

#include "app/draw/color_bar.hpp"

namespace attnscope {
namespace {

constexpr float label_size = 13.5F;
constexpr float longest_label = 104;
constexpr float bar_space = 76;  // colour bar with its numbers
constexpr float title_space = 18;
constexpr float bars_space = 54;
constexpr float longest_shape = 3;  // of a map too large to hold: its sides' ratio
constexpr float bars_need = 110;    // a narrower map does without the bars beside it

// What every part of the drawing needs.
struct MapScene {
    Canvas& canvas;
    const Heatmap& map;
    const View2D& view;
    Rect cells;                  // where the cells are drawn
    std::optional<Cell> active;  // whose row and column are lit

    Index rows() const { return map.row_count(); }
    Index columns() const { return map.column_count(); }
    float x(double column) const {
        return cells.min.x + cells.width() * static_cast<float>(view_position(view.x, column, false));
    }
    float y(double row) const {
        return cells.min.y + cells.height() * static_cast<float>(view_position(view.y, row, false));
    }
    float cell_width() const { return x(1) - x(0); }
    float cell_height() const { return y(1) - y(0); }
};

struct Range {
    Index begin, end;
};

// The whole cells that a window touches.
Range visible(const ViewWindow& window, Index count) {
    return {std::clamp<Index>(static_cast<Index>(std::floor(window.low)), 0, count),
            std::clamp<Index>(static_cast<Index>(std::ceil(window.high)), 0, count)};
}

// Every step-th label fits when they need `space` each.
Index label_step(float cell, float space) {
    Index step = 1;
    for (Index decade = 1; decade < Index{1} << 40; decade *= 10)
        for (const Index digit : {1, 2, 5}) {
            step = digit * decade;
            if (cell * static_cast<float>(step) >= space) return step;
        }
    return step;
}

float widest(Canvas& canvas, const AxisLabels& labels) {
    if (labels.empty()) return 0;
    // A sample is enough of thousands: longer ones are shortened. Of numbers the last is the widest.
    const Index step = labels.size() / 256 + 1;
    float width = 0;
    for (Index i = labels.are_numbers() ? labels.size() - 1 : 0; i < labels.size(); i += step)
        width = std::max(width, canvas.shaper().width(labels[i], {.size = label_size}));
    return std::min(width, longest_label);
}

// The label of a cell, lit or standing for `step` of them.
std::string label_of(const Heatmap& map, const AxisLabels& labels, Index i, Index step, bool lit) {
    constexpr Index few = 10;
    return map.number_thinned && !lit && step >= few ? fmt::format("{}", i) : labels[i];
}

// Calls draw(i, lit) for every step-th cell of the range, and for the lit one (negative: none), which takes the place
// of its thinned neighbours.
template <class Draw>
void each_label(Range range, Index step, Index lit, const Draw& draw) {
    for (Index i = (range.begin + step - 1) / step * step; i < range.end; i += step)
        if (lit < 0 || std::abs(i - lit) >= step) draw(i, false);
    if (lit >= range.begin && lit < range.end) draw(lit, true);
}

void draw_row_labels(const MapScene& s) {
    if (s.map.row_labels.empty()) return;
    const Theme& t = s.canvas.theme();
    const Index step = label_step(s.cell_height(), label_size + 1);
    each_label(visible(s.view.y, s.rows()), step, s.active ? s.active->row : -1, [&](Index i, bool lit) {
        const float y = s.y(static_cast<double>(i) + 0.5);
        if (y < s.cells.min.y - 1 || y > s.cells.max.y + 1) return;
        const TextStyle style{.color = lit ? t.query : t.text, .size = label_size, .bold = lit, .align = Align::right};
        const std::string text =
            s.canvas.shaper().fit(label_of(s.map, s.map.row_labels, i, step, lit), longest_label, style);
        s.canvas.text_middle({s.cells.min.x - 9, y}, text, style);
    });
}

void draw_column_labels(const MapScene& s, bool upright) {
    if (s.map.column_labels.empty()) return;
    const Theme& t = s.canvas.theme();
    // Turned labels are a line's height apart along the slope.
    const Index step = label_step(s.cell_width(), upright ? 1 : label_size * 1.25F);
    each_label(visible(s.view.x, s.columns()), step, s.active ? s.active->column : -1, [&](Index j, bool lit) {
        const float x = s.x(static_cast<double>(j) + 0.5);
        if (x < s.cells.min.x - 1 || x > s.cells.max.x + 1) return;
        const TextStyle style{.color = lit ? t.key : t.text,
                              .size = label_size,
                              .bold = lit,
                              .align = upright ? Align::center : Align::left,
                              .angle = upright ? 0.0F : 45.0F};
        const std::string text =
            s.canvas.shaper().fit(label_of(s.map, s.map.column_labels, j, step, lit), longest_label, style);
        s.canvas.text({upright ? x : x + 2, s.cells.min.y - 8}, text, style);
    });
}

// Where an end of what is drawn lies: exactly at the border of the cells' place when it is the window's end.
float end_of(const ViewWindow& window, double cell, float low, float high) {
    if (cell == window.low) return low;
    return cell == window.high ? high : low + (high - low) * static_cast<float>(view_position(window, cell, false));
}

// The part of the picture that the zoom shows. Positions are made relative to the picture in double: the cells' own
// numbers may be too large for a float's fraction.
void draw_part(const MapScene& s, const PartPicture& part) {
    const auto left = static_cast<double>(part.column), top = static_cast<double>(part.row);
    const double x0 = std::max(s.view.x.low, left), y0 = std::max(s.view.y.low, top);
    const double x1 = std::min(s.view.x.high, left + static_cast<double>(part.columns));
    const double y1 = std::min(s.view.y.high, top + static_cast<double>(part.rows));
    if (!(x1 > x0) || !(y1 > y0)) return;
    const double across = static_cast<double>(part.values->cols()) / static_cast<double>(part.columns);
    const double down = static_cast<double>(part.values->rows()) / static_cast<double>(part.rows);
    CellPicture picture = s.map.picture;
    picture.values = part.values;
    picture.generation = part.generation;
    picture.view = {{static_cast<float>((x0 - left) * across), static_cast<float>((y0 - top) * down)},
                    {static_cast<float>((x1 - left) * across), static_cast<float>((y1 - top) * down)}};
    const Rect& cells = s.cells;
    s.canvas.cells({{end_of(s.view.x, x0, cells.min.x, cells.max.x), end_of(s.view.y, y0, cells.min.y, cells.max.y)},
                    {end_of(s.view.x, x1, cells.min.x, cells.max.x), end_of(s.view.y, y1, cells.min.y, cells.max.y)}},
                   picture);
}

void draw_grid(const MapScene& s) {
    const Color color = s.canvas.theme().ground;
    if (std::min(s.cell_width(), s.cell_height()) < 9) return;
    const Range columns = visible(s.view.x, s.columns()), rows = visible(s.view.y, s.rows());
    for (Index j = columns.begin + 1; j < columns.end; ++j) {
        const float x = s.x(static_cast<double>(j));
        s.canvas.fill_rect({{x - 0.5F, s.cells.min.y}, {x + 0.5F, s.cells.max.y}}, color);
    }
    for (Index i = rows.begin + 1; i < rows.end; ++i) {
        const float y = s.y(static_cast<double>(i));
        s.canvas.fill_rect({{s.cells.min.x, y - 0.5F}, {s.cells.max.x, y + 0.5F}}, color);
    }
}

void draw_values(const MapScene& s) {
    const CellPicture& picture = s.map.picture;
    const float width = s.cell_width();
    if (width < 37 || s.cell_height() < 17) return;
    const bool roomy = width >= 46;
    const bool small = std::max(std::abs(picture.range.low), std::abs(picture.range.high)) < 0.01;
    const TextStyle style{.size = 11.5F, .font = Font::mono, .align = Align::center};
    const Range columns = visible(s.view.x, s.columns()), rows = visible(s.view.y, s.rows());
    for (Index i = rows.begin; i < rows.end; ++i)
        for (Index j = columns.begin; j < columns.end; ++j) {
            const std::optional<float> held = s.map.value({i, j});
            if (!held || std::isnan(*held)) continue;
            const auto value = static_cast<double>(*held);
            TextStyle inked = style;
            inked.color = ink_on(picture, value);
            s.canvas.text_middle({s.x(static_cast<double>(j) + 0.5), s.y(static_cast<double>(i) + 0.5)},
                                 small ? small_cell_text(value, roomy ? 1 : 0) : cell_text(value, roomy ? 3 : 2),
                                 inked);
        }
}

Rect cell_rect(const MapScene& s, Cell cell) {
    const auto row = static_cast<double>(cell.row), column = static_cast<double>(cell.column);
    return {{s.x(column), s.y(row)}, {s.x(column + 1), s.y(row + 1)}};
}

constexpr float smallest_dot = 0.6F, dot_edge = 0.7F;  // radius, and what is dark around it

// One mark for this many cells each way: at most half a million marks would lie on each other. By cells, not by points
// of the screen: the same stay while the map is moved.
Index mark_step(float cell) {
    constexpr Index most = 1 << 20;
    const float step = std::ceil(2 * (smallest_dot + dot_edge) / cell);
    return step < static_cast<float>(most) ? std::max<Index>(1, static_cast<Index>(step)) : most;
}

void draw_dot(Canvas& canvas, Vec2 at, float radius) {
    constexpr float roundest = 1.2F;  // smaller ones look the same as squares, of which many are drawn faster
    for (const auto& [r, color] :
         {std::pair(radius + dot_edge, Color::hex(0x0b0d10)), std::pair(radius, Color::hex(0xffffff))})
        if (radius > roundest)
            canvas.fill_circle(at, r, color);
        else
            canvas.fill_rect({{at.x - r, at.y - r}, {at.x + r, at.y + r}}, color);
}

void draw_marks(const MapScene& s) {
    const float width = s.cell_width(), height = s.cell_height();
    const Index down = mark_step(height), across = mark_step(width), columns = (s.columns() - 1) / across + 1;
    std::unordered_set<Index> taken;
    const bool legible = width >= 16 && height >= 12;
    const bool values = width >= 37 && height >= 17;  // their place is the middle
    for (const CellMark& mark : s.map.marks) {
        const Rect cell = cell_rect(s, mark.cell);
        if (cell.max.x < s.cells.min.x || cell.min.x > s.cells.max.x || cell.max.y < s.cells.min.y ||
            cell.min.y > s.cells.max.y)
            continue;
        if (!legible) {
            const Index place = mark.cell.row / down * columns + mark.cell.column / across;
            if (taken.insert(place).second)
                draw_dot(s.canvas, cell.center(), std::clamp(width * 0.22F, smallest_dot, 2.5F));
            continue;
        }
        const TextStyle style{
            .color = Color::hex(0xffffff), .size = 10, .font = Font::mono, .bold = true, .align = Align::center};
        const Vec2 at = values ? Vec2{cell.max.x - 7, cell.min.y + 7} : cell.center();
        s.canvas.fill_circle(at, 6, Color::hex(0x0b0d10));
        s.canvas.text_middle(at, mark.text, style);
    }
}

void draw_crosshair(const MapScene& s) {
    const Theme& t = s.canvas.theme();
    const Clip clip(s.canvas, s.cells.inset(-2));
    // The row and column of a cell that is smaller than a line are drawn as wide as one.
    const auto seen = [&](const Cell& at) {
        const Rect cell = cell_rect(s, at);
        const float x = std::max(0.0F, 1 - cell.width()) / 2, y = std::max(0.0F, 1 - cell.height()) / 2;
        return Rect{{cell.min.x - x, cell.min.y - y}, {cell.max.x + x, cell.max.y + y}};
    };
    if (s.active) {
        const Rect cell = seen(*s.active);
        s.canvas.stroke_rect({{cell.min.x, s.cells.min.y}, {cell.max.x, s.cells.max.y}}, t.key, 1.5F);
        s.canvas.stroke_rect({{s.cells.min.x, cell.min.y}, {s.cells.max.x, cell.max.y}}, t.query, 1.5F);
    }
    if (s.map.pinned) {
        const Rect cell = seen(*s.map.pinned);
        // Two outlines, so that it is seen on any colour.
        s.canvas.stroke_rect(cell.inset(-1), Color::hex(0x0b0d10), 3);
        s.canvas.stroke_rect(cell.inset(-1), Color::hex(0xffffff), 1.75F);
    }
}

void draw_row_bars(const MapScene& s, float left) {
    const Theme& t = s.canvas.theme();
    const RowBars& bars = s.map.bars;
    constexpr float longest = bars_space - 16;
    const TextStyle title{.color = t.quiet, .size = 12};
    s.canvas.text({left, s.cells.max.y + 16}, s.canvas.shaper().fit(bars.title, bars_space + 2, title), title);
    const Clip clip(s.canvas, {{left, s.cells.min.y}, {left + bars_space, s.cells.max.y}});
    const Range rows = visible(s.view.y, s.rows());
    // One bar a point of height at most: of thousands of rows the mean of those that share a point.
    const auto step = std::max<Index>(1, static_cast<Index>(1 / std::max(s.cell_height(), 1e-6F)));
    const float space = s.cell_height() >= 5 ? std::min(2.0F, s.cell_height() * 0.15F) : 0;
    // Bars that begin and end within pixels would leave seams, which beat with the pixels: each reaches below the next.
    const float over = step > 1 ? 1 : 0;
    for (Index i = rows.begin / step * step; i < rows.end; i += step) {
        const Index end = std::min(i + step, s.rows());
        double sum = 0;
        for (Index k = i; k < end; ++k) sum += (*bars.values)[static_cast<std::size_t>(k)];
        const double value = sum / static_cast<double>(end - i);
        const bool lit = s.active && s.active->row >= i && s.active->row < end;
        const float length = longest * static_cast<float>(bars.most > 0 ? std::min(value / bars.most, 1.0) : 0);
        const float top = s.y(static_cast<double>(i)) + space, bottom = s.y(static_cast<double>(end)) - space + over;
        s.canvas.fill_rect({{left, top}, {left + longest, bottom}}, t.field);
        // The number lies over the bar's end: it must be read on the bar and beside it, of the lit row too.
        const bool number = step == 1 && s.cell_height() >= 13;
        s.canvas.fill_rect({{left, top}, {left + length, bottom}}, lit && !number ? t.query : ground_of_bar(t));
        if (lit && number) s.canvas.stroke_rect({{left, top}, {left + longest, bottom}}, t.query, 1.5F);
        if (number)
            s.canvas.text_middle({left + 4, (top + bottom) / 2}, cell_text(value, 2),
                                 {.color = t.text, .size = 11, .font = Font::mono, .bold = lit});
    }
}

}  // namespace

HeatmapMargins heatmap_margins(Canvas& canvas, const Heatmap& map) {
    return {
        (map.row_labels.empty() ? 0 : widest(canvas, map.row_labels) + 14) + (map.row_title.empty() ? 0 : title_space),
        (map.color_bar ? bar_space : 0) + (map.bars.values == nullptr ? 0 : bars_space)};
}

float heatmap_width(Canvas& canvas, const Heatmap& map, float height) {
    const HeatmapMargins margins = heatmap_margins(canvas, map);
    const float labels = widest(canvas, map.column_labels);
    const auto rows = static_cast<float>(map.row_count()), columns = static_cast<float>(map.column_count());
    const float square = height - (label_size + 10 + title_space) - 22;
    const bool upright = labels + 6 <= square / rows;
    const float cells = upright ? square : square - (labels * 0.71F + 20) + label_size + 10;
    const float shape = map.rows > 0 ? std::clamp(columns / rows, 1 / longest_shape, longest_shape) : columns / rows;
    return margins.left + std::max(cells, 0.0F) * shape + margins.right;
}

HeatmapEvents draw_heatmap(Canvas& canvas, Interaction& interaction, const Rect& area, const Heatmap& map,
                           HeatmapView& view) {
    HeatmapEvents events;
    const Index rows = map.row_count(), columns = map.column_count();
    const float column_labels = widest(canvas, map.column_labels);
    // Room for labels, then the largest rectangle with square cells in what is left.
    const float left = heatmap_margins(canvas, map).left;
    const float without_bars = area.width() - left - (map.color_bar ? bar_space : 0);
    const bool has_bars = map.bars.values != nullptr && without_bars - bars_space >= bars_need;
    const float bars = has_bars ? bars_space : 0;
    const float most_width = area.width() - left - (map.color_bar ? bar_space : 0) - bars;
    // Of square cells the width may be less than the area allows: they end where its height does.
    const float if_upright = (area.height() - (label_size + 10 + title_space) - 22) / static_cast<float>(rows);
    const float widest_cell = most_width / static_cast<float>(columns);
    const bool upright = column_labels + 6 <= (map.fill ? widest_cell : std::min(widest_cell, if_upright));
    const float top = (upright ? label_size + 10 : column_labels * 0.71F + 20) + title_space;
    const float most_height = area.height() - top - 22;
    if (most_width < 40 || most_height < 40) return events;
    const float cell = std::min(most_width / static_cast<float>(columns), most_height / static_cast<float>(rows));
    float width = cell * static_cast<float>(columns), height = cell * static_cast<float>(rows);
    if (map.fill) {
        width = most_width;
        height = most_height;
    } else if (map.rows > 0) {  // square cells of 100 x 1000000 would be a line
        height = std::max(height, std::min(most_height, width / longest_shape));
        width = std::max(width, std::min(most_width, height / longest_shape));
    }
    events.cells = Rect::sized({area.min.x + left, area.min.y + top}, width, height);

    const Pointer pointer = interaction.picture_area("heatmap", events.cells);
    const auto whole_x = static_cast<double>(columns), whole_y = static_cast<double>(rows);
    const View2D fitted{{0, whole_x}, {0, whole_y}};
    ViewRules rules;
    rules.x = {.low = 0, .high = whole_x, .least = std::min(2.0, whole_x)};
    rules.y = {.low = 0, .high = whole_y, .least = std::min(2.0, whole_y)};
    rules.y_down = true;
    Pointer mover = pointer;
    if (map.painting) {
        mover.drag = {};
        mover.double_clicked = false;
    }
    handle(view.view, mover, events.cells, fitted, rules);

    MapScene scene{canvas, map, view.view, events.cells, map.lit ? map.lit : map.pinned};
    if (const auto lit = interaction.lit_cell(); lit && lit->first < scene.rows() && lit->second < scene.columns())
        scene.active = Cell{lit->first, lit->second};
    if (pointer.hovered) {
        const auto column = static_cast<double>((pointer.at.x - events.cells.min.x) / events.cells.width());
        const auto row = static_cast<double>((pointer.at.y - events.cells.min.y) / events.cells.height());
        const Cell here{
            std::clamp<Index>(static_cast<Index>(std::floor(view_value(scene.view.y, row, false))), 0, rows - 1),
            std::clamp<Index>(static_cast<Index>(std::floor(view_value(scene.view.x, column, false))), 0, columns - 1)};
        events.hovered = scene.active = here;
        if (pointer.clicked) events.clicked = here;
        if (map.painting && (pointer.held || pointer.pressed)) events.painted = here;
    }

    draw_part(scene, {map.picture.values, map.picture.generation, 0, 0, rows, columns});
    for (const PartPicture& part : map.parts) draw_part(scene, part);
    {
        const Clip clip(canvas, events.cells);
        draw_grid(scene);
        draw_values(scene);
        draw_marks(scene);
    }
    draw_crosshair(scene);
    draw_row_labels(scene);
    draw_column_labels(scene, upright);
    if (has_bars) draw_row_bars(scene, events.cells.max.x + 10);
    if (map.color_bar)
        draw_color_bar(canvas,
                       Rect::sized({events.cells.max.x + bars + 18, events.cells.min.y}, 12, events.cells.height()),
                       map.picture, map.value_title);

    const Theme& t = canvas.theme();
    canvas.text({area.min.x + 11, events.cells.center().y}, map.row_title,
                {.color = t.query, .size = 12, .align = Align::center, .angle = 90});
    canvas.text({events.cells.center().x, area.min.y + 11}, map.column_title,
                {.color = t.key, .size = 12, .align = Align::center});
    return events;
}

}  // namespace attnscope
