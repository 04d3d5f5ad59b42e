// One head of attention from a request: inputs, weights, and what they are compared with.
#pragma once

#include <optional>

#include "app/panels/attention/compute.hpp"

namespace attnscope::attention_panel {

struct HeadWeights {
    Matrix q, k, v;  // D x d_q, D x d_k, D x d_v
};
HeadWeights head_weights(const Request& request, Index model_dim, Index head /* from 0 */);

/// The code that the request adds to tokens of this width.
PositionCode position_code(const Request& request, Index dim);

/// Vectors (of tokens, or queries or keys themselves) with the position codes that are added to them. Errors: a learned
/// table that ends before the last of them.
Result<Matrix> with_positions(const Request& request, Matrix vectors);

/// What attention() is told of a head, for queries and keys of this width; without the local window, which depends on
/// the queries themselves. head from 0. Errors: those of CellSet::parse().
Result<AttentionOptions> head_options(const Request& request, Index query_dim, Index key_dim, Index head);

struct HeadResult {
    std::optional<HeadInput> input;  // none where only weights are known
    Matrix weights;                  // masked cells are NaN
    Matrix scores;                   // of masked cells too; empty where there are none
    Matrix output;
    VectorD entropy_bits;
    Index masked_rows = 0;
    std::optional<Second> second;
};

/// Makes masked cells NaN: they are drawn as masked, not as small numbers.
void blank_masked(Matrix& map, const AttentionOptions& options);

/// head from 0.
Result<HeadResult> compute_head(const Request& request, const Sides& sides, Index head, const Progress& progress);

}  // namespace attnscope::attention_panel
