#include <gtest/gtest.h>

#include <algorithm>

#include "app/draw/plot.hpp"
#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace plot_frame_test {

bool labelled(const Plot& plot, PlotView& view, const char* label) {
    static TextShaper shaper;
    Recorder canvas(shaper);
    draw_plot(canvas, {{0, 0}, {700, 450}}, plot, view, {});
    return std::any_of(canvas.texts.begin(), canvas.texts.end(),
                       [&](const TextBox& text) { return text.text == label; });
}

TEST(PlotFrame, LabelsStandWhereTheyAreWantedAndOtherwiseAtRoundValues) {
    Plot plot;
    plot.series.push_back({.name = {}, .color = Color::hex(0x123456), .x = {16, 64, 256}, .y = {1, 2, 3}});
    plot.x = {.name = "m", .log = true, .ticks = {16, 64, 256}};
    PlotView view;
    for (const char* label : {"16", "64", "256"}) EXPECT_TRUE(labelled(plot, view, label)) << label;
    EXPECT_FALSE(labelled(plot, view, "100"));
    view.view.x = {80, 120};  // between two of them
    view.view.touched = true;
    EXPECT_TRUE(labelled(plot, view, "100"));
}

}  // namespace plot_frame_test
}  // namespace attnscope
