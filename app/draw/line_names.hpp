// Names of lines beside their plot, where a legend would hide the data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/draw/plot.hpp"

namespace attnscope {

struct LineName {
    std::string formula;  // as draw_formula() wants it
    Color color;
    double y = 0;                     // the value where the line ends
    std::optional<Dash> sample = {};  // a short piece of the line before the name
};

/// One for each series with a name, where its last value above 0 is.
std::vector<LineName> names_of(const Plot& plot);
/// Writes the names into `area`, which is as high as the plot's data (PlotReadout::area), each as near to its value on
/// the plot's y axis as the others leave room; the lowest ones move up where there are too many.
void draw_line_names(Canvas& canvas, const Rect& area, const ViewWindow& window, bool log, std::vector<LineName> names);

}  // namespace attnscope
