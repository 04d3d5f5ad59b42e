// Any shapes, strides and options, from bytes: the fast path gives what the reference gives, within rounding, writes no
// gap, and counts the same bad rows. See the reading order in Bytes' uses; what is missing is 0.
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "core/engine/isa.hpp"
#include "core/engine/linear.hpp"
#include "core/engine/linear_reference.hpp"

namespace attnscope {
namespace {

struct Bytes {
    const std::uint8_t* data;
    std::size_t size, at = 0;
    Index next(Index count) { return at < size ? data[at++] % count : 0; }
};

struct Array {
    Index heads, rows, columns, stride;
    std::vector<float> values;

    Array(const std::array<Index, 3>& shape, Index gap, double size, Random& random)
        : heads(shape[0]), rows(shape[1]), columns(shape[2]), stride(shape[2] + gap) {
        values.resize(static_cast<std::size_t>(heads * rows * stride));
        for (float& x : values) x = static_cast<float>(size * random.normal());
    }
    HeadsView view() const { return {values.data(), heads, rows, columns, stride, rows * stride}; }
    HeadsSpan span() { return {values.data(), heads, rows, columns, stride, rows * stride}; }
};

void compare(const HeadsView& a, const HeadsView& b, double tolerance) {
    for (Index h = 0; h < a.heads; ++h)
        for (Index i = 0; i < a.rows; ++i)
            for (Index c = 0; c < a.columns; ++c) {
                const auto x = static_cast<double>(a.row(h, i)[c]), y = static_cast<double>(b.row(h, i)[c]);
                check(std::abs(x - y) <= tolerance, "the fast path and the reference differ");
            }
}

}  // namespace
}  // namespace attnscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    Bytes bytes{data, size};
    use_isa(available_isas()[static_cast<std::size_t>(bytes.next(std::ssize(available_isas())))]);
    const Index heads = 1 + bytes.next(3), queries = 1 + bytes.next(150), keys = 1 + bytes.next(150);
    const Index d = 1 + bytes.next(40), dv = 1 + bytes.next(40), m = 1 + bytes.next(120);
    LinearOptions options;
    options.estimator = static_cast<Estimator>(bytes.next(4));
    constexpr std::array kinds{MaskKind::none, MaskKind::causal, MaskKind::padding};
    options.mask = {kinds[static_cast<std::size_t>(bytes.next(3))], bytes.next(160)};
    options.temperature = 0.5 + static_cast<double>(bytes.next(8));
    if (bytes.next(2) == 1) options.scale = static_cast<double>(bytes.next(41) - 20) / 40;
    const Index gap = bytes.next(5);
    const double length = static_cast<double>(bytes.next(20)) / 10;
    // Trig's weights cancel, the more the longer: there is nothing to compare then.
    const bool trig = options.estimator == Estimator::trig;
    const double short_ones = trig ? 0.1 / std::sqrt(static_cast<double>(d)) : length;
    Random random(static_cast<std::uint64_t>(bytes.next(256)));
    const Array q({heads, queries, d}, gap, short_ones, random), k({heads, keys, d}, gap, short_ones, random);
    const Array v({heads, keys, dv}, gap, 1, random);
    Array fast({heads, queries, dv}, gap, 0, random), exact = fast;
    const Matrix projections = draw_projections(m, d, m % 2 == 0, 7);

    const auto found = linear_attention(q.view(), k.view(), v.view(), projections, options, fast.span());
    const auto expected = reference_linear(q.view(), k.view(), v.view(), projections, options, exact.span());
    check(found.has_value() && expected.has_value(), "valid input is computed");
    if (trig && expected->bad_rows > 0) return 0;
    check(found->bad_rows == expected->bad_rows, "the same rows are bad");
    compare(fast.view(), exact.view(), trig ? 1e-2 : 2e-4);
    for (Index row = 0; row < heads * queries; ++row)
        for (Index c = dv; c < fast.stride; ++c)
            check(fast.values[static_cast<std::size_t>(row * fast.stride + c)] == 0, "gaps are left alone");
    return 0;
}
