#include "app/draw/compare.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "app/draw/reading_order.hpp"
#include "app/draw/run_line.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "core/base/check.hpp"
#include "core/base/parallel.hpp"

namespace attnscope {
namespace {

constexpr float heading = 62;  // title, the cell under the mouse, the largest difference
constexpr float gap = 22;
constexpr float title_size = 15, note_size = 12.5F;
constexpr Index rows_per_block = 64;

bool same_shape(const ComparedMaps& maps) {
    const Matrix &a = *maps.a.picture.values, &b = *maps.b.picture.values;
    return a.rows() == b.rows() && a.cols() == b.cols();
}

// Values of both can be read off one bar of colours. Ranges of different kinds are brought to the simpler one.
void share_range(CellPicture& a, CellPicture& b) {
    ColorRange range = b.range;
    range.low = std::min(a.range.low, b.range.low);
    range.high = std::max(a.range.high, b.range.high);
    if (a.range.scale != b.range.scale) range.scale = ColorScale::linear;
    if (a.map != b.map && (a.map == ColorMap::diverging || b.map == ColorMap::diverging)) {
        b.map = ColorMap::diverging;
        range.scale = ColorScale::linear;
    }
    if (b.map == ColorMap::diverging) {  // zero in the middle
        range.high = std::max(std::abs(range.low), std::abs(range.high));
        range.low = -range.high;
    }
    a.map = b.map;
    a.range = b.range = range;
}

// The three maps as they are drawn.
struct Comparison {
    std::array<Heatmap, 3> maps;  // A, B, B - A; without a third where the shapes differ
    bool has_third = false;
    bool shared_labels = false;
    std::array<Rect, 3> panes;  // with their headings
};

Heatmap difference_map(const Heatmap& b, const CompareView& view) {
    Heatmap map = b;
    const double most = std::abs(view.difference.largest);
    map.picture.values = view.difference.values;
    map.picture.generation = view.generation;
    map.picture.map = ColorMap::diverging;
    map.picture.range = {most > 0 ? -most : -1, most > 0 ? most : 1, ColorScale::linear};
    map.value_title = "B − A";
    map.marks.clear();
    return map;
}

Comparison make_scene(const ComparedMaps& maps, const CompareView& view) {
    Comparison scene;
    scene.maps[0] = maps.a;
    scene.maps[1] = maps.b;
    share_range(scene.maps[0].picture, scene.maps[1].picture);
    scene.has_third = same_shape(maps);
    if (scene.has_third) scene.maps[2] = difference_map(maps.b, view);
    scene.shared_labels = scene.has_third && maps.a.row_labels == maps.b.row_labels;
    for (Heatmap& map : scene.maps) {
        map.bars = {};
        map.painting = false;
        map.lit = view.hovered;
        map.pinned = maps.b.pinned;  // both are read at the same cell
        if (map.picture.values == nullptr) continue;
        const auto inside = [&](const std::optional<Cell>& cell) {
            return cell && cell->row < map.picture.values->rows() && cell->column < map.picture.values->cols();
        };
        if (!inside(map.lit)) map.lit.reset();
        if (!inside(map.pinned)) map.pinned.reset();
    }
    return scene;
}

// Beside each other what stands once is written once: the rows' names at A, the bar of A's and B's colours at B.
void write_once(Comparison& scene) {
    scene.maps[0].color_bar = false;
    for (std::size_t i = 1; i < 3 && scene.shared_labels; ++i) {
        scene.maps[i].row_labels.clear();
        scene.maps[i].row_title.clear();
    }
}

struct Layout {
    std::array<Rect, 3> panes;
    float cell = 0;
};

float cell_size(const Heatmap& map, float width, float height) {
    if (map.picture.values == nullptr) return 1e9F;
    constexpr float above = 60, below = 22;  // turned labels and a title; the bar's title
    return std::min(width / static_cast<float>(map.picture.values->cols()),
                    (height - heading - above - below) / static_cast<float>(map.picture.values->rows()));
}

Layout beside_each_other(Canvas& canvas, const Rect& area, const Comparison& scene) {
    std::array<float, 3> margins{};
    float all = 2 * gap;
    for (std::size_t i = 0; i < 3; ++i) {
        const HeatmapMargins m =
            scene.maps[i].picture.values ? heatmap_margins(canvas, scene.maps[i]) : HeatmapMargins{};
        margins[i] = m.left + m.right;
        all += margins[i];
    }
    Layout layout;
    layout.cell = 1e9F;
    const float width = (area.width() - all) / 3;
    float x = area.min.x;
    for (std::size_t i = 0; i < 3; ++i) {
        layout.panes[i] = {{x, area.min.y}, {x + margins[i] + width, area.max.y}};
        x = layout.panes[i].max.x + gap;
        layout.cell = std::min(layout.cell, cell_size(scene.maps[i], width, area.height()));
    }
    return layout;
}

Layout below_each_other(Canvas& canvas, const Rect& area, const Comparison& scene) {
    Layout layout;
    layout.cell = 1e9F;
    const float height = (area.height() - 2 * gap) / 3;
    for (std::size_t i = 0; i < 3; ++i) {
        const float y = area.min.y + static_cast<float>(i) * (height + gap);
        layout.panes[i] = {{area.min.x, y}, {area.max.x, y + height}};
        if (!scene.maps[i].picture.values) continue;
        const HeatmapMargins m = heatmap_margins(canvas, scene.maps[i]);
        layout.cell = std::min(layout.cell, cell_size(scene.maps[i], area.width() - m.left - m.right, height));
    }
    return layout;
}

void lay_out(Canvas& canvas, const Rect& area, Comparison& scene) {
    const Layout below = below_each_other(canvas, area, scene);
    Comparison terse = scene;
    write_once(terse);
    const Layout beside = beside_each_other(canvas, area, terse);
    if (beside.cell >= below.cell) scene = std::move(terse);
    scene.panes = beside.cell >= below.cell ? beside.panes : below.panes;
}

std::string label_of(const AxisLabels& labels, Index index) {
    return index < labels.size() ? labels[index] : fmt::format("{}", index + 1);
}

// "queen → king  0.132" in the colours of queries and keys; `names` has the labels, which the map itself may lack.
void draw_cell(Canvas& canvas, const Rect& pane, float baseline, const Heatmap& names, std::string_view what, Cell cell,
               double value) {
    const Theme& t = canvas.theme();
    const TextStyle style{.size = note_size};
    const float word = pane.width() * 0.26F;
    // The arrow points to the right in any language.
    const std::string begin = right_to_left() ? "\u2066" : "", end = right_to_left() ? "\u2069" : "";
    const TextRun runs[] = {
        {std::string(what), t.quiet},
        {begin + isolated_name(canvas.shaper().fit(label_of(names.row_labels, cell.row), word, style)), t.query},
        {" → ", t.quiet},
        {isolated_name(canvas.shaper().fit(label_of(names.column_labels, cell.column), word, style)), t.key},
        {"  " + (std::isnan(value) ? tr("masked") : short_number(value)) + end, t.text, Script::normal, true}};
    // Without a word of the language it would be drawn from the left.
    const Rect own = Rect::sized(pane.min, width_of_runs(canvas, runs, note_size) + 2, pane.height());
    draw_run_line(canvas, in_reading_order(own, pane), baseline, runs, note_size);
}

void draw_title(Canvas& canvas, const Rect& pane, std::string_view letter, std::string_view title) {
    const Theme& t = canvas.theme();
    const float baseline = pane.min.y + 15;
    const TextStyle bold{.color = t.text, .size = title_size, .bold = true}, style{.color = t.quiet, .size = 13};
    const float width = canvas.shaper().width(letter, bold);
    const Rect first = in_reading_order(Rect::sized(pane.min, width, pane.height()), pane);
    canvas.text({first.min.x, baseline}, letter, bold);
    draw_entry(canvas, in_reading_order({{pane.min.x + width + 10, pane.min.y}, pane.max}, pane), baseline, title,
               style);
}

void draw_shapes(Canvas& canvas, const Rect& pane, const ComparedMaps& maps) {
    const Theme& t = canvas.theme();
    const Matrix &a = *maps.a.picture.values, &b = *maps.b.picture.values;
    draw_title(canvas, pane, "B − A", "");
    const std::string lines[] = {tr("A is {} × {}", a.rows(), a.cols()), tr("B is {} × {}", b.rows(), b.cols()),
                                 tr("no difference:"), tr("shapes differ")};
    float y = pane.min.y + 37;
    const TextStyle style{.color = t.quiet, .size = 13};
    for (const std::string& line : lines) {
        draw_line(canvas, pane, y, line, style);
        y += 18;
    }
}

void draw_heading(Canvas& canvas, const Comparison& scene, const ComparedMaps& maps, std::size_t i,
                  const Difference& d) {
    constexpr const char* letters[] = {"A", "B", "B − A"};
    const Rect& pane = scene.panes[i];
    const std::string title = i == 0   ? maps.a_title
                              : i == 1 ? maps.b_title
                                       : tr("Frobenius norm {}", short_number(d.norm));
    draw_title(canvas, pane, letters[i], title);
    const Heatmap &map = scene.maps[i], &names = i == 0 ? maps.a : maps.b;
    if (const std::optional<Cell> cell = map.lit ? map.lit : map.pinned)
        draw_cell(canvas, pane, pane.min.y + 35, names, "", *cell,
                  static_cast<double>((*map.picture.values)(cell->row, cell->column)));
    if (i == 2 && d.largest != 0)
        draw_cell(canvas, pane, pane.min.y + 54, names, tr("largest:") + " ", d.place, d.largest);
}

void refresh(CompareView& view, const ComparedMaps& maps) {
    const CellPicture &a = maps.a.picture, &b = maps.b.picture;
    if (view.of_a == a.values && view.of_b == b.values && view.generation_a == a.generation &&
        view.generation_b == b.generation)
        return;
    view.of_a = a.values;
    view.of_b = b.values;
    view.generation_a = a.generation;
    view.generation_b = b.generation;
    view.difference = same_shape(maps) ? subtract(*a.values, *b.values) : Difference{};
    ++view.generation;
}

// What one block of rows contributes.
struct Part {
    double squares = 0, largest = 0;
    Cell place;
};

Part subtract_rows(const Matrix& a, const Matrix& b, Index begin, Index end, Matrix& out) {
    Part part;
    for (Index i = begin; i < end; ++i)
        for (Index j = 0; j < a.cols(); ++j) {
            const float x = a(i, j), y = b(i, j);
            if (std::isnan(x) && std::isnan(y)) {
                out(i, j) = x;
                continue;
            }
            const double d = static_cast<double>(std::isnan(y) ? 0 : y) - static_cast<double>(std::isnan(x) ? 0 : x);
            out(i, j) = static_cast<float>(d);
            part.squares += d * d;
            if (std::abs(d) > std::abs(part.largest)) {
                part.largest = d;
                part.place = {i, j};
            }
        }
    return part;
}

}  // namespace

Difference subtract(const Matrix& a, const Matrix& b) {
    check(a.rows() == b.rows() && a.cols() == b.cols(), "subtract() of matrices of one shape");
    auto values = std::make_shared<Matrix>(a.rows(), a.cols());
    std::vector<Part> parts(static_cast<std::size_t>((a.rows() + rows_per_block - 1) / rows_per_block));
    parallel_blocks(a.rows(), rows_per_block, {}, [&](Index begin, Index end) {
        parts[static_cast<std::size_t>(begin / rows_per_block)] = subtract_rows(a, b, begin, end, *values);
    });
    Difference difference;
    double squares = 0;
    for (const Part& part : parts) {
        squares += part.squares;
        if (std::abs(part.largest) > std::abs(difference.largest)) {
            difference.largest = part.largest;
            difference.place = part.place;
        }
    }
    difference.norm = std::sqrt(squares);
    difference.values = std::move(values);
    return difference;
}

CompareEvents draw_comparison(Canvas& canvas, Interaction& interaction, const Rect& area, const ComparedMaps& maps,
                              CompareView& view) {
    check(maps.a.picture.values != nullptr && maps.b.picture.values != nullptr, "draw_comparison() of two matrices");
    CompareEvents events;
    if (maps.a.picture.values->size() == 0 || maps.b.picture.values->size() == 0) return events;
    refresh(view, maps);
    Comparison scene = make_scene(maps, view);
    lay_out(canvas, area, scene);
    constexpr const char* prefixes[] = {"A/", "B/", "B-A/"};
    for (std::size_t i = 0; i < 3; ++i) {
        if (i == 2 && !scene.has_third) {
            draw_shapes(canvas, scene.panes[2], maps);
            break;
        }
        draw_heading(canvas, scene, maps, i, view.difference);
        Rect pane = scene.panes[i];
        pane.cut_top(heading);
        PrefixedInteraction named(interaction, prefixes[i]);
        HeatmapView& zoom = i == 1 && !scene.has_third ? view.other_view : view.view;
        const HeatmapEvents here = draw_heatmap(canvas, named, pane, scene.maps[i], zoom);
        if (here.hovered) events.hovered = here.hovered;
        if (here.clicked) events.clicked = here.clicked;
    }
    view.hovered = events.hovered;
    return events;
}

}  // namespace attnscope
