// How approximate attention breaks, as pictures: what is drawn of each failure's measurements.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/draw/plot.hpp"
#include "app/draw/theme.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/compute.hpp"

namespace attnscope::random_features_panel {

/// A row below a plot that says for each stretch of its x axis what comes out there.
struct FailureStrip {
    struct Part {
        double from = 0, to = 0;
        std::string label;
        float wrong = 0;  // how much it stands out, up to 1
    };
    std::vector<Part> parts;
};

struct FailurePicture {
    std::vector<Plot> plots;  // the most important first
    std::vector<FailureStrip> strips;
    std::vector<Fact> facts;
    std::vector<std::vector<std::string>> table;  // rows, the first one of titles
    std::string words;                            // what is seen, and what helps
    bool keys_below = false;                      // the first plot's lines are named below it, not in a legend
};

/// A card's name and its one sentence, for tr().
struct FailureCard {
    const char* title;
    const char* sentence;
};
const FailureCard& failure_card(FailureMode mode);

/// Of the facts that `shown` has; without plots when there are none.
FailurePicture failure_picture(const Shown& shown, const Theme& theme);

// Of which the pictures are made, some in failure_numerics.cpp.

/// A setting, without the zeros that would tell a measurement's precision: 0.5, 1·10⁻⁴.
std::string failure_plain(double value);
/// A value <= 0, which a logarithmic axis has no place for, becomes a gap.
std::vector<double> failure_positive(std::vector<double> values);
Series failure_line(std::string name, Color color, std::vector<double> x, std::vector<double> y,
                    Dash dash = Dash::solid, Marker marker = Marker::circle);
/// A dotted line at a height, without a name.
Series failure_level(double from, double to, double y, Color color);
FailurePicture overflow_picture(const Shown& shown, const Theme& theme);
FailurePicture leak_picture(const Shown& shown, const Theme& theme);
FailurePicture sign_picture(const Shown& shown, const Theme& theme);

template <class Point, class Get>
std::vector<double> failure_column(const std::vector<Point>& points, Get get) {
    std::vector<double> values;
    values.reserve(points.size());
    for (const Point& point : points) values.push_back(static_cast<double>(std::invoke(get, point)));
    return values;
}

}  // namespace attnscope::random_features_panel
