// The three file formats: one scene on each, and the properties each must have.
#include <fontconfig/fontconfig.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "app/draw/builtin_font.hpp"
#include "app/draw/canvas_file.hpp"
#include "app/draw/png.hpp"
#include "app/draw/test_color.hpp"
#include "project_paths.hpp"

namespace attnscope {

namespace file_canvas_test {

using testing::HasSubstr;
using testing::Not;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr Color red = Color::hex(0xff0000), green = Color::hex(0x00ff00), blue = Color::hex(0x0000ff);
constexpr Color mask_color = Color::hex(0x804020);
constexpr FigureSize small{100, 80, 1};

class FileCanvas : public testing::Test {
protected:
    using Draw = std::function<void(Canvas&)>;

    std::string bytes(FileFormat format, const FigureSize& size, const Draw& draw) {
        auto result = draw_to_bytes(format, size, shaper_, dark_theme, draw);
        EXPECT_TRUE(result) << result.error().what;
        return result ? *result : "";
    }
    Image png(const FigureSize& size, const Draw& draw) {
        auto image = decode_png(bytes(FileFormat::png, size, draw), "the figure");
        EXPECT_TRUE(image) << image.error().what;
        return image ? *image : Image{};
    }
    std::string svg(const Draw& draw) { return bytes(FileFormat::svg, small, draw); }

