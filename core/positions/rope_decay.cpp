#include "core/positions/rope_decay.hpp"

#include <cmath>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/positions/positions.hpp"

namespace attnscope {

RopeScore::RopeScore(const Eigen::Ref<const VectorD>& q, const Eigen::Ref<const VectorD>& k, double base)
    : along_(q.size() / 2), across_(q.size() / 2), frequency_(q.size() / 2) {
    check(q.size() == k.size() && q.size() >= 2 && q.size() % 2 == 0, "q and k of the same even width");
    for (Index j = 0; j < along_.size(); ++j) {
        const double q0 = q(2 * j), q1 = q(2 * j + 1), k0 = k(2 * j), k1 = k(2 * j + 1);
        along_(j) = q0 * k0 + q1 * k1;
        across_(j) = q0 * k1 - q1 * k0;
        frequency_(j) = position_frequency(j, q.size(), base);
    }
}

double RopeScore::at(Index offset) const {
    double score = 0;
    for (Index j = 0; j < along_.size(); ++j) {
        const SinCos angle = turn(offset, frequency_(j));
        score += along_(j) * angle.cos + across_(j) * angle.sin;
    }
    return score;
}

double rope_score(const Eigen::Ref<const VectorD>& q, const Eigen::Ref<const VectorD>& k, Index m, Index n,
                  double base) {
    check(q.size() == k.size() && q.size() % 2 == 0, "q and k of the same even width");
    double score = 0;
    for (Index j = 0; j < q.size() / 2; ++j) {
        const double w = position_frequency(j, q.size(), base);
        const SinCos a = turn(m, w), b = turn(n, w);
        score += (q(2 * j) * a.cos - q(2 * j + 1) * a.sin) * (k(2 * j) * b.cos - k(2 * j + 1) * b.sin) +
                 (q(2 * j) * a.sin + q(2 * j + 1) * a.cos) * (k(2 * j) * b.sin + k(2 * j + 1) * b.cos);
    }
    return score;
}

Result<RopeDecay> rope_decay(Index dim, double base, Index count, Index draws, std::uint64_t seed,
                             const Progress& progress) {
    check(dim >= 2 && dim % 2 == 0 && count >= 0 && draws >= 2, "an even width and at least two draws");
    const Index pairs = dim / 2;
    const MatrixD q = random_normal(draws, dim, 1, seed, stable_hash("rope q")).cast<double>();
    const MatrixD k = random_normal(draws, dim, 1, seed, stable_hash("rope k")).cast<double>();
    MatrixD energy(pairs, draws), along(pairs, draws), across(pairs, draws);
    for (Index s = 0; s < draws; ++s) {
        const double length = q.row(s).squaredNorm(), both = q.row(s).norm() * k.row(s).norm();
        for (Index j = 0; j < pairs; ++j) {
            const double q0 = q(s, 2 * j), q1 = q(s, 2 * j + 1), k0 = k(s, 2 * j), k1 = k(s, 2 * j + 1);
            energy(j, s) = (q0 * q0 + q1 * q1) / length;
            along(j, s) = (q0 * k0 + q1 * k1) / both;
            across(j, s) = (q0 * k1 - q1 * k0) / both;
        }
    }
    const VectorD w = VectorD::NullaryExpr(pairs, [&](Index j) { return position_frequency(j, dim, base); });
    RopeDecay decay{VectorD(count), VectorD(count), VectorD(count)};
    constexpr Index block = 32;
    parallel_blocks(count, block, progress, [&](Index begin, Index end) {
        MatrixD cos(end - begin, pairs), sin(end - begin, pairs);
        for (Index i = begin; i < end; ++i)
            for (Index j = 0; j < pairs; ++j) {
                const SinCos angle = turn(i, w(j));
                cos(i - begin, j) = angle.cos;
                sin(i - begin, j) = angle.sin;
            }
        const MatrixD alike = cos * energy;
        const MatrixD unrelated = cos * along + sin * across;
        const VectorD mean = alike.rowwise().mean();
        decay.alike.segment(begin, end - begin) = mean;
        decay.alike_spread.segment(begin, end - begin) =
            ((alike.colwise() - mean).rowwise().squaredNorm() / static_cast<double>(draws - 1)).cwiseSqrt();
        decay.unrelated.segment(begin, end - begin) =
            unrelated.rowwise().squaredNorm().cwiseSqrt() / std::sqrt(static_cast<double>(draws));
    });
    if (progress.stopped()) return cancelled();
    return decay;
}

}  // namespace attnscope
