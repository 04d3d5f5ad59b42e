// One rotation carries every sinusoidal code to its offset: p_(i + delta) = M_delta p_i for all i.
#pragma once

#include "core/base/matrix.hpp"
#include "core/positions/positions.hpp"

namespace attnscope {

/// M_delta, d x d, d even, block-diagonal: block j, with a = delta w_j, is
///     [  cos a   sin a ]
///     [ -sin a   cos a ]     since (sin, cos) at i + delta follow from (sin, cos) at i by the addition theorems.
/// It does not depend on i. Orthogonal; M_a M_b = M_(a+b); the inverse of M_delta is M_(-delta), which has the sines'
/// signs the other way round, as RoPE's blocks do: they turn (x_2j, x_2j+1) as a point of the plane.
class OffsetRotation {
public:
    /// dim: even, >= 2. offset: of either sign. O(d).
    OffsetRotation(Index dim, double base, Index offset);

    Index dim() const { return 2 * turns_.rows(); }
    /// cos a and sin a of block j.
    SinCos block(Index pair) const { return {turns_(pair, 0), turns_(pair, 1)}; }
    /// M x. O(d).
    VectorD apply(const Eigen::Ref<const VectorD>& x) const;
    /// M itself. O(d^2).
    MatrixD matrix() const;
    /// The largest |entry| of M^T M - 1, of its blocks. O(d).
    double orthogonality_error() const;

private:
    Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> turns_;  // sin a, cos a of each block
};

/// The largest |M p_i - p_(i + offset)|, over the entries. O(d).
double rotation_residual(const OffsetRotation& rotation, double base, Index position, Index offset);

/// The same over all the positions 0 .. n-1 of `codes` (n x d, of this base) whose i + offset lies among them too; 0
/// when there is none. O(n d), in parallel.
double largest_residual(const OffsetRotation& rotation, const MatrixD& codes, Index offset);

}  // namespace attnscope
