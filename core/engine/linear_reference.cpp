#include "core/engine/linear_reference.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/base/parallel.hpp"
#include "core/engine/linear_input.hpp"

namespace attnscope {
namespace {

constexpr double log_of_zero = -std::numeric_limits<double>::infinity();

// phi of one row: values times exp(log_scale), the largest of the values near 1.
struct Row {
    VectorD values;
    double log_scale = 0;
};

// values become exp(values), and log_scale what was taken off before.
Row exponentials(VectorD logs, double log_scale) {
    double most = log_of_zero;
    for (const double x : logs) most = std::max(most, x);
    for (double& x : logs) x = std::exp(x - most);
    return {std::move(logs), most + log_scale};
}

Row features(Estimator estimator, const MatrixD& projections, VectorD x) {
    if (estimator == Estimator::elu) {
        for (double& value : x) value = value > 0 ? std::log1p(value) : value;
        return exponentials(std::move(x), 0);
    }
    const VectorD u = projections * x;
    const double half_square = 0.5 * x.squaredNorm();
    VectorD pairs(2 * u.size());
    switch (estimator) {
        case Estimator::trig:
            pairs << u.array().sin(), u.array().cos();
            return {pairs, half_square};
        case Estimator::hyperbolic:
            pairs << u, -u;
            return exponentials(std::move(pairs), -half_square);
        default:
            return exponentials(u, -half_square);
    }
}

class Head {
public:
    Head(const LinearInput& in, Index head)
        : in_(in),
          head_(head),
          sums_(MatrixD::Zero(in.features(), in.v.columns)),
          totals_(VectorD::Zero(in.features())) {
        if (in.options.estimator == Estimator::elu) return;
        projections_ = in.projections.cast<double>();
        query_factor_ = std::sqrt(std::abs(in.score_factor()));
        key_factor_ = in.score_factor() < 0 ? -query_factor_ : query_factor_;
    }

    // Gives the number of bad rows.
    Index run(const HeadsSpan& out, const Progress& progress) {
        const bool causal = in_.options.mask.kind == MaskKind::causal;
        const Index keys = in_.visible_keys();
        for (Index j = 0; j < keys && !causal && !progress.stopped(); ++j) add(j);
        Index bad = 0;
        for (Index i = 0; i < in_.q.rows && !progress.stopped(); ++i) {
            if (causal && i < keys) add(i);
            bad += keys > 0 && !divide(i, out.row(head_, i)) ? 1 : 0;
            if (keys == 0) std::fill_n(out.row(head_, i), out.columns, 0.0F);
        }
        return bad;
    }

private:
    Row features_of(const float* row, double factor) const {
        const Eigen::Map<const Vector> x(row, in_.q.columns);
        return features(in_.options.estimator, projections_, x.cast<double>() * factor);
    }

    void add(Index j) {
        const Row key = features_of(in_.k.row(head_, j), key_factor_);
        if (key.log_scale > log_scale_) {
            const double shrink = std::exp(log_scale_ - key.log_scale);
            sums_ *= shrink;
            totals_ *= shrink;
            log_scale_ = key.log_scale;
        }
        const VectorD phi = key.values * std::exp(key.log_scale - log_scale_);
        const Eigen::Map<const Vector> value(in_.v.row(head_, j), in_.v.columns);
        sums_ += phi * value.cast<double>().transpose();
        totals_ += phi;
    }

    bool divide(Index i, float* out) const {
        const VectorD query = features_of(in_.q.row(head_, i), query_factor_).values;
        const double normalizer = query.dot(totals_);
        const bool usable = normalizer != 0 && std::isfinite(normalizer);
        Eigen::Map<Vector> row(out, in_.v.columns);
        row.setZero();
        if (usable) row = (sums_.transpose() * query / normalizer).cast<float>();
        return usable && normalizer > 0;
    }

    const LinearInput& in_;
    const Index head_;
    MatrixD sums_;    // r x dv: sum of phi v^T so far, times exp(-log_scale_)
    VectorD totals_;  // r: sum of phi
    double log_scale_ = log_of_zero;
    MatrixD projections_;
    double query_factor_ = 1, key_factor_ = 1;
};

}  // namespace

Result<LinearReport> reference_linear(const HeadsView& q, const HeadsView& k, const HeadsView& v,
                                      const Eigen::Ref<const Matrix>& projections, const LinearOptions& options,
                                      const HeadsSpan& out, const Progress& progress) {
    const LinearInput in{q, k, v, projections, options};
    if (auto valid = in.validate(out); !valid) return valid.error();
    std::atomic<Index> bad = 0;
    parallel_blocks(q.heads, 1, progress, [&](Index head, Index) { bad += Head(in, head).run(out, progress); });
    if (progress.stopped()) return cancelled();
    return LinearReport{bad};
}

}  // namespace attnscope
