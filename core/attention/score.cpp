#include "core/attention/score.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

// Eigen's == must not be asked about matrices of different shapes.
template <class M>
bool same(const M& a, const M& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

Matrix draw(const char* use, Index rows, Index cols, double deviation, std::uint64_t seed) {
    return random_normal(rows, cols, deviation, seed, stable_hash(fmt::format("attention score {}", use)));
}

}  // namespace

bool operator==(const ScoreWeights& a, const ScoreWeights& b) {
    return same(a.w_q, b.w_q) && same(a.w_k, b.w_k) && same(a.w_v, b.w_v);
}

bool has_weights(ScoreKind kind) {
    return kind == ScoreKind::general || kind == ScoreKind::additive || kind == ScoreKind::concat;
}

bool needs_equal_dims(ScoreKind kind) {
    return kind == ScoreKind::scaled_dot || kind == ScoreKind::dot || kind == ScoreKind::cosine;
}

ScoreWeights make_score_weights(ScoreKind kind, const ScoreShape& shape, double scale, std::uint64_t seed) {
    check(shape.query_dim >= 1 && shape.key_dim >= 1 && shape.hidden >= 1, "score weights have at least one entry");
    check(std::isfinite(scale), "the scale of score weights is finite");
    if (!has_weights(kind)) return {};
    const double q = scale / std::sqrt(static_cast<double>(shape.query_dim));
    const double k = 1 / std::sqrt(static_cast<double>(shape.key_dim));
    if (kind == ScoreKind::general) return {draw("W", shape.query_dim, shape.key_dim, q * k, seed), {}, {}};
    const double v = std::sqrt(2 / static_cast<double>(shape.hidden));
    return {draw("W_q", shape.hidden, shape.query_dim, q, seed),
            draw("W_k", shape.hidden, shape.key_dim, scale * k, seed), draw("w_v", shape.hidden, 1, v, seed)};
}

}  // namespace attnscope
