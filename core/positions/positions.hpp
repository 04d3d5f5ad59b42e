// How a token says where it stands: codes that are added to it, rotations of queries and keys, slopes of scores.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"

namespace attnscope {

enum class PositionKind {
    none,
    sinusoidal,  // Vaswani et al. 2017, section 3.5
    linear,      // i / (n - 1)
    integer,     // i
    binary,      // the bits of i
    rope,        // turns queries and keys: rope()
    alibi,       // lowers scores by distance: alibi_slope()
    learned,     // a table of so many rows and no more
};

/// By the enumerators' values.
inline constexpr std::array<std::string_view, 8> position_names{"none",   "sinusoidal", "linear", "integer",
                                                                "binary", "rope",       "alibi",  "learned"};

inline constexpr double default_base = 10000;  // Vaswani et al.; RoFormer

struct PositionCode {
    PositionKind kind = PositionKind::sinusoidal;
    Index dim = 64;              // d >= 0
    double base = default_base;  // > 0 and finite; of sinusoidal
    Index rows = 512;            // >= 0; of learned: how many positions its table has
    std::uint64_t seed = 1;      // of learned

    friend bool operator==(const PositionCode&, const PositionCode&) = default;
};

/// An error (invalid_input) when the base is not a positive number or the table of a learned code has fewer than
/// `count` rows.
Result<void> validate(const PositionCode& code, Index count);

/// How many of `count` positions the code has: a learned table ends.
Index positions_of(const PositionCode& code, Index count);

/// w_j = base^(-2j/d), in radians per position: how fast pair j (0, 1, ...) of a vector of d = dim >= 1 entries turns,
/// for sinusoidal codes and RoPE alike. Its wavelength is 2 pi / w_j positions.
double position_frequency(Index pair, Index dim, double base = default_base);

struct SinCos {
    double sin = 0, cos = 1;
};
/// sin and cos of position * frequency. The product is taken exactly (what a double rounds away of it is added through
/// two terms of the series), so they are within 3 * 2^-53 of the true ones of this product for |position| <= 10^6 and
/// frequency <= 1; in float the angle itself would be off by 0.03 rad there. The frequency is a double as well: from
/// its rounding, codes at 10^6 are within 1.3e-10 of those of the formula, 1e-12 at 8,192.
SinCos turn(Index position, double frequency);

/// The codes P (n x d, n = count >= 0) that are added to n tokens at the positions i = 0 .. n-1:
///   sinusoidal: P[i,2j] = sin(i w_j), P[i,2j+1] = cos(i w_j); for an odd d the last sine has no cosine. In [-1, 1].
///   linear: i / (n-1) in every entry, 0 for n = 1.   integer: i in every entry.
///   binary: bit k of i, (i >> k) & 1, in entry k.
///   learned: rows of a table. What training makes of one is not known here: N(0, 1/2), so that |p|^2 is near the
///     sinusoidal code's d / 2. The same seed and d give the same rows whatever their number.
///   none, rope, alibi: zeros, since these add nothing to a token.
/// The code must be valid for n. O(n d), in parallel; the same bits for any number of threads.
MatrixD position_codes(const PositionCode& code, Index count);
/// The same, rounded to the nearest float, without holding doubles.
Matrix position_codes_float(const PositionCode& code, Index count);

/// Single rows of them: the code of any position in a text of `count` (which only linear codes look at), from what is
/// computed once: O(d) to make, O(d) a row.
class PositionRows {
public:
    PositionRows(const PositionCode& code, Index count);
    /// position: from 0 on, one that the code has.
    VectorD row(Index position) const;

    /// The same into a vector of d entries.
    void write(Index position, Eigen::Ref<VectorD> row) const;

private:
    PositionCode code_;
    double last_;
    VectorD frequencies_;
};

/// One row alone. O(d).
inline VectorD position_code(const PositionCode& code, Index position, Index count) {
    return PositionRows(code, count).row(position);
}

/// Row m of x (n x d), turned by its position: each pair (a, b) = (x[m,2j], x[m,2j+1]) becomes
/// (a cos t - b sin t, a sin t + b cos t) with t = m w_j; for an odd d the last entry stays. Keeps every row's length,
/// and the dot product of a turned query m and a turned key n depends on m - n alone. x may be empty. Products in
/// double. O(n d). (Su et al., "RoFormer", 2021, equation 34.)
Matrix rope(const Eigen::Ref<const Matrix>& x, double base = default_base);

/// m_h = 2^(-8 (h+1) / H) for head h = 0 .. H-1: that head's score of query i and key j becomes s_ij - m_h |i - j|.
/// (Press, Smith, Lewis, "Train short, test long", 2022, section 3, for H a power of two and keys before the query; the
/// same formula otherwise.)
double alibi_slope(Index head, Index heads);

}  // namespace attnscope
