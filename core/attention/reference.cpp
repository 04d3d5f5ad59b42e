#include "core/attention/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/attention/validate.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

constexpr double nothing_seen = -std::numeric_limits<double>::infinity();

using Rows = Eigen::Ref<const MatrixD>;

double dot(const Rows& q, Index i, const Rows& k, Index j) {
    double sum = 0;
    for (Index c = 0; c < q.cols(); ++c) sum += q(i, c) * k(j, c);
    return sum;
}

double general(const Rows& q, Index i, const Rows& k, Index j, const ScoreWeights& weights) {
    double sum = 0;
    for (Index a = 0; a < q.cols(); ++a)
        for (Index b = 0; b < k.cols(); ++b) sum += q(i, a) * static_cast<double>(weights.w_q(a, b)) * k(j, b);
    return sum;
}

double additive(const Rows& q, Index i, const Rows& k, Index j, const ScoreWeights& weights) {
    double sum = 0;
    for (Index h = 0; h < weights.w_v.size(); ++h) {
        double inner = 0;
        for (Index c = 0; c < q.cols(); ++c) inner += static_cast<double>(weights.w_q(h, c)) * q(i, c);
        for (Index c = 0; c < k.cols(); ++c) inner += static_cast<double>(weights.w_k(h, c)) * k(j, c);
        sum += static_cast<double>(weights.w_v(h)) * std::tanh(inner);
    }
    return sum;
}

double cosine(const Rows& q, Index i, const Rows& k, Index j) {
    const double q_norm = q.row(i).stableNorm(), k_norm = k.row(j).stableNorm();
    double sum = 0;
    if (q_norm > 0 && k_norm > 0)
        for (Index c = 0; c < q.cols(); ++c) sum += (q(i, c) / q_norm) * (k(j, c) / k_norm);
    return sum;
}

double raw_score(const Rows& q, Index i, const Rows& k, Index j, const AttentionOptions& options) {
    switch (options.score) {
        case ScoreKind::scaled_dot:
        case ScoreKind::dot:
            return dot(q, i, k, j);
        case ScoreKind::general:
            return general(q, i, k, j, *options.score_weights);
        case ScoreKind::additive:
        case ScoreKind::concat:
            return additive(q, i, k, j, *options.score_weights);
        case ScoreKind::cosine:
            return cosine(q, i, k, j);
        case ScoreKind::sum:
            return q.row(i).sum() + k.row(j).sum();
    }
    check(false, "a score kind that exists");
    return 0;
}

bool sees_cell(const AttentionOptions& options, Index i, Index j) {
    const LocalWindow* const local = options.local.get();
    return sees(options.mask, i, j) &&
           (!local || std::abs(static_cast<double>(j) - local->centers(i)) <= local->half_width);
}

// Weights, log_sum_exp and entropy of row i from its scores, and then the Gaussian. False: the row sees no key.
bool softmax(Index i, const AttentionOptions& options, ReferenceAttention& result) {
    const Index keys = result.scores.cols();
    double max = nothing_seen;
    for (Index j = 0; j < keys; ++j)
        if (sees_cell(options, i, j)) max = std::max(max, result.scores(i, j));
    if (max == nothing_seen) return false;

    double sum = 0;
    for (Index j = 0; j < keys; ++j)
        if (sees_cell(options, i, j)) sum += std::exp(result.scores(i, j) - max);
    for (Index j = 0; j < keys; ++j) {
        if (!sees_cell(options, i, j)) continue;
        const double w = std::exp(result.scores(i, j) - max) / sum;
        if (w > 0) result.entropy_bits(i) -= w * std::log2(w);
        result.weights(i, j) = options.local ? w * local_gaussian(*options.local, i, j) : w;
    }
    result.entropy_bits(i) = std::max(result.entropy_bits(i), 0.0);  // a single weight of 1 may round to 1 + 2^-52
    result.log_sum_exp(i) = max + std::log(sum);
    return true;
}

}  // namespace

Result<ReferenceAttention> reference_attention(const Rows& q, const Rows& k, const Rows& v,
                                               const AttentionOptions& options) {
    if (const auto valid = validate_attention<double>(q, k, v, options); !valid) return valid.error();
    const double scale = effective_scale(options, q.cols());

    ReferenceAttention result;
    result.scores.resize(q.rows(), k.rows());
    result.weights.setZero(q.rows(), k.rows());
    result.log_sum_exp.setConstant(q.rows(), nothing_seen);
    result.entropy_bits.setZero(q.rows());
    if (options.need_output) result.output.setZero(q.rows(), v.cols());

    for (Index i = 0; i < q.rows(); ++i) {
        for (Index j = 0; j < k.rows(); ++j) {
            const double penalty = options.distance_slope * static_cast<double>(std::abs(i - j));
            result.scores(i, j) = (scale * raw_score(q, i, k, j, options) - penalty) / options.temperature;
        }
        if (!softmax(i, options, result)) {
            ++result.masked_rows;
            continue;
        }
        if (!options.need_output) continue;
        for (Index j = 0; j < k.rows(); ++j)
            for (Index c = 0; c < v.cols(); ++c) result.output(i, c) += result.weights(i, j) * v(j, c);
    }
    return result;
}

}  // namespace attnscope
