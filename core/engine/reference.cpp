#include "core/engine/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/parallel.hpp"
#include "core/engine/exact_input.hpp"

namespace attnscope {
namespace {

double dot(const float* a, const float* b, Index d) {
    double sum = 0;
    for (Index c = 0; c < d; ++c) sum += static_cast<double>(a[c]) * static_cast<double>(b[c]);
    return sum;
}

// One row: the output to `out`, lse as the value.
double row(const ExactInput& in, Index head, Index query, float* out) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const ScoreFactors factors = in.factors(head);
    std::vector<Index> keys;
    std::vector<double> scores;
    const KeyRange range = visible_keys(in.options.mask, query, in.k.rows);
    double most = -infinity;
    for (Index j = range.begin; j < range.end; ++j) {
        if (!sees(in.options.mask, query, j)) continue;
        const double raw = dot(in.q.row(head, query), in.k.row(head, j), in.q.columns);
        const double penalty = factors.distance_slope * static_cast<double>(std::abs(query - j));
        keys.push_back(j);
        scores.push_back((factors.scale * raw - penalty) / factors.temperature);
        most = std::max(most, scores.back());
    }
    std::fill(out, out + in.v.columns, 0.0F);
    if (keys.empty()) return -infinity;
    double total = 0;
    for (double& s : scores) total += s = std::exp(s - most);
    for (Index c = 0; c < in.v.columns; ++c) {
        double sum = 0;
        for (std::size_t n = 0; n < keys.size(); ++n)
            sum += scores[n] / total * static_cast<double>(in.v.row(head, keys[n])[c]);
        out[c] = static_cast<float>(sum);
    }
    return most + std::log(total);
}

}  // namespace

Result<void> reference_exact(const HeadsView& q, const HeadsView& k, const HeadsView& v, const ExactOptions& options,
                             const HeadsSpan& out, std::span<float> log_sum_exp, const Progress& progress) {
    const ExactInput in{q, k, v, options};
    if (auto valid = in.validate(out, log_sum_exp.size()); !valid) return valid;
    parallel_blocks(q.heads * q.rows, 1, progress, [&](Index n, Index) {
        const double lse = row(in, n / q.rows, n % q.rows, out.row(n / q.rows, n % q.rows));
        if (!log_sum_exp.empty()) log_sum_exp[static_cast<std::size_t>(n)] = static_cast<float>(lse);
    });
    if (progress.stopped()) return cancelled();
    return {};
}

}  // namespace attnscope
