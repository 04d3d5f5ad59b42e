#include "core/timing/layers.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

using Tokens = Eigen::Ref<const Matrix>;
using StateRow = Eigen::RowVectorXf;
using GateRow = Eigen::Ref<StateRow>;  // a row of all gates' inputs; what its gates become replaces them

bool is_convolution(LayerKind kind) {
    return kind == LayerKind::convolution || kind == LayerKind::dilated;
}

bool is_attention(LayerKind kind) {
    return kind == LayerKind::attention || kind == LayerKind::restricted;
}

void check_layer(LayerKind kind, const LayerShape& shape, Index dilation) {
    check(shape.dim >= 1, "a layer's tokens have entries");
    check(!is_convolution(kind) || shape.kernel >= 2, "a convolution has two taps or more");
    check(kind != LayerKind::restricted || (shape.window >= 3 && shape.window % 2 == 1),
          "restricted attention sees an odd number of tokens, 3 or more");
    check(dilation >= 1 && (dilation == 1 || kind == LayerKind::dilated), "only dilated convolutions have a dilation");
}

// How many matrices d x d are multiplied with the tokens.
Index input_blocks(LayerKind kind, const LayerShape& shape) {
    switch (kind) {
        case LayerKind::attention:
        case LayerKind::restricted:
        case LayerKind::gru:
            return 3;
        case LayerKind::rnn:
            return 1;
        case LayerKind::lstm:
            return 4;
        case LayerKind::convolution:
        case LayerKind::dilated:
            return shape.kernel;
    }
    check(false, "a kind of layer");
    return 0;
}

// Kinds whose weights mean the same have the same ones at one seed: their outputs can be compared.
std::string_view input_stream(LayerKind kind) {
    if (is_attention(kind)) return "layer: queries, keys and values";
    if (is_convolution(kind)) return "layer: taps";
    return kind == LayerKind::rnn   ? "layer: rnn's inputs"
           : kind == LayerKind::gru ? "layer: gru's inputs"
                                    : "layer: lstm's inputs";
}

std::string_view recurrent_stream(LayerKind kind) {
    return kind == LayerKind::rnn   ? "layer: rnn's states"
           : kind == LayerKind::gru ? "layer: gru's states"
                                    : "layer: lstm's states";
}

Layer::Weights random_weights(LayerKind kind, const LayerShape& shape, std::uint64_t seed) {
    const Index dim = shape.dim, width = dim * input_blocks(kind, shape);
    const auto random = [&](Index columns, std::string_view stream) {
        return random_normal(dim, columns, 1 / std::sqrt(static_cast<double>(dim)), seed, stable_hash(stream));
    };
    Layer::Weights result;
    result.input = random(width, input_stream(kind));
    if (is_attention(kind)) {
        result.output = random(dim, "layer: attention's outputs");
    } else if (is_convolution(kind)) {
        result.bias = Vector::Zero(dim);
    } else {
        result.recurrent = random(width, recurrent_stream(kind));
        result.bias = Vector::Zero(width);
    }
    return result;
}

// softmax(scale * scores) in place; the largest is taken off, so that nothing overflows.
void softmax_scores(Eigen::Ref<StateRow> scores, float scale) {
    scores = (scale * (scores.array() - scores.maxCoeff())).exp();
    scores *= 1 / scores.sum();
}

// Q, K and V of all tokens.
struct Projected {
    Projected(const Layer::Weights& weights, const Tokens& x) : all(x * weights.input), dim(x.cols()) {}
    Eigen::Ref<const Matrix> queries() const { return all.leftCols(dim); }
    Eigen::Ref<const Matrix> keys() const { return all.middleCols(dim, dim); }
    Eigen::Ref<const Matrix> values() const { return all.rightCols(dim); }
    float scale() const { return 1 / std::sqrt(static_cast<float>(dim)); }

    Matrix all;
    Index dim;
};

Matrix attend_to_all(const Layer::Weights& weights, const Tokens& x) {
    const Projected projected(weights, x);
    Matrix scores = projected.queries() * projected.keys().transpose();
    for (Index i = 0; i < scores.rows(); ++i) softmax_scores(scores.row(i), projected.scale());
    const Matrix mixed = scores * projected.values();
    return mixed * weights.output;
}

