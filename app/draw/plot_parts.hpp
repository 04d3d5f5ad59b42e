// The inner parts of draw_plot, in the order in which they work: survey the data, lay out the frame, draw the marks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "app/draw/plot.hpp"
#include "app/draw/ticks.hpp"

namespace attnscope::plot_parts {

// ---- plot_survey.cpp: what is in the data

struct SeriesFacts {
    std::size_t size = 0;    // points that have all their numbers
    bool ascending = true;   // x never falls: a stretch of it can be found by bisection
    std::size_t stride = 1;  // every how many points are drawn
    double gap = 1;          // smallest distance of neighbours in axis coordinates: the room of a bar
    std::size_t slot = 0;    // of bars: which of the bar series
    std::size_t slots = 1;   // of how many
    Marker marker = Marker::none;
};

struct Survey {
    std::vector<SeriesFacts> series;
    View2D fitted;
    ViewRules rules;
    std::vector<std::string> notes;
    bool empty = true;  // no point can be drawn
};

inline double x_of(const Series& series, std::size_t i) {
    return series.x.empty() ? static_cast<double>(i) : series.x[i];
}

/// `width`: of the whole plot in points, for thinning what cannot be thinned by columns. Cost: O(points).
Survey survey(const Plot& plot, float width);

// ---- plot_frame.cpp: title, notes, axes

struct AxisLabel {
    float at = 0;  // along the axis, on the canvas
    std::string text;
    bool major = true;
};

struct Frame {
    Rect data;  // where the marks are drawn
    std::string title, x_name, y_name;
    std::vector<std::string> notes;
    TextLayout long_note;  // the first of them in two lines, where it is wider than the plot
    Rect title_at, notes_at, x_name_at, y_name_at;
    std::vector<AxisLabel> x, y;
    bool turned = false;  // x labels stand at 45 degrees
    bool x_grid = true;   // not through categories
};

struct Styles {
    TextStyle label, name, title, note;
    float line = 15;  // height of a line of labels
};

Styles styles_of(Canvas& canvas);
Frame lay_out(Canvas& canvas, const Rect& area, const Plot& plot, const View2D& view,
              const std::vector<std::string>& notes);
void draw_frame(Canvas& canvas, const Frame& frame);

// ---- plot_marks.cpp: the data; plot_lines.cpp: of them lines, steps and bands

/// In doubles: zoomed far in, points outside lie beyond what floats resolve.
struct Point {
    double x = 0, y = 0;
};

inline Vec2 to_vec(Point p) {
    return {static_cast<float>(std::clamp(p.x, -1e9, 1e9)), static_cast<float>(std::clamp(p.y, -1e9, 1e9))};
}

constexpr double beyond = 12;  // lines and bars are cut this far outside the data area

/// From values to the canvas.
struct Map {
    Rect data;
    ViewWindow x_window, y_window;
    bool x_log = false, y_log = false;
    double x0 = 0, x_scale = 1, y0 = 0, y_scale = 1;

    Map(const Rect& area, const View2D& view, const Plot& plot);
    double u(double value) const { return x_log ? std::log10(value) : value; }
    double v(double value) const { return y_log ? std::log10(value) : value; }
    double px(double value) const { return std::clamp(x0 + x_scale * u(value), -1e30, 1e30); }
    double py(double value) const { return std::clamp(y0 + y_scale * v(value), -1e30, 1e30); }
    bool drawable(double x, double y) const {
        return std::isfinite(x) && std::isfinite(y) && (!x_log || x > 0) && (!y_log || y > 0);
    }
    Vec2 at(double x, double y) const { return to_vec({px(x), py(y)}); }
};

/// Counts what is drawn where, on a coarse grid: for the legend.
class Crowd {
public:
    explicit Crowd(const Rect& area);
    void add(Vec2 at);
    void add_line(Vec2 a, Vec2 b);
    int count(const Rect& rect) const;

private:
    Rect area_;
    int columns_, rows_;
    std::vector<int> cells_;
};

/// The points that can lie in the window, with one neighbour on each side.
struct Stretch {
    std::size_t first = 0, last = 0;  // [first, last)
};
Stretch visible_stretch(const Series& series, const SeriesFacts& facts, const ViewWindow& window);

void draw_series(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd);
void draw_line(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd);
void draw_band(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd);
void draw_marker(Canvas& canvas, Vec2 at, Marker marker, float radius, Color color);
/// A straight sample of a series' line, for the legend.
void draw_sample(Canvas& canvas, const Rect& rect, const Series& series, const SeriesFacts& facts);
/// Where a bar stands: its left and right edge for the point's x.
struct BarEdges {
    double left = 0, right = 0;
};
BarEdges bar_edges(const Map& map, const SeriesFacts& facts, double x);

// ---- plot_keys.cpp: legend and readout

/// What legend and readout work on.
struct Scene {
    const Plot& plot;
    const Survey& facts;
    const Map& map;
};

void draw_legend(Canvas& canvas, const Scene& scene, const Crowd& crowd, int& corner);
void find_readings(const Scene& scene, Vec2 cursor, PlotReadout& readout);
void draw_crosshair(Canvas& canvas, const Scene& scene, Vec2 cursor, const PlotReadout& readout);
/// The box with the numbers, beside the cursor.
void draw_readout(Canvas& canvas, const Scene& scene, Vec2 cursor, const PlotReadout& readout);

}  // namespace attnscope::plot_parts
