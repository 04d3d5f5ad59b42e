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
};

/// One query's attention, of which one key is looked at.
struct BreakdownRow {
    Eigen::RowVectorXf q, k;          // of the query, of the key
    const AttentionOptions& options;  // of their score
    Index keys = 0, key = 0;
    std::shared_ptr<const Matrix> mixed;  // d_v x keys: w_j v_jc, or, in fewer columns, the mean of neighbours
    std::uint64_t generation = 0;         // of mixed
    Eigen::RowVectorXf output;            // d_v entries
    bool sort_dims = false;
};

/// Of shown.inputs, which must be of one head. O(L d) for another row, O(d) else.
BreakdownRow breakdown_row(const Shown& shown, const Cell& cell, BreakdownMemory& memory);

void draw_breakdown(Canvas& canvas, Interaction& interaction, const Rect& area, const BreakdownRow& row,
                    const std::function<void(Canvas&, const Rect&)>& draw_softmax);

/// "why A attends to B" above it; `remark` stands behind. Cut off the top of `area`.
struct BreakdownHeading {
    std::string query, key;
    bool seen = true;
    std::string remark;
    bool stripes = true;  // whether their colours are to be explained
};
void draw_breakdown_heading(Canvas& canvas, Rect& area, const BreakdownHeading& heading);

/// The names of the score's parts: "q", "k", "q × k".
struct TermNames {
    const char *left, *right, *term;  // term may be a word, marked translatable()
    const char* formula;              // of the whole score, before the temperature
};
TermNames term_names(ScoreKind kind);

}  // namespace attnscope::attention_panel
