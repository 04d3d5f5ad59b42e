#include "app/draw/view_window.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace attnscope {
namespace view_window_test {

const Rect area{{100, 50}, {500, 250}};

ViewRules free_rules() {
    return {};
}

Pointer over(Vec2 at) {
    Pointer pointer;
    pointer.at = at;
    pointer.hovered = true;
    return pointer;
}

TEST(ViewWindow, ZoomKeepsTheValueUnderTheCursor) {
    for (const bool log : {false, true}) {
        const ViewLimits limits{log ? 1e-30 : -1e30, 1e30, 0, log};
        std::mt19937 random(1);
        std::uniform_real_distribution<double> part(0, 1);
        for (int i = 0; i < 500; ++i) {
            const ViewWindow window{1 + part(random), 10 + 100 * part(random)};
            const double about = view_value(window, part(random), log);
            const double factor = std::pow(10, 2 * part(random) - 1);
            const ViewWindow zoomed = zoom(window, about, factor, limits);
            EXPECT_NEAR(view_position(zoomed, about, log), view_position(window, about, log), 1e-9);
            const auto span = [log](const ViewWindow& w) { return log ? std::log10(w.high / w.low) : w.high - w.low; };
            EXPECT_NEAR(span(zoomed) * factor, span(window), 1e-9 * span(window) * factor);
        }
    }
}

TEST(ViewWindow, PanThenItsInverseIsTheIdentity) {
    for (const bool log : {false, true}) {
        const ViewLimits limits{log ? 1e-30 : -1e30, 1e30, 0, log};
        const ViewWindow window{2, 50};
        const ViewWindow there = pan(window, 0.37, limits);
        EXPECT_GT(there.low, window.low);
        const ViewWindow back = pan(there, -0.37, limits);
        EXPECT_NEAR(back.low, window.low, 1e-12 * window.high);
        EXPECT_NEAR(back.high, window.high, 1e-12 * window.high);
    }
}

TEST(ViewWindow, StaysInsideItsLimitsAndAboveItsLeastSpan) {
    const ViewLimits cells{0, 20, 2, false};
    EXPECT_EQ(zoom({0, 20}, 5, 1e9, cells), (ViewWindow{4.5, 6.5}));
    EXPECT_EQ(zoom({4, 6}, 5, 1e-9, cells), (ViewWindow{0, 20}));
    EXPECT_EQ(pan({4, 8}, -100, cells), (ViewWindow{0, 4}));
    EXPECT_EQ(pan({4, 8}, 100, cells), (ViewWindow{16, 20}));
    EXPECT_EQ(settle({-5, 3}, cells), (ViewWindow{0, 8}));
    // At the edge the window is pushed back inside rather than cut.
    const ViewWindow corner = zoom({0, 4}, 0, 2, cells);
    EXPECT_EQ(corner, (ViewWindow{0, 2}));
    // A matrix smaller than the least span is shown whole.
    EXPECT_EQ(zoom({0, 1}, 0.5, 8, {0, 1, 2, false}), (ViewWindow{0, 1}));
}

TEST(ViewWindow, IsNeverEmptyWhateverIsAsked) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double values[] = {0, -1, 1, 1e-320, 1e308, -1e308, infinity, -infinity, nan};
    for (const bool log : {false, true}) {
        ViewLimits limits;
        limits.log = log;
        const auto sound = [log](const ViewWindow& w) {
            return std::isfinite(w.low) && std::isfinite(w.high) && w.low < w.high && (!log || w.low > 0);
        };
        for (const double a : values) {
            for (const double b : values) {
                EXPECT_TRUE(sound(settle({a, b}, limits))) << a << " " << b << " " << log;
                EXPECT_TRUE(sound(fit(a, b, 0.05, log))) << a << " " << b << " " << log;
                EXPECT_TRUE(sound(zoom({a, b}, a, 1e10, limits))) << a << " " << b;
                EXPECT_TRUE(sound(zoom({1, 2}, a, b, limits))) << a << " " << b;
                EXPECT_TRUE(sound(pan({a, 2}, b, limits))) << a << " " << b;
            }
        }
        ViewWindow window{1, 2};
        for (int i = 0; i < 500; ++i) window = zoom(window, 1.2, 1.5, limits);
        EXPECT_TRUE(sound(window));
        for (int i = 0; i < 5000; ++i) window = zoom(window, 1.2, 0.5, limits);
        EXPECT_TRUE(sound(window));
    }
}

