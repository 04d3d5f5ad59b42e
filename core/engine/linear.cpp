#include "core/engine/linear.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/parallel.hpp"
#include "core/engine/kernels.hpp"
#include "core/engine/linear_input.hpp"
#include "core/engine/linear_reference.hpp"
#include "core/engine/spare_memory.hpp"
#include "core/engine/tile.hpp"

namespace attnscope {
namespace {

constexpr Index most_slots = 16;             // running sums held at a time, if they are not large:
constexpr Index most_slot_floats = 1 << 22;  // all of them together, but for two
constexpr Index least_chunk = 256;           // keys that are worth sums of their own, about
constexpr Index keys_at_once = 2048;         // added up in one go: so rounding grows with the root of that only
constexpr Index least_piece = 1 << 16;       // floats of all running sums that are worth a task

/// 2^(from - to), 0 where that is too small to matter; to >= from.
float scale_between(int from, int to) {
    const long down = static_cast<long>(from) - to;
    return down < -126 ? 0.0F : std::ldexp(1.0F, static_cast<int>(down));
}

FeatureMap feature_map_of(const LinearInput& in) {
    FeatureMap map{static_cast<FeatureKind>(in.options.estimator),
                   static_cast<int>(in.q.columns),
                   static_cast<int>(in.projection_count()),
                   in.projections.data(),
                   in.projections.outerStride(),
                   1,
                   1,
                   0};
    if (in.options.estimator == Estimator::elu) return map;
    const double factor = in.score_factor(), root = std::sqrt(std::abs(factor));
    const bool trig = in.options.estimator == Estimator::trig;
    const double unit = trig ? 0.5 / std::numbers::pi : std::numbers::log2e;
    map.query_factor = static_cast<float>(root * unit);
    map.key_factor = factor < 0 ? -map.query_factor : map.query_factor;
    map.square_factor = (trig ? 0.5 : -0.5) * std::abs(factor) * std::numbers::log2e;
    return map;
}

// Sums over keys, as kernels write and read them.
struct Sums {
    float* sum;  // r x (dv + 1)
    int* exponent;
};

class LinearComputation {
public:
    LinearComputation(const LinearInput& in, const HeadsSpan& out, const Progress& progress)
        : in_(in),
          out_(out),
          progress_(progress),
          kernels_(kernels_in_use()),
          map_(feature_map_of(in)),
          features_(in.features()),
          slot_floats_(features_ * (in.v.columns + 1)),
          slots_(std::clamp(most_slot_floats / slot_floats_, Index{2}, most_slots)),
          causal_(in.options.mask.kind == MaskKind::causal),
          keys_(in.visible_keys()) {
        const double operations = 2.0 * static_cast<double>(in.q.heads * (in.q.rows + keys_)) *
                                  static_cast<double>(features_ * (in.q.columns + in.v.columns));
        shared_ = operations >= least_to_share;
        if (causal_) {
            part_ = kernels_.linear_block;
            parts_ = (in.q.rows + part_ - 1) / part_;
        } else {
            // Equal chunks, and an even number of them: two or four threads end at once.
            const Index chunks = keys_ <= least_chunk ? 1 : 2 * ((keys_ + 2 * least_chunk - 1) / (2 * least_chunk));
            part_ = std::max(Index{1}, (keys_ + std::min(chunks, slots_) - 1) / std::min(chunks, slots_));
            parts_ = (keys_ + part_ - 1) / part_;
        }
        slots_ = std::min(slots_, parts_ * in.q.heads);
        heads_at_once_ = std::max(Index{1}, slots_ / parts_);
        take_memory();
    }

