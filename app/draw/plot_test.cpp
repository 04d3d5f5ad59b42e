#include "app/draw/plot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <random>

#include "app/draw/recording_canvas.hpp"
#include "app/draw/ticks.hpp"

namespace attnscope {
namespace plot_test {

const double nan = std::numeric_limits<double>::quiet_NaN();

class PlotTest : public testing::Test {
protected:
    static TextShaper& shaper() {
        static TextShaper one;
        return one;
    }
    PlotReadout draw(const Plot& plot, const Rect& area = {{0, 0}, {700, 450}}, const Pointer& pointer = {}) {
        recorder = std::make_unique<Recorder>(shaper());
        const PlotReadout readout = draw_plot(*recorder, area, plot, view, pointer);
        EXPECT_EQ(recorder->clips, 0);
        EXPECT_TRUE(recorder->sound);
        return readout;
    }
    std::unique_ptr<Recorder> recorder;
    PlotView view;
};

Series line(std::vector<double> x, std::vector<double> y, std::string name = {}) {
    Series series;
    series.name = std::move(name);
    series.color = Color::hex(0x123456);
    series.x = std::move(x);
    series.y = std::move(y);
    return series;
}

std::vector<Plot> many_plots() {
    std::vector<Plot> plots;
    for (const double scale : {1.0, 1e-9, 123456.0, 1e7}) {
        for (const bool log : {false, true}) {
            Plot plot;
            plot.title = "A title that is long enough to be cut";
            plot.x = {.name = "position in the sentence", .unit = "tokens", .log = log};
            plot.y = {.name = "a quantity with a long name", .unit = "bits", .log = log};
            plot.note = "random, seed 7";
            for (int k = 0; k < 3; ++k) {
                Series series = line({}, {}, "series " + std::to_string(k));
                for (int i = 1; i < 60; ++i) {
                    series.x.push_back(i * scale);
                    series.y.push_back(scale * (std::sin(i * 0.3) + k));
                }
                plot.series.push_back(series);
            }
            plots.push_back(plot);
        }
    }
    for (const std::size_t count : {3U, 14U, 60U, 4000U}) {
        Plot plot;
        plot.title = "Row";
        plot.x.name = "keys";
        Series bars = line({}, {});
        bars.kind = Series::bars;
        for (std::size_t i = 0; i < count; ++i) {
            plot.x.categories.push_back(i % 5 == 2 ? "incomprehensibilities" : "word" + std::to_string(i));
            bars.y.push_back(0.1 * static_cast<double>(i % 9));
        }
        plot.series.push_back(bars);
        plots.push_back(plot);
    }
    plots.emplace_back();
    return plots;
}

TEST_F(PlotTest, TextsStayInsideTheAreaAndDoNotOverlapInAnySize) {
    const std::vector<Vec2> sizes = {{160, 120}, {60, 40}, {100, 300}, {300, 100}, {250, 180}, {700, 450}, {1500, 900}};
    for (Plot plot : many_plots()) {
        plot.legend = false;  // lies over the data
        for (const Vec2 size : sizes) {
            view = {};
            const Rect area = Rect::sized({31, 17}, size.x, size.y);
            draw(plot, area);
            const std::string where = plot.title + " " + std::to_string(size.x) + "x" + std::to_string(size.y);
            for (std::size_t i = 0; i < recorder->texts.size(); ++i) {
                const TextBox& text = recorder->texts[i];
                for (const Vec2 corner : text.corners) {
                    EXPECT_GE(corner.x, area.min.x - 0.6F) << where << ": " << text.text;
                    EXPECT_LE(corner.x, area.max.x + 0.6F) << where << ": " << text.text;
                    EXPECT_GE(corner.y, area.min.y - 0.6F) << where << ": " << text.text;
                    EXPECT_LE(corner.y, area.max.y + 0.6F) << where << ": " << text.text;
                }
                for (std::size_t j = 0; j < i; ++j) {
                    EXPECT_FALSE(overlap(text, recorder->texts[j]))
                        << where << ": " << text.text << " on " << recorder->texts[j].text;
                }
            }
        }
    }
}

TEST_F(PlotTest, AxesCarryNamesWithUnitsAndEnoughTicks) {
    Plot plot;
    plot.title = "Time of attention";
    plot.x = {.name = "length", .unit = "tokens"};
    plot.y = {.name = "time", .unit = "ms"};
    plot.series = {line({0, 1, 2}, {0, 5, 10})};
    draw(plot);
    EXPECT_TRUE(recorder->says("length (tokens)"));
    EXPECT_TRUE(recorder->says("time (ms)"));
    EXPECT_TRUE(recorder->says("Time of attention"));
    EXPECT_GE(recorder->texts.size(), 12U);
}

TEST_F(PlotTest, WithoutDataThereAreAxesAndASentence) {
    Plot plot;
    plot.x.name = "x";
    const PlotReadout empty = draw(plot);
    EXPECT_TRUE(recorder->says("no data yet"));
    EXPECT_GT(empty.area.width(), 500);
    EXPECT_GE(recorder->lines.size(), 4U);
    plot.series = {line({1, 2}, {nan, nan})};
    draw(plot);
    EXPECT_TRUE(recorder->says("no data yet"));
    plot.y.log = true;
    plot.series = {line({1, 2}, {-1, 0})};
    draw(plot);
    EXPECT_TRUE(recorder->says("no data yet"));
    EXPECT_TRUE(recorder->says("2 values"));
}

TEST_F(PlotTest, ALogarithmicAxisLeavesOutWhatItCannotShowAndSaysSo) {
    Plot plot;
    plot.y.log = true;
    plot.series = {line({0, 1, 2, 3, 4}, {1, 10, 0, 100, -3})};
    draw(plot);
    EXPECT_TRUE(recorder->says("2 values ≤ 0 left out"));
    // The line has a gap where the zero was, and the lone point after it is a dot.
    EXPECT_EQ(recorder->lines_of(plot.series[0].color).size(), 1U);
    EXPECT_EQ(recorder->circles.size(), 1U);
    EXPECT_NEAR(view.view.y.low, std::pow(10, -0.12), 1e-9);
}

TEST_F(PlotTest, NotANumberLeavesAGap) {
    Plot plot;
    plot.series = {line({}, {1, 2, 3, nan, 3, 2, std::numeric_limits<double>::infinity(), 5, 6})};
    draw(plot);
    const auto lines = recorder->lines_of(plot.series[0].color);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].points.size(), 3U);
    EXPECT_EQ(lines[1].points.size(), 2U);
    Series band = line({}, {1, 1, nan, 1, 1});
    band.kind = Series::band;
    band.y_high = {2, 2, 2, 2, 2};
    plot.series = {band};
    draw(plot);
    EXPECT_EQ(recorder->polygons.size(), 2U);
}

