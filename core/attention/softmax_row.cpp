#include "core/attention/softmax_row.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace attnscope {
namespace {

using Tile = Eigen::Map<Eigen::Array<float, key_tile, 1>, Eigen::Aligned16>;

// From here down exp is taken as 0: just above where it leaves the normal floats, as a product with a subnormal number
// is slow.
constexpr float lowest_exponent = -87.0F;

// exp(x) for lowest_exponent <= x <= 0, and 0 at lowest_exponent itself; without branches, so that the compiler makes
// vectors of it. x = n ln 2 + r with |r| <= ln(2)/2; exp(r) by Taylor's series to the 7th power (the rest is below
// 6e-9), 2^n by its bits. Eigen's own exp is not used: it ends at a subnormal number instead of 0.
inline float exp_not_positive(float x) {
    constexpr float ln2_high = 0.693359375F;  // 10 bits: n * ln2_high is exact
    constexpr float ln2_low = static_cast<float>(std::numbers::ln2 - 0.693359375);
    constexpr float to_integer = 0x1.8p23F;  // adding it rounds to an integer, taking it off again leaves that integer
    const float n = (x * std::numbers::log2e_v<float> + to_integer) - to_integer;
    const float r = (x - n * ln2_high) - n * ln2_low;
    float series = 1.0F / 5040;
    series = series * r + 1.0F / 720;
    series = series * r + 1.0F / 120;
    series = series * r + 1.0F / 24;
    series = series * r + 1.0F / 6;
    series = series * r + 1.0F / 2;
    series = series * r + 1.0F;
    series = series * r + 1.0F;
    const std::int32_t keep = -static_cast<std::int32_t>(x > lowest_exponent);  // all bits or none, which makes 2^n 0
    return series * std::bit_cast<float>(((static_cast<std::int32_t>(n) + 127) << 23) & keep);
}

}  // namespace

SoftmaxRow softmax_in_place(float* row, KeyRange visible) {
    constexpr float hidden = -std::numeric_limits<float>::infinity();
    const KeyRange tiles = tiles_of(visible);
    std::fill(row + tiles.begin * key_tile, row + visible.begin, hidden);
    std::fill(row + visible.end, row + tiles.end * key_tile, hidden);

    float max = hidden;
    for (Index t = tiles.begin; t < tiles.end; ++t) max = std::max(max, Tile(row + t * key_tile).maxCoeff());

    // Sums are in float within a tile (16 additions one after the other) and in double over the tiles.
    double sum = 0, distance = 0;  // distance: sum of exp(t_j) * (-t_j)
    alignas(16) std::array<float, key_tile> below;
    for (Index t = tiles.begin; t < tiles.end; ++t) {
        float* const scores = row + t * key_tile;
        Tile(below.data()) = (Tile(scores) - max).max(lowest_exponent);
        for (std::size_t j = 0; j < key_tile; ++j) {
            scores[j] = exp_not_positive(below[j]);
            below[j] *= -scores[j];
        }
        sum += static_cast<double>(Tile(scores).sum());
        distance += static_cast<double>(Tile(below.data()).sum());
    }

    const float inverse = static_cast<float>(1.0 / sum);
    for (Index t = tiles.begin; t < tiles.end; ++t) Tile(row + t * key_tile) *= inverse;
    const double log_sum = std::log(sum);
    return {static_cast<double>(max) + log_sum, std::numbers::log2e * (log_sum + distance / sum)};
}

}  // namespace attnscope
