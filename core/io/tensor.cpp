#include "core/io/tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

static_assert(std::endian::native == std::endian::little, "the readers and writers copy little-endian bytes");

/// Calls widen(element) for each Raw in the bytes, which need not be aligned.
template <class Raw, class Widen>
void fill(std::string_view bytes, std::vector<float>& values, const Widen& widen) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        Raw raw;
        std::memcpy(&raw, bytes.data() + i * sizeof(Raw), sizeof(Raw));
        values[i] = widen(raw);
    }
}

/// The nearest float32. A finite number from here on would round to infinity: the largest float32 plus half its last
/// place.
float rounded(double x) {
    constexpr double limit = 0x1.ffffffp127;
    if (std::abs(x) < limit || !std::isfinite(x)) return static_cast<float>(x);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return x > 0 ? infinity : -infinity;
}

Result<void> fill_from_double(std::string_view bytes, Tensor& tensor, std::string_view name) {
    fill<double>(bytes, tensor.values, rounded);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        if (!std::isinf(tensor.values[i])) continue;
        double x = 0;
        std::memcpy(&x, bytes.data() + i * sizeof(double), sizeof(double));
        if (std::isfinite(x))
            return invalid_input(
                tr("{}: {} at {} is beyond the range of float32, in which it is computed (about 3.4e38)",
                   printable(name), x, place_text(tensor.shape, static_cast<Index>(i))));
    }
    return {};
}

}  // namespace

std::string shape_text(std::span<const Index> shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string place_text(std::span<const Index> shape, Index flat) {
    std::vector<Index> place(shape.size());
    for (std::size_t i = shape.size(); i-- > 0; flat /= shape[i]) place[i] = flat % shape[i];
    return shape_text(place);
}

std::optional<Index> element_count(std::span<const Index> shape) {
    for (const Index length : shape)
        if (length == 0) return 0;
    Index count = 1;
    for (const Index length : shape) {
        if (length < 0 || count > std::numeric_limits<Index>::max() / length) return std::nullopt;
        count *= length;
    }
    return count;
}

std::uint64_t element_bytes(ElementType type) {
    switch (type) {
        case ElementType::float16:
        case ElementType::bfloat16:
            return 2;
        case ElementType::float32:
            return 4;
        case ElementType::float64:
            return 8;
    }
    check(false, "element_bytes: no such type");
    return 0;
}

Result<Tensor> decode_tensor(std::string_view bytes, ElementType type, std::vector<Index> shape,
                             std::string_view name) {
    const std::optional<Index> count = element_count(shape);
    check(count && bytes.size() % element_bytes(type) == 0 &&
              bytes.size() / element_bytes(type) == static_cast<std::uint64_t>(*count),
          "decode_tensor: the bytes do not fit the shape");
    Tensor tensor{std::move(shape), std::vector<float>(static_cast<std::size_t>(*count))};
    switch (type) {
        case ElementType::float16:
            fill<std::uint16_t>(bytes, tensor.values, [](std::uint16_t raw) {
                return Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(raw));
            });
            break;
        case ElementType::bfloat16:  // the upper half of a float32
            fill<std::uint16_t>(bytes, tensor.values,
                                [](std::uint16_t raw) { return std::bit_cast<float>(std::uint32_t{raw} << 16); });
            break;
        case ElementType::float32:
            if (!bytes.empty()) std::memcpy(tensor.values.data(), bytes.data(), bytes.size());
            break;
        case ElementType::float64:
            if (const Result<void> filled = fill_from_double(bytes, tensor, name); !filled) return filled.error();
            break;
    }
    return tensor;
}

}  // namespace attnscope
