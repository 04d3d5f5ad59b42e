#include "core/positions/criteria.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"

namespace attnscope {
namespace {

constexpr Index looked_at = 128, compared = 512, long_text = 1'000'000;
constexpr double near = 1e-9;

// One kind of code, and how many positions it has at all.
struct Rival {
    PositionCode code;
    const MatrixD& sinusoids;
    Index count = sinusoids.rows();  // n

    Index end() const {
        if (code.kind == PositionKind::learned) return code.rows;
        if (code.kind == PositionKind::binary && code.dim < 62) return Index{1} << code.dim;
        return std::numeric_limits<Index>::max();
    }
    VectorD at(Index position, Index length) const { return position_code(code, position, length); }

    // The largest |entry| of a text of `length`: of formulas it stands at one of its ends, of a table anywhere.
    double largest(Index length) const {
        if (code.kind == PositionKind::learned) return position_codes_float(code, length).cwiseAbs().maxCoeff();
        const PositionRows rows(code, length);
        double most = 0;
        const Index taken = std::min(length, looked_at);
        for (Index k = 0; k < taken; ++k)
            most = std::max(most, rows.row(taken == 1 ? 0 : k * (length - 1) / (taken - 1)).cwiseAbs().maxCoeff());
        return most;
    }
};

// The smallest distance of two rows of few codes: |a - b|^2 = |a|^2 + |b|^2 - 2 a.b.
double smallest_distance(const MatrixD& codes) {
    const MatrixD dots = codes * codes.transpose();
    double least = std::numeric_limits<double>::infinity();
    for (Index i = 0; i < dots.rows(); ++i)
        for (Index j = 0; j < i; ++j) least = std::min(least, dots(i, i) + dots(j, j) - 2 * dots(i, j));
    return std::sqrt(std::max(0.0, least));
}

// Of the codes to the first one: all distances there are where these depend on the offset alone.
double smallest_from_first(const MatrixD& codes) {
    double least = std::numeric_limits<double>::infinity();
    for (Index i = 1; i < codes.rows(); ++i) least = std::min(least, (codes.row(i) - codes.row(0)).squaredNorm());
    return std::sqrt(least);
}

Judgement unique(const Rival& rival) {
    Judgement j{.criterion = Criterion::unique, .measure = "smallest distance of two codes"};
    switch (rival.code.kind) {
        case PositionKind::sinusoidal:
            j.value = smallest_from_first(rival.sinusoids);
            break;
        case PositionKind::learned: {
            const Index rows = std::min({rival.count, rival.code.rows, compared});
            j.value = smallest_distance(position_codes(rival.code, rows));
            if (rows < rival.count) j.measure += fmt::format(", the first {}", rows);
            break;
        }
        case PositionKind::binary:
            j.value = rival.count > rival.end() ? 0.0 : (rival.at(1, rival.count) - rival.at(0, rival.count)).norm();
            break;
        default:  // entries grow with the position: neighbours are nearest
            j.value = (rival.at(1, rival.count) - rival.at(0, rival.count)).norm();
    }
    j.holds = j.value > 0;
    return j;
}

Judgement equal_steps(const Rival& rival) {
    const auto step = [&](Index length) { return (rival.at(1, length) - rival.at(0, length)).norm(); };
    Judgement j{.criterion = Criterion::equal_steps,
                .value = step(2 * rival.count) / step(rival.count),
                .measure = "step from 0 to 1 in a text of 2n ÷ of n"};
    j.holds = std::abs(j.value - 1) <= near;
    return j;
}

Judgement generalises(const Rival& rival) {
    const Index beyond = std::clamp<Index>(rival.end() - rival.count, 0, rival.count);
    Judgement j{.criterion = Criterion::generalises,
                .value = static_cast<double>(beyond) / static_cast<double>(rival.count),
                .measure = "part of the positions n … 2n−1 that have a code of their own"};
    if (beyond < rival.count) j.measure += fmt::format(", none from {} on", rival.end());
    j.holds = beyond == rival.count;
    return j;
}

Judgement bounded(const Rival& rival) {
    const Index end = std::min(long_text, rival.end());
    Judgement j{.criterion = Criterion::bounded,
                .value = rival.largest(end),
                .measure = rival.code.kind == PositionKind::learned
                               ? "of the table"
                               : fmt::format("largest |entry| up to position {}", end - 1)};
    j.holds = j.value <= std::max(1.0, rival.largest(std::min(rival.count, end))) * (1 + near) ||
              rival.code.kind == PositionKind::learned;  // a table has a largest entry
    return j;
}

Judgement deterministic(const Rival& rival) {
    Rival other = rival;
    ++other.code.seed;
    const PositionRows one(rival.code, rival.count), two(other.code, rival.count);
    double most = 0;
    for (Index i = 0; i < std::min({rival.count, rival.end(), looked_at}); ++i)
        most = std::max(most, (one.row(i) - two.row(i)).cwiseAbs().maxCoeff());
    return {.criterion = Criterion::deterministic,
            .holds = most == 0,
            .value = most,
            .measure = "largest difference of two seeds' codes"};
}

}  // namespace

std::vector<Judgement> judge_codes(const PositionCode& code, const MatrixD& sinusoids, const Progress& progress) {
    check(sinusoids.rows() >= 2 && code.dim >= 2 && code.dim % 2 == 0 && sinusoids.cols() == code.dim,
          "at least two positions, an even number of entries");
    static constexpr std::array judges{unique, equal_steps, generalises, bounded, deterministic};
    std::vector<Judgement> judgements(rival_codes.size() * judges.size());
    parallel_blocks(static_cast<Index>(judgements.size()), 1, progress, [&](Index at, Index) {
        const auto k = static_cast<std::size_t>(at);
        Rival rival{code, sinusoids};
        rival.code.kind = rival_codes[k / judges.size()];
        judgements[k] = judges[k % judges.size()](rival);
        judgements[k].encoding = rival.code.kind;
    });
    return judgements;
}

}  // namespace attnscope
