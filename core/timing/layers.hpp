// Plain implementations of the layers that are compared, as one would write them with Eigen: to be measured beside
// their counts. Random weights from N(0, 1/d), the same for the same seed. float.
#pragma once

#include <cstdint>

#include "core/base/matrix.hpp"
#include "core/timing/counts.hpp"

namespace attnscope {

/// A layer with its weights, made once; run() carries n x d to n x d.
///   attention   softmax(Q K^T / sqrt d) V W_O, Q = X W_Q, ...; one head. All n x n weights are held, not causal
///   restricted  the same, but query i sees the keys |i - j| <= floor(r / 2) alone: fewer than r near the ends
///   rnn         h_t = tanh(W x_t + U h_(t-1) + b)
///   gru         z, r = sigmoid(W x + U h + b), h = z . h + (1-z) . tanh(W x + U (r . h) + b)
///   lstm        i, f, o = sigmoid, g = tanh; c = f . c + i . g, h = o . tanh c
///   convolution sum_(s<k) W_s x_(t-s) + b: k taps that reach back (causal), zeros before the beginning
///   dilated     the same of x_(t - s dilation)
/// Recurrent layers begin with zeros. Inputs' products W x of all t are made at once (recurrent layers too, as
/// libraries do); what depends on h_(t-1) goes step by step.
class Layer {
public:
    /// Weights do not depend on shape.length. `dilation`: 1 or more, of `dilated` alone; the others take 1.
    Layer(LayerKind kind, const LayerShape& shape, std::uint64_t seed, Index dilation = 1);

    /// x: n x d; any n >= 1. Deterministic; one thread.
    Matrix run(const Eigen::Ref<const Matrix>& x) const;

    /// Blocks of d columns side by side, a block the transpose of the formula's W or U, as tokens are rows. In this
    /// order: attention Q, K, V; gru z, r, candidate; lstm i, f, o, g; convolution tap s = 0 .. k-1. Empty where a
    /// layer has none.
    struct Weights {
        Matrix input;      // attention d x 3d, rnn d, gru 3d, lstm 4d, convolution k d
        Matrix recurrent;  // U of rnn, gru, lstm; as wide as `input`
        Matrix output;     // W_O of attention, d x d
        Vector bias;       // a number for each of a gate's outputs, zeros at first; convolution: d
    };
    const Weights& weights() const { return weights_; }
    Weights& weights() { return weights_; }  // to be overwritten with others of the same sizes

private:
    LayerKind kind_;
    LayerShape shape_;
    Index dilation_;
    Weights weights_;
};

}  // namespace attnscope
