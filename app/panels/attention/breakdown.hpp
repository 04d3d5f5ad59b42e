// How one query's attention comes about, from left to right: q, k, their product, its running sum, softmax, the values
// it mixes, the output.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/draw/canvas.hpp"
#include "app/draw/heatmap.hpp"
#include "app/draw/interaction.hpp"
#include "app/draw/plot.hpp"
#include "app/panels/attention/compute.hpp"

namespace attnscope::attention_panel {

/// What stands at the rows and columns of the map.
struct Labels {
    const std::vector<std::string>& rows;
    const std::vector<std::string>& columns;
};

/// What lasts from frame to frame: the mixed values are a picture, made again only for another row or result.
struct BreakdownMemory {
    std::shared_ptr<const Matrix> mixed;  // d_v x keys: w_j v_jc
    const Shown* of = nullptr;
    Index row = -1;
    std::uint64_t generation = 0;
    PlotView softmax;
};

/// Needs shown.inputs of one head. O(L d) for another row, O(L + d) else.
void draw_breakdown(Canvas& canvas, Interaction& interaction, const Rect& area, const Shown& shown,
                    const std::function<void(Canvas&, const Rect&)>& draw_softmax, const Cell& cell, bool sort_dims,
                    BreakdownMemory& memory);

/// The names of the score's parts: "q", "k", "q × k".
struct TermNames {
    const char *left, *right, *term;
    const char* formula;  // of the whole score, before the temperature
};
TermNames term_names(ScoreKind kind);

}  // namespace attnscope::attention_panel