TEST_F(PlotTest, ThinningKeepsEveryExtremeAndBoundsTheVertices) {
    Plot plot;
    plot.series = {line({}, std::vector<double>(1'000'000, 0.0))};
    std::vector<double>& y = plot.series[0].y;
    std::mt19937 random(3);
    std::uniform_real_distribution<double> noise(-1, 1);
    for (double& value : y) value = noise(random);
    y[123'457] = 40;  // a single spike each way
    y[765'433] = -30;
    const PlotReadout readout = draw(plot);
    float top = 1e9F;
    float bottom = -1e9F;
    for (const auto& l : recorder->lines_of(plot.series[0].color)) {
        for (const Vec2 p : l.points) {
            top = std::min(top, p.y);
            bottom = std::max(bottom, p.y);
        }
    }
    const auto height = [&](double value) {
        return readout.area.max.y -
               static_cast<float>(view_position(view.view.y, value, false)) * readout.area.height();
    };
    EXPECT_NEAR(top, height(40), 0.01);
    EXPECT_NEAR(bottom, height(-30), 0.01);
    EXPECT_LE(recorder->vertices, static_cast<std::size_t>(readout.area.width()) * 5 + 500);
    EXPECT_LE(recorder->longest, 2049U);
}

TEST_F(PlotTest, HugeDataOfEveryKindDrawsABoundedNumberOfVertices) {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    Series series = line({}, {});
    for (int i = 0; i < 1'000'000; ++i) {
        series.y.push_back(normal(random));
        series.y_high.push_back(series.y.back() + 1);
    }
    const std::vector<double> shuffled = series.y_high;
    for (const auto kind : {Series::line, Series::points, Series::bars, Series::steps, Series::band}) {
        for (const bool ordered : {true, false}) {
            Plot plot;
            plot.series = {series};
            plot.series[0].kind = kind;
            if (!ordered) plot.series[0].x = shuffled;
            if (kind == Series::line && !ordered) plot.series[0].dash = Dash::dashed;
            view = {};
            draw(plot);
            EXPECT_LE(recorder->vertices, 60'000U) << kind << ordered;
            const bool stated = recorder->says("th point drawn");
            EXPECT_EQ(stated, !ordered && kind != Series::points && kind != Series::bars) << kind << ordered;
        }
    }
}

TEST_F(PlotTest, ReadoutFindsTheNearestPointOfEachSeriesAndStaysInside) {
    Plot plot;
    plot.x.unit = "m";
    plot.series = {line({0, 1, 2, 3}, {0, 10, 20, 30}, "up"), line({0, 1, 2, 3}, {30, 20, 10, 0}, "down")};
    const Rect area{{0, 0}, {700, 450}};
    const PlotReadout still = draw(plot, area);
    EXPECT_FALSE(still.inside);
    for (const float part : {0.02F, 0.30F, 0.47F, 0.98F}) {
        for (const float down : {0.02F, 0.5F, 0.98F}) {
            Pointer pointer;
            pointer.hovered = true;
            pointer.at = {still.area.min.x + part * still.area.width(), still.area.min.y + down * still.area.height()};
            const PlotReadout readout = draw(plot, area, pointer);
            ASSERT_TRUE(readout.inside);
            ASSERT_EQ(readout.readings.size(), 2U);
            EXPECT_NEAR(readout.x, view_value(view.view.x, static_cast<double>(part), false), 1e-4);
            const auto nearest = static_cast<std::size_t>(std::clamp(std::round(readout.x), 0.0, 3.0));
            EXPECT_EQ(readout.readings[0].point, nearest);
            EXPECT_EQ(readout.readings[0].y, plot.series[0].y[nearest]);
            EXPECT_EQ(readout.readings[1].y, plot.series[1].y[nearest]);
            EXPECT_TRUE(recorder->says(short_number(static_cast<double>(nearest)) + " m"));
            for (const TextBox& text : recorder->texts) {
                for (const Vec2 corner : text.corners) EXPECT_TRUE(area.inset(-0.6F).contains(corner)) << text.text;
            }
        }
    }
}

// Lanes one above the other: where a point stands is not what it is.
TEST_F(PlotTest, ReadoutSaysWhatAPointIsWhereItsPlaceIsAnother) {
    Plot plot;
    plot.legend = false;
    plot.y.categories = {"low", "high"};
    plot.series.push_back({.name = "wave", .x = {0, 1, 2}, .y = {0.9, 1.1, 0.9}, .y_high = {}, .said = {-7, 42, -7}});
    plot.series.push_back({.name = {}, .x = {1}, .y = {0}, .y_high = {}});
    const PlotReadout still = draw(plot);
    Pointer pointer;
    pointer.hovered = true;
    pointer.at = still.area.center();
    const PlotReadout readout = draw(plot, {{0, 0}, {700, 450}}, pointer);
    ASSERT_EQ(readout.readings.size(), 1U) << "what has no name is not read";
    EXPECT_TRUE(std::ranges::any_of(recorder->texts, [](const auto& text) { return text.text == "42"; }));
}

TEST_F(PlotTest, ReadoutOfACloudGoesByDistance) {
    Plot plot;
    plot.series = {line({0, 5, 5.1, 10}, {0, 10, 0, 10})};
    plot.series[0].kind = Series::points;
    const PlotReadout still = draw(plot);
    Pointer pointer;
    pointer.hovered = true;
    pointer.at = {still.area.center().x + 8, still.area.min.y + 30};
    const PlotReadout readout = draw(plot, {{0, 0}, {700, 450}}, pointer);
    ASSERT_EQ(readout.readings.size(), 1U);
    EXPECT_EQ(readout.readings[0].point, 1U);
}

TEST_F(PlotTest, WheelZoomsAndDoubleClickFits) {
    Plot plot;
    plot.series = {line({0, 10}, {0, 10})};
    const PlotReadout still = draw(plot);
    const PlotView fitted = view;
    Pointer pointer;
    pointer.hovered = true;
    pointer.at = still.area.center();
    pointer.wheel = 1;
    for (int i = 0; i < 200; ++i) draw(plot, {{0, 0}, {700, 450}}, pointer);
    EXPECT_TRUE(view.view.touched);
    EXPECT_LT(view.view.x.high - view.view.x.low, 1e-6);
    // Far inside, the ends of the line lie beyond what floats resolve; its middle is still where it belongs.
    view.view = {{5 - 1e-9, 5 + 1e-9}, {5 - 1e-9, 5 + 1e-9}, true};
    const PlotReadout deep = draw(plot);
    const auto inner = recorder->lines_of(plot.series[0].color);
    ASSERT_EQ(inner.size(), 1U);
    EXPECT_NEAR((inner[0].points.front().x + inner[0].points.back().x) / 2, deep.area.center().x, 0.5);
    EXPECT_NEAR((inner[0].points.front().y + inner[0].points.back().y) / 2, deep.area.center().y, 0.5);
    pointer.wheel = -20;
    for (int i = 0; i < 50; ++i) draw(plot, {{0, 0}, {700, 450}}, pointer);
    EXPECT_LT(view.view.x.high - view.view.x.low, 200);
    pointer.wheel = 0;
    pointer.double_clicked = true;
    EXPECT_TRUE(draw(plot, {{0, 0}, {700, 450}}, pointer).changed);
    EXPECT_EQ(view.view, fitted.view);
}

TEST_F(PlotTest, LegendTakesTheCornerThatHidesLeast) {
    for (const bool rising : {true, false}) {
        Plot plot;
        plot.series = {line({}, {}, "first"), line({}, {}, "second")};
        for (int i = 0; i < 100; ++i) {
            plot.series[0].y.push_back(rising ? i : -i);
            plot.series[1].y.push_back(rising ? i - 5 : 5 - i);
        }
        view = {};
        const PlotReadout readout = draw(plot);
        const auto entry = std::find_if(recorder->texts.begin(), recorder->texts.end(),
                                        [](const TextBox& t) { return t.text == "first"; });
        ASSERT_NE(entry, recorder->texts.end());
        const Vec2 at = entry->corners[0];
        EXPECT_EQ(at.y < readout.area.center().y, (at.x < readout.area.center().x) == rising) << at.x << " " << at.y;
        plot.legend = false;
        draw(plot);
        EXPECT_FALSE(recorder->says("first"));
    }
}

TEST_F(PlotTest, BarsStandOnZeroInTheirOwnColours) {
    Plot plot;
    Series bars = line({}, {1, 2, -1});
    bars.kind = Series::bars;
    bars.colors = {Color::hex(0xffb45a)};
    plot.series = {bars};
    const PlotReadout readout = draw(plot);
    std::vector<std::pair<Rect, Color>> drawn;
    for (const auto& rect : recorder->rects) {
        if (rect.second == bars.color || rect.second == bars.colors[0]) drawn.push_back(rect);
    }
    ASSERT_EQ(drawn.size(), 3U);
    EXPECT_EQ(drawn[0].second, bars.colors[0]);
    EXPECT_NEAR(drawn[0].first.max.y, drawn[2].first.min.y, 0.01);
    EXPECT_NEAR(drawn[1].first.height(), 2 * drawn[0].first.height(), 0.01);
    EXPECT_GE(drawn[0].first.min.x, readout.area.min.x);
    EXPECT_LE(drawn[2].first.max.x, readout.area.max.x);
}

TEST_F(PlotTest, TwoBarSeriesStandSideBySide) {
    Plot plot;
    plot.series = {line({}, {1, 2}), line({}, {2, 1})};
    plot.series[1].color = Color::hex(0x654321);
    for (Series& s : plot.series) s.kind = Series::bars;
    draw(plot);
    std::vector<Rect> first;
    std::vector<Rect> second;
    for (const auto& [rect, color] : recorder->rects) {
        if (color == plot.series[0].color) first.push_back(rect);
        if (color == plot.series[1].color) second.push_back(rect);
    }
    ASSERT_EQ(first.size(), 2U);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_NEAR(first[0].max.x, second[0].min.x, 0.01);
    EXPECT_LT(second[0].max.x, first[1].min.x);
}

TEST_F(PlotTest, BandsAreConvexAlsoWhereTheirEdgesCross) {
    Plot plot;
    Series band = line({}, {0, 2, 0});
    band.kind = Series::band;
    band.y_high = {1, 1, 1};
    plot.series = {band};
    draw(plot);
    ASSERT_EQ(recorder->polygons.size(), 2U);
    for (const auto& quad : recorder->polygons) {
        EXPECT_LE(quad.points[0].y, quad.points[3].y);
        EXPECT_LE(quad.points[1].y, quad.points[2].y);
        EXPECT_EQ(quad.points[0].x, quad.points[3].x);
        EXPECT_LT(quad.color.a, 255);
    }
}

TEST_F(PlotTest, HostileInputIsHarmless) {
    const double huge = std::numeric_limits<double>::max();
    Plot plot;
    plot.series = {line({-huge, 0, huge}, {-huge, 1e-320, huge}, "a"), line({1, 2, 3, 4}, {1, 2}, "b"),
                   line({5}, {5}, "c")};
    plot.series.push_back(line({1, 2}, {1, 2}));
    plot.series.back().kind = Series::band;  // without an upper edge
    Pointer pointer;
    pointer.hovered = true;
    pointer.wheel = 1;
    pointer.at = {300, 200};
    for (const bool log : {false, true}) {
        plot.x.log = plot.y.log = log;
        plot.x.range = ViewWindow{5, -5};
        plot.y.range = ViewWindow{nan, nan};
        for (const Vec2 size : {Vec2{700, 450}, Vec2{0, 0}, Vec2{-5, 10}, Vec2{25, 25}, Vec2{3000, 30}}) {
            draw(plot, Rect::sized({0, 0}, size.x, size.y), pointer);
            EXPECT_LT(view.view.x.low, view.view.x.high + (size.x > 25 ? 0 : 1));
        }
    }
    EXPECT_TRUE(recorder->sound);
    draw(plot);
    EXPECT_TRUE(recorder->says("4 x for 2 y"));
}

}  // namespace plot_test
}  // namespace attnscope