    TextShaper shaper_;
};

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

void draw_scene(Canvas& canvas) {
    const Theme& theme = canvas.theme();
    canvas.fill_rect({{10, 10}, {150, 70}}, theme.surface, 8);
    canvas.stroke_rect({{10, 10}, {150, 70}}, theme.query, 2, 8);
    canvas.text({20, 35}, "Scale & <shift>", {.color = theme.text, .bold = true});
    canvas.text({140, 58}, "0.1250", {.color = theme.key, .size = 11, .font = Font::mono, .align = Align::right});
    const std::array<Vec2, 4> wave{Vec2{170, 60}, {200, 15}, {230, 60}, {260, 20}};
    canvas.polyline(wave, theme.key, 4);
    const std::array<Vec2, 3> triangle{Vec2{280, 60}, {310, 60}, {295, 20}};
    canvas.fill_polygon(triangle, theme.warning.alpha(0.5F));
    canvas.fill_circle({340, 40}, 18, theme.query);
    Matrix values(6, 8);
    for (Index r = 0; r < 6; ++r)
        for (Index c = 0; c < 8; ++c) values(r, c) = c > r + 2 ? nan : static_cast<float>(r + c) / 12;
    CellPicture picture = picture_of(values, {{0.5F, 0.5F}, {7.5F, 5.5F}});
    picture.masked = theme.surface;
    canvas.cells({{20, 90}, {160, 190}}, picture);
    {
        const Clip clip(canvas, {{180, 90}, {280, 190}});
        canvas.fill_circle({180, 90}, 80, theme.line);
        const Clip inner(canvas, {{200, 100}, {380, 150}});
        canvas.fill_rect({{0, 0}, {400, 200}}, theme.key.alpha(0.4F));
    }
    canvas.text({330, 190}, "שלום Ωq·k", {.color = theme.quiet, .size = 20, .angle = 60});
    canvas.line({300, 90.5F}, {390, 90.5F}, theme.line);
}

TEST_F(FileCanvas, EveryFormatGivesTheSameBytesEachTime) {
    for (const FileFormat format : {FileFormat::png, FileFormat::svg, FileFormat::pdf}) {
        const std::string first = bytes(format, {400, 200, 1.5}, draw_scene);
        EXPECT_GT(first.size(), 1000U);
        TextShaper other;
        const auto second = draw_to_bytes(format, {400, 200, 1.5}, other, dark_theme, draw_scene);
        ASSERT_TRUE(second);
        EXPECT_TRUE(first == *second) << "format " << int(format);
    }
    EXPECT_THAT(bytes(FileFormat::pdf, small, draw_scene), Not(HasSubstr("CreationDate")));
}

TEST_F(FileCanvas, PngHasTheSizeTimesTheScaleAndTheGround) {
    const Image image = png({100, 80, 2.5}, [](Canvas&) {});
    EXPECT_EQ(image.width, 250);
    EXPECT_EQ(image.height, 200);
    EXPECT_EQ(image.at(0, 0), dark_theme.ground);
    EXPECT_EQ(image.at(249, 199), dark_theme.ground);
}

TEST_F(FileCanvas, RectanglesCoverExactlyTheirPixels) {
    const Image image = png(small, [](Canvas& canvas) {
        canvas.fill_rect({{10, 10}, {20, 20}}, red);
        canvas.stroke_rect({{30, 10}, {50, 30}}, green, 2);
        canvas.fill_rect({{60, 10}, {90, 40}}, blue, 10);
    });
    EXPECT_EQ(image.at(10, 10), red);
    EXPECT_EQ(image.at(19, 19), red);
    EXPECT_EQ(image.at(20, 20), dark_theme.ground);
    EXPECT_EQ(image.at(9, 10), dark_theme.ground);
    // The outline lies inside.
    EXPECT_EQ(image.at(30, 10), green);
    EXPECT_EQ(image.at(31, 20), green);
    EXPECT_EQ(image.at(32, 20), dark_theme.ground);
    EXPECT_EQ(image.at(49, 29), green);
    EXPECT_EQ(image.at(50, 29), dark_theme.ground);
    // Rounded corners are cut, sides are not.
    EXPECT_EQ(image.at(60, 10), dark_theme.ground);
    EXPECT_EQ(image.at(60, 25), blue);
    EXPECT_EQ(image.at(75, 10), blue);
}

TEST_F(FileCanvas, LinesPolygonsAndCirclesAreWhereTheyBelong) {
    const Image image = png(small, [](Canvas& canvas) {
        canvas.line({10, 10.5F}, {40, 10.5F}, red);
        const std::array<Vec2, 3> triangle{Vec2{50, 10}, {90, 10}, {50, 40}};
        canvas.fill_polygon(triangle, green);
        canvas.fill_circle({30, 60}, 10, blue.alpha(0.5F));
    });
    EXPECT_EQ(image.at(10, 10), red);
    EXPECT_EQ(image.at(39, 10), red);
    EXPECT_EQ(image.at(40, 10), dark_theme.ground);
    EXPECT_EQ(image.at(25, 11), dark_theme.ground);
    EXPECT_EQ(image.at(55, 15), green);
    EXPECT_EQ(image.at(88, 38), dark_theme.ground);
    const Color half = mix(dark_theme.ground, blue, 128 / 255.0F), drawn = image.at(30, 60);
    EXPECT_NEAR(drawn.b, half.b, 1);
    EXPECT_NEAR(drawn.r, half.r, 1);
    EXPECT_EQ(image.at(41, 60), dark_theme.ground);
}

TEST_F(FileCanvas, CoordinatesThatAreNotNumbersDrawNothingAndBreakLines) {
    const auto draw = [](Canvas& canvas) {
        const std::array<Vec2, 5> line{Vec2{5, 5.5F}, {20, 5.5F}, {nan, 5.5F}, {60, 5.5F}, {80, 5.5F}};
        canvas.polyline(line, red);
        canvas.fill_rect({{nan, 0}, {50, 50}}, red);
        canvas.fill_rect({{50, 50}, {20, 20}}, red);
        canvas.stroke_rect({{0, 0}, {std::numeric_limits<float>::infinity(), 50}}, red);
        canvas.fill_circle({50, nan}, 5, red);
        canvas.fill_polygon(line, red);
        canvas.text({nan, 5}, "gone", {.color = red});
    };
    const Image image = png(small, draw);
    EXPECT_EQ(image.at(10, 5), red);
    EXPECT_EQ(image.at(40, 5), dark_theme.ground);
    EXPECT_EQ(image.at(70, 5), red);
    EXPECT_EQ(image.at(30, 30), dark_theme.ground);
    EXPECT_THAT(svg(draw), Not(HasSubstr("nan")));
    EXPECT_THAT(svg(draw), Not(HasSubstr("inf")));
}

TEST_F(FileCanvas, ClipsIntersectAndEnd) {
    const auto draw = [](Canvas& canvas) {
        {
            const Clip outer(canvas, {{10, 10}, {50, 50}});
            const Clip inner(canvas, {{30, 0}, {90, 40}});
            canvas.fill_rect({{0, 0}, {100, 80}}, red);
        }
        canvas.fill_rect({{70, 60}, {80, 70}}, green);
        const Clip nothing(canvas, {{50, 50}, {50, 50}});
        canvas.fill_rect({{90, 60}, {100, 80}}, blue);
    };
    const Image image = png(small, draw);
    EXPECT_EQ(image.at(30, 10), red);
    EXPECT_EQ(image.at(49, 39), red);
    EXPECT_EQ(image.at(29, 20), dark_theme.ground);
    EXPECT_EQ(image.at(50, 20), dark_theme.ground);
    EXPECT_EQ(image.at(40, 41), dark_theme.ground);
    EXPECT_EQ(image.at(75, 65), green);
    EXPECT_EQ(image.at(95, 70), dark_theme.ground);
    EXPECT_THAT(svg(draw),
                HasSubstr("<clipPath id=\"clip2\"><rect x=\"0\" y=\"0\" width=\"0\" height=\"0\"/></clipPath>"));
}

TEST_F(FileCanvas, CellsHaveTheirExactColoursUpToTheirBorders) {
    Matrix values(3, 4);
    for (Index i = 0; i < 12; ++i) values(i / 4, i % 4) = static_cast<float>(i) / 11;
    values(1, 2) = nan;
    const CellPicture picture = picture_of(values, {{0, 0}, {4, 3}});
    const auto colors = color_cells(picture, 0, 0, 3, 4);
    for (const double scale : {1.0, 2.0}) {
        const Image image = png({100, 80, scale}, [&](Canvas& canvas) { canvas.cells({{10, 10}, {90, 70}}, picture); });
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) {
                const double px = (x + 0.5) / scale, py = (y + 0.5) / scale;
                const bool inside = px > 10 && px < 90 && py > 10 && py < 70;
                const auto cell =
                    static_cast<std::size_t>((py - 10) / 20) * 4 + static_cast<std::size_t>((px - 10) / 20);
                ASSERT_EQ(image.at(x, y), inside ? colors[cell] : dark_theme.ground)
                    << x << " " << y << " at " << scale;
            }
    }
    EXPECT_EQ(colors[6], mask_color);
}

TEST_F(FileCanvas, AFractionalViewPlacesCellsWhereTheyBelong) {
    const Matrix values = Matrix::Random(8, 8).cwiseAbs();
    const CellPicture picture = picture_of(values, {{1.5F, 2.25F}, {5.5F, 5.25F}});  // 20 points per cell
    const auto draw = [&](Canvas& canvas) { canvas.cells({{10, 10}, {90, 70}}, picture); };
    const Image image = png(small, draw);
    for (int y = 10; y < 70; ++y)
        for (int x = 10; x < 90; ++x) {
            const auto column = static_cast<Index>(1.5 + (x - 9.5) / 20),
                       row = static_cast<Index>(2.25 + (y - 9.5) / 20);
            ASSERT_EQ(image.at(x, y), color_cells(picture, row, column, 1, 1)[0]) << x << " " << y;
        }
    EXPECT_EQ(image.at(9, 30), dark_theme.ground);
    EXPECT_EQ(image.at(90, 30), dark_theme.ground);
    // 5 x 4 whole cells, moved out by their hidden parts and cut.
    EXPECT_THAT(svg(draw), HasSubstr("<image x=\"0\" y=\"5\" width=\"100\" height=\"80\""));
    EXPECT_THAT(svg(draw), HasSubstr("<rect x=\"10\" y=\"10\" width=\"80\" height=\"60\"/></clipPath>"));
}

TEST_F(FileCanvas, CellsFinerThanPixelsAreAveraged) {
    Matrix values(800, 800);
    for (Index r = 0; r < 800; ++r)
        for (Index c = 0; c < 800; ++c) values(r, c) = static_cast<float>((r + c) % 2);
    const Image image = png(small, [&](Canvas& canvas) {
        canvas.cells({{10, 10}, {90, 70}}, picture_of(values, {{0, 0}, {800, 800}}));
    });
    for (int y = 10; y < 70; ++y)
        for (int x = 10; x < 90; ++x) {
            // One half lies between two entries of the table: rounding may choose either.
            ASSERT_THAT(image.at(x, y), testing::AnyOf(viridis(127 / 255.0), viridis(128 / 255.0))) << x << " " << y;
        }
}

TEST_F(FileCanvas, CellsBesideTheMatrixStayEmpty) {
    const Matrix values = Matrix::Constant(2, 2, 1);
    const Image image = png(small, [&](Canvas& canvas) {
        canvas.cells({{0, 0}, {80, 80}}, picture_of(values, {{-1, -1}, {3, 3}}));
    });
    EXPECT_EQ(image.at(19, 40), dark_theme.ground);
    EXPECT_EQ(image.at(20, 20), viridis(1));
    EXPECT_EQ(image.at(59, 59), viridis(1));
    EXPECT_EQ(image.at(60, 40), dark_theme.ground);
}

TEST_F(FileCanvas, SvgHoldsTextAsTextEscaped) {
    const std::string text = svg(draw_scene);
    EXPECT_THAT(text, HasSubstr(">Scale &amp; &lt;shift&gt;</text>"));
    EXPECT_THAT(text, HasSubstr(">שלום Ωq·k</text>"));
    EXPECT_THAT(text, HasSubstr("transform=\"rotate(-60 330 190)\""));
    EXPECT_THAT(text, HasSubstr("font-weight=\"600\""));
    EXPECT_THAT(text, HasSubstr("font-family=\"JetBrains Mono, monospace\""));
    EXPECT_THAT(text, HasSubstr("xlink:href=\"data:image/png;base64,iVBORw0KGgo"));
    EXPECT_THAT(text, HasSubstr("fill-opacity=\"0.502\""));
    const std::string odd = svg([](Canvas& canvas) { canvas.text({1, 2}, "a\x01\tb\xff]]>", {.color = red}); });
    EXPECT_THAT(odd, HasSubstr(">a\uFFFD b\uFFFD]]&gt;</text>"));
}

TEST_F(FileCanvas, SvgTextStartsWhereItWasMeasured) {
    const TextStyle style{.color = red, .align = Align::right};
    const float x = 90 - shaper_.width("end", style);
    char start[64];
    std::snprintf(start, sizeof start, "<text x=\"%.1f", std::floor(static_cast<double>(x) * 10) / 10);
    EXPECT_THAT(svg([&](Canvas& canvas) { canvas.text({90, 40}, "end", style); }), HasSubstr(start));
}

TEST_F(FileCanvas, SvgNumbersIgnoreTheLocale) {
    const std::string before = std::setlocale(LC_ALL, nullptr);
    if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) GTEST_SKIP() << "no locale with a decimal comma here";
    const std::string text = svg([](Canvas& canvas) { canvas.fill_circle({1.25F, 2.0625F}, 3, red); });
    std::setlocale(LC_ALL, before.c_str());
    EXPECT_THAT(text, HasSubstr("cx=\"1.25\" cy=\"2.062\" r=\"3\""));
}

