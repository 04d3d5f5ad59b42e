// A matrix one can explore: labels, colour bar, crosshair, zoom down to single cells with their numbers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/axis_labels.hpp"
#include "app/draw/canvas.hpp"
#include "app/draw/interaction.hpp"
#include "app/draw/view_window.hpp"

namespace attnscope {

struct Cell {
    Index row = 0, column = 0;
    friend bool operator==(const Cell&, const Cell&) = default;
};

/// A number for each row, drawn as bars beside the cells.
struct RowBars {
    std::string title;
    std::shared_ptr<const std::vector<double>> values = {};  // as many as there are rows; null: no bars
    double most = 1;                                         // the value of a full bar
};

/// A short text in the corner of a cell: a rank, a sign.
struct CellMark {
    Cell cell;
    std::string text;
};

/// A picture of a part of the map's cells, each pixel an equal share of them.
struct PartPicture {
    std::shared_ptr<const Matrix> values;
    std::uint64_t generation = 0;  // as in CellPicture
    Index row = 0, column = 0;     // the first cell
    Index rows = 0, columns = 0;   // of cells; at least as many as pixels
};

struct Heatmap {
    CellPicture picture;  // of the whole map; its view is set by the zoom
    // A map too large to hold has more cells than its picture has pixels: this many. 0: a pixel is a cell.
    Index rows = 0, columns = 0;
    std::vector<PartPicture> parts;  // finer pictures, in the picture's colours, each drawn over those before it
    // As many as there are rows, columns; too many are thinned. None at all: nothing is written there.
    AxisLabels row_labels, column_labels;
    bool number_thinned = false;  // labels that stand for many cells are their numbers: a name would say nothing
    std::string row_title, column_title, value_title;
    std::optional<Cell> pinned;
    std::optional<Cell> lit;  // instead of the pinned cell, while the mouse is elsewhere: its row and column are lit
    RowBars bars;             // none when it has no values
    bool color_bar = true;
    std::vector<CellMark> marks;  // where cells are too small for their text, dots
    bool fill = false;            // cells as wide and as high as there is room, instead of square
    bool painting = false;        // dragging reports cells instead of moving the picture

    Index row_count() const { return rows > 0 ? rows : picture.values->rows(); }
    Index column_count() const { return columns > 0 ? columns : picture.values->cols(); }
    /// The value of a single cell: from the topmost picture that shows it, when a pixel is a cell there.
    std::optional<float> value(const Cell& cell) const;
};

struct HeatmapView {
    View2D view;
};

struct HeatmapEvents {
    std::optional<Cell> hovered, clicked;
    std::optional<Cell> painted;  // while painting: under the mouse, whose button is down
    Rect cells;                   // where the cells are
};

/// Draws the heatmap into `area`, cells square when the whole matrix is shown (or, of a map with `rows` and `columns`
/// of its own, stretched so that no side is more than three times the other; with `fill` to the area). Wheel zooms,
/// drag pans, double click fits, a click reports its cell. Cells large enough have their value printed. Cost per frame:
/// O(visible labels and printed cells), whatever the size of the matrix.
HeatmapEvents draw_heatmap(Canvas& canvas, Interaction& interaction, const Rect& area, const Heatmap& map,
                           HeatmapView& view);

/// What stands left of the cells (labels, title) and right of them (bars, colour bar), in points.
struct HeatmapMargins {
    float left = 0, right = 0;
};
HeatmapMargins heatmap_margins(Canvas& canvas, const Heatmap& map);

/// The width that a heatmap of this height can use, with its labels, bars and colour bar.
float heatmap_width(Canvas& canvas, const Heatmap& map, float height);

/// A cell's value as printed in it and in read-outs.
std::string cell_text(double value, int decimals);
/// Dark or light: what is read on the colour that the picture gives this value.
Color ink_on(const CellPicture& picture, double value);
/// The same for values that are all far below 1: "2e-5", with so many digits behind the point. 0 is "0".
std::string small_cell_text(double value, int digits);

}  // namespace attnscope
