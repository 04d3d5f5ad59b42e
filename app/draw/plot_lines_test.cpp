#include <gtest/gtest.h>

#include "app/draw/plot.hpp"
#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace plot_lines_test {

TEST(PlotLines, StepsThatStayAtTheirHeightHaveNoSegmentWithoutLength) {
    static TextShaper shaper;
    Recorder canvas(shaper);
    Plot plot;
    plot.series.push_back(
        {.name = {}, .color = Color::hex(0x123456), .kind = Series::steps, .x = {}, .y = {1, 1, 1, 2, 2}});
    PlotView view;
    draw_plot(canvas, {{0, 0}, {700, 450}}, plot, view, {});
    const auto drawn = canvas.lines_of(plot.series[0].color);
    ASSERT_EQ(drawn.size(), 1U);
    ASSERT_EQ(drawn[0].points.size(), 6U);  // five points and one corner
    for (std::size_t k = 1; k < drawn[0].points.size(); ++k) EXPECT_FALSE(drawn[0].points[k] == drawn[0].points[k - 1]);
}

}  // namespace plot_lines_test
}  // namespace attnscope
