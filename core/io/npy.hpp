// NumPy's .npy files: one array. Format: numpy.lib.format (NEP 1), versions 1.0, 2.0 and 3.0.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/io/tensor.hpp"

namespace attnscope {

/// The array in the bytes of a .npy file. Reads float16, float32 and float64, little endian, in C order, of any shape
/// (single numbers and empty arrays too: whether those make sense is the caller's question).
/// Every error begins with `name` (the file) and says what would be right: no .npy file; another version; a header that
/// is not the dict of descr, fortran_order and shape (with the byte where it goes wrong); another dtype or byte order;
/// Fortran order; fewer or more bytes than the shape needs; a shape whose size is no number of bytes. Cost: one pass.
/// Nothing larger than 2 * bytes.size() is allocated, whatever the header claims.
Result<Tensor> parse_npy(std::string_view bytes, std::string_view name);

/// The bytes that numpy.save (NumPy 1.24 and later) writes for this float32 array in C order, header padding included.
/// values.size() must be the product of shape. Cost: one copy.
std::string format_npy(std::span<const Index> shape, std::span<const float> values);

}  // namespace attnscope
