#include "core/attention/hard.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

// p divided by its sum; zeros stay zeros.
VectorD normalized(const VectorD& p) {
    check(p.allFinite() && (p.array() >= 0).all(), "weights are finite and not negative");
    const double sum = p.sum();
    return sum > 0 ? VectorD(p / sum) : p;
}

// Component k of the direction e_J - p.
double direction(const VectorD& p, Index drawn, Index k) {
    return (drawn == k ? 1.0 : 0.0) - p(k);
}

// The variance of component k of g under `baseline`: the mean square of g_k - mean, so that a large baseline or loss
// does not cancel.
double variance(const VectorD& p, const VectorD& losses, Index k, double baseline) {
    double mean = 0, square = 0;
    for (Index j = 0; j < p.size(); ++j) mean += p(j) * (losses(j) - baseline) * direction(p, j, k);
    for (Index j = 0; j < p.size(); ++j) {
        const double off = (losses(j) - baseline) * direction(p, j, k) - mean;
        square += p(j) * off * off;
    }
    return square;
}

double best_baseline(const VectorD& p, const VectorD& losses, Index k, double mean_loss) {
    double numerator = 0, denominator = 0;
    for (Index j = 0; j < p.size(); ++j) {
        const double weight = p(j) * direction(p, j, k) * direction(p, j, k);
        numerator += weight * losses(j);
        denominator += weight;
    }
    return denominator > 0 ? numerator / denominator : mean_loss;
}

}  // namespace

std::vector<Index> sample_keys(const VectorD& p, Index samples, std::uint64_t seed, std::uint64_t stream) {
    check(samples >= 0, "a number of samples is not negative");
    const VectorD weights = normalized(p);
    std::vector<double> running(static_cast<std::size_t>(p.size()));
    double sum = 0;
    for (Index j = 0; j < p.size(); ++j) running[static_cast<std::size_t>(j)] = sum += weights(j);
    if (!(sum > 0)) return {};
    std::vector<Index> keys(static_cast<std::size_t>(samples));
    Random random(seed, stream);
    // uniform() is below 1 by more than a product's rounding, so the target is below the last running sum.
    for (Index& key : keys)
        key = std::upper_bound(running.begin(), running.end(), random.uniform() * sum) - running.begin();
    return keys;
}

std::optional<Index> argmax_key(const VectorD& p) {
    Index key = 0;
    if (p.size() == 0 || !(p.maxCoeff(&key) > 0)) return std::nullopt;
    return key;
}

ReinforceStatistics reinforce(const VectorD& p, const VectorD& losses) {
    check(p.size() == losses.size(), "there are as many losses as weights");
    check(losses.allFinite(), "losses are finite");
    const VectorD w = normalized(p);
    const Index n = w.size();
    ReinforceStatistics result{VectorD(n), w.dot(losses), VectorD(n), VectorD(n), VectorD(n), VectorD(n)};
    for (Index k = 0; k < n; ++k) {
        result.exact_gradient(k) = w(k) * (losses(k) - result.expected_loss);
        result.optimal_baseline(k) = best_baseline(w, losses, k, result.expected_loss);
        result.variance_none(k) = variance(w, losses, k, 0.0);
        result.variance_mean(k) = variance(w, losses, k, result.expected_loss);
        result.variance_optimal(k) = variance(w, losses, k, result.optimal_baseline(k));
    }
    return result;
}

VectorD sampled_gradient(const VectorD& p, const VectorD& losses, std::span<const Index> keys,
                         const VectorD& baseline) {
    check(p.size() == losses.size() && p.size() == baseline.size(),
          "there are as many losses and baselines as weights");
    const VectorD w = normalized(p);
    VectorD sum = VectorD::Zero(w.size());
    for (const Index drawn : keys) {
        check(0 <= drawn && drawn < w.size(), "a drawn key is one of the keys");
        for (Index k = 0; k < w.size(); ++k) sum(k) += (losses(drawn) - baseline(k)) * direction(w, drawn, k);
    }
    return keys.empty() ? sum : VectorD(sum / static_cast<double>(keys.size()));
}

VectorD sampled_gradient(const VectorD& p, const VectorD& losses, const VectorD& shares, double baseline) {
    check(p.size() == losses.size() && p.size() == shares.size(), "there are as many losses and shares as weights");
    const VectorD gains = shares.array() * (losses.array() - baseline);
    return gains - normalized(p) * gains.sum();
}

VectorD soft_gradient(const VectorD& p, const VectorD& values, double slope) {
    check(p.size() == values.size(), "there are as many values as weights");
    const VectorD w = normalized(p);
    const double context = w.dot(values);
    return slope * (w.array() * (values.array() - context));
}

}  // namespace attnscope
