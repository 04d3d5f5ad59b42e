// The visible cells as a raster of colours, for the backends that draw pictures of pixels: one pixel for each cell, or,
// where cells are smaller than pixels, the colour of their average.
#pragma once

#include <cmath>
#include <vector>

#include "app/draw/cells.hpp"
#include "app/draw/geometry.hpp"

namespace attnscope {

/// The colour of a value: entry round(255 color_position) of the picture's table, `masked` for NaN.
class CellColors {
public:
    explicit CellColors(const CellPicture& picture)
        : table_(&color_table(picture.map, picture.dark)), range_(picture.range), masked_(picture.masked) {}
    Color operator()(double value) const {
        if (std::isnan(value)) return masked_;
        return (*table_)[static_cast<std::size_t>(color_position(range_, value) * 255 + 0.5)];
    }

private:
    const ColorTable* table_;
    ColorRange range_;
    Color masked_;
};

/// Pixels along one axis: pixel i covers the cells from start + i step to start + (i + 1) step.
struct CellAxis {
    double start = 0, step = 1;
    Index pixels = 0;
};

/// Row by row, y.pixels x x.pixels colours. Along an axis with step <= 1 a pixel takes the cell at its middle; with
/// step > 1 it takes the mean of the values it covers, weighted by the part covered, without the masked ones (NaN only
/// where all are masked). Beyond the matrix its outermost cells go on. The matrix must not be empty.
/// O(cells covered + pixels).
std::vector<Color> sample_cells(const CellPicture& picture, const CellAxis& x, const CellAxis& y);

/// A rectangle in double precision, in points.
struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;
    bool empty() const { return !(right > left && bottom > top); }
};

/// Where cells go: point = area.min + (cell - view.min) points_per_cell.
class CellPlacement {
public:
    CellPlacement(const Rect& area, const CellPicture& picture);

    /// The part of the area that is covered by the matrix; empty when there is nothing to draw (no values, an empty or
    /// not finite view or area, or a view beside the matrix).
    const Box& covered() const { return covered_; }
    double x_of(double column) const { return area_.min.x + (column - view_.min.x) * points_x_; }
    double y_of(double row) const { return area_.min.y + (row - view_.min.y) * points_y_; }
    double column_at(double x) const { return view_.min.x + (x - area_.min.x) / points_x_; }
    double row_at(double y) const { return view_.min.y + (y - area_.min.y) / points_y_; }

private:
    Rect area_, view_;
    double points_x_ = 1, points_y_ = 1;  // points per cell
    Box covered_;
};

/// The whole cells that the view touches as an image, and where the image lies, for PDF and SVG: it reaches beyond the
/// covered box by the hidden parts of the cells at its border.
struct CellImage {
    Box place;
    Index width = 0, height = 0;
    std::vector<Color> pixels;
};

/// One pixel per cell, but at most `limit` a side: then each pixel is the mean of the cells below it.
CellImage cell_image(const CellPlacement& placement, const CellPicture& picture, Index limit = 4096);

}  // namespace attnscope
