// Two settings side by side: heatmap A, heatmap B, and their difference B - A.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/draw/heatmap.hpp"

namespace attnscope {

struct ComparedMaps {
    Heatmap a, b;
    std::string a_title, b_title;  // behind the letters A and B
};

/// B - A and its size. A cell that is masked (NaN) in both stays masked, one that is masked in one counts as 0 there.
struct Difference {
    std::shared_ptr<const Matrix> values;
    double norm = 0;     // Frobenius: the root of the sum of squares, without the masked cells
    double largest = 0;  // the cell farthest from 0, with its sign; the first of equals
    Cell place;
};
/// Of two matrices of one shape. The same bits for any number of threads; O(cells).
Difference subtract(const Matrix& a, const Matrix& b);

/// What lasts from frame to frame.
struct CompareView {
    HeatmapView view;        // one zoom for all, while the shapes agree
    HeatmapView other_view;  // of B, where its shape differs from A's
    std::optional<Cell> hovered;
    // The difference is computed again only when one of the matrices has changed.
    Difference difference;
    std::shared_ptr<const Matrix> of_a, of_b;
    std::uint64_t generation_a = 0, generation_b = 0;
    std::uint64_t generation = 0;  // of the difference
};

struct CompareEvents {
    std::optional<Cell> hovered, clicked;
};

/// Draws A, B and B - A beside each other, or below each other where that leaves larger cells. A and B share one range
/// of values; the mouse over a cell lights it in all three; zoom and pan are shared. The norm and the largest
/// difference with its place are written above the third; with different shapes a sentence stands in its place.
CompareEvents draw_comparison(Canvas& canvas, Interaction& interaction, const Rect& area, const ComparedMaps& maps,
                              CompareView& view);

}  // namespace attnscope
