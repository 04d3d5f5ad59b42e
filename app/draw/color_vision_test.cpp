// The colours as dichromats see them: one of three kinds of cones is missing, of about 2.4 % of men and 0.03 % of
// women. Simulated with the matrices of Machado, Oliveira and Fernandes, "A physiologically-based model for simulation
// of color vision deficiency" (2009), severity 1, which act on linear RGB.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string>

#include "app/draw/cells.hpp"
#include "app/draw/oklab.hpp"
#include "app/draw/theme.hpp"

namespace attnscope {
namespace color_vision_test {

using ColorMatrix = std::array<std::array<double, 3>, 3>;

struct Vision {
    const char* name;
    ColorMatrix matrix;
};
void PrintTo(const Vision& vision, std::ostream* out) {
    *out << vision.name;
}

constexpr Vision visions[] = {
    {"protanopia",
     {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}}},
    {"deuteranopia",
     {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}},
    {"tritanopia",
     {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}}};

Color seen_with(const ColorMatrix& matrix, Color color) {
    const auto to_linear = [](std::uint8_t byte) {
        const double c = byte / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    const auto to_byte = [](double linear) {
        const double c = std::clamp(linear, 0.0, 1.0);
        return static_cast<std::uint8_t>(
            std::lround(255 * (c <= 0.0031308 ? c * 12.92 : 1.055 * std::pow(c, 1 / 2.4) - 0.055)));
    };
    const std::array<double, 3> rgb{to_linear(color.r), to_linear(color.g), to_linear(color.b)};
    std::array<std::uint8_t, 3> seen{};
    for (std::size_t i = 0; i < 3; ++i)
        seen[i] = to_byte(matrix[i][0] * rgb[0] + matrix[i][1] * rgb[1] + matrix[i][2] * rgb[2]);
    return {seen[0], seen[1], seen[2], color.a};
}

double distance(Color a, Color b) {
    const Oklab x = to_oklab(a), y = to_oklab(b);
    return std::hypot(x.L - y.L, x.a - y.a, x.b - y.b);
}

class ColorVision : public testing::TestWithParam<Vision> {
protected:
    Color see(Color color) const { return seen_with(GetParam().matrix, color); }
};

// With two kinds of cones the colours are a plane, in which the greys lie. The authors' model of tritanopia keeps a
// part of the third dimension.
TEST_P(ColorVision, SimulationLeavesGreysAndTwoDimensions) {
    for (int v = 0; v < 256; v += 5) {
        const auto byte = static_cast<std::uint8_t>(v);
        const Color seen = see({byte, byte, byte, 255});
        for (const int channel : {seen.r, seen.g, seen.b}) EXPECT_NEAR(channel, v, 1);
    }
    const auto& [x, y, z] = GetParam().matrix;
    const double volume =
        x[0] * (y[1] * z[2] - y[2] * z[1]) - x[1] * (y[0] * z[2] - y[2] * z[0]) + x[2] * (y[0] * z[1] - y[1] * z[0]);
    EXPECT_NEAR(volume, 0, std::string(GetParam().name) == "tritanopia" ? 0.25 : 1e-4);
}

// What is more stays lighter, and eighths of the range are apart: 0.02 is about one just noticeable difference.
TEST_P(ColorVision, SequentialMapsStayInOrderAndApart) {
    for (const ColorMap map : {ColorMap::viridis, ColorMap::cividis, ColorMap::magma}) {
        const ColorTable& table = color_table(map, true);
        for (std::size_t i = 8; i < table.size(); ++i)
            EXPECT_GT(to_oklab(see(table[i])).L, to_oklab(see(table[i - 8])).L)
                << "map " << int(map) << ", entry " << i;
        for (std::size_t i = 32; i < table.size(); ++i)
            EXPECT_GT(distance(see(table[i]), see(table[i - 32])), 0.05) << "map " << int(map) << ", entry " << i;
    }
}

// The two signs are told apart wherever they are strong enough to be told from zero, and each gets stronger outwards.
TEST_P(ColorVision, TheDivergingMapKeepsItsSidesApart) {
    for (const bool dark : {true, false}) {
        const ColorTable& table = color_table(ColorMap::diverging, dark);
        const Color zero = see(table[127]);
        for (std::size_t i = 32; i < 128; ++i) {
            const Color low = see(table[127 - i]), high = see(table[128 + i]);
            EXPECT_GT(distance(low, high), 0.045 * static_cast<double>(i) / 32) << "dark " << dark << ", step " << i;
            EXPECT_GT(distance(low, zero), distance(see(table[127 - i + 16]), zero))
                << "dark " << dark << ", step " << i;
            EXPECT_GT(distance(high, zero), distance(see(table[128 + i - 16]), zero))
                << "dark " << dark << ", step " << i;
        }
    }
}

TEST_P(ColorVision, QueriesKeysAndTextStayApart) {
    for (const Theme* theme : {&dark_theme, &light_theme, &paper_theme}) {
        EXPECT_GT(distance(see(theme->query), see(theme->key)), 0.1);
        EXPECT_GT(distance(see(theme->query), see(theme->text)), 0.1);
        EXPECT_GT(distance(see(theme->key), see(theme->text)), 0.1);
    }
}

INSTANTIATE_TEST_SUITE_P(Dichromats, ColorVision, testing::ValuesIn(visions),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace color_vision_test
}  // namespace attnscope
