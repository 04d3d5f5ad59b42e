// Inputs shared by the tests of this folder.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/attention/attention.hpp"
#include "core/base/random.hpp"

namespace attnscope::testing_input {

struct Input {
    Matrix q, k, v;
};

inline Input random_input(Index queries, Index keys, Index d, std::uint64_t seed = 1) {
    return {random_normal(queries, d, 1.0, seed, 0), random_normal(keys, d, 1.0, seed, 1),
            random_normal(keys, d, 1.0, seed, 2)};
}

inline Attention compute(const Input& in, const AttentionOptions& options = {}) {
    Result<Attention> result = attention(in.q, in.k, in.v, options);
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

inline const std::vector<ScoreKind> all_scores = {ScoreKind::scaled_dot, ScoreKind::dot,    ScoreKind::general,
                                                  ScoreKind::additive,   ScoreKind::concat, ScoreKind::cosine,
                                                  ScoreKind::sum};

inline const std::vector<MaskSpec> all_masks = {{MaskKind::none},      {MaskKind::causal},    {MaskKind::padding, 5},
                                                {MaskKind::window, 0}, {MaskKind::window, 3}, {MaskKind::prefix, 4},
                                                {MaskKind::block, 6}};

/// Options with a score and, where it needs them, random weights for vectors of d_q and d_k entries.
inline AttentionOptions options_of(ScoreKind kind, Index d_q, Index d_k) {
    AttentionOptions options = {.score = kind};
    if (has_weights(kind))
        options.score_weights = std::make_shared<const ScoreWeights>(make_score_weights(kind, {d_q, d_k, 6}, 1.0, 11));
    return options;
}

inline std::shared_ptr<const CellSet> cells(std::string_view text) {
    Result<CellSet> parsed = CellSet::parse(text);
    check(parsed.has_value(), parsed ? "" : parsed.error().what);
    return std::make_shared<const CellSet>(*std::move(parsed));
}

/// The mask with the cells of `text` hidden besides.
inline MaskSpec painted(MaskSpec mask, std::string_view text) {
    mask.hidden = cells(text);
    return mask;
}

/// The deterministic inputs of the oracle numbers: M(r, c, a)_ij = 0.5 sin(a + 1.7 i + 0.9 j).
inline MatrixD wave(Index rows, Index cols, double a) {
    MatrixD m(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            m(i, j) = 0.5 * std::sin(a + 1.7 * static_cast<double>(i) + 0.9 * static_cast<double>(j));
    return m;
}

/// v(n, a)_i = sin(a + 1.3 i), of the same origin.
inline VectorD wave(Index size, double a) {
    VectorD v(size);
    for (Index i = 0; i < size; ++i) v(i) = std::sin(a + 1.3 * static_cast<double>(i));
    return v;
}

}  // namespace attnscope::testing_input