TEST_F(FileCanvas, WithoutFontsTextIsDrawnFromTheBuiltInBitmaps) {
    FcConfig* before = FcConfigReference(nullptr);
    FcConfig* without_fonts = FcConfigCreate();
    FcConfigSetCurrent(without_fonts);
    TextShaper shaper;
    FcConfigSetCurrent(before);
    FcConfigDestroy(without_fonts);
    FcConfigDestroy(before);
    ASSERT_FALSE(shaper.has_system_fonts());
    const auto draw = [](Canvas& canvas) { canvas.text({20, 40}, "H", {.color = red, .size = builtin_font_size}); };
    const auto file = draw_to_bytes(FileFormat::png, small, shaper, dark_theme, draw);
    ASSERT_TRUE(file) << file.error().what;
    const Image image = *decode_png(*file, "the figure");
    const BuiltInGlyph& glyph = *builtin_glyph(U'H');
    const int left = 20 + static_cast<int>(glyph.x), top = 40 + static_cast<int>(glyph.y);
    int ink = 0;
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x) {
            const int column = x - left, row = y - top;
            const bool covered = column >= 0 && column < glyph.width && row >= 0 && row < glyph.height &&
                                 glyph.coverage[static_cast<std::size_t>(row * glyph.width + column)] == 255;
            ASSERT_EQ(image.at(x, y), covered ? red : dark_theme.ground) << x << " " << y;
            ink += covered ? 1 : 0;
        }
    EXPECT_GT(ink, 10);
    EXPECT_TRUE(draw_to_bytes(FileFormat::pdf, small, shaper, dark_theme, draw));
}

