// Masks: which keys a query may see. Each kind lets a query see one contiguous range of keys; single cells can be
// hidden besides.
#pragma once

#include <memory>
#include <span>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"
#include "core/masks/cell_set.hpp"
#include "core/masks/key_range.hpp"

namespace attnscope {

enum class MaskKind {
    none,     // every key
    causal,   // key j <= query i
    padding,  // j < size: the keys from `size` on are filling
    window,   // |i - j| <= size
    prefix,   // j < size or j <= i: a prefix seen by all, causal after it
    block,    // floor(i / size) == floor(j / size)
};

struct MaskSpec {
    MaskKind kind = MaskKind::none;
    Index size = 0;  // what the kind says; >= 0, for `block` >= 1. Not used by `none` and `causal`
    std::shared_ptr<const CellSet> hidden;  // cells (query, key) that are hidden besides; may be null

    /// By content: two pointers are equal when they point to equal sets; null equals the empty set.
    friend bool operator==(const MaskSpec& a, const MaskSpec& b);
};

/// The keys out of 0 .. keys-1 that the mask's kind lets `query` (>= 0) see, before cells are hidden. The two indices
/// are compared as they are: where there are more keys than queries, or fewer, the mask is aligned at the top left. A
/// query beyond the last key's window (or block) sees nothing: the range is then empty. O(1).
KeyRange visible_keys(const MaskSpec& mask, Index query, Index keys);

/// An error (invalid_input) when the kind's size is out of its range.
Result<void> validate_mask(const MaskSpec& mask);

/// The columns hidden in the query's row, beside the kind's range: see CellSet::ranges(). O(log rows).
std::span<const KeyRange> hidden_keys(const MaskSpec& mask, Index query);

/// Whether `query` (>= 0) may see `key` (>= 0): it is in the kind's range and not hidden. O(log cells).
bool sees(const MaskSpec& mask, Index query, Index key);

/// Whether `query` may see at least one of the keys 0 .. keys-1. O(log rows + ranges of the row).
bool sees_any(const MaskSpec& mask, Index query, Index keys);

/// Whether at least one of `keys` is not hidden in the query's row; false for an empty range. As sees_any().
bool any_not_hidden(const MaskSpec& mask, Index query, KeyRange keys);

}  // namespace attnscope
