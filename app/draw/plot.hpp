// A plot with axes, drawn on any canvas: lines, points, bars, steps and bands, linear or logarithmic, with legend and a
// readout under the cursor. plot_parts.hpp has its inner parts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/canvas.hpp"
#include "app/draw/geometry.hpp"
#include "app/draw/pointer.hpp"
#include "app/draw/view_window.hpp"

namespace attnscope {

struct Axis {
    std::string name = {}, unit = {};  // shown as "name (unit)"
    bool log = false;                  // values <= 0 have no place on it: they are left out and their number is stated
    std::optional<ViewWindow> range = {};  // default: fits the data with a small margin
    bool integers = false;                 // ticks at whole numbers only
    std::vector<double> ticks = {};        // labels at these values, where something was measured; empty: round ones
    /// Labels instead of numbers: categories[i] stands at the value i. Thinned where they do not fit, on the x axis
    /// turned by 45 degrees where they are too long to stand side by side.
    std::vector<std::string> categories = {};
};

/// Beside the colour, what tells series apart. `automatic`: none for a single line, else by the place in the list.
enum class Marker { automatic, none, circle, square, triangle, diamond };
enum class Dash { solid, dashed, dotted };

struct Series {
    enum Kind { line, points, bars, steps, band };

    std::string name;  // in legend and readout; a series without a name is in neither
    Color color;
    Kind kind = line;
    std::vector<double> x;       // empty: 0, 1, 2, ...
    std::vector<double> y;       // NaN and infinities leave a gap
    std::vector<double> y_high;  // of a band, which fills y..y_high
    std::vector<double> said;    // of each point in the readout, where y only says where it stands; empty: y
    float width = 2;             // of lines, points
    Dash dash = Dash::solid;
    Marker marker = Marker::automatic;
    std::vector<Color> colors;  // of single points or bars, to highlight some; may be shorter than y
};

struct Plot {
    std::string title;
    Axis x, y;
    std::vector<Series> series;
    bool legend = true;  // from two named series on
    std::string note;    // a remark in small text below the title: where the numbers come from
};

/// What a panel keeps of a plot between frames.
struct PlotView {
    View2D view;
    int legend_corner = -1;  // stays unless another corner hides much less
};

/// A point of a series under the cursor.
struct PlotReading {
    std::size_t series = 0, point = 0;
    double x = 0, y = 0, y_high = 0;  // y_high: of a band
    Vec2 at;                          // where it stands on the canvas
};

struct PlotReadout {
    Rect area;            // where the data are drawn
    bool inside = false;  // the cursor is over it, then:
    double x = 0, y = 0;  // the values under the cursor
    /// The nearest visible point of each named series: along x, of `points` by distance.
    std::vector<PlotReading> readings;
    bool changed = false;  // the user zoomed or panned
};

/// Draws the plot into `area` and lets the pointer zoom, pan and fit `view`. Nothing is drawn outside `area`; text that
/// finds no room is thinned, shortened with an ellipsis, or left out. Without any number to show there are axes and the
/// words "no data yet". Lines are thinned to first, lowest, highest and last point of each point-wide column, which
/// keeps every extreme; a line of many points whose x does not ascend is drawn with every k-th point and says so. Cost:
/// O(all points) per frame, some tens of ns each; at most about 4 vertices per column and series are drawn.
PlotReadout draw_plot(Canvas& canvas, const Rect& area, const Plot& plot, PlotView& view, const Pointer& pointer);

}  // namespace attnscope
