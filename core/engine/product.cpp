#include "core/engine/product.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/engine/tile.hpp"

namespace attnscope {
namespace {

using Kernel = void (*Kernels::*)(const ProductTile&);

void run(Kernel kernel, const HeadsView& a, const HeadsView& b, const HeadsSpan& out) {
    const Kernels& kernels = kernels_in_use();
    const auto d = static_cast<int>(b.columns);
    ProductTile tile{.a_stride = a.row_stride,
                     .b = b.data,
                     .b_stride = b.row_stride,
                     .b_rows = static_cast<int>(b.rows),
                     .d = d,
                     .out_stride = out.row_stride,
                     .scratch = scratch_memory(kernels.scratch_floats(d, d, 0))};
    for (Index i = 0; i < a.rows; i += kernels.lanes) {
        tile.a = a.row(0, i);
        tile.a_rows = static_cast<int>(std::min<Index>(kernels.lanes, a.rows - i));
        tile.out = out.row(0, i);
        (kernels.*kernel)(tile);
    }
}

}  // namespace

void transposed_product(const HeadsView& a, const HeadsView& b, const HeadsSpan& out) {
    check(a.columns == b.columns && out.rows == a.rows && out.columns == b.rows, "shapes of a product fit");
    run(&Kernels::transposed_product, a, b, out);
}

void product(const HeadsView& a, const HeadsView& b, const HeadsSpan& out) {
    check(a.columns == b.rows && out.rows == a.rows && out.columns == b.columns, "shapes of a product fit");
    run(&Kernels::product, a, b, out);
}

}  // namespace attnscope
