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

// What is cut off cannot be read: a remark that is wider than its plot has a second line, where the plot is high.
TEST(PlotFrame, ALongRemarkHasTwoLines) {
    TextShaper shaper;
    for (const std::string note :
         {"measured lines are medians of ten samples, bands go from the tenth to the ninetieth end",
          "خط‌ها میانهٔ ده نمونه‌اند و نوارها "
          "از چندک دهم تا چندک نودم را نشان می‌دهند "
          "و این پایان"}) {
        Plot plot;
        plot.title = "Error";
        plot.note = note;
        plot.series.push_back({.name = {}, .color = Color::hex(0x123456), .x = {0, 1}, .y = {0, 1}});
        const auto drawn = [&](float height) {
            const Rect area = Rect::sized({10, 20}, 300, height);
            Recorder canvas(shaper);
            PlotView view;
            draw_plot(canvas, area, plot, view, Pointer());
            EXPECT_TRUE(canvas.outside(area).empty()) << height;
            return canvas.says("end") || canvas.says("پایان");
        };
        EXPECT_TRUE(drawn(320)) << note;
        EXPECT_FALSE(drawn(160)) << "a low plot keeps its height for the data";
    }
}

}  // namespace plot_frame_test
}  // namespace attnscope
