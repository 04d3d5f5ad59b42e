// A matrix as a picture: how values become colours. The same formula stands in shaders/cells.frag for the screen.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/draw/geometry.hpp"
#include "core/base/matrix.hpp"

namespace attnscope {

enum class ColorMap { viridis, cividis, magma, diverging };
enum class ColorScale { linear, square_root, logarithmic };

/// 256 colours from low to high. `diverging` runs amber - neutral - blue; its middle is the theme's ground so that zero
/// recedes. viridis, cividis and magma are the tables of Matplotlib (CC0; van der Walt and Smith 2015; Nunez et al.
/// 2018).
using ColorTable = std::array<Color, 256>;
const ColorTable& color_table(ColorMap map, bool dark);

/// The value range that the colour table spans.
struct ColorRange {
    double low = 0, high = 1;
    ColorScale scale = ColorScale::linear;
};

/// Where a value stands in the colour table, in [0, 1]; values outside the range take its ends.
/// linear: (x - low) / (high - low). square_root: sqrt of that. logarithmic: log(x / floor) / log(high / floor) with
/// floor = max(low, high * 1e-4), for high > 0; other values stand at 0.
double color_position(const ColorRange& range, double value);
/// The inverse: the value at a position of the colour bar.
double color_value(const ColorRange& range, double position);

/// What to draw: cells [view.min.y, view.max.y) x [view.min.x, view.max.x) (in cells, fractions allowed) of a matrix,
/// into a rectangle. NaN marks a masked cell and takes `masked`. Where several cells share a pixel their average is
/// drawn.
struct CellPicture {
    std::shared_ptr<const Matrix> values = {};
    std::uint64_t generation = 0;  // changes whenever the values do: a texture is uploaded only then
    Rect view = {};
    ColorRange range = {};
    ColorMap map = ColorMap::viridis;
    Color masked = {};
    bool dark = true;
};

/// The cells as pixels, row by row: one pixel for each of the whole cells [row0, row0 + rows) x [col0, col0 + cols).
std::vector<Color> color_cells(const CellPicture& picture, Index row0, Index col0, Index rows, Index cols);

}  // namespace attnscope
