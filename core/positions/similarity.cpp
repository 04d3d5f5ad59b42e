#include "core/positions/similarity.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/engine/product.hpp"
#include "core/positions/positions.hpp"

namespace attnscope {
namespace {

constexpr Index offsets_at_once = 32;

// value(delta) = finish(sum over pairs of term(delta, w_j)).
template <class Term, class Finish>
VectorD by_offset(Index dim, double base, Index count, Term term, Finish finish) {
    check(dim >= 2 && dim % 2 == 0 && count >= 0, "an even number of entries");
    const VectorD w = VectorD::NullaryExpr(dim / 2, [&](Index j) { return position_frequency(j, dim, base); });
    VectorD values(count);
    parallel_blocks(count, offsets_at_once, {}, [&](Index begin, Index end) {
        for (Index delta = begin; delta < end; ++delta) {
            double sum = 0;
            for (Index j = 0; j < w.size(); ++j) sum += term(delta, w(j));
            values(delta) = finish(sum);
        }
    });
    return values;
}

KeyRange share(KeyRange all, Index parts, Index part) {
    return {all.begin + all.size() * part / parts, all.begin + all.size() * (part + 1) / parts};
}

// Averages of equal shares of the codes.
MatrixD pooled(const MatrixD& codes, KeyRange range, Index pixels) {
    MatrixD means(std::min(range.size(), pixels), codes.cols());
    parallel_blocks(means.rows(), 1, {}, [&](Index pixel, Index) {
        const KeyRange part = share(range, means.rows(), pixel);
        means.row(pixel) = codes.middleRows(part.begin, part.size()).colwise().mean();
    });
    return means;
}

}  // namespace

VectorD dot_by_offset(Index dim, double base, Index count) {
    return by_offset(
        dim, base, count, [](Index delta, double w) { return turn(delta, w).cos; }, [](double sum) { return sum; });
}

VectorD distance_by_offset(Index dim, double base, Index count) {
    const auto half_chord = [](Index delta, double w) {
        const double sin = turn(delta, w / 2).sin;
        return sin * sin;
    };
    return by_offset(dim, base, count, half_chord, [](double sum) { return 2 * std::sqrt(sum); });
}

std::optional<Index> last_before_rise(const VectorD& dots) {
    for (Index delta = 0; delta + 1 < dots.size(); ++delta)
        if (dots(delta + 1) > dots(delta)) return delta;
    return std::nullopt;
}

OffsetDots offset_dots(const MatrixD& codes) {
    constexpr Index few = 16;
    constexpr double affordable = 5e7;
    const Index n = codes.rows();
    const double all = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(codes.cols());
    const Index starts = all <= affordable ? n : std::min(n, few);
    OffsetDots dots{VectorD(n), VectorD(n), VectorD(n), VectorD(n), starts};
    const VectorD norms = codes.rowwise().squaredNorm();
    parallel_blocks(n, offsets_at_once, {}, [&](Index begin, Index end) {
        for (Index delta = begin; delta < end; ++delta) {
            const Index possible = n - delta, taken = std::min(possible, starts);
            double sum = 0, low = 0, high = 0, distance = 0;
            for (Index k = 0; k < taken; ++k) {
                const Index i = taken == 1 ? 0 : k * (possible - 1) / (taken - 1);
                const double dot = codes.row(i).dot(codes.row(i + delta));
                sum += dot;
                if (delta > 0) distance += std::sqrt(std::max(0.0, norms(i) + norms(i + delta) - 2 * dot));
                low = k == 0 ? dot : std::min(low, dot);
                high = k == 0 ? dot : std::max(high, dot);
            }
            dots.mean(delta) = sum / static_cast<double>(taken);
            dots.distance(delta) = distance / static_cast<double>(taken);
            dots.low(delta) = low;
            dots.high(delta) = high;
        }
    });
    return dots;
}

Matrix similarity_picture(const MatrixD& codes, KeyRange rows, KeyRange columns, Index pixels) {
    check(pixels >= 1 && rows.begin >= 0 && rows.end <= codes.rows() && columns.begin >= 0 &&
              columns.end <= codes.rows() && !rows.empty() && !columns.empty(),
          "rows and columns of a picture that there are");
    const Matrix left = pooled(codes, rows, pixels).cast<float>();
    const Matrix right = rows == columns ? left : Matrix(pooled(codes, columns, pixels).cast<float>());
    Matrix picture(left.rows(), right.rows());
    parallel_blocks(left.rows(), offsets_at_once, {}, [&](Index begin, Index end) {
        HeadsSpan out = span_of(picture);
        out.data = out.row(0, begin);
        out.rows = end - begin;
        transposed_product(view_of(left.middleRows(begin, end - begin)), view_of(right), out);
    });
    return picture;
}

}  // namespace attnscope
