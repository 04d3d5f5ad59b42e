#include "core/attention/attention.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "core/attention/score_block.hpp"
#include "core/attention/softmax_row.hpp"
#include "core/attention/validate.hpp"
#include "core/base/parallel.hpp"
#include "core/base/tr.hpp"
#include "core/engine/product.hpp"

namespace attnscope {
namespace {

// What one thread writes over again for every block of queries.
struct Scratch {
    Matrix queries;  // as ScoreBlock has it
    Matrix scores;   // query_block x padded keys; becomes the weights in place
};

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
bool same_content(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
    return a == b || (a && b && *a == *b);
}

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
        : score_block_(q, k, options), key_count_(k.rows()), options_(options), result_(result) {
        result_.weights.resize(q.rows(), key_count_);
        result_.log_sum_exp.resize(q.rows());
        result_.entropy_bits.resize(q.rows());
        if (options.keep_scores) result_.scores.resize(q.rows(), key_count_);
        if (!options.need_output) return;
        values_ = padded_to_tiles(v);
        result_.output.resize(q.rows(), v.cols());
    }

    Scratch make_scratch() const {
        return {score_block_.make_queries(), Matrix(query_block, score_block_.padded_keys())};
    }

    /// Queries begin .. end-1, at most query_block of them; gives what was wrong with their numbers, if anything was.
    std::optional<Error> run(Index begin, Index end, Scratch& scratch) const {
        KeyRange seen;  // from the first to the last key that one of these queries sees
        for (Index i = begin; i < end; ++i) {
            const KeyRange visible = visible_keys(options_, i, key_count_);
            if (visible.empty()) continue;
            seen =
                seen.empty() ? visible : KeyRange{std::min(seen.begin, visible.begin), std::max(seen.end, visible.end)};
        }
        const KeyRange needed = tiles_of(options_.keep_scores ? KeyRange{0, key_count_} : seen);
        score_block_.compute({begin, end}, needed, scratch.queries, scratch.scores);
        if (options_.keep_scores)
            result_.scores.middleRows(begin, end - begin) = scratch.scores.topLeftCorner(end - begin, key_count_);
        for (Index i = begin; i < end; ++i)
            if (auto error = softmax(i, tiles_of(seen), scratch.scores.row(i - begin).data())) return error;
        if (options_.need_output) return compute_output(begin, end, tiles_of(seen), scratch);
        return std::nullopt;
    }

private:
    // `row`: the scores of query i, which become its weights in all of the block's tiles.
    std::optional<Error> softmax(Index i, KeyRange tiles, float* row) const {
        const KeyRange range = visible_keys(options_, i, key_count_);
        if (auto error = fault_of_scores(i, range, row)) return error;
        const KeyRange visible = any_not_hidden(options_.mask, i, range) ? range : KeyRange{};

        SoftmaxRow statistics{-infinity, 0};
        if (!visible.empty()) {
            for (const KeyRange& hidden : hidden_keys(options_.mask, i)) {
                const Index from = std::max(hidden.begin, visible.begin), to = std::min(hidden.end, visible.end);
                if (from < to) std::fill(row + from, row + to, -static_cast<float>(infinity));
            }
            statistics = softmax_in_place(row, visible);
            if (options_.local)
                for (Index j = visible.begin; j < visible.end; ++j)
                    row[j] *= static_cast<float>(local_gaussian(*options_.local, i, j));
        }
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

    // A score that is seen, or kept, and beyond the range of float.
    std::optional<Error> fault_of_scores(Index i, KeyRange visible, const float* row) const {
        const KeyRange checked = options_.keep_scores ? KeyRange{0, key_count_} : visible;
        if (all_finite(Eigen::Map<const Eigen::ArrayXf>(row + checked.begin, checked.size()))) return std::nullopt;
        for (Index j = checked.begin; j < checked.end; ++j)
            if (!std::isfinite(row[j]) && (options_.keep_scores || sees(options_, i, j)))
                return score_out_of_range(i, j);
        return std::nullopt;
    }

    std::optional<Error> compute_output(Index begin, Index end, KeyRange tiles, Scratch& scratch) const {
        const Index rows = end - begin, first = tiles.begin * key_tile, count = tiles.size() * key_tile;
        if (tiles.empty()) {
            result_.output.middleRows(begin, rows).setZero();
            return std::nullopt;
        }
        const HeadsSpan out{&result_.output(begin, 0), 1, rows, result_.output.cols(), result_.output.cols(), 0};
        product(view_of(scratch.scores.block(0, first, rows, count)), view_of(values_.middleRows(first, count)), out);
        for (Index i = begin; i < end; ++i)
            if (!all_finite(result_.output.row(i)))
                return invalid_input(
                    tr("the output of query {} (counted from 0) is beyond the range of float: "
                       "smaller values are needed",
                       i));
        return std::nullopt;
    }

    const ScoreBlock score_block_;
    const Index key_count_;
    const AttentionOptions& options_;
    Attention& result_;
    Matrix values_;
};

}  // namespace

bool operator==(const AttentionOptions& a, const AttentionOptions& b) {
    return a.temperature == b.temperature && a.scale == b.scale && a.mask == b.mask && a.keep_scores == b.keep_scores &&
           a.need_output == b.need_output && a.score == b.score && same_content(a.score_weights, b.score_weights) &&
           a.distance_slope == b.distance_slope && same_content(a.local, b.local);
}

double effective_scale(const AttentionOptions& options, Index d) {
    const double usual = options.score == ScoreKind::scaled_dot ? 1.0 / std::sqrt(static_cast<double>(d)) : 1.0;
    return options.scale.value_or(usual);
}

KeyRange visible_keys(const AttentionOptions& options, Index query, Index keys) {
    const KeyRange range = visible_keys(options.mask, query, keys);
    if (!options.local) return range;
    const KeyRange near = local_keys(*options.local, query, keys);
    const Index begin = std::max(range.begin, near.begin);
    return {begin, std::max(begin, std::min(range.end, near.end))};
}

bool sees(const AttentionOptions& options, Index query, Index key) {
    return sees(options.mask, query, key) &&
           (!options.local || local_keys(*options.local, query, key + 1).contains(key));
}

bool sees_any(const AttentionOptions& options, Index query, Index keys) {
    return any_not_hidden(options.mask, query, visible_keys(options, query, keys));
}

Result<Attention> attention(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                            const Eigen::Ref<const Matrix>& v, const AttentionOptions& options,
                            const Progress& progress) {
    if (const auto valid = validate_attention<float>(q, k, v, options); !valid) return valid.error();

    Attention result;
    const Computation computation(q, k, v, options, result);
    oneapi::tbb::enumerable_thread_specific<Scratch> scratch([&] { return computation.make_scratch(); });
    std::vector<std::optional<Error>> errors(static_cast<std::size_t>((q.rows() + query_block - 1) / query_block));
    std::atomic<Index> done = 0;
    parallel_blocks(q.rows(), query_block, progress, [&](Index begin, Index end) {
        errors[static_cast<std::size_t>(begin / query_block)] = computation.run(begin, end, scratch.local());
        done += end - begin;
        progress.report(static_cast<double>(done) / static_cast<double>(q.rows()));
    });
    if (progress.stopped()) return cancelled();
    for (std::optional<Error>& error : errors)  // the first in the order of the queries, whichever thread met it first
        if (error) return std::move(*error);
    result.masked_rows = (result.log_sum_exp.array() == -infinity).count();
    return result;
}

}  // namespace attnscope
