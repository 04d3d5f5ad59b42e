#include "core/features/stabiliser.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"

namespace attnscope {
namespace {

constexpr Index stabiliser_block = 64;

// The draw in double.
struct StabiliserDraw {
    MatrixD projections;      // m x d
    Eigen::RowVectorXd bias;  // m
    bool both_signs = false;  // hyperbolic: u and -u

    Index features() const { return both_signs ? 2 * projections.rows() : projections.rows(); }
};

struct StabiliserKeys {
    MatrixD features;    // Lk x r, with epsilon
    VectorD cumulative;  // Lk: the sum of the features of keys 0 .. j, without epsilon
    MatrixD values;      // Lk x (dv + 1): v, and a column of ones, whose sum is the normaliser
};

StabiliserDraw in_double(const FeatureDraw& draw) {
    StabiliserDraw result{draw.projections.cast<double>(), Eigen::RowVectorXd::Zero(draw.projections.rows()),
                          draw.method == FeatureMethod::hyperbolic};
    if (draw.bias.size() > 0) result.bias = draw.bias.transpose().cast<double>();
    return result;
}

// u of each row: n x r.
MatrixD stabiliser_exponents(const StabiliserDraw& draw, const MatrixD& x) {
    const Index m = draw.projections.rows();
    MatrixD u(x.rows(), draw.features());
    u.leftCols(m).noalias() = x * draw.projections.transpose();
    u.leftCols(m).rowwise() += draw.bias;
    if (draw.both_signs) u.rightCols(m) = -u.leftCols(m);
    return u;
}

// A row of u becomes exp(u - shift); what is too small for double is 0, where Eigen's exp would stop at 1e-308.
void exponentials_below(Eigen::Ref<Eigen::RowVectorXd> row, double shift) {
    row.array() -= shift;
    row = (row.array() < -708.0).select(0.0, row.array().exp());
}

Result<StabiliserKeys> stabiliser_keys(const StabiliserDraw& draw, const Eigen::Ref<const Matrix>& y,
                                       const Eigen::Ref<const Matrix>& v, double epsilon, const Progress& progress) {
    StabiliserKeys keys{MatrixD(y.rows(), draw.features()), VectorD(y.rows()), MatrixD(y.rows(), v.cols() + 1)};
    keys.values.leftCols(v.cols()) = v.cast<double>();
    keys.values.col(v.cols()).setOnes();
    VectorD largest(y.rows()), half_square(y.rows());
    parallel_blocks(y.rows(), stabiliser_block, progress, [&](Index begin, Index end) {
        const MatrixD tokens = y.middleRows(begin, end - begin).cast<double>();
        const MatrixD u = stabiliser_exponents(draw, tokens);
        largest.segment(begin, end - begin) = u.rowwise().maxCoeff();
        half_square.segment(begin, end - begin) = 0.5 * tokens.rowwise().squaredNorm();
        keys.features.middleRows(begin, end - begin) = u;
    });
    if (progress.stopped()) return cancelled();
    const double max = largest.maxCoeff();  // of every key's u, also of the later ones
    parallel_blocks(y.rows(), stabiliser_block, progress, [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) {
            exponentials_below(keys.features.row(j), half_square(j) + max);
            keys.cumulative(j) = keys.features.row(j).sum();
            keys.features.row(j).array() += epsilon;
        }
    });
    if (progress.stopped()) return cancelled();
    for (Index j = 1; j < y.rows(); ++j) keys.cumulative(j) += keys.cumulative(j - 1);
    return keys;
}

// The rows from `begin` on of one result: `totals` holds their sums over the keys they see, v's and last the
// normaliser; query_sums(r): the sum of the row's features without epsilon.
void finish_rows(const StabiliserKeys& keys, double epsilon, bool causal, Index begin, const VectorD& query_sums,
                 const MatrixD& totals, StabilisedAttention& result) {
    const double features = static_cast<double>(keys.features.cols());
    for (Index r = 0; r < totals.rows(); ++r) {
        const Index i = begin + r, all = keys.features.rows(), seen = causal ? std::min(i + 1, all) : all;
        const double count = static_cast<double>(seen), normalizer = totals(r, totals.cols() - 1);
        const bool usable = normalizer > 0 && std::isfinite(normalizer);
        // The sum of (a + e)(b + e) - a b, without a difference of large numbers.
        const double brought =
            epsilon * (count * query_sums(r) + keys.cumulative(seen - 1) + epsilon * features * count);
        result.normalizer(i) = normalizer;
        result.epsilon_share(i) = usable ? std::min(1.0, brought / normalizer) : 0;
        if (usable)
            result.output.row(i) = totals.row(r).head(totals.cols() - 1) / normalizer;
        else
            result.output.row(i).setZero();
    }
}

// The rows [begin, end): they see what `sums` (r x (dv + 1)) holds and, where causal, the keys of their own block that
// are not later than themselves.
void attend_rows(const StabiliserDraw& draw, const StabiliserKeys& keys, const Eigen::Ref<const Matrix>& x,
                 double epsilon, bool causal, Index begin, Index end, const MatrixD& sums,
                 StabilisedAttention& result) {
    const MatrixD tokens = x.middleRows(begin, end - begin).cast<double>();
    MatrixD features = stabiliser_exponents(draw, tokens);
    for (Index r = 0; r < end - begin; ++r) {
        const double largest = features.row(r).maxCoeff();
        exponentials_below(features.row(r), 0.5 * tokens.row(r).squaredNorm() + largest);
    }
    const VectorD query_sums = features.rowwise().sum();
    features.array() += epsilon;
    MatrixD totals = features * sums;
    const Index own = causal ? std::clamp(keys.features.rows() - begin, Index{0}, end - begin) : 0;
    if (own > 0) {
        MatrixD weights = features * keys.features.middleRows(begin, own).transpose();
        for (Index r = 0; r < own; ++r) weights.row(r).tail(own - r - 1).setZero();
        totals.noalias() += weights * keys.values.middleRows(begin, own);
    }
    finish_rows(keys, epsilon, causal, begin, query_sums, totals, result);
}

}  // namespace

