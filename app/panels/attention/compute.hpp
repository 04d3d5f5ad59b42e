// What the attention panel computes, away from the screen: pure functions of a request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/panels/attention/huge_input.hpp"
#include "app/panels/attention/request.hpp"
#include "core/attention/attention.hpp"
#include "core/attention/multi_head.hpp"

namespace attnscope::attention_panel {

/// Both sides of attention; in self-attention they are the same.
struct Sides {
    Tokens queries, keys;
};

/// One head: what attention() is given.
struct HeadInput {
    Matrix q, k, v;
    AttentionOptions options;
};

/// What one of two compared maps is of.
struct MapName {
    enum Kind { weights, soft, argmax, samples, exact, approximation };
    Kind kind = weights;
    Method method = Method::exact;   // of an approximation
    Index count = 0;                 // of samples, of features
    std::optional<Index> head = {};  // where heads are compared; 0: the average
};
/// "head 2, positive, m = 64"
std::string title_of(const MapName& name, Reader reader);

/// A second map that the first is compared with.
struct Second {
    MapName first_name, name;
    std::shared_ptr<const Matrix> first;    // what it is compared with; null: Shown::weights
    std::shared_ptr<const Matrix> weights;  // masked cells are NaN
    double largest = 0;                     // of the weights
    Matrix output;                          // empty where there is none
    Index negative = 0, bad_rows = 0;       // of an approximation
};

/// Every matrix of multi-head attention; those that there are not (own arrays have no tokens) are null.
struct MultiHead {
    using Picture = std::shared_ptr<const Matrix>;
    Picture x_queries, x_keys;  // n x D, with positions
    Picture w_q, w_k, w_v;      // of the shown head, D x d
    Picture q, k_transposed, v;
    Picture weights;      // of the shown head, or the average
    Picture head_output;  // weights times V; null for the average
    Picture concat;       // n_q x (h d_v)
    Picture w_o;          // (h d_v) x D
    Picture y;            // n_q x D
    AttentionCosts costs;
};

/// The map that is shown, and all that hovering and pinning need.
struct Shown {
    Sides sides;
    Index head = 1, heads = 1, layer = 1, layers = 1;
    std::vector<HeadInput> inputs;          // of the shown head; of every head for the average; none when merged or
                                            // when only weights are known
    std::shared_ptr<const Matrix> weights;  // Lq x Lk; masked cells are NaN
    std::shared_ptr<const Matrix> scores;   // the same; null for the average and where there are none
    Matrix output;                          // Lq x dv; of the average: the heads' outputs side by side
    VectorD entropy_bits, distance;         // Lq
    VectorD column_sums;                    // Lk
    double largest_weight = 0;
    double lowest_score = 0, highest_score = 0;
    Index masked_rows = 0;
    bool merged = false, without_first = false;
    std::optional<Second> second;
    std::optional<MultiHead> multi_head;
    std::optional<double> moved;  // of shuffled tokens: the largest change of a weight besides having moved
    // A map too large to hold: there are no sides, inputs, weights and numbers of them, but what they are computed
    // from.
    std::shared_ptr<const HugeInput> huge;

    Index queries() const { return huge ? huge->queries() : weights->rows(); }
    Index keys() const { return huge ? huge->keys() : weights->cols(); }

    double weight(Index query, Index key) const;  // 0 where masked
    bool masked(Index query, Index key) const;
};

/// All heads, small; and in full where they are not too large to keep.
struct Strip {
    Index layers = 1, heads = 1;
    std::vector<std::shared_ptr<const Matrix>> maps;  // area averages of the weights; NaN where all is masked
    std::vector<double> largest;                      // of each map
    std::vector<double> mean_entropy_bits, mean_distance;
    std::vector<std::shared_ptr<const Shown>> full;  // empty when they would take too much memory
};

Result<Sides> make_sides(const Request& request);
/// head from 0.
Result<HeadInput> make_head(const Request& request, const Sides& sides, Index head);

/// Errors: those of check_request(), tokenize(), attention(), kernel_attention(), CellSet::parse().
Result<Shown> compute_shown(const Request& request, const Progress& progress);
/// The same request's heads, of all layers, as small maps; which of them are shown does not matter. None when the maps
/// are too large to hold.
Result<Strip> compute_strip(const Request& request, const Progress& progress);

}  // namespace attnscope::attention_panel
