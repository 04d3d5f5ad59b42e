#include "core/engine/tile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <string>

#include "core/base/tr.hpp"
#include "core/engine/spare_memory.hpp"

namespace attnscope {
namespace {

std::string shape(const HeadsView& x) {
    return fmt::format("{} x {} x {}", x.heads, x.rows, x.columns);
}

std::optional<Error> fault_of(const HeadsView& x, const char* name) {
    if (x.heads < 1 || x.rows < 1 || x.columns < 1)
        return invalid_input(
            tr("the {} are empty ({}): at least one head, row and column is needed", tr(name), shape(x)));
    constexpr Index most = Index{1} << 30;
    if (x.rows > most || x.columns > most)
        return invalid_input(tr("the {} are {}: at most {} rows and columns can be had", tr(name), shape(x), most));
    return std::nullopt;
}

}  // namespace

QueryTile::QueryTile(const HeadsView& q, const HeadsView& k, const ScoreFactors& factors) : q_(q), k_(k) {
    scores.k = k.data;
    scores.k_stride = k.row_stride;
    scores.d = static_cast<int>(q.columns);
    scores.factor = factors.raw_log2();
    scores.slope = factors.distance_log2();
    scores.query_places = places_.data();
}

bool QueryTile::take(KeyRange queries, const MaskSpec& mask) {
    std::array<Index, most_lanes> all{};
    const auto count = static_cast<std::size_t>(queries.size());
    std::iota(all.begin(), all.begin() + count, queries.begin);
    scores.q = q_.row(0, queries.begin);
    scores.q_stride = q_.row_stride;
    return see(std::span(all).first(count), mask, {});
}

bool QueryTile::take(std::span<const Index> queries, const MaskSpec& mask, std::span<const Index> keys) {
    gathered_.clear();
    for (const Index i : queries) gathered_.insert(gathered_.end(), q_.row(0, i), q_.row(0, i) + q_.columns);
    scores.q = gathered_.data();
    scores.q_stride = q_.columns;
    return see(queries, mask, keys);
}

KeyRange QueryTile::seen(Index lane) const {
    return {begin_[static_cast<std::size_t>(lane)], end_[static_cast<std::size_t>(lane)]};
}

bool QueryTile::see(std::span<const Index> queries, const MaskSpec& mask, std::span<const Index> keys) {
    const Index all_keys = keys.empty() ? k_.rows : keys.back() + 1;
    const auto row_of = [&](Index key) {  // of k_: the first that stands for this key or a later one
        return static_cast<int>(keys.empty() ? key : std::lower_bound(keys.begin(), keys.end(), key) - keys.begin());
    };
    key_places_.assign(keys.begin(), keys.end());
    scores.key_places = keys.empty() ? nullptr : key_places_.data();
    scores.queries = static_cast<int>(queries.size());
    hidden_.clear();
    int first = static_cast<int>(k_.rows), last = 0, first_full = 0, end_full = static_cast<int>(k_.rows);
    for (std::size_t lane = 0; lane < queries.size(); ++lane) {
        const Index query = queries[lane];
        const KeyRange range = visible_keys(mask, query, all_keys);
        const int begin = row_of(range.begin), end = row_of(range.end);
        begin_[lane] = begin;
        end_[lane] = end;
        places_[lane] = static_cast<float>(query);
        first_full = std::max(first_full, begin);
        end_full = std::min(end_full, end);
        for (const KeyRange& hidden : hidden_keys(mask, query)) {
            const int from = std::max(row_of(hidden.begin), begin), to = std::min(row_of(hidden.end), end);
            if (from < to) hidden_.push_back({static_cast<int>(lane), from, to});
        }
        if (begin == end) continue;
        first = std::min(first, begin);
        last = std::max(last, end);
    }
    // Lanes without a query see every key: nothing of theirs is kept.
    for (std::size_t lane = queries.size(); lane < most_lanes; ++lane) {
        begin_[lane] = 0;
        end_[lane] = static_cast<int>(k_.rows);
    }
    scores.key_begin = first < last ? first / kernel_key_block * kernel_key_block : 0;
    scores.key_end = last;
    scores.mask = {begin_.data(), end_.data(), first_full, end_full, hidden_.data(), static_cast<int>(hidden_.size())};
    return first < last;
}

Index queries_per_tile(Index heads, Index rows, Index threads) {
    const Index vector = kernels_in_use().vector, most = kernels_in_use().lanes / vector;
    Index best = most;
    double least = std::numeric_limits<double>::infinity();
    for (Index vectors = most; vectors >= 1; --vectors) {
        const Index tiles = heads * ((rows + vectors * vector - 1) / (vectors * vector));
        // A tile of fewer vectors makes a little less of each, one of a single vector much less: measured on AVX-512.
        const double waste = 0.05 * static_cast<double>(most - vectors) + (vectors == 1 && most > 1 ? 0.2 : 0);
        const Index rounds = (tiles + threads - 1) / threads;
        const double time = static_cast<double>(rounds * vectors) * (1 + waste);
        if (time >= least) continue;
        best = vectors;
        least = time;
    }
    return best * vector;
}

float* scratch_memory(std::size_t floats) {
    thread_local std::unique_ptr<float, SpareMemory::Free> memory;
    thread_local std::size_t size = 0;
    if (size < floats) {
        size = 0;
        memory.reset(static_cast<float*>(::operator new[](floats * sizeof(float), SpareMemory::alignment)));
        size = floats;
    }
    return memory.get();
}

bool all_finite(const HeadsView& x) {
    for (Index h = 0; h < x.heads; ++h)
        if (!kernels_in_use().finite(x.row(h, 0), x.row_stride, x.rows, static_cast<int>(x.columns))) return false;
    return true;
}

Result<void> validate_heads(const HeadsView& q, const HeadsView& k) {
    if (const auto fault = fault_of(q, translatable("queries"))) return *fault;
    if (const auto fault = fault_of(k, translatable("keys"))) return *fault;
    if (q.heads != k.heads || q.columns != k.columns)
        return invalid_input(
            tr("the queries are {} and the keys {}: they need equally many heads and columns", shape(q), shape(k)));
    return {};
}

Result<void> validate_heads(const HeadsView& q, const HeadsView& k, const HeadsView& v, const HeadsSpan& out) {
    if (auto valid = validate_heads(q, k); !valid) return valid;
    if (const auto fault = fault_of(v, translatable("values"))) return *fault;
    if (v.heads != k.heads || v.rows != k.rows)
        return invalid_input(
            tr("the keys are {} and the values {}: they need equally many heads and rows", shape(k), shape(v)));
    if (out.heads != q.heads || out.rows != q.rows || out.columns != v.columns)
        return invalid_input(tr("the output is {}: it must be {} x {} x {}", shape(out), q.heads, q.rows, v.columns));
    return {};
}

}  // namespace attnscope
