#include "app/draw/cells.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "app/draw/cell_image.hpp"
#include "app/draw/oklab.hpp"
#include "app/draw/test_color.hpp"
#include "app/draw/theme.hpp"

namespace attnscope {

namespace cells_test {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Color mask_color{1, 2, 3, 4};

CellPicture picture_of(const Matrix& values, const Rect& view) {
    CellPicture picture;
    picture.values = std::make_shared<const Matrix>(values);
    picture.view = view;
    picture.masked = mask_color;
    return picture;
}

Color viridis(double position) {
    return color_table(ColorMap::viridis, true)[static_cast<std::size_t>(position * 255 + 0.5)];
}

double distance(const Oklab& a, const Oklab& b) {
    return std::hypot(a.L - b.L, a.a - b.a, a.b - b.b);
}

TEST(ColorTable, HasThePublishedColoursAtItsEndsAndMiddles) {
    const ColorTable& viridis_colors = color_table(ColorMap::viridis, true);
    EXPECT_EQ(viridis_colors.front(), Color::hex(0x440154));
    EXPECT_EQ(viridis_colors[128], Color::hex(0x21918c));
    EXPECT_EQ(viridis_colors.back(), Color::hex(0xfde725));
    const ColorTable& magma = color_table(ColorMap::magma, true);
    EXPECT_EQ(magma.front(), Color::hex(0x000004));
    EXPECT_EQ(magma[128], Color::hex(0xb73779));
    EXPECT_EQ(magma.back(), Color::hex(0xfcfdbf));
    const ColorTable& cividis = color_table(ColorMap::cividis, true);
    EXPECT_EQ(cividis.front(), Color::hex(0x00224e));
    EXPECT_EQ(cividis.back(), Color::hex(0xfee838));
}

TEST(ColorTable, SequentialMapsOnlyGetLighter) {
    for (const ColorMap map : {ColorMap::viridis, ColorMap::cividis, ColorMap::magma}) {
        const ColorTable& table = color_table(map, true);
        for (std::size_t i = 1; i < 256; ++i)
            // One step of a channel's 8 bits is allowed to be lost to rounding; eight steps never.
            EXPECT_GT(luminance(table[i]), luminance(table[i - 1]) - 0.002F) << "map " << int(map) << ", entry " << i;
        for (std::size_t i = 8; i < 256; ++i)
            EXPECT_GT(luminance(table[i]), luminance(table[i - 8])) << "map " << int(map) << ", entry " << i;
    }
}

struct DivergingCase {
    bool dark;
    Color low, middle, high;
};

class Diverging : public testing::TestWithParam<DivergingCase> {
protected:
    const ColorTable& table = color_table(ColorMap::diverging, GetParam().dark);
};

TEST_P(Diverging, RunsFromAmberOverTheNeutralToBlue) {
    EXPECT_EQ(table[127], GetParam().middle);
    EXPECT_EQ(table[128], GetParam().middle);
    // The ends give up a little of the accents' lightness for symmetry: about one just noticeable difference.
    EXPECT_LT(distance(to_oklab(table.front()), to_oklab(GetParam().low)), 0.025);
    EXPECT_LT(distance(to_oklab(table.back()), to_oklab(GetParam().high)), 0.025);
}

TEST_P(Diverging, IsEquallyLightOnBothSidesAndMonotone) {
    const double direction = GetParam().dark ? 1 : -1;
    for (std::size_t i = 0; i < 128; ++i) {
        const Color low = table[127 - i], high = table[128 + i];
        EXPECT_NEAR(to_oklab(low).L, to_oklab(high).L, 0.006) << i;
        if (i == 0) continue;
        EXPECT_GE(direction * to_oklab(low).L, direction * to_oklab(table[128 - i]).L - 0.002) << i;
        EXPECT_GE(direction * to_oklab(high).L, direction * to_oklab(table[127 + i]).L - 0.002) << i;
        if (i >= 4) {
            EXPECT_GT(direction * luminance(low), direction * luminance(table[131 - i])) << i;
            EXPECT_GT(direction * luminance(high), direction * luminance(table[124 + i])) << i;
        }
    }
}

TEST_P(Diverging, StepsAreEquallyLargeInOklab) {
    for (const bool upper : {false, true}) {
        const std::size_t start = upper ? 128 : 0;
        const double mean = distance(to_oklab(table[start]), to_oklab(table[start + 127])) / 127 * 16;
        for (std::size_t i = start; i + 16 < start + 128; ++i)
            EXPECT_NEAR(distance(to_oklab(table[i]), to_oklab(table[i + 16])) / mean, 1, 0.1) << i;
    }
}

// Dichromats (protan and deutan) keep the blue - yellow axis: the sides must be apart in it alone.
TEST_P(Diverging, SidesDifferInBlueAndYellowNotOnlyInHue) {
    for (std::size_t i = 16; i < 128; ++i)
        EXPECT_GT(to_oklab(table[127 - i]).b - to_oklab(table[128 + i]).b, 0.0015 * static_cast<double>(i)) << i;
}

INSTANTIATE_TEST_SUITE_P(Themes, Diverging,
                         testing::Values(DivergingCase{true, dark_theme.key, Color::hex(0x1b2027), dark_theme.query},
                                         DivergingCase{false, light_theme.key, light_theme.ground, light_theme.query}),
                         [](const auto& test) { return std::string(test.param.dark ? "dark" : "light"); });

TEST(Oklab, GivesBackEveryGreyAndKnowsWhite) {
    for (int v = 0; v < 256; ++v) {
        const auto byte = static_cast<std::uint8_t>(v);
        const Color grey{byte, byte, static_cast<std::uint8_t>(255 - v), 255};
        EXPECT_EQ(to_srgb(to_oklab(grey)), grey);
    }
    EXPECT_NEAR(to_oklab(Color::hex(0xffffff)).L, 1, 1e-6);
    // Ottosson's published value for sRGB red.
    const Oklab red = to_oklab(Color::hex(0xff0000));
    EXPECT_NEAR(red.L, 0.62796, 1e-4);
    EXPECT_NEAR(red.a, 0.22486, 1e-4);
    EXPECT_NEAR(red.b, 0.12585, 1e-4);
}

TEST(ColorPosition, FollowsItsFormulas) {
    EXPECT_DOUBLE_EQ(color_position({-2, 6, ColorScale::linear}, 0), 0.25);
    EXPECT_DOUBLE_EQ(color_position({-2, 6, ColorScale::square_root}, 0), 0.5);
    // Four decades below 1 by default, two when low says so.
    EXPECT_NEAR(color_position({0, 1, ColorScale::logarithmic}, 1e-2), 0.5, 1e-12);
    EXPECT_NEAR(color_position({1e-2, 1, ColorScale::logarithmic}, 1e-1), 0.5, 1e-12);
}

TEST(ColorPosition, OutsideTheRangeTakesItsEnds) {
    for (const ColorScale scale : {ColorScale::linear, ColorScale::square_root, ColorScale::logarithmic}) {
        const ColorRange range{0.25, 1, scale};
        EXPECT_EQ(color_position(range, 0.25), 0);
        EXPECT_EQ(color_position(range, -1e30), 0);
        EXPECT_EQ(color_position(range, -infinity), 0);
        EXPECT_EQ(color_position(range, 1), 1);
        EXPECT_EQ(color_position(range, 1e30), 1);
        EXPECT_EQ(color_position(range, infinity), 1);
    }
    EXPECT_EQ(color_position({0, -1, ColorScale::logarithmic}, 5), 0) << "no logarithm up to a negative number";
}

TEST(ColorPosition, IsANumberInTheUnitIntervalForAnyRange) {
    const double odd[] = {0, -0.0, 1, -1, 1e308, -1e308, 5e-324, infinity, -infinity, static_cast<double>(nan)};
    for (const ColorScale scale : {ColorScale::linear, ColorScale::square_root, ColorScale::logarithmic})
        for (const double low : odd)
            for (const double high : odd)
                for (const double value : odd) {
                    const double position = color_position({low, high, scale}, value);
                    EXPECT_TRUE(position >= 0 && position <= 1) << low << " " << high << " " << value;
                }
}

TEST(ColorValue, InvertsColorPosition) {
    for (const ColorScale scale : {ColorScale::linear, ColorScale::square_root, ColorScale::logarithmic})
        for (const ColorRange range : {ColorRange{0, 1, scale}, {0.5, 300, scale}, {-2, 1e-3, scale}})
            for (double position = 0; position <= 1; position += 0.125)
                EXPECT_NEAR(color_position(range, color_value(range, position)), position, 1e-12);
}

TEST(ColorCells, ColoursEachCellByItsValueAndMasksNan) {
    Matrix values(2, 3);
    values << 0, 0.5F, 1, nan, 2, -std::numeric_limits<float>::infinity();
    const CellPicture picture = picture_of(values, {{0, 0}, {3, 2}});
    const std::vector<Color> all{viridis(0), viridis(0.5), viridis(1), mask_color, viridis(1), viridis(0)};
    EXPECT_EQ(color_cells(picture, 0, 0, 2, 3), all);
    EXPECT_EQ(color_cells(picture, 1, 1, 1, 2), (std::vector<Color>{viridis(1), viridis(0)}));
    EXPECT_TRUE(color_cells(picture, 2, 0, 0, 3).empty());
}

TEST(SampleCells, EnlargedCellsKeepTheirExactColours) {
    Matrix values(2, 2);
    values << 0, 1, 0.25F, nan;
    const CellPicture picture = picture_of(values, {{0, 0}, {2, 2}});
    const auto pixels = sample_cells(picture, {0, 0.5, 4}, {0, 0.5, 4});
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 4; ++x)
            EXPECT_EQ(pixels[4 * y + x], color_cells(picture, Index(y / 2), Index(x / 2), 1, 1)[0]) << x << " " << y;
}

TEST(SampleCells, AveragesTheValuesNotTheColours) {
    Matrix values(64, 64);
    for (Index r = 0; r < 64; ++r)
        for (Index c = 0; c < 64; ++c) values(r, c) = static_cast<float>((r + c) % 2);
    const CellPicture picture = picture_of(values, {{0, 0}, {64, 64}});
    for (const Color pixel : sample_cells(picture, {0, 2, 32}, {0, 4, 16})) EXPECT_EQ(pixel, viridis(0.5));
}

TEST(SampleCells, WeighsCellsByThePartCovered) {
    Matrix values(1, 3);
    values << 0, 1, 0;
    CellPicture picture = picture_of(values, {{0, 0}, {3, 1}});
    // Pixels of 1.5 cells: (0 + 0.5 * 1) / 1.5 on either side.
    EXPECT_EQ(sample_cells(picture, {0, 1.5, 2}, {0, 1, 1}), (std::vector<Color>{viridis(1 / 3.0), viridis(1 / 3.0)}));
    // Masked cells do not count; where all are masked the pixel is.
    values << 1, nan, nan;
    picture = picture_of(values, {{0, 0}, {3, 1}});
    EXPECT_EQ(sample_cells(picture, {0, 1.5, 2}, {0, 1, 1}), (std::vector<Color>{viridis(1), mask_color}));
}

TEST(CellImage, HoldsTheWholeCellsThatAFractionalViewTouches) {
    const Matrix values = Matrix::Random(10, 20);
    const CellPicture picture = picture_of(values, {{2.5F, 1}, {5.25F, 4}});
    const CellPlacement placement({{100, 100}, {155, 160}}, picture);  // 20 points per cell
    const CellImage image = cell_image(placement, picture);
    EXPECT_EQ(image.width, 4);  // columns 2..5
    EXPECT_EQ(image.height, 3);
    EXPECT_EQ(image.pixels, color_cells(picture, 1, 2, 3, 4));
    EXPECT_DOUBLE_EQ(image.place.left, 90);
    EXPECT_DOUBLE_EQ(image.place.right, 170);
    EXPECT_DOUBLE_EQ(image.place.top, 100);
    EXPECT_DOUBLE_EQ(image.place.bottom, 160);
    EXPECT_DOUBLE_EQ(placement.covered().left, 100);
    EXPECT_DOUBLE_EQ(placement.covered().right, 155);
}

TEST(CellImage, BeyondItsLimitPixelsAreAverages) {
    Matrix values(2, 64);
    for (Index c = 0; c < 64; ++c) values.col(c).setConstant(static_cast<float>(c % 2));
    const CellPicture picture = picture_of(values, {{0, 0}, {64, 2}});
    const CellImage image = cell_image(CellPlacement({{0, 0}, {64, 2}}, picture), picture, 16);
    EXPECT_EQ(image.width, 16);
    EXPECT_EQ(image.height, 2);
    for (const Color pixel : image.pixels) EXPECT_EQ(pixel, viridis(0.5));
}

TEST(CellImage, IsEmptyWhereThereIsNothingToDraw) {
    const Matrix values = Matrix::Zero(4, 4);
    const Rect area{{0, 0}, {10, 10}};
    const float inf = std::numeric_limits<float>::infinity();
    for (const Rect view : {Rect{{0, 0}, {0, 4}},
                            {{4, 0}, {0, 4}},
                            {{5, 0}, {9, 4}},
                            {{-3, 0}, {-1, 4}},
                            {{nan, 0}, {4, 4}},
                            {{0, 0}, {inf, 4}}}) {
        const CellPicture picture = picture_of(values, view);
        EXPECT_TRUE(cell_image(CellPlacement(area, picture), picture).pixels.empty())
            << view.min.x << " " << view.max.x;
    }
    CellPicture picture = picture_of(values, {{0, 0}, {4, 4}});
    EXPECT_TRUE(cell_image(CellPlacement({{0, 0}, {10, 0}}, picture), picture).pixels.empty());
    picture.values = nullptr;
    EXPECT_TRUE(cell_image(CellPlacement(area, picture), picture).pixels.empty());
    picture.values = std::make_shared<const Matrix>(0, 4);
    EXPECT_TRUE(cell_image(CellPlacement(area, picture), picture).pixels.empty());
}

}  // namespace cells_test
}  // namespace attnscope