// Whether a program of the system is there.
bool installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

// Runs a command with the bytes in the file FILE; gives what it writes to its standard output, and its exit code.
std::pair<std::string, int> run_on(const std::string& content, std::string command) {
    const auto folder = std::filesystem::path(ATTNSCOPE_BUILD_DIR) / "file_canvas_test";
    std::filesystem::create_directories(folder);
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string in = (folder / (name + ".in")).string(), out = (folder / (name + ".out")).string();
    std::ofstream(in, std::ios::binary) << content;
    command.replace(command.find("FILE"), 4, "'" + in + "'");
    const int code = std::system((command + " > '" + out + "' 2>&1").c_str());
    std::ostringstream result;
    result << std::ifstream(out, std::ios::binary).rdbuf();
    return {result.str(), code};
}

TEST_F(FileCanvas, PdfHoldsTextThatCanBeExtracted) {
    if (!installed("pdftotext")) GTEST_SKIP() << "pdftotext (poppler-utils) is not installed";
    const auto [text, code] = run_on(bytes(FileFormat::pdf, {400, 200, 1}, draw_scene), "pdftotext -layout FILE -");
    EXPECT_EQ(code, 0) << text;
    EXPECT_THAT(text, HasSubstr("Scale & <shift>"));
    EXPECT_THAT(text, HasSubstr("0.1250"));
}

