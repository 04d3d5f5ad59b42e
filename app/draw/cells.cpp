#include "app/draw/cells.hpp"

#include <cmath>

#include "app/draw/cell_image.hpp"
#include "app/draw/color_tables.hpp"
#include "app/draw/oklab.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

ColorTable table_of(const std::array<std::uint32_t, 256>& data) {
    ColorTable table;
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = Color::hex(data[i]);
    return table;
}

// Two straight lines in OKLab from the neutral middle: equal steps of the value look equally large. Both ends are
// brought to the mean of their lightnesses, so that opposite values are equally prominent. The two middle entries are
// the neutral itself: zero is exactly the ground.
ColorTable diverging_table(Color low, Color middle, Color high) {
    const Oklab neutral = to_oklab(middle);
    Oklab ends[] = {to_oklab(low), to_oklab(high)};
    ends[0].L = ends[1].L = (ends[0].L + ends[1].L) / 2;
    ColorTable table;
    for (std::size_t i = 0; i < 128; ++i) {
        const double t = static_cast<double>(i) / 127;
        const auto at = [&](const Oklab& end) {
            return to_srgb({neutral.L + t * (end.L - neutral.L), neutral.a + t * (end.a - neutral.a),
                            neutral.b + t * (end.b - neutral.b)});
        };
        table[127 - i] = at(ends[0]);
        table[128 + i] = at(ends[1]);
    }
    return table;
}

// Rounding may leave [0, 1] by an ulp; a range with an infinite or NaN end gives NaN, which stands at 0.
double in_unit(double position) {
    return position > 0 ? std::min(position, 1.0) : 0;
}

double log_floor(const ColorRange& range) {
    return std::max(range.low, range.high * 1e-4);
}

}  // namespace

const ColorTable& color_table(ColorMap map, bool dark) {
    static const ColorTable viridis = table_of(viridis_table);
    static const ColorTable cividis = table_of(cividis_table);
    static const ColorTable magma = table_of(magma_table);
    static const ColorTable diverging_dark =
        diverging_table(Color::hex(0xffb45a), Color::hex(0x1b2027), Color::hex(0x5ac8fa));
    static const ColorTable diverging_light =
        diverging_table(Color::hex(0xa45605), Color::hex(0xf5f6f8), Color::hex(0x0a6dba));
    switch (map) {
        case ColorMap::viridis:
            return viridis;
        case ColorMap::cividis:
            return cividis;
        case ColorMap::magma:
            return magma;
        case ColorMap::diverging:
            break;
    }
    return dark ? diverging_dark : diverging_light;
}

double color_position(const ColorRange& range, double value) {
    if (range.scale == ColorScale::logarithmic) {
        const double floor = log_floor(range);
        if (!(range.high > 0) || !(value > floor)) return 0;
        return value >= range.high ? 1 : in_unit(std::log(value / floor) / std::log(range.high / floor));
    }
    if (!(value > range.low)) return 0;
    if (value >= range.high) return 1;
    const double part = in_unit((value - range.low) / (range.high - range.low));
    return range.scale == ColorScale::square_root ? std::sqrt(part) : part;
}

double color_value(const ColorRange& range, double position) {
    const double p = std::clamp(position, 0.0, 1.0);
    if (range.scale == ColorScale::logarithmic) {
        if (!(range.high > 0)) return range.low;
        const double floor = log_floor(range);
        return floor * std::pow(range.high / floor, p);
    }
    const double part = range.scale == ColorScale::square_root ? p * p : p;
    return range.low + part * (range.high - range.low);
}

std::vector<Color> color_cells(const CellPicture& picture, Index row0, Index col0, Index rows, Index cols) {
    check(picture.values != nullptr, "color_cells() without values");
    const Matrix& values = *picture.values;
    check(row0 >= 0 && col0 >= 0 && rows >= 0 && cols >= 0 && rows <= values.rows() - row0 &&
              cols <= values.cols() - col0,
          "color_cells() outside the matrix");
    const CellColors color_of(picture);
    std::vector<Color> pixels;
    pixels.reserve(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
    for (Index r = row0; r < row0 + rows; ++r)
        for (Index c = col0; c < col0 + cols; ++c) pixels.push_back(color_of(static_cast<double>(values(r, c))));
    return pixels;
}

}  // namespace attnscope
