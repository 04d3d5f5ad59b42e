#include "core/attention/explain.hpp"

#include <cmath>
#include <numeric>

#include "core/base/check.hpp"

namespace attnscope {

CellExplanation explain_cell(const Eigen::Ref<const Eigen::RowVectorXf>& q_row, const Eigen::Ref<const Matrix>& k,
                             const AttentionOptions& options, Index query, Index key) {
    constexpr double harmless = 30;  // exp(30) is about 1e13: sums of such numbers keep their digits
    check(q_row.size() == k.cols(), "a query and the keys have equally many entries");
    check(0 <= key && key < k.rows(), "the explained key is one of the keys");

    const VectorD dots = k.cast<double>() * q_row.transpose().cast<double>();
    CellExplanation cell;
    cell.dot = dots(key);
    cell.scale = effective_scale(options, k.cols());
    cell.temperature = options.temperature;
    const VectorD scores = dots * cell.scale / cell.temperature;
    cell.score = scores(key);

    const KeyRange visible = visible_keys(options.mask, query, k.rows());
    if (visible.empty()) return cell;
    const VectorD seen = scores.segment(visible.begin, visible.size());
    cell.shift = seen.cwiseAbs().maxCoeff() < harmless ? 0.0 : seen.maxCoeff();
    cell.row_sum = (seen.array() - cell.shift).exp().sum();
    cell.visible = visible.contains(key);
    if (!cell.visible) return cell;
    cell.exponential = std::exp(cell.score - cell.shift);
    cell.weight = cell.exponential / cell.row_sum;
    return cell;
}

DotContributions dot_contributions(const Eigen::Ref<const Eigen::RowVectorXf>& q_row,
                                   const Eigen::Ref<const Eigen::RowVectorXf>& k_row) {
    check(q_row.size() == k_row.size(), "a query and a key have equally many entries");
    DotContributions result;
    result.products = q_row.transpose().cast<double>().cwiseProduct(k_row.transpose().cast<double>());
    result.running = result.products;
    std::partial_sum(result.running.begin(), result.running.end(), result.running.begin());
    return result;
}

}  // namespace attnscope