bool has_exponential_features(FeatureMethod method) {
    switch (method) {
        case FeatureMethod::positive:
        case FeatureMethod::hyperbolic:
        case FeatureMethod::smreg:
        case FeatureMethod::oprf:
        case FeatureMethod::sderf:
            return true;
        case FeatureMethod::trig:
        case FeatureMethod::elu:
        case FeatureMethod::relu:
            return false;
    }
    check(false, "a feature method that exists");
    return false;
}

Result<StabilisedAttention> stabilised_attention(const FeatureDraw& draw, const Eigen::Ref<const Matrix>& x,
                                                 const Eigen::Ref<const Matrix>& y, const Eigen::Ref<const Matrix>& v,
                                                 double epsilon, bool causal, const Progress& progress) {
    check(has_exponential_features(draw.method), "the stabilisers are for exponential features");
    check(draw.projections.rows() >= 1 && draw.projections.cols() == x.cols() && x.cols() == y.cols(),
          "a projection's row is as long as x's and y's");
    check(y.rows() >= 1 && v.rows() == y.rows(), "there is a key, and a value for each");
    check(epsilon >= 0 && std::isfinite(epsilon), "epsilon is not negative");
    const StabiliserDraw weights = in_double(draw);
    const Result<StabiliserKeys> made = stabiliser_keys(weights, y, v, epsilon, progress);
    if (!made) return made.error();
    const StabiliserKeys& keys = *made;
    progress.report(0.4);
    StabilisedAttention result{MatrixD(x.rows(), v.cols()), VectorD(x.rows()), VectorD(x.rows())};
    MatrixD sums = MatrixD::Zero(weights.features(), v.cols() + 1);
    if (causal) {
        for (Index begin = 0; begin < x.rows() && !progress.stopped(); begin += stabiliser_block) {
            const Index end = std::min(x.rows(), begin + stabiliser_block), last = std::min(end, y.rows());
            attend_rows(weights, keys, x, epsilon, causal, begin, end, sums, result);
            if (begin < last)
                sums.noalias() += keys.features.middleRows(begin, last - begin).transpose() *
                                  keys.values.middleRows(begin, last - begin);
            progress.report(0.4 + 0.6 * static_cast<double>(end) / static_cast<double>(x.rows()));
        }
    } else {
        parallel_blocks(weights.features(), stabiliser_block, progress, [&](Index begin, Index end) {
            sums.middleRows(begin, end - begin).noalias() =
                keys.features.middleCols(begin, end - begin).transpose() * keys.values;
        });
        progress.report(0.7);
        parallel_blocks(x.rows(), stabiliser_block, progress, [&](Index begin, Index end) {
            attend_rows(weights, keys, x, epsilon, causal, begin, end, sums, result);
        });
    }
    if (progress.stopped()) return cancelled();
    for (const double normalizer : result.normalizer)
        if (!(normalizer > 0) || !std::isfinite(normalizer)) ++result.bad_rows;
    progress.report(1);
    return result;
}

}  // namespace attnscope