TEST(ViewWindow, FitLeavesTheMarginAndGivesEqualEndsRoom) {
    EXPECT_EQ(fit(0, 10, 0.1, false), (ViewWindow{-1, 11}));
    const ViewWindow log = fit(1, 100, 0.5, true);
    EXPECT_NEAR(log.low, 0.1, 1e-12);
    EXPECT_NEAR(log.high, 1000, 1e-9);
    EXPECT_EQ(fit(0, 0, 0.1, false), (ViewWindow{-1, 1}));
    EXPECT_EQ(fit(4, 4, 0.1, false), (ViewWindow{2, 6}));
    EXPECT_NEAR(fit(10, 10, 0.1, true).high, 10 * std::sqrt(10), 1e-9);
}

TEST(View2D, WheelZoomsBothAxesAtTheCursorOrOneWithAKey) {
    const View2D fitted{{0, 10}, {0, 100}, false};
    Pointer pointer = over({200, 100});  // a quarter from the left, three quarters up
    pointer.wheel = 2;
    View2D both = fitted;
    EXPECT_TRUE(handle(both, pointer, area, fitted, free_rules()));
    EXPECT_TRUE(both.touched);
    EXPECT_NEAR(view_position(both.x, 2.5, false), 0.25, 1e-9);
    EXPECT_NEAR(view_position(both.y, 75, false), 0.75, 1e-9);
    EXPECT_NEAR(both.x.high - both.x.low, 10 / 1.44, 1e-6);
    View2D only_x = fitted;
    pointer.shift = true;
    EXPECT_TRUE(handle(only_x, pointer, area, fitted, free_rules()));
    EXPECT_EQ(only_x.y, fitted.y);
    EXPECT_EQ(only_x.x, both.x);
    View2D only_y = fitted;
    pointer.shift = false;
    pointer.control = true;
    EXPECT_TRUE(handle(only_y, pointer, area, fitted, free_rules()));
    EXPECT_EQ(only_y.x, fitted.x);
    EXPECT_EQ(only_y.y, both.y);
}

TEST(View2D, DragMovesTheDataWithTheHandAlsoUpsideDown) {
    const View2D fitted{{0, 10}, {0, 100}, false};
    Pointer pointer = over({240, 120});
    pointer.held = true;
    pointer.drag_from = {200, 100};
    pointer.drag = {40, 20};
    View2D view = fitted;
    EXPECT_TRUE(handle(view, pointer, area, fitted, free_rules()));
    EXPECT_NEAR(view.x.low, -1, 1e-12);  // the data went right, the window left
    EXPECT_NEAR(view.y.low, 10, 1e-12);  // the data went down, the window up
    View2D matrix = fitted;
    ViewRules rules;
    rules.y_down = true;
    EXPECT_TRUE(handle(matrix, pointer, area, fitted, rules));
    EXPECT_NEAR(matrix.y.low, -10, 1e-12);
    // What began elsewhere does not pan this picture.
    View2D other = fitted;
    pointer.drag_from = {10, 10};
    EXPECT_FALSE(handle(other, pointer, area, fitted, free_rules()));
}

TEST(View2D, DoubleClickFitsAndAnUntouchedViewFollowsTheData) {
    const View2D fitted{{0, 10}, {0, 100}, false};
    View2D view{{3, 4}, {5, 6}, true};
    EXPECT_FALSE(handle(view, {}, area, fitted, free_rules()));
    EXPECT_EQ(view.x, (ViewWindow{3, 4}));
    Pointer pointer = over({200, 100});
    pointer.double_clicked = true;
    EXPECT_TRUE(handle(view, pointer, area, fitted, free_rules()));
    EXPECT_EQ(view, fitted);
    const View2D grown{{0, 20}, {0, 100}, false};
    EXPECT_FALSE(handle(view, {}, area, grown, free_rules()));
    EXPECT_EQ(view, grown);
}

TEST(View2D, AtItsLimitsNothingChangesAndItIsNotTouched) {
    const View2D fitted{{0, 8}, {0, 8}, false};
    const ViewRules rules{{0, 8, 2, false}, {0, 8, 2, false}, true};
    Pointer pointer = over({200, 100});
    pointer.wheel = -3;
    View2D view = fitted;
    EXPECT_FALSE(handle(view, pointer, area, fitted, rules));
    EXPECT_EQ(view, fitted);
    pointer.at = {10, 10};  // outside
    pointer.wheel = 3;
    EXPECT_FALSE(handle(view, pointer, area, fitted, rules));
    EXPECT_FALSE(handle(view, pointer, {}, fitted, rules));
}

}  // namespace view_window_test
}  // namespace attnscope
