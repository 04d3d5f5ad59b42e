// From heads, masks and options to the kernels' tiles: what all computations of the engine share.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/engine/heads_view.hpp"
#include "core/engine/kernels.hpp"
#include "core/engine/score_factors.hpp"
#include "core/masks/mask.hpp"

namespace attnscope {

/// At least the lanes of every instruction set.
inline constexpr std::size_t most_lanes = 64;

/// Queries of one head as a kernel takes them, with the memory that its pointers point to: neither copied nor moved.
class QueryTile {
public:
    /// All of one head; they must live as long. The scratch memory is that of this thread, for `dv` and `bins`.
    QueryTile(const HeadsView& q, const HeadsView& k, const ScoreFactors& factors);
    ~QueryTile() = default;
    QueryTile(const QueryTile&) = delete;
    QueryTile& operator=(const QueryTile&) = delete;

    /// These queries, ascending and at most as many as the kernels in use have lanes, against the keys from the first
    /// to the last that one of them sees: scores.key_begin .. key_end, the first rounded down to a whole block of keys
    /// so that a row's sums are made in the same blocks whatever tile it is in. False: none of them sees any key.
    bool take(KeyRange queries, const MaskSpec& mask);
    /// The same for a selection of a head's rows. `keys`: ascending, what the rows of k stand for in the sequence;
    /// empty: k holds all of them.
    bool take(std::span<const Index> queries, const MaskSpec& mask, std::span<const Index> keys);

    /// The keys that a lane's query sees, as rows of k, but for single cells that are hidden.
    KeyRange seen(Index lane) const;

    TileScores scores{};
    // What kernels read or write of each lane.
    alignas(64) std::array<float, most_lanes> max{}, sum{}, mean{};

private:
    bool see(std::span<const Index> queries, const MaskSpec& mask, std::span<const Index> keys);

    HeadsView q_, k_;
    alignas(64) std::array<int, most_lanes> begin_{}, end_{};
    alignas(64) std::array<float, most_lanes> places_{};
    std::vector<TileMask::Hidden> hidden_;
    std::vector<float> gathered_, key_places_;
};

// Below this many operations other threads would take longer to wake up than they could help.
inline constexpr double least_to_share = 4e6;

/// How many queries a tile of `exact` or `linear_queries` should take where so many rows are shared among threads: as
/// many as there are lanes, or fewer where the threads then end more nearly at once. Nothing that comes out depends on
/// it.
Index queries_per_tile(Index heads, Index rows, Index threads);

/// This thread's memory for kernels: at least `floats`, aligned to 64 bytes, holding anything. The next call may move
/// it. Throws std::bad_alloc.
float* scratch_memory(std::size_t floats);

/// Whether all entries are finite. O(entries).
bool all_finite(const HeadsView& x);

/// An error (invalid_input) when heads, rows or columns do not fit together, one of them is 0, or there are more than
/// 2^30 rows.
Result<void> validate_heads(const HeadsView& q, const HeadsView& k);
Result<void> validate_heads(const HeadsView& q, const HeadsView& k, const HeadsView& v, const HeadsSpan& out);

}  // namespace attnscope
