// What a layer costs, counted exactly: multiplications, numbers held, steps that must follow each other, and how far
// information travels. All counts are of one sequence; a multiplication comes with its addition and is counted once.
// Whole numbers, exact while they stay below 2^63: 64 heads of 1024 entries over 2^20 tokens take 2^57 multiplications.
// All sizes are 1 or more.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.hpp"

namespace attnscope {

using Count = std::int64_t;

/// One head of attention over n tokens of `model` entries, with queries and keys of D and values of M entries.
struct HeadShape {
    Index length = 1, model = 1, dim = 1, value_dim = 1;  // n, d, D, M
};
struct HeadCounts {
    Count projections = 0;   // n d (2D + M)
    Count scores = 0;        // n^2 D; causal n (n+1) / 2 D: a token sees itself and those before it
    Count mixing = 0;        // n^2 M; causal likewise
    Count exponentials = 0;  // of softmax: a score each, causal n (n+1) / 2 of them
    Count divisions = 0;     // by the row's sum: a weight each
    Count scalings = 0;      // by 1/sqrt D: a score each
    Count products() const { return scores + mixing; }  // n^2 (D + M)
    Count all() const { return projections + products() + exponentials + divisions + scalings; }
};
HeadCounts head_counts(const HeadShape& shape, bool causal);

/// The methods that are timed. The names of --method, and `materialised`: softmax attention that holds all L x L
/// weights.
enum class TimedMethod { exact, materialised, positive, trig, hyperbolic, elu };
inline constexpr std::array<std::string_view, 6> timed_method_names{"exact", "materialised", "positive",
                                                                    "trig",  "hyperbolic",   "elu"};
bool is_quadratic(TimedMethod method);

/// Attention itself (no projections of tokens) of `heads` heads, queries, keys and values of `dim` entries.
struct MethodShape {
    Index length = 1024, dim = 64, heads = 1, features = 256;  // features: m, of random features
    bool causal = false;

    friend bool operator==(const MethodShape&, const MethodShape&) = default;
};
/// The features r of a head that a linear method has: positive m, trig and hyperbolic 2 m, elu d. Quadratic ones: 0.
Index features_per_head(TimedMethod method, const MethodShape& shape);
/// Multiplications, and additions with them, of the products of matrices, for each head:
///   exact, materialised: 2 L^2 d, causal L (L+1) d.
///   positive, trig, hyperbolic: 2 L m d to make the features of queries and keys (products with m random vectors; what
///   is made of those one by one, exponentials, sines and |x|^2, is not counted), and 2 L r d + L r to use them: keys'
///   features with values, queries' features with that sum, and the normaliser's L r. So 4 L m d + L m of positive, and
///   6 L m d + 2 L m of the other two.
///   elu: 2 L d^2 + L d, its features cost no products.
///   Causal the same: a running sum in place of a whole one.
Count multiplications(TimedMethod method, const MethodShape& shape);
/// The numbers (of 4 bytes) that the formula says are held beyond q, k, v and the output, in bytes, where one head is
/// worked on at a time, so whatever the number of heads:
///   materialised: L^2, causal or not; exact: none that grow with L (0); linear: running sums, r (d + 1). Whoever keeps
///   the features of a head's queries and keys holds 2 L r more.
Count formula_bytes(TimedMethod method, const MethodShape& shape);

/// Layers that carry a sequence of n tokens of d entries to another one.
enum class LayerKind { attention, restricted, rnn, gru, lstm, convolution, dilated };
inline constexpr std::array<std::string_view, 7> layer_names{"attention", "restricted",  "rnn",    "gru",
                                                             "lstm",      "convolution", "dilated"};
struct LayerShape {
    Index length = 64, dim = 64;  // n, d
    Index kernel = 3;             // k, of convolutions: 2 or more
    Index window = 129;           // r, tokens that restricted attention sees: odd, 3 or more
};
/// Multiplications of a layer: attention 4 n d^2 + 2 n^2 d with its four projections (`core`: 2 n^2 d alone),
/// restricted 4 n d^2 + 2 n r d (core 2 n r d; every token as if it had r to see, so more than attention where r > n),
/// rnn 2 n d^2, gru 6, lstm 8, convolution k n d^2 (one layer of it, zeros beyond the ends included), dilated the same.
/// Products of matrices alone: gates, biases and softmax are not counted. `core` changes nothing of layers without
/// projections.
Count layer_multiplications(LayerKind kind, const LayerShape& shape, bool core = false);
std::string layer_formula(LayerKind kind, bool core = false);  // as draw_formula() wants it: "4 n d^2 + 2 n^2 d"
/// Steps that must follow each other: recurrent n, all others 1.
Count sequential_operations(LayerKind kind, const LayerShape& shape);
/// The most layers, or steps, between any two of n tokens that are connected at all: attention 1, recurrent n - 1,
/// convolution (causal) ceil((n-1) / (k-1)), dilated (causal, dilations 1, k, k^2, ...) ceil(log_k n) in whole numbers,
/// restricted (floor(r/2) tokens to either side) ceil((n-1) / floor(r/2)); n = 1: 0.
Count path_length(LayerKind kind, const LayerShape& shape);
std::string path_formula(LayerKind kind);  // as draw_formula() wants it
/// The path itself from the first token to the last: the positions at which information has arrived after each step,
/// the first 0 and the last n - 1; path_length() + 1 of them, ascending. convolution and restricted take the longest
/// steps they can and a shorter last one. dilated has one way only: step s is the s-th digit of n - 1 in base k, times
/// k^s; a digit of 0 stays where it is for a layer, so that two positions are then equal.
std::vector<Index> path_positions(LayerKind kind, const LayerShape& shape);

/// Where one layer begins to cost more than another: the n of 1 or more up to which `a` takes at most as many
/// multiplications as `b` and beyond which it takes more, at this d, k and r (the shape's n is not looked at), by the
/// formulas. attention and lstm: n = 2d; attention and gru: n = d; attention's core and rnn: n = d. Nothing where `a`
/// costs more at every n (attention and rnn), at none, or only below some n (lstm and attention).
std::optional<double> layer_crossover(LayerKind a, LayerKind b, const LayerShape& shape, bool core = false);

}  // namespace attnscope
