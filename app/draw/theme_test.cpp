// Every colour that text is written in can be read on every ground that it stands on: a contrast of 4.5 at least
// (WCAG 2.1, 1.4.3), in every theme.
#include "app/draw/theme.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/draw/heatmap.hpp"

namespace attnscope {
namespace theme_test {

class Themes : public testing::TestWithParam<const Theme*> {
protected:
    const Theme& t = *GetParam();
};

TEST_P(Themes, TextCanBeReadOnEveryGround) {
    const std::pair<const char*, Color> inks[] = {
        {"text", t.text}, {"quiet", t.quiet}, {"query", t.query}, {"key", t.key}, {"warning", t.warning}};
    const std::pair<const char*, Color> grounds[] = {{"ground", t.ground}, {"surface", t.surface}, {"field", t.field}};
    for (const auto& [ink_name, ink] : inks)
        for (const auto& [ground_name, ground] : grounds)
            EXPECT_GE(contrast(ink, ground), contrast_of_text) << ink_name << " on " << ground_name;
    EXPECT_GE(contrast(t.on_accent, t.query), contrast_of_text) << "text on the accent";
    EXPECT_GE(contrast(t.on_accent, t.key), contrast_of_text) << "text on the keys' colour";
}

TEST_P(Themes, TextCanBeReadOnWhatLiesBetween) {
    EXPECT_GE(contrast(t.text, ground_under_mouse(t)), contrast_of_text);
    EXPECT_GE(contrast(t.text, ground_of_bar(t)), contrast_of_text);
    for (int i = 0; i <= 25; ++i) {
        const Color ground = ground_of_chosen(t, 0.01F * static_cast<float>(i));
        EXPECT_GE(contrast(t.text, ground), contrast_of_text) << i;
        EXPECT_GE(contrast(readable(t.query, ground, t.text), ground), contrast_of_text) << i;
    }
    for (int i = 0; i <= 100; ++i)
        EXPECT_GE(contrast(t.text, ground_of_wrong(t, 0.01F * static_cast<float>(i))), contrast_of_text) << i;
}

// For what is no text (WCAG 1.4.11), and so that queries and keys are told apart by those who see no hue: their
// lightness or their blue differs.
TEST_P(Themes, QueriesAndKeysDiffer) {
    EXPECT_GE(contrast(t.query, t.ground), 3);
    EXPECT_GE(contrast(t.key, t.ground), 3);
    EXPECT_GE(std::abs(int{t.query.b} - int{t.key.b}), 90) << "protanopia and deuteranopia keep blue against yellow";
}

INSTANTIATE_TEST_SUITE_P(All, Themes, testing::Values(&dark_theme, &light_theme, &paper_theme), [](const auto& test) {
    return std::string(test.param == &dark_theme ? "dark" : test.param == &light_theme ? "light" : "paper");
});

// Numbers in cells.
TEST(Contrast, InkCanBeReadOnEveryColourOfEveryMap) {
    for (const ColorMap map : {ColorMap::viridis, ColorMap::cividis, ColorMap::magma, ColorMap::diverging})
        for (const bool dark : {true, false})
            for (int i = 0; i < 256; ++i) {
                const CellPicture picture{.range = {0, 255}, .map = map, .dark = dark};
                EXPECT_GE(contrast(ink_on(picture, i), color_table(map, dark)[static_cast<std::size_t>(i)]),
                          contrast_of_text)
                    << "map " << static_cast<int>(map) << ", colour " << i;
            }
}

// Names in the colours of lines: whatever the colour, and left as it is where it can be read.
TEST(Contrast, ReadableMovesAColourNoFurtherThanItMust) {
    for (const Theme* theme : {&dark_theme, &light_theme, &paper_theme})
        for (std::uint32_t hex = 0; hex < 0x1000000; hex += 0x0b1d3) {
            const Color ink = Color::hex(hex), ground = theme->ground;
            const Color made = readable(ink, ground, theme->text);
            EXPECT_GE(contrast(made, ground), contrast_of_text);
            if (contrast(ink, ground) >= contrast_of_text)
                EXPECT_EQ(made, ink);
            else
                EXPECT_LT(contrast(made, ground), contrast_of_text * 1.12F);
        }
}

TEST(Contrast, ReadableLooksThroughAColour) {
    const Theme& t = light_theme;
    EXPECT_GE(contrast(t.text, t.ground), contrast_of_text);
    const Color made = readable(t.text.alpha(0.4F), t.ground, t.text);
    EXPECT_EQ(made.a, 255);
    EXPECT_GE(contrast(made, t.ground), contrast_of_text);
    EXPECT_LT(contrast(made, t.ground), contrast_of_text * 1.12F);
}

TEST(Contrast, IsThatOfTheStandard) {
    EXPECT_NEAR(contrast(Color::hex(0x000000), Color::hex(0xffffff)), 21, 1e-4);
    EXPECT_NEAR(contrast(Color::hex(0x777777), Color::hex(0xffffff)), 4.48, 0.005);
}

}  // namespace theme_test
}  // namespace attnscope
