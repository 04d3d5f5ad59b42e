// Which part of its data a picture shows: zoom, pan and fit on one axis or two, linear or logarithmic. Plots and
// heatmaps share it. Windows hold values; on a logarithmic axis all arithmetic is on log10 of them.
#pragma once

#include "app/draw/geometry.hpp"
#include "app/draw/pointer.hpp"

namespace attnscope {

struct ViewWindow {
    double low = 0, high = 1;

    friend bool operator==(const ViewWindow&, const ViewWindow&) = default;
};

/// What a window may be. Whatever the caller asks for, a window is also never narrower than doubles can tell apart.
struct ViewLimits {
    double low = -1e300, high = 1e300;  // on a logarithmic axis a low end <= 0 stands for 1e-300
    double least = 0;                   // the smallest span: in values, on a logarithmic axis in decades
    bool log = false;
};

/// Where a value stands in the window: 0 at its low end, 1 at its high end, outside beyond. NaN where a logarithmic
/// axis has no place for it (value <= 0).
double view_position(const ViewWindow& window, double value, bool log);
/// The inverse: the value at a part of the window.
double view_value(const ViewWindow& window, double position, bool log);

/// The nearest legal window: ends in order, wide enough, inside the limits; the span is kept where it can be. Ends that
/// are no numbers take the limits' place.
ViewWindow settle(ViewWindow window, const ViewLimits& limits);
/// The window made `factor` (> 0; > 1 shows less) times smaller, the value `about` staying where it is unless a limit
/// is met.
ViewWindow zoom(const ViewWindow& window, double about, double factor, const ViewLimits& limits);
/// The window moved towards higher values by a part of its own span; it stops at the limits.
ViewWindow pan(const ViewWindow& window, double part, const ViewLimits& limits);
/// The window that shows data between low and high with `margin` of their span on each side (logarithmic: of their
/// decades). Equal ends get room around them.
ViewWindow fit(double low, double high, double margin, bool log);

struct View2D {
    ViewWindow x, y;
    bool touched = false;  // by the user: no longer follows the data

    friend bool operator==(const View2D&, const View2D&) = default;
};

struct ViewRules {
    ViewLimits x, y;
    bool y_down = false;  // low values of y are at the top of the area, as in a matrix
};

/// One frame of the mouse over a picture whose data fill `area`: the wheel zooms at the cursor (both axes; with shift
/// only x, with control only y), dragging pans, a double click goes back to `fitted`. A view that is not touched
/// follows `fitted` first. Returns whether the user changed the view.
bool handle(View2D& view, const Pointer& pointer, const Rect& area, const View2D& fitted, const ViewRules& rules);

}  // namespace attnscope
