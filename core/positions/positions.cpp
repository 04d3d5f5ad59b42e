#include "core/positions/positions.hpp"

#include <cmath>

#include "core/base/check.hpp"

namespace attnscope {
namespace {

// The angle of pair j at position i.
double angle(Index position, Index pair, Index dim) {
    return static_cast<double>(position) * position_frequency(pair, dim);
}

double sinusoid(Index position, Index entry, Index dim) {
    const double a = angle(position, entry / 2, dim);
    return entry % 2 == 0 ? std::sin(a) : std::cos(a);
}

double bit(Index position, Index entry) {
    constexpr Index bits = 63;  // of an Index that is not negative; shifting by more is undefined
    return entry < bits ? static_cast<double>((position >> entry) & 1) : 0.0;
}

}  // namespace

double position_frequency(Index pair, Index dim) {
    check(dim >= 1, "a position's vector has at least one entry");
    return std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(dim));
}

Matrix position_codes(PositionKind kind, Index count, Index dim) {
    check(count >= 0 && dim >= 0, "the number of positions and of entries is not negative");
    const auto code = [&](Index i, Index entry) {
        switch (kind) {
            case PositionKind::sinusoidal:
                return sinusoid(i, entry, dim);
            case PositionKind::linear:
                return count == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(count - 1);
            case PositionKind::integer:
                return static_cast<double>(i);
            case PositionKind::binary:
                return bit(i, entry);
            case PositionKind::none:
            case PositionKind::rope:
            case PositionKind::alibi:
                return 0.0;
        }
        check(false, "a position kind that exists");
        return 0.0;
    };
    return Matrix::NullaryExpr(count, dim, [&](Index i, Index entry) { return static_cast<float>(code(i, entry)); });
}

Matrix rope(const Eigen::Ref<const Matrix>& x) {
    Matrix turned = x;
    for (Index m = 0; m < x.rows(); ++m)
        for (Index c = 0; c + 1 < x.cols(); c += 2) {
            const double t = angle(m, c / 2, x.cols()), cos = std::cos(t), sin = std::sin(t);
            const auto a = static_cast<double>(x(m, c)), b = static_cast<double>(x(m, c + 1));
            turned(m, c) = static_cast<float>(a * cos - b * sin);
            turned(m, c + 1) = static_cast<float>(a * sin + b * cos);
        }
    return turned;
}

double alibi_slope(Index head, Index heads) {
    check(0 <= head && head < heads, "a head's number lies in 0 .. heads-1");
    return std::exp2(-8.0 * static_cast<double>(head + 1) / static_cast<double>(heads));
}

}  // namespace attnscope
