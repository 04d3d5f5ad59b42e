#include "core/positions/rotation.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"

namespace attnscope {

OffsetRotation::OffsetRotation(Index dim, double base, Index offset) : turns_(dim / 2, 2) {
    check(dim >= 2 && dim % 2 == 0, "a rotation of an even number of entries");
    for (Index j = 0; j < turns_.rows(); ++j) {
        const SinCos at = turn(offset, position_frequency(j, dim, base));
        turns_.row(j) << at.sin, at.cos;
    }
}

VectorD OffsetRotation::apply(const Eigen::Ref<const VectorD>& x) const {
    check(x.size() == dim(), "a vector as wide as the rotation");
    VectorD turned(x.size());
    for (Index j = 0; j < turns_.rows(); ++j) {
        const double sin = turns_(j, 0), cos = turns_(j, 1);
        turned(2 * j) = cos * x(2 * j) + sin * x(2 * j + 1);
        turned(2 * j + 1) = cos * x(2 * j + 1) - sin * x(2 * j);
    }
    return turned;
}

MatrixD OffsetRotation::matrix() const {
    MatrixD m = MatrixD::Zero(dim(), dim());
    for (Index j = 0; j < turns_.rows(); ++j) {
        const double sin = turns_(j, 0), cos = turns_(j, 1);
        m.block(2 * j, 2 * j, 2, 2) << cos, sin, -sin, cos;
    }
    return m;
}

double OffsetRotation::orthogonality_error() const {
    // A block's transpose times itself is (sin^2 + cos^2) times the identity, whatever the two are.
    return (turns_.rowwise().squaredNorm().array() - 1).abs().maxCoeff();
}

double rotation_residual(const OffsetRotation& rotation, double base, Index position, Index offset) {
    const PositionCode code{.dim = rotation.dim(), .base = base};
    return (rotation.apply(position_code(code, position, 1)) - position_code(code, position + offset, 1))
        .cwiseAbs()
        .maxCoeff();
}

double largest_residual(const OffsetRotation& rotation, const MatrixD& codes, Index offset) {
    constexpr Index block = 64;
    const Index first = std::max<Index>(0, -offset), last = std::min(codes.rows(), codes.rows() - offset);
    if (first >= last) return 0;
    std::vector<double> largest(static_cast<std::size_t>((last - first + block - 1) / block), 0.0);
    parallel_blocks(last - first, block, {}, [&](Index begin, Index end) {
        double& most = largest[static_cast<std::size_t>(begin / block)];
        for (Index i = first + begin; i < first + end; ++i)
            most = std::max(
                most,
                (rotation.apply(codes.row(i).transpose()) - codes.row(i + offset).transpose()).cwiseAbs().maxCoeff());
    });
    return *std::max_element(largest.begin(), largest.end());
}

}  // namespace attnscope
