// A dense array as files hold it. In memory it is always float32: float16 and bfloat16 are widened exactly, float64 is
// rounded to the nearest float32 (and refused where that would be an infinity).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// values has as many elements as the product of shape says, in C order (the last index runs fastest). No shape at all
/// is a single number; a 0 in the shape is an empty array.
struct Tensor {
    std::vector<Index> shape;
    std::vector<float> values;

    Index size() const { return static_cast<Index>(values.size()); }
    Index rank() const { return static_cast<Index>(shape.size()); }
};

/// "[2, 3]", and "[]" for a single number.
std::string shape_text(std::span<const Index> shape);

/// The place of the element `flat` (counted in C order) in an array of this shape: "[3, 17]". Needs 0 <= flat < size.
std::string place_text(std::span<const Index> shape, Index flat);

/// The number of elements, or nothing when it is no Index. A 0 anywhere gives 0, whatever the others are.
std::optional<Index> element_count(std::span<const Index> shape);

enum class ElementType { float16, bfloat16, float32, float64 };

std::uint64_t element_bytes(ElementType type);

/// Little-endian bytes in C order into a tensor; bytes.size() must be element_count(shape) * element_bytes(type).
/// Error: a finite float64 beyond the range of float32, with its place; `name` begins the sentence.
Result<Tensor> decode_tensor(std::string_view bytes, ElementType type, std::vector<Index> shape, std::string_view name);

}  // namespace attnscope