    Result<LinearReport> run() {
        if (in_.options.estimator != Estimator::elu) kernels_.pack_projections(map_, packed_);
        for (Index h = 0; h < in_.q.heads && !progress_.stopped(); h += heads_at_once_) {
            const Index heads = std::min(heads_at_once_, in_.q.heads - h);
            causal_ ? running_sums(h, heads) : sums_first(h, heads);
        }
        if (progress_.stopped()) return cancelled();
        return LinearReport{bad_};
    }

private:
    void take_memory() {
        const Index lanes = kernels_.lanes, whole_tiles = (map_.count + lanes - 1) / lanes * lanes;
        const Index packed = in_.options.estimator == Estimator::elu ? 0 : whole_tiles * map_.d;
        const Index sums = (slots_ + (causal_ ? heads_at_once_ : 0)) * slot_floats_;
        features_stride_ = features_ + lanes;
        const Index block_features = causal_ ? slots_ * part_ * features_stride_ : 0;
        packed_ = memory_.take(static_cast<std::size_t>(packed + sums + block_features));
        sums_ = packed_ + packed;
        block_features_ = sums_ + sums;
        exponents_.resize(static_cast<std::size_t>(slots_));
        if (!causal_) return;
        key_exponents_.resize(static_cast<std::size_t>(slots_ * part_));
        running_exponents_.resize(static_cast<std::size_t>(heads_at_once_));
    }

    // Calls body(0) .. body(count - 1).
    template <class Body>
    void each_of(Index count, const Body& body) {
        if (shared_ && count > 1) return parallel_blocks(count, 1, progress_, [&](Index i, Index) { body(i); });
        for (Index i = 0; i < count && !progress_.stopped(); ++i) body(i);
    }

    // Keys and queries are half of the work each.
    void done(Index rows) {
        const Index all = in_.q.heads * (in_.q.rows + keys_);
        progress_.report(static_cast<double>(rows_done_ += rows) / static_cast<double>(all));
    }

    Sums slot(Index i) { return {sums_ + i * slot_floats_, &exponents_[static_cast<std::size_t>(i)]}; }

    // What is common to all calls of the kernels: keys begin .. end-1 of a head, to `sums`.
    LinearKeys keys_of(Index head, KeyRange keys, const Sums& sums, float* scratch) const {
        LinearKeys t{};
        t.map = map_;
        t.packed = packed_;
        t.k = in_.k.row(head, keys.begin);
        t.v = in_.v.row(head, keys.begin);
        t.k_stride = in_.k.row_stride;
        t.v_stride = in_.v.row_stride;
        t.keys = static_cast<int>(keys.size());
        t.dv = static_cast<int>(in_.v.columns);
        t.sum = sums.sum;
        t.exponent = sums.exponent;
        t.scratch = scratch;
        return t;
    }

    LinearQueries queries_of(const Sums& sums) const {
        LinearQueries t{};
        t.map = map_;
        t.q_stride = in_.q.row_stride;
        t.dv = static_cast<int>(in_.v.columns);
        t.sum = sums.sum;
        t.exponent = *sums.exponent;
        t.v_stride = in_.v.row_stride;
        t.out_stride = out_.row_stride;
        return t;
    }

    std::size_t scratch_floats() const { return kernels_.linear_scratch_floats(map_, static_cast<int>(in_.v.columns)); }

    // A tile of queries; what it sees is in `t`.
    void see(Index head, KeyRange queries, LinearQueries t) {
        alignas(64) std::array<float, most_lanes> normalizer{};
        t.q = in_.q.row(head, queries.begin);
        t.queries = static_cast<int>(queries.size());
        t.out = out_.row(head, queries.begin);
        t.normalizer = normalizer.data();
        t.scratch = scratch_memory(scratch_floats());
        kernels_.linear_queries(t);
        Index bad = 0;
        for (Index i = queries.begin; i < queries.end; ++i) {
            const float n = normalizer[static_cast<std::size_t>(i - queries.begin)];
            bad += n > 0 && std::isfinite(n) ? 0 : 1;
            if (n == 0 || !std::isfinite(n)) std::fill_n(out_.row(head, i), out_.columns, 0.0F);
        }
        bad_ += bad;
        done(queries.size());
    }

