#include "core/engine/exact.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/parallel.hpp"
#include "core/base/tr.hpp"
#include "core/engine/exact_input.hpp"
#include "core/engine/reference.hpp"
#include "core/engine/tile.hpp"

namespace attnscope {
namespace {

class ExactComputation {
public:
    ExactComputation(const ExactInput& in, const HeadsSpan& out, std::span<float> log_sum_exp)
        : in_(in), out_(out), log_sum_exp_(log_sum_exp), kernels_(kernels_in_use()) {}

    // A tile of queries of one head.
    void run(Index head, KeyRange queries) const {
        QueryTile tile(in_.q.head(head), in_.k.head(head), in_.factors(head));
        const bool any = tile.take(queries, in_.options.mask);
        if (any) {
            const auto d = static_cast<int>(in_.q.columns), dv = static_cast<int>(in_.v.columns);
            tile.scores.scratch = scratch_memory(kernels_.scratch_floats(d, dv, 0));
            kernels_.exact({tile.scores, in_.v.row(head, 0), in_.v.row_stride, dv, out_.row(head, queries.begin),
                            out_.row_stride, tile.max.data(), tile.sum.data()});
        } else {
            for (Index i = queries.begin; i < queries.end; ++i) std::fill_n(out_.row(head, i), out_.columns, 0.0F);
        }
        if (log_sum_exp_.empty()) return;
        for (Index i = queries.begin; i < queries.end; ++i) {
            const auto lane = static_cast<std::size_t>(i - queries.begin);
            log_sum_exp_[static_cast<std::size_t>(head * in_.q.rows + i)] =
                any ? log_sum(tile.max[lane], tile.sum[lane]) : -std::numeric_limits<float>::infinity();
        }
    }

private:
    static float log_sum(float max, float sum) {
        if (sum == 0) return -std::numeric_limits<float>::infinity();
        return static_cast<float>(static_cast<double>(max) * std::numbers::ln2 + std::log(static_cast<double>(sum)));
    }

    const ExactInput& in_;
    const HeadsSpan& out_;
    const std::span<float> log_sum_exp_;
    const Kernels& kernels_;
};

}  // namespace

Result<void> ExactInput::validate(const HeadsSpan& out, std::size_t log_sums) const {
    if (auto valid = validate_heads(q, k, v, out); !valid) return valid;
    const auto heads = static_cast<std::size_t>(q.heads), rows = static_cast<std::size_t>(q.rows);
    if (!options.distance_slopes.empty() && options.distance_slopes.size() != heads)
        return invalid_input(tr("there are {} distance slopes for {} heads: each head needs one, or none",
                                options.distance_slopes.size(), heads));
    if (log_sums != 0 && log_sums != heads * rows)
        return invalid_input(tr("there is room for {} log-sum-exps: {} heads of {} queries have {}", log_sums, heads,
                                rows, heads * rows));
    for (Index h = 0; h < q.heads; ++h)
        if (auto valid = validate_factors(factors(h)); !valid) return valid;
    return validate_mask(options.mask);
}

Result<void> exact_attention(const HeadsView& q, const HeadsView& k, const HeadsView& v, const ExactOptions& options,
                             const HeadsSpan& out, std::span<float> log_sum_exp, const Progress& progress) {
    const ExactInput in{q, k, v, options};
    if (auto valid = in.validate(out, log_sum_exp.size()); !valid) return valid;
    if (!all_finite(q) || !all_finite(k) || !all_finite(v))
        return reference_exact(q, k, v, options, out, log_sum_exp, progress);

    const ExactComputation computation(in, out, log_sum_exp);
    const double operations = 2.0 * static_cast<double>(q.heads * q.rows) * static_cast<double>(k.rows) *
                              static_cast<double>(q.columns + v.columns);
    const bool shared = operations >= least_to_share;
    const Index lanes = queries_per_tile(q.heads, q.rows, shared ? parallel_threads() : 1);
    const Index tiles = (q.rows + lanes - 1) / lanes, all = q.heads * tiles;
    const auto run = [&](Index tile) {
        const Index begin = tile % tiles * lanes;
        computation.run(tile / tiles, {begin, std::min(begin + lanes, q.rows)});
    };
    if (!shared) {
        for (Index tile = 0; tile < all && !progress.stopped(); ++tile) run(tile);
    } else {
        std::atomic<Index> done = 0;
        parallel_blocks(all, 1, progress, [&](Index tile, Index) {
            run(tile);
            progress.report(static_cast<double>(++done) / static_cast<double>(all));
        });
    }
    if (progress.stopped()) return cancelled();
    return {};
}

}  // namespace attnscope
