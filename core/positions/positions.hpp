// How a token says where it stands: codes that are added to it, rotations of queries and keys, slopes of scores.
#pragma once

#include <array>
#include <string_view>

#include "core/base/matrix.hpp"

namespace attnscope {

enum class PositionKind {
    none,
    sinusoidal,  // Vaswani et al. 2017, section 3.5
    linear,      // i / (n - 1)
    integer,     // i
    binary,      // the bits of i
    rope,        // turns queries and keys: rope()
    alibi,       // lowers scores by distance: alibi_slope()
};

/// By the enumerators' values.
inline constexpr std::array<std::string_view, 7> position_names{"none",   "sinusoidal", "linear", "integer",
                                                                "binary", "rope",       "alibi"};

/// w_j = 10000^(-2j/d), in radians per position: how fast pair j (0, 1, ...) of a vector of d = dim >= 1 entries turns,
/// for sinusoidal codes and RoPE alike.
double position_frequency(Index pair, Index dim);

/// The codes P (n x d, n = count >= 0, d = dim >= 0) that are added to n tokens at the positions i = 0 .. n-1:
///   sinusoidal: P[i,2j] = sin(i w_j), P[i,2j+1] = cos(i w_j); for an odd d the last sine has no cosine. In [-1, 1].
///   linear: i / (n-1) in every entry, 0 for n = 1.   integer: i in every entry.
///   binary: bit k of i, (i >> k) & 1, in entry k.
///   none, rope, alibi: zeros, since these add nothing to a token.
/// Angles in double, so an entry is the nearest float or its neighbour. O(n d).
Matrix position_codes(PositionKind kind, Index count, Index dim);

/// Row m of x (n x d), turned by its position: each pair (a, b) = (x[m,2j], x[m,2j+1]) becomes
/// (a cos t - b sin t, a sin t + b cos t) with t = m w_j; for an odd d the last entry stays. Keeps every row's length,
/// and the dot product of a turned query m and a turned key n depends on m - n alone. x may be empty. Products in
/// double. O(n d). (Su et al., "RoFormer", 2021, equation 34.)
Matrix rope(const Eigen::Ref<const Matrix>& x);

/// m_h = 2^(-8 (h+1) / H) for head h = 0 .. H-1: that head's score of query i and key j becomes s_ij - m_h (i - j).
/// (Press, Smith, Lewis, "Train short, test long", 2022, section 3, for H a power of two; the same formula otherwise.)
double alibi_slope(Index head, Index heads);

}  // namespace attnscope