    // Every query sees the same keys: chunks of them are summed up, these sums added, and queries see the total.
    void sums_first(Index first_head, Index heads) {
        each_of(heads * parts_, [&](Index i) {
            const Index begin = i % parts_ * part_;
            sum_chunk(first_head + i / parts_, {begin, std::min(begin + part_, keys_)}, slot(i));
        });
        for (Index h = 0; h < heads && !progress_.stopped(); ++h) add_chunks(h * parts_);
        const Index lanes = queries_per_tile(heads, in_.q.rows, shared_ ? parallel_threads() : 1);
        const Index tiles = (in_.q.rows + lanes - 1) / lanes;
        each_of(heads * tiles, [&](Index i) {
            const Index begin = i % tiles * lanes;
            see(first_head + i / tiles, {begin, std::min(begin + lanes, in_.q.rows)},
                queries_of(slot(i / tiles * parts_)));
        });
    }

    void sum_chunk(Index head, KeyRange keys, const Sums& to) {
        float* const scratch = scratch_memory(scratch_floats() + static_cast<std::size_t>(slot_floats_));
        int exponent = no_exponent;
        float* const part = scratch + scratch_floats();
        for (Index begin = keys.begin; begin < keys.end && !progress_.stopped(); begin += keys_at_once) {
            const KeyRange range{begin, std::min(begin + keys_at_once, keys.end)};
            const bool first = begin == keys.begin;
            const Sums here = first ? to : Sums{part, &exponent};
            kernels_.linear_keys(keys_of(head, range, here, scratch));
            done(range.size());
            if (first) continue;
            const int larger = std::max(*to.exponent, exponent);
            add(to.sum, scale_between(*to.exponent, larger), part, scale_between(exponent, larger), {0, slot_floats_});
            *to.exponent = larger;
        }
    }

    // to[i] = to[i] * keep + from[i] * factor.
    static void add(float* to, float keep, const float* from, float factor, KeyRange range) {
        for (Index i = range.begin; i < range.end; ++i) to[i] = to[i] * keep + from[i] * factor;
    }

    // The sums of some parts, cut across.
    struct Pieces {
        Index floats, size;
        Index count() const { return (floats + size - 1) / size; }
        KeyRange at(Index i) const { return {i * size, std::min((i + 1) * size, floats)}; }
    };
    Pieces pieces_of(Index parts) const { return {slot_floats_, least_piece / parts}; }

    // The sums of all chunks of a head, in order, into the first.
    void add_chunks(Index first) {
        const auto exponents = exponents_.begin() + first;
        const int largest = *std::max_element(exponents, exponents + parts_);
        const Pieces pieces = pieces_of(parts_);
        each_of(pieces.count(), [&](Index i) {
            for (Index c = 1; c < parts_; ++c)
                add(slot(first).sum, c == 1 ? scale_between(exponents[0], largest) : 1, slot(first + c).sum,
                    scale_between(exponents[c], largest), pieces.at(i));
        });
        *exponents = largest;
    }

    KeyRange keys_of_block(Index block) const {
        const Index begin = std::min(block * part_, keys_);
        return {begin, std::min(begin + part_, keys_)};
    }

    // Causal: a few blocks of tokens at a time.
    void running_sums(Index first_head, Index heads) {
        const Index at_once = std::min(parts_, slots_);
        std::fill_n(running(0), heads * slot_floats_, 0.0F);
        std::fill(running_exponents_.begin(), running_exponents_.end(), no_exponent);
        for (Index block = 0; block < parts_ && !progress_.stopped(); block += at_once) {
            const Index blocks = std::min(at_once, parts_ - block);
            each_of(heads * blocks, [&](Index i) {
                sum_block(first_head + i / blocks, block + i % blocks, i / blocks * at_once + i % blocks);
            });
            for (Index h = 0; h < heads && !progress_.stopped(); ++h) sums_before(h, h * at_once, block, blocks);
            each_of(heads * blocks, [&](Index i) {
                see_block(first_head + i / blocks, block + i % blocks, i / blocks * at_once + i % blocks);
            });
        }
    }

    float* running(Index head) { return sums_ + (slots_ + head) * slot_floats_; }

    // The features of the block's keys, and the sums over them.
    void sum_block(Index head, Index block, Index at) {
        const KeyRange keys = keys_of_block(block);
        if (keys.empty()) return;
        LinearKeys t = keys_of(head, keys, slot(at), scratch_memory(scratch_floats()));
        t.features = block_features_ + at * part_ * features_stride_;
        t.features_stride = features_stride_;
        t.key_exponents = &key_exponents_[static_cast<std::size_t>(at * part_)];
        kernels_.linear_keys(t);
        done(keys.size());
    }

