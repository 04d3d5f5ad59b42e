// Shapes, masks, strides and options drawn from bytes: the exact kernels of each instruction set against the reference
// in double precision.
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/check.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/isa.hpp"
#include "core/engine/reference.hpp"
#include "core/engine/test_heads.hpp"

namespace attnscope {
namespace {

class Bytes {
public:
    explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    /// 0 .. most, from at most two bytes; 0 when none are left.
    Index number(Index most) {
        Index value = 0;
        for (int i = 0; i < 2 && !bytes_.empty(); ++i, bytes_ = bytes_.subspan(1)) value = value * 256 + bytes_.front();
        return value % (most + 1);
    }

private:
    std::span<const std::uint8_t> bytes_;
};

struct Outcome {
    TestHeads out;
    std::vector<float> lse;
};

template <class Function>
Outcome run(Function& function, const std::array<TestHeads, 3>& x, const ExactOptions& options) {
    Outcome outcome{TestHeads(x[0].heads, x[0].rows, x[2].columns, 5, 1),
                    std::vector<float>(static_cast<std::size_t>(x[0].heads * x[0].rows))};
    const auto done = function(x[0].view(), x[1].view(), x[2].view(), options, outcome.out.span(), outcome.lse, {});
    check(done.has_value(), done ? "" : done.error().what);
    return outcome;
}

void compare(Bytes bytes) {
    use_isa(available_isas()[static_cast<std::size_t>(bytes.number(static_cast<Index>(available_isas().size()) - 1))]);
    const Index heads = 1 + bytes.number(2), queries = 1 + bytes.number(120), keys = 1 + bytes.number(300);
    const Index d = 1 + bytes.number(40), dv = 1 + bytes.number(40), gap = bytes.number(3);
    const std::vector<double> slopes(static_cast<std::size_t>(heads), static_cast<double>(bytes.number(100)) / 100);
    CellSet hidden;
    const MaskKind kind = static_cast<MaskKind>(bytes.number(5));
    const Index size = 1 + bytes.number(200);
    for (Index n = bytes.number(20); n > 0; --n) {
        const Index row = bytes.number(queries), column = bytes.number(keys);
        hidden.set(row, {column, column + bytes.number(40)}, true);
    }
    ExactOptions options{.temperature = 0.25 + static_cast<double>(bytes.number(400)) / 100,
                         .mask = {kind, size, std::make_shared<const CellSet>(hidden)},
                         .distance_slopes = slopes};
    const auto seed = static_cast<std::uint64_t>(bytes.number(65535));
    std::array<TestHeads, 3> x{TestHeads(heads, queries, d, seed, gap), TestHeads(heads, keys, d, seed + 1, gap),
                               TestHeads(heads, keys, dv, seed + 2, gap)};
    const Outcome got = run(exact_attention, x, options), wanted = run(reference_exact, x, options);
    for (float& v : x[2].values) v = std::fabs(v);
    const Outcome size_of_sums = run(reference_exact, x, options);

    // Scores are at most about 4 sqrt(d) from the vectors, and the distance's part.
    const double largest =
        (4 * std::sqrt(static_cast<double>(d)) + slopes[0] * static_cast<double>(std::max(queries, keys))) /
        options.temperature;
    const double tolerance = 1e-6 + 2e-7 * largest;
    for (Index h = 0; h < heads; ++h)
        for (Index i = 0; i < queries; ++i) {
            const auto row = static_cast<std::size_t>(h * queries + i);
            const auto a = static_cast<double>(got.lse[row]), b = static_cast<double>(wanted.lse[row]);
            check(a == b || std::fabs(a - b) <= tolerance * std::max(1.0, std::fabs(b)), "log-sum-exp");
            for (Index c = 0; c < dv; ++c)
                check(std::fabs(static_cast<double>(got.out.view().row(h, i)[c] - wanted.out.view().row(h, i)[c])) <=
                          tolerance * static_cast<double>(size_of_sums.out.view().row(h, i)[c]) + 1e-30,
                      "output");
        }
}

}  // namespace
}  // namespace attnscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    attnscope::compare(attnscope::Bytes({data, size}));
    return 0;
}
