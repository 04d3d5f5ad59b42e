#include "core/timing/counts.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace attnscope {

namespace {

// Multiplications of a layer are linear n + quadratic n^2.
struct CostPolynomial {
    Count linear = 0, quadratic = 0;
};

CostPolynomial layer_cost(LayerKind kind, const LayerShape& shape, bool core) {
    const Count d = shape.dim, square = d * d;
    const Count projections = core ? 0 : 4 * square;  // W_Q, W_K, W_V and W_O
    switch (kind) {
        case LayerKind::attention:
            return {projections, 2 * d};
        case LayerKind::restricted:
            return {projections + 2 * shape.window * d, 0};
        case LayerKind::rnn:
            return {2 * square, 0};
        case LayerKind::gru:
            return {6 * square, 0};
        case LayerKind::lstm:
            return {8 * square, 0};
        case LayerKind::convolution:
        case LayerKind::dilated:
            return {shape.kernel * square, 0};
    }
    check(false, "no such layer");
    return {};
}

bool is_recurrent(LayerKind kind) {
    return kind == LayerKind::rnn || kind == LayerKind::gru || kind == LayerKind::lstm;
}

// How far one layer carries information; of all but dilated convolutions the same in every layer.
Index reach_of_layer(LayerKind kind, const LayerShape& shape) {
    switch (kind) {
        case LayerKind::attention:
            return std::max<Index>(shape.length - 1, 1);
        case LayerKind::restricted:
            check(shape.window >= 3, "restricted attention sees a token on either side at least");
            return shape.window / 2;
        case LayerKind::rnn:
        case LayerKind::gru:
        case LayerKind::lstm:
            return 1;
        case LayerKind::convolution:
            check(shape.kernel >= 2, "a convolution of one tap carries nothing on");
            return shape.kernel - 1;
        case LayerKind::dilated:
            break;
    }
    check(false, "the reach of this layer grows");
    return 0;
}

// The position after each layer: n - 1 is walked in its digits to base k, the lowest first.
std::vector<Index> dilated_positions(const LayerShape& shape) {
    check(shape.kernel >= 2, "a convolution of one tap carries nothing on");
    std::vector<Index> positions{0};
    Index dilation = 1;
    for (Index rest = shape.length - 1; rest > 0; rest /= shape.kernel) {
        positions.push_back(positions.back() + rest % shape.kernel * dilation);
        dilation *= shape.kernel;
    }
    return positions;
}

}  // namespace

HeadCounts head_counts(const HeadShape& shape, bool causal) {
    const Count n = shape.length;
    const Count cells = causal ? n * (n + 1) / 2 : n * n;
    return {.projections = n * shape.model * (2 * shape.dim + shape.value_dim),
            .scores = cells * shape.dim,
            .mixing = cells * shape.value_dim,
            .exponentials = cells,
            .divisions = cells,
            .scalings = cells};
}

bool is_quadratic(TimedMethod method) {
    return method == TimedMethod::exact || method == TimedMethod::materialised;
}

Index features_per_head(TimedMethod method, const MethodShape& shape) {
    switch (method) {
        case TimedMethod::exact:
        case TimedMethod::materialised:
            return 0;
        case TimedMethod::positive:
            return shape.features;
        case TimedMethod::trig:
        case TimedMethod::hyperbolic:
            return 2 * shape.features;
        case TimedMethod::elu:
            return shape.dim;
    }
    check(false, "no such method");
    return 0;
}

Count multiplications(TimedMethod method, const MethodShape& shape) {
    const Count n = shape.length, d = shape.dim;
    if (is_quadratic(method)) return shape.heads * d * (shape.causal ? n * (n + 1) : 2 * n * n);
    const Count r = features_per_head(method, shape);
    const Count projections = method == TimedMethod::elu ? 0 : 2 * n * shape.features * d;
    return shape.heads * (projections + 2 * n * r * d + n * r);
}

Count formula_bytes(TimedMethod method, const MethodShape& shape) {
    constexpr Count bytes_of_float = 4;
    if (method == TimedMethod::exact) return 0;
    const Count numbers = method == TimedMethod::materialised ? shape.length * shape.length
                                                              : features_per_head(method, shape) * (shape.dim + 1);
    return bytes_of_float * numbers;
}

Count layer_multiplications(LayerKind kind, const LayerShape& shape, bool core) {
    const CostPolynomial cost = layer_cost(kind, shape, core);
    return shape.length * (cost.linear + cost.quadratic * shape.length);
}

std::string layer_formula(LayerKind kind, bool core) {
    switch (kind) {
        case LayerKind::attention:
            return core ? "2 n^2 d" : "4 n d^2 + 2 n^2 d";
        case LayerKind::restricted:
            return core ? "2 n r d" : "4 n d^2 + 2 n r d";
        case LayerKind::rnn:
            return "2 n d^2";
        case LayerKind::gru:
            return "6 n d^2";
        case LayerKind::lstm:
            return "8 n d^2";
        case LayerKind::convolution:
        case LayerKind::dilated:
            return "k n d^2";
    }
    check(false, "no such layer");
    return {};
}

Count sequential_operations(LayerKind kind, const LayerShape& shape) {
    return is_recurrent(kind) ? shape.length : 1;
}

Count path_length(LayerKind kind, const LayerShape& shape) {
    if (kind == LayerKind::dilated) return static_cast<Count>(dilated_positions(shape).size()) - 1;
    const Index reach = reach_of_layer(kind, shape);
    return (shape.length - 1 + reach - 1) / reach;
}

std::string path_formula(LayerKind kind) {
    switch (kind) {
        case LayerKind::attention:
            return "1";
        case LayerKind::restricted:
            return "ceil((n − 1) / floor(r / 2))";
        case LayerKind::rnn:
        case LayerKind::gru:
        case LayerKind::lstm:
            return "n − 1";
        case LayerKind::convolution:
            return "ceil((n − 1) / (k − 1))";
        case LayerKind::dilated:
            return "ceil(log_k n)";
    }
    check(false, "no such layer");
    return {};
}

std::vector<Index> path_positions(LayerKind kind, const LayerShape& shape) {
    if (kind == LayerKind::dilated) return dilated_positions(shape);
    const Index reach = reach_of_layer(kind, shape), steps = path_length(kind, shape);
    std::vector<Index> positions;
    positions.reserve(static_cast<std::size_t>(steps) + 1);
    for (Index s = 0; s <= steps; ++s) positions.push_back(std::min(s * reach, shape.length - 1));
    return positions;
}

std::optional<double> layer_crossover(LayerKind a, LayerKind b, const LayerShape& shape, bool core) {
    const CostPolynomial of_a = layer_cost(a, shape, core), of_b = layer_cost(b, shape, core);
    // Both divided by n: a costs more where linear_a + quadratic_a n > linear_b + quadratic_b n.
    const Count steeper = of_a.quadratic - of_b.quadratic, ahead = of_b.linear - of_a.linear;
    if (steeper <= 0 || ahead < steeper) return std::nullopt;
    return static_cast<double>(ahead) / static_cast<double>(steeper);
}

}  // namespace attnscope