    // A slot's sums over its block become those over all keys before it.
    void sums_before(Index head, Index first, Index block, Index blocks) {
        struct Step {
            int before;
            float keep, factor;
        };
        std::vector<Step> steps;
        int& exponent = running_exponents_[static_cast<std::size_t>(head)];
        for (Index b = 0; b < blocks && !keys_of_block(block + b).empty(); ++b) {
            const int own = *slot(first + b).exponent, largest = std::max(exponent, own);
            steps.push_back({exponent, scale_between(exponent, largest), scale_between(own, largest)});
            exponent = largest;
        }
        const Pieces pieces = pieces_of(blocks);
        each_of(pieces.count(), [&](Index i) {
            float* const sum = running(head);
            const KeyRange range = pieces.at(i);
            for (Index b = 0; b < blocks; ++b) {
                float* const own = slot(first + b).sum;
                if (b >= std::ssize(steps)) {
                    std::copy(sum + range.begin, sum + range.end, own + range.begin);
                    continue;
                }
                const Step step = steps[static_cast<std::size_t>(b)];
                for (Index n = range.begin; n < range.end; ++n) {
                    const float added = own[n] * step.factor;
                    own[n] = sum[n];
                    sum[n] = sum[n] * step.keep + added;
                }
            }
        });
        for (Index b = 0; b < blocks; ++b)
            *slot(first + b).exponent = b < std::ssize(steps) ? steps[static_cast<std::size_t>(b)].before : exponent;
    }

    void see_block(Index head, Index block, Index at) {
        const KeyRange keys = keys_of_block(block);
        LinearQueries t = queries_of(slot(at));
        t.keys = static_cast<int>(keys.size());
        t.v = keys.empty() ? nullptr : in_.v.row(head, keys.begin);
        t.features = block_features_ + at * part_ * features_stride_;
        t.features_stride = features_stride_;
        t.key_exponents = &key_exponents_[static_cast<std::size_t>(at * part_)];
        const Index begin = block * part_, end = std::min(begin + part_, in_.q.rows);
        for (Index i = begin; i < end; i += kernels_.lanes) {
            t.first = static_cast<int>(i - begin);
            see(head, {i, std::min(i + kernels_.lanes, end)}, t);
        }
    }

    const LinearInput& in_;
    const HeadsSpan& out_;
    const Progress& progress_;
    const Kernels& kernels_;
    const FeatureMap map_;
    const Index features_, slot_floats_;  // r; r x (dv + 1)
    Index slots_;
    const bool causal_;
    const Index keys_;  // that anybody sees
    bool shared_ = false;
    Index part_ = 0, parts_ = 0;  // keys of a chunk, or tokens of a block; how many there are in a head
    Index heads_at_once_ = 1;
    SpareMemory memory_;
    float *packed_ = nullptr, *sums_ = nullptr, *block_features_ = nullptr;
    Index features_stride_ = 0;
    std::vector<int> exponents_, key_exponents_, running_exponents_;
    std::atomic<Index> bad_ = 0, rows_done_ = 0;
};

}  // namespace

Result<LinearReport> linear_attention(const HeadsView& q, const HeadsView& k, const HeadsView& v,
                                      const Eigen::Ref<const Matrix>& projections, const LinearOptions& options,
                                      const HeadsSpan& out, const Progress& progress) {
    const LinearInput in{q, k, v, projections, options};
    if (auto valid = in.validate(out); !valid) return valid.error();
    const bool projected = options.estimator != Estimator::elu;
    if (!all_finite(q) || !all_finite(k) || !all_finite(v) || (projected && !all_finite(view_of(projections))))
        return reference_linear(q, k, v, projections, options, out, progress);
    if (in.visible_keys() == 0) {
        for (Index n = 0; n < q.heads * q.rows; ++n) std::fill_n(out.row(n / q.rows, n % q.rows), out.columns, 0.0F);
        return LinearReport{};
    }
    return LinearComputation(in, out, progress).run();
}

}  // namespace attnscope
