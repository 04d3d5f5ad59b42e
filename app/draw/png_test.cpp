#include "app/draw/png.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace attnscope {
namespace png_test {

using testing::HasSubstr;

std::vector<Color> gradient(int width, int height, std::uint8_t alpha) {
    std::vector<Color> pixels;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            pixels.push_back({static_cast<std::uint8_t>(x * 7), static_cast<std::uint8_t>(y * 11),
                              static_cast<std::uint8_t>(x * y), alpha == 255 ? alpha : static_cast<std::uint8_t>(x)});
    return pixels;
}

TEST(Png, GivesBackEveryPixelWithAndWithoutAlpha) {
    for (const std::uint8_t alpha : {std::uint8_t{255}, std::uint8_t{0}}) {
        const auto pixels = gradient(37, 19, alpha);
        const auto image = decode_png(encode_png(37, 19, pixels), "test");
        ASSERT_TRUE(image) << image.error().what;
        EXPECT_EQ(image->width, 37);
        EXPECT_EQ(image->height, 19);
        EXPECT_TRUE(image->pixels == pixels);
        EXPECT_EQ(image->at(3, 2), pixels[2 * 37 + 3]);
    }
}

TEST(Png, HoldsNoTimeAndNoProgramName) {
    const std::string bytes = encode_png(3, 3, gradient(3, 3, 255));
    EXPECT_EQ(bytes, encode_png(3, 3, gradient(3, 3, 255)));
    EXPECT_THAT(bytes, testing::Not(HasSubstr("tIME")));
    EXPECT_THAT(bytes, testing::Not(HasSubstr("tEXt")));
}

TEST(Png, RefusesDamagedFilesAndNamesThem) {
    const std::string good = encode_png(16, 16, gradient(16, 16, 255));
    for (const std::string& bad :
         {std::string(), std::string("not a picture"), good.substr(0, 40), good.substr(0, 60)}) {
        const auto image = decode_png(bad, "golden/a.png");
        ASSERT_FALSE(image);
        EXPECT_THAT(image.error().what, HasSubstr("golden/a.png: not a readable PNG"));
    }
    std::string flipped = good;
    flipped[50] = static_cast<char>(flipped[50] ^ 0x55);
    EXPECT_FALSE(decode_png(flipped, "a"));
}

std::uint32_t crc32_of(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc & 1U ? crc >> 1U ^ 0xEDB88320U : crc >> 1U;
    }
    return ~crc;
}

// The file with another size in its header, checksum corrected.
std::string with_size(std::string png, std::uint32_t width, std::uint32_t height) {
    const auto put = [&png](std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) png[at + i] = static_cast<char>(value >> (24 - 8 * i));
    };
    put(16, width);
    put(20, height);
    put(29, crc32_of(std::string_view(png).substr(12, 17)));
    return png;
}

TEST(Png, RefusesSizesThatLieBeforeAllocating) {
    const std::string good = encode_png(16, 16, gradient(16, 16, 255));
    ASSERT_TRUE(decode_png(with_size(good, 16, 16), "a"));
    const auto vast = decode_png(with_size(good, 1000000, 1000000), "a");
    ASSERT_FALSE(vast);
    EXPECT_THAT(vast.error().what, HasSubstr("16384 a side"));
    const auto hollow = decode_png(with_size(good, 10000, 10000), "a");
    ASSERT_FALSE(hollow);
    EXPECT_THAT(hollow.error().what, HasSubstr("cannot be in"));
}

TEST(Compare, CountsWhatDiffersBeyondTheTolerance) {
    const Image a{2, 1, {{10, 20, 30, 255}, {0, 0, 0, 255}}}, b{2, 1, {{10, 22, 30, 255}, {40, 0, 0, 255}}};
    const ImageDifference exact = compare(a, b), loose = compare(a, b, 2);
    EXPECT_EQ(exact.largest, 40);
    EXPECT_DOUBLE_EQ(exact.mean, 42.0 / 8);
    EXPECT_EQ(exact.differing, 2U);
    EXPECT_EQ(loose.differing, 1U);
    EXPECT_EQ(exact.picture.at(1, 0), (Color{160, 0, 0, 255}));
    EXPECT_EQ(compare(a, a).largest, 0);
}

TEST(Compare, DifferentSizesDifferEverywhere) {
    const ImageDifference difference = compare({1, 1, {{}}}, {1, 2, {{}, {}}});
    EXPECT_EQ(difference.largest, 255);
    EXPECT_EQ(difference.differing, 2U);
    EXPECT_TRUE(difference.picture.pixels.empty());
}

TEST(Png, WritesTheResolutionWhenThereIsOne) {
    const std::vector<Color> pixels(4, Color::hex(0x102030));
    EXPECT_EQ(encode_png(2, 2, pixels).find("pHYs"), std::string::npos);
    const std::string png = encode_png(2, 2, pixels, 300);
    const std::size_t at = png.find("pHYs");
    ASSERT_NE(at, std::string::npos);
    // 300 dots an inch are 11811 a metre, 0x2E23; the unit is the metre.
    EXPECT_EQ(png.substr(at + 4, 9), std::string("\0\0\x2E\x23\0\0\x2E\x23\x01", 9));
}

}  // namespace png_test
}  // namespace attnscope
