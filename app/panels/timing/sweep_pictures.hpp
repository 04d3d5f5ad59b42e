// What the pictures of a sweep share: lines, notes, labels that keep out of each other's way, tables.
#pragma once

#include <string>
#include <vector>

#include "app/draw/line_names.hpp"
#include "app/draw/plot.hpp"
#include "core/timing/timing_report.hpp"

namespace attnscope::timing_panel {

/// Which point of the series is at exactly this length.
std::optional<std::size_t> point_at(const TimingSeries& series, double length);
/// A line that no legend names.
Series sweep_line(Color color, std::vector<double> x, std::vector<double> y, Dash dash, float width);
/// A plot's note of as many of the parts, the first ones, as `width` holds.
std::string sweep_note(Canvas& canvas, float width, const std::vector<std::string>& parts);
/// Labels in a plot, each near its point where it hides no other one and as little as can be of the lines, given as
/// points on the canvas. One that would stand in `covered` is not drawn.
struct SweepLabel {
    Vec2 point;
    std::string text;
    TextStyle style;
    float most = 1e9F;  // how many points of lines it may hide; beyond that it is left out
};
Rect sweep_covered(const PlotReadout& readout, Vec2 cursor);  // where the numbers under the cursor may stand
void draw_sweep_labels(Canvas& canvas, const Rect& data, const std::vector<SweepLabel>& labels,
                       const std::vector<Vec2>& lines, const Rect& covered);
/// The first row is the head; columns that find no room are left out, the last ones first.
struct SweepTable {
    std::vector<std::vector<std::string>> rows;
    std::vector<Color> colors;  // of the first column, a row each
};
constexpr float sweep_row = 21;
void draw_sweep_table(Canvas& canvas, const Rect& area, const SweepTable& table);

}  // namespace attnscope::timing_panel
