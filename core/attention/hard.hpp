// Hard attention of one query: draw a key with the weights as probabilities, and train it without backpropagation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/matrix.hpp"

namespace attnscope {

// Everywhere p are n weights, finite and >= 0, used divided by their sum. All zero (a fully masked row): no key can be
// drawn, and every statistic is 0.

/// `samples` >= 0 independent keys, key j with probability p_j: the first key whose running sum of p exceeds a uniform
/// number. A key of weight 0 is never drawn. Empty when all weights are 0. O(n + samples log n).
std::vector<Index> sample_keys(const VectorD& p, Index samples, std::uint64_t seed, std::uint64_t stream);

/// The key of the largest weight, the first of equals; none when all weights are 0.
std::optional<Index> argmax_key(const VectorD& p);

/// What is known about g = (f_J - b) (e_J - p), the estimate of a gradient from one drawn key J, f its loss and b a
/// baseline (REINFORCE: Williams 1992). p is the softmax of scores s, and J = sum_j p_j f_j the expected loss:
struct ReinforceStatistics {
    VectorD exact_gradient;    // dJ/ds_k = p_k (f_k - J), the mean of g for every baseline
    double expected_loss = 0;  // J
    VectorD variance_none, variance_mean, variance_optimal;  // of component k of g: b = 0, b = J, b = optimal_baseline
    VectorD optimal_baseline;  // b_k = E[f (1_k - p_k)^2] / E[(1_k - p_k)^2]; J where p_k is 0 or 1 and g_k always 0
};

/// losses: f_j, finite, as many as p. The mean of N independent g has 1/N of these variances. O(n^2).
ReinforceStatistics reinforce(const VectorD& p, const VectorD& losses);

/// The mean over `keys` (each 0 .. n-1) of (f_J - b_k) (1[J = k] - p_k), k = 0 .. n-1; baseline: n entries b_k. Zeros
/// without keys. O(n * keys).
VectorD sampled_gradient(const VectorD& p, const VectorD& losses, std::span<const Index> keys, const VectorD& baseline);

/// The same from how often each key was drawn: shares are n numbers >= 0 that sum to 1. O(n).
VectorD sampled_gradient(const VectorD& p, const VectorD& losses, const VectorD& shares, double baseline);

/// Soft attention, for comparison, with one number v_j per key and a loss f of the context c = sum_j p_j v_j:
/// df(c)/ds_k = p_k f'(c) (v_k - c), with slope = f'(c). O(n).
VectorD soft_gradient(const VectorD& p, const VectorD& values, double slope);

}  // namespace attnscope
