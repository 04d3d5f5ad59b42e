// Masks: which keys a query may see. All masks here let a query see one contiguous range of keys.
#pragma once

#include "core/base/matrix.hpp"

namespace attnscope {

enum class MaskKind {
    none,    // every key
    causal,  // key j <= query i
    window,  // |i - j| <= window
};

struct MaskSpec {
    MaskKind kind = MaskKind::none;
    Index window = 0;  // used by MaskKind::window only; >= 0

    friend bool operator==(const MaskSpec&, const MaskSpec&) = default;
};

/// The keys begin <= j < end. Empty when begin == end.
struct KeyRange {
    Index begin = 0, end = 0;

    bool empty() const { return begin == end; }
    Index size() const { return end - begin; }
    bool contains(Index key) const { return begin <= key && key < end; }

    friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

/// The keys out of 0 .. keys-1 that `query` (>= 0) may see. The two indices are compared as they are: where there are
/// more keys than queries, or fewer, the mask is aligned at the top left. A query beyond the last key's window sees
/// nothing: the range is then empty. O(1).
KeyRange visible_keys(const MaskSpec& mask, Index query, Index keys);

}  // namespace attnscope
