#include "core/attention/projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

Matrix pick_coordinates(Index model_dim, const HeadSpec& spec) {
    Matrix w = Matrix::Zero(model_dim, spec.head_dim);
    const Index start = spec.head_dim >= model_dim ? 0 : spec.head * model_dim / spec.heads;
    for (Index c = 0; c < std::min(spec.head_dim, model_dim); ++c) w((start + c) % model_dim, c) = 1.0F;
    return w;
}

Matrix random_projection(const char* use, Index model_dim, const HeadSpec& spec) {
    const std::uint64_t stream = stable_hash(fmt::format("attention projection {} of head {}", use, spec.head));
    return random_normal(model_dim, spec.head_dim, 1.0 / std::sqrt(static_cast<double>(model_dim)), spec.seed, stream);
}

}  // namespace

Projections make_projections(ProjectionKind kind, Index model_dim, const HeadSpec& spec) {
    check(model_dim >= 1 && spec.head_dim >= 1, "a projection has at least one row and one column");
    check(0 <= spec.head && spec.head < spec.heads, "a head's number lies in 0 .. heads-1");
    if (kind == ProjectionKind::identity) {
        const Matrix w = pick_coordinates(model_dim, spec);
        return {w, w, w};
    }
    const Matrix w_q = random_projection("W_Q", model_dim, spec);
    const Matrix w_k = kind == ProjectionKind::shared ? w_q : random_projection("W_K", model_dim, spec);
    return {w_q, w_k, random_projection("W_V", model_dim, spec)};
}

}  // namespace attnscope
