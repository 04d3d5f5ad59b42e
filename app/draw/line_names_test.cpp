#include "app/draw/line_names.hpp"

#include <gtest/gtest.h>

#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace line_names_test {

constexpr Rect place{{500, 100}, {700, 300}};

std::vector<TextBox> drawn(std::vector<LineName> names, const ViewWindow& window, bool log) {
    static TextShaper shaper;
    Recorder canvas(shaper);
    draw_line_names(canvas, place, window, log, std::move(names));
    EXPECT_TRUE(canvas.sound);
    return canvas.texts;
}

TEST(LineNames, StandWhereTheirLinesEndFromTheTopDown) {
    const std::vector<TextBox> texts = drawn({{"low", {}, 1}, {"high", {}, 1000}}, {0.1, 10000}, true);
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_EQ(texts[0].text, "high");
    EXPECT_NEAR(texts[0].corners[0].y, 100 + 200 * 0.2, 8);
    EXPECT_NEAR(texts[1].corners[0].y, 100 + 200 * 0.8, 8);
}

TEST(LineNames, NeitherOverlapNorLeaveTheirPlace) {
    std::vector<LineName> names;
    for (int k = 0; k < 10; ++k) names.push_back({"name " + std::to_string(k), {}, 1e-9 * k, Dash::dashed});
    const std::vector<TextBox> texts = drawn(names, {0, 1}, false);
    ASSERT_EQ(texts.size(), 10U);
    EXPECT_EQ(texts.front().text, "name 9") << "in the order of their lines even where these cannot be told apart";
    for (std::size_t a = 0; a < texts.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) EXPECT_FALSE(overlap(texts[a], texts[b])) << a << " " << b;
        EXPECT_LE(texts[a].corners[0].y, place.max.y + 8);
        EXPECT_GE(texts[a].corners[0].y, place.min.y);
    }
}

TEST(LineNames, AreThoseOfThePlotsNamedSeriesAtTheirLastValue) {
    Plot plot;
    Series series;
    series.name = "a";
    series.y = {3, 2, 0};
    plot.series.push_back(series);
    series.name = "";
    plot.series.push_back(series);
    series.name = "nothing";
    series.y = {};
    plot.series.push_back(series);
    const std::vector<LineName> names = names_of(plot);
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].formula, "a");
    EXPECT_EQ(names[0].y, 2);
}

}  // namespace line_names_test
}  // namespace attnscope