TEST_F(FileCanvas, PdfHoldsTheCellsAsOneExactImage) {
    if (!installed("pdfimages")) GTEST_SKIP() << "pdfimages (poppler-utils) is not installed";
    const auto [text, code] = run_on(bytes(FileFormat::pdf, {400, 200, 1}, draw_scene), "pdfimages -list FILE");
    EXPECT_EQ(code, 0) << text;
    // Header, rule, and one image: 8 x 6 cells, 8 bits, lossless, not interpolated.
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
    EXPECT_THAT(text, testing::ContainsRegex("image +8 +6 +rgb +3 +8 +image +no"));
}

TEST_F(FileCanvas, SvgIsWellFormed) {
    if (!installed("xmllint")) GTEST_SKIP() << "xmllint (libxml2-utils) is not installed";
    const auto [text, code] = run_on(bytes(FileFormat::svg, {400, 200, 1}, draw_scene), "xmllint --nonet --noout FILE");
    EXPECT_EQ(code, 0) << text;
}

// Another renderer draws the SVG; edges and glyphs may differ by their antialiasing, places and colours may not.
// librsvg does not know image-rendering and smooths the cells: it must meet their colours in their middles.
TEST_F(FileCanvas, SvgLooksLikeThePng) {
    if (!installed("rsvg-convert")) GTEST_SKIP() << "rsvg-convert (librsvg2-bin) is not installed";
    const FigureSize size{400, 200, 1};
    const auto [raster, code] = run_on(bytes(FileFormat::svg, size, draw_scene), "rsvg-convert FILE");
    ASSERT_EQ(code, 0) << raster;
    auto other = decode_png(raster, "rsvg-convert's picture");
    ASSERT_TRUE(other) << other.error().what;
    Image own = png(size, draw_scene);
    const Rect cells{{20, 90}, {160, 190}};  // 20 points per cell, the first ones halved
    for (int y = 100; y < 190; y += 20)
        for (int x = 30; x < 160; x += 20) {
            const Color middle = other->at(x + 10, y + 10), exact = own.at(x + 10, y + 10);
            if (x + 10 >= 160 || y + 10 >= 190) continue;
            EXPECT_NEAR(middle.r, exact.r, 8) << x << " " << y;
            EXPECT_NEAR(middle.g, exact.g, 8) << x << " " << y;
            EXPECT_NEAR(middle.b, exact.b, 8) << x << " " << y;
        }
    for (Image* image : {&own, &*other})
        for (int y = 0; y < image->height; ++y)
            for (int x = 0; x < image->width; ++x)
                if (cells.contains({static_cast<float>(x), static_cast<float>(y)}))
                    image->pixels[static_cast<std::size_t>(y * image->width + x)] = {};
    const ImageDifference difference = compare(own, *other, 24);
    // Measured 0.32, all of it at the edges of glyphs; without the circle it would be above 1.
    EXPECT_LT(difference.mean, 0.6);
    EXPECT_LT(difference.differing, 80'000U / 100);
}

}  // namespace file_canvas_test
}  // namespace attnscope
