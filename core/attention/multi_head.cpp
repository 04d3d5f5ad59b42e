#include "core/attention/multi_head.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {

Matrix concat_heads(std::span<const Matrix* const> heads) {
    check(!heads.empty(), "there is at least one head");
    Index cols = 0;
    for (const Matrix* const head : heads) cols += head->cols();
    Matrix result(heads.front()->rows(), cols);
    Index begin = 0;
    for (const Matrix* const head : heads) {
        check(head->rows() == result.rows(), "all heads have equally many rows");
        result.middleCols(begin, head->cols()) = *head;
        begin += head->cols();
    }
    return result;
}

Matrix output_projection(Index heads, Index value_dim, Index model_dim, std::uint64_t seed) {
    check(heads >= 1 && value_dim >= 1 && model_dim >= 1, "a projection has at least one row and one column");
    const double scale = 1.0 / std::sqrt(static_cast<double>(heads * value_dim));
    Matrix result(heads * value_dim, model_dim);
    for (Index h = 0; h < heads; ++h)
        result.middleRows(h * value_dim, value_dim) = random_normal(
            value_dim, model_dim, scale, seed, stable_hash(fmt::format("output projection of head {}", h)));
    return result;
}

AttentionCosts attention_costs(const MultiHeadShape& shape) {
    return attention_costs(shape, static_cast<double>(shape.queries) * static_cast<double>(shape.keys));
}

AttentionCosts attention_costs(const MultiHeadShape& shape, double visible_cells) {
    const auto n_q = static_cast<double>(shape.queries), n_k = static_cast<double>(shape.keys);
    const auto dim = static_cast<double>(shape.model_dim), h = static_cast<double>(shape.heads);
    const auto d_k = static_cast<double>(shape.key_dim), d_v = static_cast<double>(shape.value_dim);
    AttentionCosts costs;
    costs.cells = visible_cells;
    costs.projections = dim * h * (n_q * d_k + n_k * d_k + n_k * d_v);
    costs.scores = visible_cells * h * d_k;
    costs.mixing = visible_cells * h * d_v;
    costs.output = n_q * h * d_v * dim;
    costs.exponentials = visible_cells * h;
    costs.parameters = dim * h * (2 * d_k + d_v) + h * d_v * dim;
    costs.biases = h * (2 * d_k + d_v) + dim;
    return costs;
}

}  // namespace attnscope
