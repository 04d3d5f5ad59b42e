// Inputs for the engine's tests and benchmarks.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.hpp"
#include "core/engine/heads_view.hpp"

namespace attnscope {

/// heads x rows x columns from N(0, 1), with `gap` floats after each row that nobody may read or write.
struct TestHeads {
    std::vector<float> values;
    Index heads, rows, columns, stride;

    TestHeads(Index h, Index r, Index c, std::uint64_t seed, Index gap = 0)
        : values(static_cast<std::size_t>(h * r * (c + gap))), heads(h), rows(r), columns(c), stride(c + gap) {
        Random random(seed);
        for (float& x : values) x = static_cast<float>(random.normal());
    }
    HeadsView view() const { return {values.data(), heads, rows, columns, stride, rows * stride}; }
    HeadsSpan span() { return {values.data(), heads, rows, columns, stride, rows * stride}; }
};

}  // namespace attnscope
