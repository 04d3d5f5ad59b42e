#include "core/attention/attention.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "core/attention/softmax_row.hpp"
#include "core/attention/validate.hpp"
#include "core/base/parallel.hpp"

namespace attnscope {
namespace {

constexpr Index row_block = 64;  // queries worked on together, while their scores are in the cache

// What one thread writes over again for every block of queries. Rows beyond the last query are zeros.
struct Scratch {
    Matrix queries;  // row_block x d, times scale / T
    Matrix scores;   // row_block x padded keys; becomes the weights in place
    Matrix output;   // row_block x dv
};

Matrix padded_to_tiles(const Eigen::Ref<const Matrix>& x) {
    const Index rows = (x.rows() + key_tile - 1) / key_tile * key_tile;
    Matrix padded(rows, x.cols());
    padded.topRows(x.rows()) = x;
    padded.bottomRows(rows - x.rows()).setZero();
    return padded;
}

class Computation {
public:
    Computation(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k, const Eigen::Ref<const Matrix>& v,
                const AttentionOptions& options, Attention& result)
        : q_(q),
          keys_(padded_to_tiles(k)),
          key_count_(k.rows()),
          options_(options),
          factor_(effective_scale(options, q.cols()) / options.temperature),
          result_(result) {
        result_.weights.resize(q.rows(), key_count_);
        result_.log_sum_exp.resize(q.rows());
        result_.entropy_bits.resize(q.rows());
        if (options.keep_scores) result_.scores.resize(q.rows(), key_count_);
        if (!options.need_output) return;
        values_ = padded_to_tiles(v);
        result_.output.resize(q.rows(), v.cols());
    }

    Scratch make_scratch() const {
        return {Matrix(row_block, q_.cols()), Matrix(row_block, keys_.rows()), Matrix(row_block, values_.cols())};
    }

    /// Queries begin .. end-1, at most row_block of them; gives what was wrong with their numbers, if anything was.
    std::optional<Error> run(Index begin, Index end, Scratch& scratch) const {
        KeyRange seen;  // the keys that at least one of these queries sees: ranges of neighbours always join
        for (Index i = begin; i < end; ++i) {
            const KeyRange visible = visible_keys(options_.mask, i, key_count_);
            if (visible.empty()) continue;
            seen =
                seen.empty() ? visible : KeyRange{std::min(seen.begin, visible.begin), std::max(seen.end, visible.end)};
        }
        compute_scores(begin, end, options_.keep_scores ? KeyRange{0, key_count_} : seen, scratch);
        for (Index i = begin; i < end; ++i)
            if (auto error = softmax(i, tiles_of(seen), scratch.scores.row(i - begin).data())) return error;
        if (options_.need_output) return compute_output(begin, end, tiles_of(seen), scratch);
        return std::nullopt;
    }

private:
    void compute_scores(Index begin, Index end, KeyRange keys, Scratch& scratch) const {
        const Index rows = end - begin;
        scratch.queries.topRows(rows) = (q_.middleRows(begin, rows).cast<double>() * factor_).cast<float>();
        scratch.queries.bottomRows(row_block - rows).setZero();
        const KeyRange tiles = tiles_of(keys);
        for (Index t = tiles.begin; t < tiles.end; ++t)
            scratch.scores.middleCols(t * key_tile, key_tile).noalias() =
                scratch.queries * keys_.middleRows(t * key_tile, key_tile).transpose();
        if (options_.keep_scores)
            result_.scores.middleRows(begin, rows) = scratch.scores.topLeftCorner(rows, key_count_);
    }

    // `row`: the scores of query i, which become its weights in all of the block's tiles.
    std::optional<Error> softmax(Index i, KeyRange tiles, float* row) const {
        const KeyRange visible = visible_keys(options_.mask, i, key_count_);
        const KeyRange checked = options_.keep_scores ? KeyRange{0, key_count_} : visible;
        if (!all_finite(Eigen::Map<const Eigen::ArrayXf>(row + checked.begin, checked.size())))
            for (Index j = checked.begin; j < checked.end; ++j)
                if (!std::isfinite(row[j])) return score_out_of_range(i, j);

        SoftmaxRow statistics{-std::numeric_limits<double>::infinity(), 0};
        if (!visible.empty()) statistics = softmax_in_place(row, visible);
        result_.log_sum_exp(i) = statistics.log_sum_exp;
        result_.entropy_bits(i) = statistics.entropy_bits;

        const KeyRange own = visible.empty() ? KeyRange{tiles.end, tiles.end} : tiles_of(visible);
        std::fill(row + tiles.begin * key_tile, row + own.begin * key_tile, 0.0F);
        std::fill(row + own.end * key_tile, row + tiles.end * key_tile, 0.0F);

        float* const weights = result_.weights.row(i).data();
        std::fill(weights, weights + visible.begin, 0.0F);
        std::copy(row + visible.begin, row + visible.end, weights + visible.begin);
        std::fill(weights + visible.end, weights + key_count_, 0.0F);
        return std::nullopt;
    }

    std::optional<Error> compute_output(Index begin, Index end, KeyRange tiles, Scratch& scratch) const {
        const Index rows = end - begin;
        scratch.scores.middleCols(tiles.begin * key_tile, tiles.size() * key_tile)
            .bottomRows(row_block - rows)
            .setZero();
        // Tile by tile, and not in one product, so that the order of the additions does not depend on how many there
        // are.
        scratch.output.setZero();
        for (Index t = tiles.begin; t < tiles.end; ++t)
            scratch.output.noalias() +=
                scratch.scores.middleCols(t * key_tile, key_tile) * values_.middleRows(t * key_tile, key_tile);
        result_.output.middleRows(begin, rows) = scratch.output.topRows(rows);
        for (Index i = begin; i < end; ++i)
            if (!all_finite(result_.output.row(i)))
                return invalid_input(
                    fmt::format("the output of query {} (counted from 0) is beyond the range of float: "
                                "smaller values are needed",
                                i));
        return std::nullopt;
    }

    const Eigen::Ref<const Matrix>& q_;
    const Matrix keys_;
    const Index key_count_;
    const AttentionOptions& options_;
    const double factor_;  // of q . k
    Attention& result_;
    Matrix values_;
};

}  // namespace

double effective_scale(const AttentionOptions& options, Index d) {
    return options.scale.value_or(1.0 / std::sqrt(static_cast<double>(d)));
}

Result<Attention> attention(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                            const Eigen::Ref<const Matrix>& v, const AttentionOptions& options,
                            const Progress& progress) {
    if (const auto valid = validate_attention<float>(q, k, v, options); !valid) return valid.error();

    Attention result;
    const Computation computation(q, k, v, options, result);
    oneapi::tbb::enumerable_thread_specific<Scratch> scratch([&] { return computation.make_scratch(); });
    std::vector<std::optional<Error>> errors(static_cast<std::size_t>((q.rows() + row_block - 1) / row_block));
    std::atomic<Index> done = 0;
    parallel_blocks(q.rows(), row_block, progress, [&](Index begin, Index end) {
        errors[static_cast<std::size_t>(begin / row_block)] = computation.run(begin, end, scratch.local());
        done += end - begin;
        progress.report(static_cast<double>(done) / static_cast<double>(q.rows()));
    });
    if (progress.stopped()) return cancelled();
    for (std::optional<Error>& error : errors)  // the first in the order of the queries, whichever thread met it first
        if (error) return std::move(*error);
    result.masked_rows = (result.log_sum_exp.array() == -std::numeric_limits<double>::infinity()).count();
    return result;
}

}  // namespace attnscope
