// Inputs shared by the tests of this folder.
#pragma once

#include <cmath>
#include <cstdint>

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

/// The deterministic inputs of the oracle numbers: M(r, c, a)_ij = 0.5 sin(a + 1.7 i + 0.9 j).
inline MatrixD wave(Index rows, Index cols, double a) {
    MatrixD m(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            m(i, j) = 0.5 * std::sin(a + 1.7 * static_cast<double>(i) + 0.9 * static_cast<double>(j));
    return m;
}

}  // namespace attnscope::testing_input
