// One row of a map too large to hold, and one cell of it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "app/panels/attention/huge_compute.hpp"
#include "core/base/check.hpp"
#include "core/base/parallel.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index keys_at_once = 4096;
constexpr Index most_bars = 1024, most_mixed = 256;
constexpr double harmless = 30;  // as in explain_cell()

double bias_of(const HugeInput& in, Index query, Index key) {
    return -in.options.distance_slope * static_cast<double>(std::abs(query - key));
}

double score_of(const HugeInput& in, double raw, Index query, Index key) {
    return (raw * effective_scale(in.options, in.q.cols()) + bias_of(in, query, key)) / in.options.temperature;
}

// The scores of the visible keys, from the first of them on.
VectorD visible_scores(const HugeInput& in, Index row, const KeyRange& visible, const Progress& progress) {
    const VectorD q = in.product_q.get().row(row).cast<double>().transpose();
    const auto k = in.product_k.get();
    VectorD scores(visible.size());
    parallel_blocks(visible.size(), keys_at_once, progress, [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) {
            const Index key = visible.begin + j;
            scores(j) = score_of(in, k.row(key).cast<double>().dot(q), row, key);
        }
    });
    return scores;
}

// Scores become weights.
void softmax(VectorD& scores, HugeRow& row) {
    const double largest = scores.maxCoeff();
    row.shift = std::max(largest, -scores.minCoeff()) < harmless ? 0.0 : largest;
    double distances = 0, entropy = 0;
    for (Index j = 0; j < scores.size(); ++j) {
        const double score = scores(j), e = std::exp(score - row.shift);
        row.row_sum += e;
        entropy -= e * (score - row.shift);
        distances += e * static_cast<double>(std::abs(row.row - (row.visible.begin + j)));
        scores(j) = e;
    }
    scores /= row.row_sum;
    row.entropy_bits = std::max(0.0, (entropy / row.row_sum + std::log(row.row_sum)) / std::numbers::ln2);
    row.distance = distances / row.row_sum;
}

// The part of an equal share of the keys that the row sees.
KeyRange share_of(const HugeRow& row, Index keys, Index shares, Index share) {
    const KeyRange all = MapPart::pixel_range({0, keys}, shares, share);
    const Index begin = std::clamp(all.begin, row.visible.begin, row.visible.end);
    return {begin, std::clamp(all.end, begin, row.visible.end)};
}

void mix_values(const HugeInput& in, const VectorD& weights, const Progress& progress, HugeRow& row) {
    const Index keys = in.keys(), shares = std::min(keys, most_mixed), dims = in.v.cols();
    const auto v = in.v.get();
    MatrixD sums = MatrixD::Zero(shares, dims);
    parallel_blocks(shares, 1, progress, [&](Index share, Index) {
        const KeyRange seen = share_of(row, keys, shares, share);
        for (Index j = seen.begin; j < seen.end; ++j)
            sums.row(share) += weights(j - row.visible.begin) * v.row(j).cast<double>();
    });
    row.output = sums.colwise().sum().cast<float>();
    Matrix mixed(dims, shares);
    for (Index share = 0; share < shares; ++share)
        mixed.col(share) =
            (sums.row(share) / static_cast<double>(MapPart::pixel_range({0, keys}, shares, share).size()))
                .cast<float>()
                .transpose();
    row.mixed = std::make_shared<const Matrix>(std::move(mixed));
}

}  // namespace

Result<HugeRow> compute_row(const RowRequest& request, const Progress& progress) {
    const HugeInput& in = *request.input;
    check(0 <= request.row && request.row < in.queries(), "compute_row() of a row that there is");
    HugeRow row;
    row.row = request.row;
    row.visible = visible_keys(in.options, request.row, in.keys());
    VectorD weights = visible_scores(in, row.row, row.visible, progress);
    if (progress.stopped()) return cancelled();
    if (weights.size() > 0) softmax(weights, row);
    const Index bars = std::min(in.keys(), most_bars);
    for (Index bar = 0; bar < bars; ++bar) {
        const KeyRange seen = share_of(row, in.keys(), bars, bar);
        row.bars.push_back(weights.segment(seen.begin - row.visible.begin, seen.size()).sum());
    }
    mix_values(in, weights, progress, row);
    if (progress.stopped()) return cancelled();
    return row;
}

CellExplanation explain_huge(const HugeInput& in, const HugeRow& row, Index key) {
    CellExplanation cell;
    cell.raw = score_terms(in.q.get().row(row.row), in.k.get().row(key), in.options).sum;
    cell.scale = effective_scale(in.options, in.q.cols());
    cell.bias = bias_of(in, row.row, key);
    cell.temperature = in.options.temperature;
    cell.score = score_of(in, cell.raw, row.row, key);
    cell.shift = row.shift;
    cell.row_sum = row.row_sum;
    cell.visible = row.visible.contains(key);
    if (!cell.visible) return cell;
    cell.exponential = std::exp(cell.score - cell.shift);
    cell.weight = cell.exponential / cell.row_sum;
    return cell;
}

double huge_weight(const HugeInput& in, const RowSum& sum, Index query, Index key) {
    if (!sees(in.options, query, key)) return std::numeric_limits<double>::quiet_NaN();
    const double raw = in.product_q.get().row(query).cast<double>().dot(in.product_k.get().row(key).cast<double>());
    return std::exp(score_of(in, raw, query, key) - sum.log_sum_exp());
}

}  // namespace attnscope::attention_panel
