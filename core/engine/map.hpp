// Maps of attention too large to hold: their overview, and any part of them, computed when somebody looks.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/engine/heads_view.hpp"
#include "core/masks/mask.hpp"

namespace attnscope {

/// One head. q: Lq x d, k: Lk x d, finite; they must live as long as the map is computed from them.
struct MapInput {
    HeadsView q, k;
    double temperature = 1.0;                    // T > 0
    std::optional<double> scale = std::nullopt;  // 1/sqrt(d) when not given
    MaskSpec mask = {};
    double distance_slope = 0;  // m >= 0 (ALiBi)
};

enum class Reduce { average, maximum };

/// What a row of the map needs so that its weights can be computed anywhere: w_ij = 2^(s_ij log2(e) - max) / sum.
struct RowSum {
    float max = std::numeric_limits<float>::quiet_NaN();  // the largest score times log2(e), or a little less; NaN:
                                                          // not known yet
    float sum = 0;           // sum over visible keys of 2^(s_ij log2(e) - max); 0 for a row that sees no key
    float entropy_bits = 0;  // of the row's weights

    bool known() const { return !std::isnan(max); }
    double log_sum_exp() const;  // natural; -infinity for a row that sees no key
};

/// The part of the map that a picture shows: the cells of these queries and keys, in height x width pixels.
struct MapPart {
    KeyRange queries, keys;       // not empty
    Index height = 1, width = 1;  // pixels, at most one per query and key

    /// The cells of a pixel: queries pixel_range(queries, height, y), keys pixel_range(keys, width, x).
    static KeyRange pixel_range(KeyRange all, Index pixels, Index p);
    friend bool operator==(const MapPart&, const MapPart&) = default;
};

/// Makes the sums of these queries known, `rows` holding one for each of the Lq queries; those already known are left
/// alone. Cost: 2 d Lk operations and Lk exponentials a row. The same bits for any number of threads.
/// Errors: cancelled, with all rows that were finished known.
Result<void> sum_rows(const MapInput& input, std::span<const Index> queries, std::vector<RowSum>& rows,
                      const Progress& progress = {});

/// The whole map in `height` x `width` pixels, each the exact average (or maximum) of all of its cells, masked ones
/// counting as 0 and pixels of masked cells alone being NaN; and every row's sum on the way, in one pass over the map.
/// on_band(image, y0, y1) is called when the pixel rows y0 .. y1-1 are finished, from any thread but one call at a
/// time; rows not finished are NaN. Cost: that of sum_rows() for every row. Memory: the picture, and per thread a few
/// hundred kB.
using BandDone = std::function<void(const Matrix& image, Index y0, Index y1)>;
Result<Matrix> map_overview(const MapInput& input, Index height, Index width, Reduce reduce, std::vector<RowSum>& rows,
                            const BandDone& on_band = {}, const Progress& progress = {});

/// The queries that map_part() looks at, in ascending order: their sums are to be known first.
std::vector<Index> queries_of_part(const MapPart& part, Index samples);

/// A part of the map. A pixel is the average or maximum of at most samples x samples of its cells: of `samples` of its
/// queries and as many of its keys, one drawn from each of that many equal ranges by a generator that is always the
/// same; pixels of no more cells than that are exact, and with samples = 0 all are. Masked cells count as 0; a pixel of
/// masked cells alone is NaN, and so is one that needs a row whose sum is not known.
/// Cost: 2 d operations and one exponential for each cell looked at.
Result<Matrix> map_part(const MapInput& input, const MapPart& part, Reduce reduce, Index samples,
                        const std::vector<RowSum>& rows, const Progress& progress = {});

/// An error that says what of the input cannot be: as for exact_attention(), and NaN or infinity with its place.
Result<void> validate_map(const MapInput& input);

}  // namespace attnscope
