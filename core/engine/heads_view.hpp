// The engine's arrays: matrices of one or many heads, wherever they stand in memory.
#pragma once

#include <type_traits>

#include "core/base/matrix.hpp"

namespace attnscope {

/// heads x rows x columns floats that somebody else owns. The entries of a row are contiguous; rows and heads may be
/// any distance apart, so that [L, heads, d] can be looked at as well as [heads, L, d]. T: float or const float.
template <class T>
struct Heads {
    T* data = nullptr;
    Index heads = 1, rows = 0, columns = 0;
    Index row_stride = 0, head_stride = 0;  // in entries, not bytes

    T* row(Index head, Index i) const { return data + head * head_stride + i * row_stride; }
    Heads head(Index h) const { return {row(h, 0), 1, rows, columns, row_stride, head_stride}; }
    operator Heads<const float>() const requires(!std::is_const_v<T>) {
        return {data, heads, rows, columns, row_stride, head_stride};
    }
};
using HeadsView = Heads<const float>;
using HeadsSpan = Heads<float>;

/// One head.
inline HeadsView view_of(const Eigen::Ref<const Matrix>& m) {
    return {m.data(), 1, m.rows(), m.cols(), m.outerStride(), m.size()};
}
inline HeadsSpan span_of(Matrix& m) {
    return {m.data(), 1, m.rows(), m.cols(), m.outerStride(), m.size()};
}
/// A contiguous array [heads, rows, columns].
inline HeadsView view_of(const float* data, Index heads, Index rows, Index columns) {
    return {data, heads, rows, columns, columns, rows * columns};
}
inline HeadsSpan span_of(float* data, Index heads, Index rows, Index columns) {
    return {data, heads, rows, columns, columns, rows * columns};
}

}  // namespace attnscope
