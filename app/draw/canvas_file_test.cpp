#include "app/draw/canvas_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace attnscope {
namespace canvas_file_test {

using testing::HasSubstr;

TEST(DrawToBytes, RefusesSizesThatNobodyCanUse) {
    TextShaper shaper;
    int drawn = 0;
    const auto refusal = [&](FileFormat format, const FigureSize& size) {
        const auto result = draw_to_bytes(format, size, shaper, dark_theme, [&](Canvas&) { ++drawn; });
        return result ? std::string("accepted") : result.error().what;
    };
    EXPECT_THAT(refusal(FileFormat::png, {1600, 1000, 11}), HasSubstr("17600 x 11000 pixels; at most 16384 a side"));
    EXPECT_THAT(refusal(FileFormat::png, {16000, 16000, 1}), HasSubstr("128 million"));
    EXPECT_THAT(refusal(FileFormat::png, {1600, 1000, 1e300}), HasSubstr("lower the scale"));
    EXPECT_THAT(refusal(FileFormat::svg, {16385, 10, 1}), HasSubstr("points"));
    EXPECT_THAT(refusal(FileFormat::pdf, {0, 10, 1}), HasSubstr("each side needs at least 1"));
    EXPECT_THAT(refusal(FileFormat::png, {10, -3, 1}), HasSubstr("each side needs at least 1"));
    EXPECT_THAT(refusal(FileFormat::png, {10, 10, 0.01}), HasSubstr("each side needs at least 1"));
    EXPECT_THAT(refusal(FileFormat::png, {10, 10, 0}), HasSubstr("must be greater than 0"));
    EXPECT_THAT(refusal(FileFormat::pdf, {10, 10, std::nan("")}), HasSubstr("must be greater than 0"));
    EXPECT_EQ(drawn, 0);
}

TEST(FormatOf, GoesByTheExtension) {
    EXPECT_EQ(*format_of("out/a.png"), FileFormat::png);
    EXPECT_EQ(*format_of("a.b.SVG"), FileFormat::svg);
    EXPECT_EQ(*format_of("/tmp.png/a.Pdf"), FileFormat::pdf);
    for (const char* path : {"a.jpg", "a", "a.png/", "/x.png/a", ".png", ""}) {
        const auto format = format_of(path);
        ASSERT_FALSE(format) << path;
        EXPECT_THAT(format.error().what, HasSubstr(".png, .svg or .pdf"));
    }
    EXPECT_THAT(format_of("a.jpg").error().what, HasSubstr("not in .jpg"));
}

}  // namespace canvas_file_test
}  // namespace attnscope
