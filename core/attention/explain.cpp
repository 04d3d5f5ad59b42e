#include "core/attention/explain.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "core/base/check.hpp"

namespace attnscope {
namespace {

using Row = Eigen::Ref<const Eigen::RowVectorXf>;

bool uses_tanh(const AttentionOptions& options) {
    return options.score == ScoreKind::additive || options.score == ScoreKind::concat;
}

void check_dims(Index query_dim, Index key_dim, const AttentionOptions& options) {
    check(!needs_equal_dims(options.score) || query_dim == key_dim, "a query and the keys have equally many entries");
    if (!has_weights(options.score)) return;
    check(options.score_weights != nullptr, "a score function with weights has its weights");
    const ScoreWeights& w = *options.score_weights;
    const bool fits = uses_tanh(options) ? w.w_q.cols() == query_dim && w.w_k.cols() == key_dim &&
                                               w.w_q.rows() == w.w_v.size() && w.w_k.rows() == w.w_v.size()
                                         : w.w_q.rows() == query_dim && w.w_q.cols() == key_dim;
    check(fits, "the score weights fit the query and the keys");
}

// What the score function makes of a query, and of keys (one in a row): see ScoreTerms. `sum` is not here.
VectorD left_of(const Row& q, const AttentionOptions& options) {
    VectorD query = q.transpose().cast<double>();
    if (options.score == ScoreKind::cosine) return query.normalized();
    if (options.score == ScoreKind::general) return options.score_weights->w_q.transpose().cast<double>() * query;
    if (uses_tanh(options)) return options.score_weights->w_q.cast<double>() * query;
    return query;
}

MatrixD right_of(const Eigen::Ref<const Matrix>& k, const AttentionOptions& options) {
    MatrixD keys = k.cast<double>();
    if (options.score == ScoreKind::cosine)
        for (Index j = 0; j < keys.rows(); ++j) keys.row(j).normalize();  // leaves a row of zeros as it is
    else if (uses_tanh(options))
        keys = (keys * options.score_weights->w_k.transpose().cast<double>()).eval();
    return keys;
}

// The raw scores of one query and all keys.
VectorD raw_scores(const Row& q, const Eigen::Ref<const Matrix>& k, const AttentionOptions& options) {
    if (options.score == ScoreKind::sum) return k.cast<double>().rowwise().sum().array() + q.cast<double>().sum();
    const VectorD left = left_of(q, options);
    const MatrixD right = right_of(k, options);
    if (!uses_tanh(options)) return right * left;
    return (right.rowwise() + left.transpose()).array().tanh().matrix() * options.score_weights->w_v.cast<double>();
}

VectorD padded(const Row& x, Index size) {
    VectorD result = VectorD::Zero(size);
    result.head(x.size()) = x.transpose().cast<double>();
    return result;
}

}  // namespace

CellExplanation explain_cell(const Row& q_row, const Eigen::Ref<const Matrix>& k, const AttentionOptions& options,
                             Index query, Index key) {
    constexpr double harmless = 30;  // exp(30) is about 1e13: sums of such numbers keep their digits
    check_dims(q_row.size(), k.cols(), options);
    check(0 <= key && key < k.rows(), "the explained key is one of the keys");

    const VectorD raw = raw_scores(q_row, k, options);
    CellExplanation cell;
    cell.raw = raw(key);
    cell.scale = effective_scale(options, k.cols());
    cell.temperature = options.temperature;
    const auto bias = [&](Index j) { return -options.distance_slope * static_cast<double>(std::abs(query - j)); };
    const auto score = [&](Index j) { return (raw(j) * cell.scale + bias(j)) / cell.temperature; };
    cell.bias = bias(key);
    cell.score = score(key);
    if (options.local) cell.gaussian = local_gaussian(*options.local, query, key);

    std::vector<double> seen;
    const KeyRange visible = visible_keys(options, query, k.rows());
    for (Index j = visible.begin; j < visible.end; ++j)
        if (sees(options.mask, query, j)) seen.push_back(score(j));
    if (seen.empty()) return cell;
    const auto [least, largest] = std::minmax_element(seen.begin(), seen.end());
    cell.shift = std::max(*largest, -*least) < harmless ? 0.0 : *largest;
    for (const double s : seen) cell.row_sum += std::exp(s - cell.shift);
    cell.visible = sees(options, query, key);
    if (!cell.visible) return cell;
    cell.exponential = std::exp(cell.score - cell.shift);
    cell.weight = cell.exponential / cell.row_sum * cell.gaussian;
    return cell;
}

ScoreTerms score_terms(const Row& q_row, const Row& k_row, const AttentionOptions& options) {
    check_dims(q_row.size(), k_row.size(), options);
    ScoreTerms result;
    if (options.score == ScoreKind::sum) {
        const Index size = std::max(q_row.size(), k_row.size());
        result.left = padded(q_row, size);
        result.right = padded(k_row, size);
        result.terms = result.left + result.right;
    } else {
        result.left = left_of(q_row, options);
        result.right = right_of(k_row, options).row(0).transpose();
        if (uses_tanh(options))
            result.terms =
                options.score_weights->w_v.cast<double>().array() * (result.left + result.right).array().tanh();
        else
            result.terms = result.left.cwiseProduct(result.right);
    }
    result.running = result.terms;
    std::partial_sum(result.running.begin(), result.running.end(), result.running.begin());
    if (result.running.size() > 0) result.sum = result.running(result.running.size() - 1);
    return result;
}

}  // namespace attnscope
