// A set of cells of a map, row by row: what the user paints.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/masks/key_range.hpp"

namespace attnscope {

class CellSet {
public:
    /// Rows and columns are 0 .. max_index.
    static constexpr Index max_index = 65535;
    static constexpr Index max_text_ranges = 1'000'000;

    /// Puts the cells (row, j) with j in `columns` into the set, or takes them out. Nothing happens for an empty range.
    /// 0 <= row, column <= max_index. O(log rows + ranges of the row).
    void set(Index row, KeyRange columns, bool on);

    /// O(log rows + log ranges of the row). Any indices may be asked for.
    bool contains(Index row, Index column) const;

    /// The columns of a row as ranges that are not empty: sorted, disjoint, and not touching each other. They stay
    /// valid until the set changes. O(log rows).
    std::span<const KeyRange> ranges(Index row) const;

    bool empty() const { return rows_.empty(); }

    /// Rows in order, as "row:first-last,column;row:...", the last column included: "0:3-5,7;4:0". "" for the empty
    /// set.
    std::string to_text() const;

    /// The set a text of that form describes. Rows may come in any order and more than once, ranges may overlap: the
    /// set is their union. O(n log n) for n ranges, of which there may be max_text_ranges. Errors (invalid_input), each
    /// with the byte it is at, counted from 0: something else than the number, ':', '-',
    /// ',' or ';' that belongs there, an index above max_index, a range whose last column is before its first, too many
    /// ranges.
    static Result<CellSet> parse(std::string_view text);

    friend bool operator==(const CellSet&, const CellSet&) = default;

private:
    std::map<Index, std::vector<KeyRange>> rows_;  // only rows that hold a cell
};

}  // namespace attnscope
