// A range of keys (columns of the map of attention).
#pragma once

#include "core/base/matrix.hpp"

namespace attnscope {

/// The keys begin <= j < end. Empty when begin == end.
struct KeyRange {
    Index begin = 0, end = 0;

    bool empty() const { return begin == end; }
    Index size() const { return end - begin; }
    bool contains(Index key) const { return begin <= key && key < end; }

    friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

}  // namespace attnscope
