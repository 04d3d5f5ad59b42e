#include "core/engine/exact.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "core/base/parallel.hpp"
#include "core/base/tr.hpp"
#include "core/engine/exact_input.hpp"
#include "core/engine/reference.hpp"
#include "core/engine/tile.hpp"

namespace attnscope {
namespace {

constexpr Index cache_floats = 1 << 22;  // of keys and values: below this a cache that threads share holds them
constexpr Index slab_floats = 1 << 18;   // of keys and values: what a core's own cache holds beside a group of tiles

class ExactComputation {
public:
    ExactComputation(const ExactInput& in, const HeadsSpan& out, std::span<float> log_sum_exp)
        : in_(in), out_(out), log_sum_exp_(log_sum_exp), kernels_(kernels_in_use()) {}

    // Tiles of queries of one head, side by side: what they see of keys and values is read a slab at a time, so that
    // all of them find it in the cache. Where everything fits there anyway, a group is one tile and a slab is all.
    void run(Index head, KeyRange queries, Index lanes, Index slab, const Progress& progress) const {
        const auto tiles = static_cast<std::size_t>((queries.size() + lanes - 1) / lanes);
        const auto d = static_cast<int>(in_.q.columns), dv = static_cast<int>(in_.v.columns);
        const std::size_t scratch = kernels_.scratch_floats(d, dv, 0);
        float* const memory = scratch_memory(tiles * scratch);
        std::array<std::optional<QueryTile>, most_tiles> group;
        for (std::size_t n = 0; n < tiles; ++n) {
            QueryTile& tile = group[n].emplace(in_.q.head(head), in_.k.head(head), in_.factors(head));
            const KeyRange own = rows_of(queries, lanes, n);
            if (!tile.take(own, in_.options.mask)) sees_nothing(head, own);
            tile.scores.scratch = memory + n * scratch;
        }
        for (Index from = 0; from < in_.k.rows && !progress.stopped(); from += slab)
            for (std::size_t n = 0; n < tiles; ++n)
                see(*group[n], head, rows_of(queries, lanes, n), {from, std::min(from + slab, in_.k.rows)});
    }

    static constexpr Index most_tiles = 8;  // in a group

private:
    static KeyRange rows_of(KeyRange queries, Index lanes, std::size_t tile) {
        const Index begin = queries.begin + static_cast<Index>(tile) * lanes;
        return {begin, std::min(begin + lanes, queries.end)};
    }

    void sees_nothing(Index head, KeyRange queries) const {
        for (Index i = queries.begin; i < queries.end; ++i) {
            std::fill_n(out_.row(head, i), out_.columns, 0.0F);
            if (!log_sum_exp_.empty()) log_sum_exp_[row(head, i)] = -std::numeric_limits<float>::infinity();
        }
    }

    // What a tile sees of these keys.
    void see(QueryTile& tile, Index head, KeyRange queries, KeyRange keys) const {
        const int from = std::max(tile.scores.key_begin, static_cast<int>(keys.begin));
        const int to = std::min(tile.scores.key_end, static_cast<int>(keys.end));
        if (from >= to) return;
        kernels_.exact({tile.scores, in_.v.row(head, 0), in_.v.row_stride, static_cast<int>(in_.v.columns),
                        out_.row(head, queries.begin), out_.row_stride, tile.max.data(), tile.sum.data(), from, to});
        if (to < tile.scores.key_end || log_sum_exp_.empty()) return;
        for (Index i = queries.begin; i < queries.end; ++i) {
            const auto lane = static_cast<std::size_t>(i - queries.begin);
            log_sum_exp_[row(head, i)] = log_sum(tile.max[lane], tile.sum[lane]);
        }
    }

    std::size_t row(Index head, Index i) const { return static_cast<std::size_t>(head * in_.q.rows + i); }

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
    const Index threads = operations < least_to_share ? 1 : parallel_threads(), columns = k.columns + v.columns;
    const Index lanes = queries_per_tile(q.heads, q.rows, threads);
    // Whole blocks of keys; all of them where they are not too many for a cache.
    const Index slab = k.rows * columns <= cache_floats
                           ? k.rows
                           : std::max(Index{1}, slab_floats / columns / kernel_key_block) * kernel_key_block;
    const Index tiles =
        slab == k.rows ? 1
                       : std::clamp(q.heads * q.rows / lanes / (16 * threads), Index{1}, ExactComputation::most_tiles);
    const Index group = tiles * lanes, groups = (q.rows + group - 1) / group, all = q.heads * groups;
    const auto run = [&](Index n) {
        const Index begin = n % groups * group;
        computation.run(n / groups, {begin, std::min(begin + group, q.rows)}, lanes, slab, progress);
    };
    if (threads == 1) {
        for (Index n = 0; n < all && !progress.stopped(); ++n) run(n);
    } else {
        std::atomic<Index> done = 0;
        parallel_blocks(all, 1, progress, [&](Index n, Index) {
            run(n);
            progress.report(static_cast<double>(++done) / static_cast<double>(all));
        });
    }
    if (progress.stopped()) return cancelled();
    return {};
}

}  // namespace attnscope
