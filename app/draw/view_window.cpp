#include "app/draw/view_window.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnscope {

namespace {

constexpr double wheel_step = 1.2;  // per notch

double to_axis(double value, bool log) {
    if (!log) return value;
    return value > 0 ? std::log10(value) : std::numeric_limits<double>::quiet_NaN();
}

double from_axis(double u, bool log) {
    return log ? std::pow(10.0, u) : u;
}

/// A window or its limits in axis coordinates.
struct AxisSpan {
    double low = 0, high = 1;

    double size() const { return high - low; }
};

AxisSpan axis_limits(const ViewLimits& limits) {
    if (!limits.log) return {std::max(limits.low, -1e300), std::min(limits.high, 1e300)};
    return {limits.low > 1e-300 ? std::log10(limits.low) : -300.0,
            limits.high > 1e-300 && limits.high < 1e300 ? std::log10(limits.high) : 300.0};
}

/// The smallest span about here: what the caller asks for, and some thousand times what doubles resolve.
double least_span(const AxisSpan& span, const ViewLimits& limits) {
    const double largest = std::max(std::abs(span.low), std::abs(span.high));
    return std::max(limits.least, limits.log ? 1e-9 : std::max(1e-290, 1e-11 * largest));
}

AxisSpan shifted_inside(AxisSpan span, const AxisSpan& bounds) {
    const double size = span.size();
    if (size >= bounds.size()) return bounds;
    if (span.low < bounds.low) return {bounds.low, bounds.low + size};
    if (span.high > bounds.high) return {bounds.high - size, bounds.high};
    return span;
}

/// Wide enough and inside: where a span is lost to rounding far from zero, or beyond the limits, it is found again.
AxisSpan settled(AxisSpan span, const ViewLimits& limits) {
    const AxisSpan bounds = axis_limits(limits);
    span.low = std::clamp(span.low, -2e300, 2e300);
    span.high = std::clamp(span.high, -2e300, 2e300);
    span = shifted_inside(span, bounds);
    const double least = least_span(span, limits);
    if (span.size() < least) {
        const double middle = span.low + span.size() / 2;
        span = shifted_inside({middle - least / 2, middle + least / 2}, bounds);
    }
    return span;
}

AxisSpan axis_span(const ViewWindow& window, const ViewLimits& limits) {
    const AxisSpan bounds = axis_limits(limits);
    AxisSpan span{to_axis(window.low, limits.log), to_axis(window.high, limits.log)};
    if (!std::isfinite(span.low)) span.low = bounds.low;
    if (!std::isfinite(span.high)) span.high = bounds.high;
    if (span.low > span.high) std::swap(span.low, span.high);
    return settled(span, limits);
}

ViewWindow window_of(const AxisSpan& span, bool log) {
    return {from_axis(span.low, log), from_axis(span.high, log)};
}

}  // namespace

double view_position(const ViewWindow& window, double value, bool log) {
    const double low = to_axis(window.low, log);
    return (to_axis(value, log) - low) / (to_axis(window.high, log) - low);
}

double view_value(const ViewWindow& window, double position, bool log) {
    const double low = to_axis(window.low, log);
    return from_axis(low + position * (to_axis(window.high, log) - low), log);
}

ViewWindow settle(ViewWindow window, const ViewLimits& limits) {
    const AxisSpan span = axis_span(window, limits);
    const ViewWindow settled = window_of(span, limits.log);
    // 10^log10(x) may differ from x in the last digit: a legal window stays as it is.
    if (to_axis(window.low, limits.log) == span.low)
        window.low = limits.log ? window.low : span.low;
    else
        window.low = settled.low;
    if (to_axis(window.high, limits.log) == span.high)
        window.high = limits.log ? window.high : span.high;
    else
        window.high = settled.high;
    return window;
}

ViewWindow zoom(const ViewWindow& window, double about, double factor, const ViewLimits& limits) {
    const AxisSpan span = axis_span(window, limits);
    const AxisSpan bounds = axis_limits(limits);
    double fixed = to_axis(about, limits.log);
    if (!std::isfinite(fixed) || !(factor > 0) || !std::isfinite(factor)) return settle(window, limits);
    fixed = std::clamp(fixed, bounds.low, bounds.high);
    const double least = std::min(least_span(span, limits), span.size());
    const double wanted = std::clamp(span.size() / factor, least, std::max(least, bounds.size()));
    if (wanted == span.size()) return settle(window, limits);
    const double part = (fixed - span.low) / span.size();
    const double low = fixed - part * wanted;
    return window_of(settled({low, low + wanted}, limits), limits.log);
}

ViewWindow pan(const ViewWindow& window, double part, const ViewLimits& limits) {
    const AxisSpan span = axis_span(window, limits);
    const double by = part * span.size();
    if (!std::isfinite(by) || by == 0) return settle(window, limits);
    return window_of(settled({span.low + by, span.high + by}, limits), limits.log);
}

ViewWindow fit(double low, double high, double margin, bool log) {
    ViewLimits limits;
    limits.log = log;
    if (!std::isfinite(low) || !std::isfinite(high) || (log && !(low > 0 && high > 0))) {
        return log ? ViewWindow{1, 10} : ViewWindow{0, 1};
    }
    AxisSpan span{to_axis(std::min(low, high), log), to_axis(std::max(low, high), log)};
    span.low = std::max(span.low, axis_limits(limits).low);
    span.high = std::min(span.high, axis_limits(limits).high);
    double room = margin * span.size();
    if (span.size() <= least_span(span, limits)) {
        // One value: half of itself around it, or half a decade.
        room = log ? 0.5 : (span.low == 0 ? 1.0 : 0.5 * std::abs(span.low));
    }
    return window_of(axis_span(window_of({span.low - room, span.high + room}, log), limits), log);
}

bool handle(View2D& view, const Pointer& pointer, const Rect& area, const View2D& fitted, const ViewRules& rules) {
    if (!view.touched) view = fitted;
    if (!(area.width() > 0) || !(area.height() > 0)) return false;
    const View2D before = view;
    const bool over = pointer.hovered && area.contains(pointer.at);
    if (over && pointer.double_clicked) {
        view = fitted;
        view.touched = false;
        return view != before;
    }
    if (pointer.held && area.contains(pointer.drag_from) && pointer.drag != Vec2{}) {
        const double up = static_cast<double>(pointer.drag.y) / static_cast<double>(area.height());
        view.x = pan(view.x, -static_cast<double>(pointer.drag.x) / static_cast<double>(area.width()), rules.x);
        view.y = pan(view.y, rules.y_down ? -up : up, rules.y);
    }
    if (over && pointer.wheel != 0) {
        const double factor = std::pow(wheel_step, std::clamp(static_cast<double>(pointer.wheel), -20.0, 20.0));
        const double right = static_cast<double>((pointer.at.x - area.min.x) / area.width());
        const double down = static_cast<double>((pointer.at.y - area.min.y) / area.height());
        const bool only_x = pointer.shift && !pointer.control;
        const bool only_y = pointer.control && !pointer.shift;
        if (!only_y) view.x = zoom(view.x, view_value(view.x, right, rules.x.log), factor, rules.x);
        if (!only_x) {
            view.y = zoom(view.y, view_value(view.y, rules.y_down ? down : 1 - down, rules.y.log), factor, rules.y);
        }
    }
    if (view.x == before.x && view.y == before.y) return false;
    view.touched = true;
    return true;
}

}  // namespace attnscope
