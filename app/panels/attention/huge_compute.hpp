// What is computed of a map too large to hold: its overview as it grows, the part that is looked at, one row.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "app/panels/attention/huge_input.hpp"
#include "core/attention/explain.hpp"

namespace attnscope::attention_panel {

/// At most so many pixels a side has the overview.
inline constexpr Index overview_side = 1024;

/// Pixels of weights, and the range of those that are not masked; 0 and 0 when all are.
struct MapPixels {
    std::shared_ptr<const Matrix> values;
    double smallest = 0, largest = 0;
};
MapPixels measured(std::shared_ptr<const Matrix> values);

/// Whether samples x samples cells of each pixel (0: all) are all that it has, in every pixel of the part.
bool is_exact(const MapPart& part, Index samples);

/// The overview while it grows: a worker puts bands into it, the window takes the picture now and then.
class GrowingPicture {
public:
    explicit GrowingPicture(Index height, Index width);
    void put(const Eigen::Ref<const Matrix>& rows, Index y0);
    /// The picture as far as it is, when there is anything new since `seen`, which is brought up to date; else null.
    std::shared_ptr<const Matrix> newer_than(std::uint64_t& seen) const;

private:
    mutable std::mutex mutex_;
    Matrix image_;  // NaN where nothing is known yet
    std::uint64_t changes_ = 0;
};

struct OverviewRequest {
    std::shared_ptr<const HugeInput> input;
    Reduce reduce = Reduce::average;
    std::shared_ptr<GrowingPicture> growing;  // where the picture grows: not a part of what is asked

    /// The whole map in pixels.
    MapPart part() const;
    friend bool operator==(const OverviewRequest& a, const OverviewRequest& b) {
        return a.input == b.input && a.reduce == b.reduce;
    }
};

using RowSums = std::shared_ptr<const std::vector<RowSum>>;

struct Overview {
    MapPixels pixels;
    Index samples = 0;                                        // 0: exact
    RowSums rows;                                             // all of them; null when the overview is not exact
    std::shared_ptr<const std::vector<double>> entropy_bits;  // of each row; null likewise
    std::vector<double> received;                             // per pixel column: the sum of the weights to a key,
                                                              // averaged over its keys; empty for Reduce::maximum
};

/// First 2 x 2 samples a pixel, which takes a twentieth of the time; then, where the map is not too large, every cell.
Result<Overview> compute_overview(const OverviewRequest& request, const Progress& progress);

/// Row sums that the worker of the parts keeps from one part to the next; only that worker touches them.
struct KnownRows {
    std::vector<RowSum> rows;
};

struct PartRequest {
    std::shared_ptr<const HugeInput> input;
    Reduce reduce = Reduce::average;
    MapPart part;
    Index samples = 0;
    RowSums all_rows;                  // when they are known; else
    std::shared_ptr<KnownRows> known;  // those known so far. Neither is a part of what is asked

    friend bool operator==(const PartRequest& a, const PartRequest& b) {
        return a.input == b.input && a.reduce == b.reduce && a.part == b.part && a.samples == b.samples;
    }
};

Result<MapPixels> compute_part(const PartRequest& request, const Progress& progress);

/// How finely a part is computed when there is time: 0 (every cell) when its cells cost at most about 10^10
/// multiply-adds and the rows that are missing, for which `rows_known` stands, about as many times ten; else the
/// largest number of samples that costs no more, at least 2.
Index samples_at_rest(const HugeInput& input, const MapPart& part, bool rows_known);

struct RowRequest {
    std::shared_ptr<const HugeInput> input;
    Index row = 0;
    friend bool operator==(const RowRequest&, const RowRequest&) = default;
};

/// One query's attention, as far as pictures of it go.
struct HugeRow {
    Index row = 0;
    KeyRange visible;               // the keys that it sees
    double shift = 0, row_sum = 0;  // as in CellExplanation
    double entropy_bits = 0;
    double distance = 0;                  // of the keys that it looks at, in tokens: the weighted mean
    std::vector<double> bars;             // the sum of the weights of each equal share of the keys, at most 1024 shares
    std::shared_ptr<const Matrix> mixed;  // d_v x shares, at most 256: the mean of w_j v_j over the keys of a share
    Eigen::RowVectorXf output;            // d_v entries
};
/// In double. O(Lk (d + d_v)), and Lk doubles of memory.
Result<HugeRow> compute_row(const RowRequest& request, const Progress& progress);

/// As explain_cell(), from a row that is there. O(d), for ScoreKind::general O(d^2).
CellExplanation explain_huge(const HugeInput& input, const HugeRow& row, Index key);
/// The weight alone, from the row's sum; NaN where the mask hides the key. O(d).
double huge_weight(const HugeInput& input, const RowSum& sum, Index query, Index key);

}  // namespace attnscope::attention_panel
