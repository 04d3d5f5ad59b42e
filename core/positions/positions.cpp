#include "core/positions/positions.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr Index rows_at_once = 64;

double bit(Index position, Index entry) {
    constexpr Index bits = 63;  // of an Index that is not negative; shifting by more is undefined
    return entry < bits ? static_cast<double>((position >> entry) & 1) : 0.0;
}

VectorD frequencies(Index pairs, Index dim, double base) {
    return VectorD::NullaryExpr(pairs, [&](Index j) { return position_frequency(j, dim, base); });
}

}  // namespace

Result<void> validate(const PositionCode& code, Index count) {
    if (!std::isfinite(code.base) || code.base <= 0)
        return invalid_input(tr("the base of the frequencies is {}: it must be a number greater than 0", code.base));
    if (code.kind == PositionKind::learned && count > code.rows)
        return invalid_input(tr("a learned table of {} rows has no code for position {}: it ends at {}", code.rows,
                                count - 1, code.rows - 1));
    return {};
}

Index positions_of(const PositionCode& code, Index count) {
    return code.kind == PositionKind::learned ? std::min(count, code.rows) : count;
}

double position_frequency(Index pair, Index dim, double base) {
    check(dim >= 1, "a position's vector has at least one entry");
    return std::pow(base, -2.0 * static_cast<double>(pair) / static_cast<double>(dim));
}

SinCos turn(Index position, double frequency) {
    const auto i = static_cast<double>(position);
    const double angle = i * frequency, rest = std::fma(i, frequency, -angle);
    const double sin = std::sin(angle), cos = std::cos(angle);
    const double less = 1 - rest * rest / 2;  // cos of what was lost; its sine is itself
    return {sin * less + rest * cos, cos * less - rest * sin};
}

PositionRows::PositionRows(const PositionCode& code, Index count)
    : code_(code), last_(count > 1 ? static_cast<double>(count - 1) : 1.0) {
    check(count >= 0 && code.dim >= 0, "the number of positions and of entries is not negative");
    if (code.kind == PositionKind::sinusoidal && code.dim > 0)
        frequencies_ = frequencies((code.dim + 1) / 2, code.dim, code.base);
}

void PositionRows::write(Index position, Eigen::Ref<VectorD> row) const {
    const Index i = position;
    switch (code_.kind) {
        case PositionKind::sinusoidal:
            for (Index j = 0; j < frequencies_.size(); ++j) {
                const SinCos at = turn(i, frequencies_(j));
                row(2 * j) = at.sin;
                if (2 * j + 1 < row.size()) row(2 * j + 1) = at.cos;
            }
            return;
        case PositionKind::linear:
            row.setConstant(static_cast<double>(i) / last_);
            return;
        case PositionKind::integer:
            row.setConstant(static_cast<double>(i));
            return;
        case PositionKind::binary:
            for (Index k = 0; k < row.size(); ++k) row(k) = bit(i, k);
            return;
        case PositionKind::learned: {
            Random random(code_.seed, stable_hash("learned position") + static_cast<std::uint64_t>(i));
            for (Index k = 0; k < row.size(); ++k) row(k) = random.normal() * std::sqrt(0.5);
            return;
        }
        case PositionKind::none:
        case PositionKind::rope:
        case PositionKind::alibi:
            row.setZero();
    }
}

VectorD PositionRows::row(Index position) const {
    check(position >= 0, "a position from 0 on");
    check(validate(code_, position + 1).has_value(), "a code that has this position");
    VectorD row(code_.dim);
    write(position, row);
    return row;
}

namespace {

template <class Rows>
Rows make_codes(const PositionCode& code, Index count) {
    const PositionRows codes(code, count);
    check(validate(code, count).has_value(), "a code that has these positions");
    Rows rows(count, code.dim);
    parallel_blocks(count, rows_at_once, {}, [&](Index begin, Index end) {
        VectorD row(code.dim);
        for (Index i = begin; i < end; ++i) {
            codes.write(i, row);
            rows.row(i) = row.transpose().cast<typename Rows::Scalar>();
        }
    });
    return rows;
}

}  // namespace

MatrixD position_codes(const PositionCode& code, Index count) {
    return make_codes<MatrixD>(code, count);
}

Matrix position_codes_float(const PositionCode& code, Index count) {
    return make_codes<Matrix>(code, count);
}

Matrix rope(const Eigen::Ref<const Matrix>& x, double base) {
    Matrix turned = x;
    const VectorD w = frequencies(x.cols() / 2, std::max<Index>(x.cols(), 1), base);
    parallel_blocks(x.rows(), rows_at_once, {}, [&](Index begin, Index end) {
        for (Index m = begin; m < end; ++m)
            for (Index j = 0; j < w.size(); ++j) {
                const SinCos at = turn(m, w(j));
                const auto a = static_cast<double>(x(m, 2 * j)), b = static_cast<double>(x(m, 2 * j + 1));
                turned(m, 2 * j) = static_cast<float>(a * at.cos - b * at.sin);
                turned(m, 2 * j + 1) = static_cast<float>(a * at.sin + b * at.cos);
            }
    });
    return turned;
}

double alibi_slope(Index head, Index heads) {
    check(0 <= head && head < heads, "a head's number lies in 0 .. heads-1");
    return std::exp2(-8.0 * static_cast<double>(head + 1) / static_cast<double>(heads));
}

}  // namespace attnscope
