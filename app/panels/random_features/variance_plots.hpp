// The plots beside the map of the variance picture: its slice, both errors, and what was measured at the chosen point.
#pragma once

#include <string>
#include <vector>

#include "app/draw/plot.hpp"
#include "app/panels/random_features/compute.hpp"

namespace attnscope::random_features_panel {

constexpr double variance_limit = 4;  // the map's colours and the slice's axis show r from 10^-4 to 10^4
constexpr float variance_table_height = 66;

/// What tells a plot's named lines apart, in one line instead of a legend that would hide lines of a low plot: ends at
/// the right of `row`. Nothing where they do not fit.
void draw_plot_keys(Canvas& canvas, const Rect& row, const std::vector<Series>& series);
/// Beside the title of a plot drawn in `area`, at the other end of its line.
void draw_keys_beside_title(Canvas& canvas, const Rect& area, const Plot& plot);
/// In the line below the title, where the plot's note is a blank.
void draw_keys_below_title(Canvas& canvas, const Rect& area, const Plot& plot);

/// "0.667π", "π"
std::string variance_angle(double angle);

/// r over the angle at one norm, the chosen angle marked.
Plot slice_plot(const Theme& theme, double angle, double norm);
/// The mean squared errors that r is the ratio of.
Plot errors_plot(const Theme& theme, double angle, double norm, Index dim);

/// One range for both distributions, which leaves out the last percent on either side.
ViewWindow histogram_range(const VarianceFacts& facts);
Plot histogram_plot(const Theme& theme, const VarianceFacts& facts, const Request& request, const ViewWindow& range);
/// Means and standard deviations, measured and in theory, of the two distributions.
void draw_estimates_table(Canvas& canvas, const Rect& area, const VarianceFacts& facts, const ViewWindow& range);

}  // namespace attnscope::random_features_panel
