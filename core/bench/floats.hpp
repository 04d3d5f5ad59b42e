// Memory for arrays of floats as the methods under test like it best.
#pragma once

#include <memory>
#include <new>

#include "core/base/matrix.hpp"

namespace attnscope {

struct FreeFloats {
    void operator()(float* p) const { ::operator delete[](p, std::align_val_t{64}); }
};
/// Aligned to 64 bytes.
using Floats = std::unique_ptr<float[], FreeFloats>;

/// `count` of them, holding anything. Throws std::bad_alloc.
inline Floats make_floats(Index count) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(float);
    return Floats(static_cast<float*>(::operator new[](bytes, std::align_val_t{64})));
}

}  // namespace attnscope