// A block of queries against the keys that any of them sees: matrix products, which are several times as fast as a
// product for each query, for some scores more. A block as large as the reach makes these half as many again; it is no
// smaller than matrix products need, and no larger than they gain from.
Matrix attend_nearby(const Layer::Weights& weights, const Tokens& x, Index reach) {
    const Projected projected(weights, x);
    const Index n = x.rows(), block = std::clamp<Index>(reach, 8, 64);
    Matrix scores, mixed(n, x.cols());
    for (Index first = 0; first < n; first += block) {
        const Index queries = std::min(block, n - first), key = std::max<Index>(first - reach, 0);
        const Index keys = std::min(first + queries + reach, n) - key;
        scores.resize(queries, keys);
        scores.noalias() =
            projected.queries().middleRows(first, queries) * projected.keys().middleRows(key, keys).transpose();
        for (Index i = 0; i < queries; ++i) {
            const Index own = first + i - key;  // the query's own key
            const Index begin = std::max<Index>(own - reach, 0), end = std::min(own + reach + 1, keys);
            scores.row(i).head(begin).setZero();
            softmax_scores(scores.row(i).segment(begin, end - begin), projected.scale());
            scores.row(i).tail(keys - end).setZero();
        }
        mixed.middleRows(first, queries).noalias() = scores * projected.values().middleRows(key, keys);
    }
    return mixed * weights.output;
}

// W x + b of all tokens and gates, n x gates d.
Matrix gate_inputs(const Layer::Weights& weights, const Tokens& x) {
    Matrix result = x * weights.input;
    result.rowwise() += weights.bias.transpose();
    return result;
}

Matrix run_rnn(const Layer::Weights& weights, const Tokens& x) {
    Matrix gates = gate_inputs(weights, x);
    StateRow h = StateRow::Zero(x.cols());
    for (Index t = 0; t < x.rows(); ++t) {
        GateRow gate = gates.row(t);
        gate.noalias() += h * weights.recurrent;
        h = gate.array().tanh();
        gate = h;
    }
    return gates;
}

Matrix run_gru(const Layer::Weights& weights, const Tokens& x) {
    const Index d = x.cols();
    Matrix gates = gate_inputs(weights, x), out(x.rows(), d);
    StateRow h = StateRow::Zero(d), kept(d);
    for (Index t = 0; t < x.rows(); ++t) {
        GateRow gate = gates.row(t);
        GateRow z = gate.head(d), r = gate.segment(d, d), candidate = gate.tail(d), z_and_r = gate.head(2 * d);
        z_and_r.noalias() += h * weights.recurrent.leftCols(2 * d);
        z_and_r = z_and_r.array().logistic();
        kept = r.cwiseProduct(h);
        candidate.noalias() += kept * weights.recurrent.rightCols(d);
        candidate = candidate.array().tanh();
        h = candidate + z.cwiseProduct(h - candidate);
        out.row(t) = h;
    }
    return out;
}

Matrix run_lstm(const Layer::Weights& weights, const Tokens& x) {
    const Index d = x.cols();
    Matrix gates = gate_inputs(weights, x), out(x.rows(), d);
    StateRow h = StateRow::Zero(d), c = StateRow::Zero(d);
    for (Index t = 0; t < x.rows(); ++t) {
        GateRow gate = gates.row(t);
        GateRow i = gate.head(d), f = gate.segment(d, d), o = gate.segment(2 * d, d), g = gate.tail(d);
        gate.noalias() += h * weights.recurrent;
        gate.head(3 * d) = gate.head(3 * d).array().logistic();
        c = f.array() * c.array() + i.array() * g.array().tanh();
        h = o.array() * c.array().tanh();
        out.row(t) = h;
    }
    return out;
}

// Tap s is one product of all tokens but the last s * dilation, added to all rows but as many first ones.
Matrix convolve(const Layer::Weights& weights, const Tokens& x, Index dilation) {
    const Index n = x.rows(), d = x.cols(), taps = weights.input.cols() / d;
    Matrix out = weights.bias.transpose().replicate(n, 1);
    for (Index s = 0; s < taps; ++s) {
        const Index left = n - s * dilation;
        if (left <= 0) break;
        out.bottomRows(left).noalias() += x.topRows(left) * weights.input.middleCols(s * d, d);
    }
    return out;
}

}  // namespace

Layer::Layer(LayerKind kind, const LayerShape& shape, std::uint64_t seed, Index dilation)
    : kind_(kind), shape_(shape), dilation_(dilation) {
    check_layer(kind, shape, dilation);
    weights_ = random_weights(kind, shape, seed);
}

Matrix Layer::run(const Eigen::Ref<const Matrix>& x) const {
    check(x.rows() >= 1, "a layer has a token at least");
    check(x.cols() == shape_.dim, "a layer's tokens are as wide as its weights");
    switch (kind_) {
        case LayerKind::attention:
            return attend_to_all(weights_, x);
        case LayerKind::restricted:
            return attend_nearby(weights_, x, std::min(shape_.window / 2, x.rows()));
        case LayerKind::rnn:
            return run_rnn(weights_, x);
        case LayerKind::gru:
            return run_gru(weights_, x);
        case LayerKind::lstm:
            return run_lstm(weights_, x);
        case LayerKind::convolution:
        case LayerKind::dilated:
            return convolve(weights_, x, dilation_);
    }
    check(false, "a kind of layer");
    return {};
}

}  // namespace attnscope
