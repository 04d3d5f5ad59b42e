#include "core/attention/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/attention/validate.hpp"

namespace attnscope {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double dot(const Eigen::Ref<const MatrixD>& q, Index i, const Eigen::Ref<const MatrixD>& k, Index j) {
    double sum = 0;
    for (Index c = 0; c < q.cols(); ++c) sum += q(i, c) * k(j, c);
    return sum;
}

// Weights, log_sum_exp and entropy of row i from its scores. The row sees at least one key.
void softmax(Index i, KeyRange visible, ReferenceAttention& result) {
    double max = -infinity;
    for (Index j = visible.begin; j < visible.end; ++j) max = std::max(max, result.scores(i, j));
    double sum = 0;
    for (Index j = visible.begin; j < visible.end; ++j) sum += std::exp(result.scores(i, j) - max);
    for (Index j = visible.begin; j < visible.end; ++j) {
        const double w = std::exp(result.scores(i, j) - max) / sum;
        result.weights(i, j) = w;
        if (w > 0) result.entropy_bits(i) -= w * std::log2(w);
    }
    result.entropy_bits(i) = std::max(result.entropy_bits(i), 0.0);  // a single weight of 1 may round to 1 + 2^-52
    result.log_sum_exp(i) = max + std::log(sum);
}

}  // namespace

Result<ReferenceAttention> reference_attention(const Eigen::Ref<const MatrixD>& q, const Eigen::Ref<const MatrixD>& k,
                                               const Eigen::Ref<const MatrixD>& v, const AttentionOptions& options) {
    if (const auto valid = validate_attention<double>(q, k, v, options); !valid) return valid.error();
    const double scale = effective_scale(options, q.cols());

    ReferenceAttention result;
    result.scores.resize(q.rows(), k.rows());
    result.weights.setZero(q.rows(), k.rows());
    result.log_sum_exp.setConstant(q.rows(), -infinity);
    result.entropy_bits.setZero(q.rows());
    if (options.need_output) result.output.setZero(q.rows(), v.cols());

    for (Index i = 0; i < q.rows(); ++i) {
        for (Index j = 0; j < k.rows(); ++j) result.scores(i, j) = scale * dot(q, i, k, j) / options.temperature;
        const KeyRange visible = visible_keys(options.mask, i, k.rows());
        if (visible.empty()) {
            ++result.masked_rows;
            continue;
        }
        softmax(i, visible, result);
        if (!options.need_output) continue;
        for (Index j = visible.begin; j < visible.end; ++j)
            for (Index c = 0; c < v.cols(); ++c) result.output(i, c) += result.weights(i, j) * v(j, c);
    }
    return result;
}

}  // namespace attnscope
