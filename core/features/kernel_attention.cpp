#include "core/features/kernel_attention.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/attention/validate.hpp"
#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr Index row_block = 64;      // queries worked on together
constexpr Index feature_block = 64;  // features of phi(Y)^T V worked on together
constexpr Index key_block = 512;     // keys summed in float; their sums are added in double
constexpr Index column_block = 16;   // columns of V whose running sums one thread holds

// In which order (phi(X) phi(Y)^T) V is multiplied.
enum class Order { keys_first, running_sums, weights_first };

Order order_of(const MaskSpec& mask) {
    if (mask.hidden && !mask.hidden->empty()) return Order::weights_first;
    if (mask.kind == MaskKind::none || mask.kind == MaskKind::padding) return Order::keys_first;
    return mask.kind == MaskKind::causal ? Order::running_sums : Order::weights_first;
}

// Calls body(range) for the ranges of keys that the query sees, in their order.
template <class Body>
void for_visible(const MaskSpec& mask, Index query, Index keys, const Body& body) {
    const KeyRange all = visible_keys(mask, query, keys);
    Index next = all.begin;
    for (const KeyRange hidden : hidden_keys(mask, query)) {
        const Index begin = std::clamp(hidden.begin, next, all.end);
        if (next < begin) body(KeyRange{next, begin});
        next = std::clamp(hidden.end, next, all.end);
    }
    if (next < all.end) body(KeyRange{next, all.end});
}

// The values with a last column of ones, whose attention is the normalizer: one product gives both.
Matrix with_ones(const Eigen::Ref<const Matrix>& v, Index keys, bool need_output) {
    if (!need_output) return Matrix::Ones(keys, 1);
    Matrix result(keys, v.cols() + 1);
    result << v, Matrix::Ones(keys, 1);
    return result;
}

// What is known of a row besides its numbers.
struct RowFacts {
    bool masked = false, bad = false;
    Index negative = 0;
};

// What one thread writes over again for every block of queries.
struct Scratch {
    Matrix weights;                                           // row_block x Lk, unless the weights are kept
    Vector factors;                                           // Lk: exp(c_j - shift), at most 1
    double shift = std::numeric_limits<double>::quiet_NaN();  // of the factors; NaN: none yet
};

class Computation {
public:
    Computation(const Features& queries, const Features& keys, const Matrix& values, const KernelOptions& options,
                const Progress& progress)
        : queries_(queries.values),
          keys_(keys.values),
          key_logs_(keys.log_scale),
          values_(values),
          options_(options),
          progress_(progress),
          sums_(Matrix::Zero(queries_.rows(), values.cols())) {
        result_.normalizer.resize(queries_.rows());
        if (options.keep_weights) result_.weights.resize(queries_.rows(), keys_.rows());
        if (options.need_output) result_.output.resize(queries_.rows(), values.cols() - 1);
    }

    Result<KernelAttention> run() {
        const Order order = order_of(options_.mask);
        if (order == Order::keys_first) keys_first();
        if (order == Order::running_sums) running_sums();
        if (order == Order::weights_first || options_.keep_weights) weights(order == Order::weights_first);
        progress_.report(0.9);
        settle();
        if (progress_.stopped()) return cancelled();
        return std::move(result_);
    }

private:
    // sums_ = X' (Y'^T [V 1]), all rows seeing the same keys.
    void keys_first() {
        const KeyRange seen = visible_keys(options_.mask, 0, keys_.rows());
        if (seen.empty()) return;
        const auto logs = key_logs_.segment(seen.begin, seen.size());
        const Vector factors = (logs.array() - logs.maxCoeff()).exp().cast<float>();
        const Matrix keys = factors.asDiagonal() * keys_.middleRows(seen.begin, seen.size());
        Matrix state(keys.cols(), values_.cols());
        parallel_blocks(keys.cols(), feature_block, progress_, [&](Index begin, Index end) {
            MatrixD sum = MatrixD::Zero(end - begin, values_.cols());
            for (Index j = 0; j < keys.rows(); j += key_block) {
                const Index count = std::min(key_block, keys.rows() - j);
                const Matrix part =
                    keys.block(j, begin, count, end - begin).transpose() * values_.middleRows(seen.begin + j, count);
                sum += part.cast<double>();
            }
            state.middleRows(begin, end - begin) = sum.cast<float>();
        });
        parallel_blocks(queries_.rows(), row_block, progress_, [&](Index begin, Index end) {
            sums_.middleRows(begin, end - begin).noalias() = queries_.middleRows(begin, end - begin) * state;
        });
    }

    // Query i sees keys 0 .. i: S = sum of phi(y_j) [v_j 1] so far, in the scale of the largest key so far.
    void running_sums() {
        parallel_blocks(values_.cols(), column_block, progress_, [&](Index begin, Index end) {
            MatrixD state = MatrixD::Zero(keys_.cols(), end - begin);
            double shift = -std::numeric_limits<double>::infinity();
            for (Index i = 0; i < queries_.rows() && !progress_.stopped(); ++i) {
                if (i < keys_.rows()) {
                    if (key_logs_(i) > shift) {
                        state *= std::exp(shift - key_logs_(i));
                        shift = key_logs_(i);
                    }
                    const VectorD key = keys_.row(i).transpose().cast<double>() * std::exp(key_logs_(i) - shift);
                    const Eigen::RowVectorXd value = values_.row(i).segment(begin, end - begin).cast<double>();
                    state.noalias() += key * value;
                }
                const Eigen::RowVectorXd query = queries_.row(i).cast<double>();
                const Eigen::RowVectorXd sum = query * state;
                sums_.row(i).segment(begin, end - begin) = sum.cast<float>();
            }
        });
    }

    // g_ij of every visible cell, kept if asked for; and from them, where they come first, the sums.
    void weights(bool fill_sums) {
        oneapi::tbb::enumerable_thread_specific<Scratch> all_scratch;
        parallel_blocks(queries_.rows(), row_block, progress_, [&](Index begin, Index end) {
            Scratch& scratch = all_scratch.local();
            if (!options_.keep_weights) scratch.weights.resize(row_block, keys_.rows());
            Eigen::Ref<Matrix> block = options_.keep_weights ? result_.weights.middleRows(begin, end - begin)
                                                             : scratch.weights.topRows(end - begin);
            block.noalias() = queries_.middleRows(begin, end - begin) * keys_.transpose();
            for (Index i = begin; i < end; ++i) mask_row(i, block.row(i - begin), scratch);
            if (fill_sums) sums_.middleRows(begin, end - begin).noalias() = block * values_;
        });
    }

    // A row of products becomes the row of g_ij; 0 where query i does not see key j.
    void mask_row(Index i, Eigen::Ref<Eigen::RowVectorXf> row, Scratch& scratch) const {
        double shift = -std::numeric_limits<double>::infinity();
        for_visible(options_.mask, i, keys_.rows(), [&](KeyRange keys) {
            shift = std::max(shift, key_logs_.segment(keys.begin, keys.size()).maxCoeff());
        });
        if (shift != scratch.shift) {  // neighbours mostly have the same; a key that is not visible may be larger
            scratch.factors = (key_logs_.array() - shift).min(0.0).exp().cast<float>();
            scratch.shift = shift;
        }
        Index next = 0;
        for_visible(options_.mask, i, keys_.rows(), [&](KeyRange keys) {
            row.segment(next, keys.begin - next).setZero();
            row.segment(keys.begin, keys.size()).array() *=
                scratch.factors.segment(keys.begin, keys.size()).transpose().array();
            next = keys.end;
        });
        row.tail(row.size() - next).setZero();
    }

    // Divides every row by its normalizer, or makes it 0.
    void settle() {
        std::vector<RowFacts> facts(static_cast<std::size_t>(queries_.rows()));
        parallel_blocks(queries_.rows(), row_block, progress_, [&](Index begin, Index end) {
            for (Index i = begin; i < end; ++i) facts[static_cast<std::size_t>(i)] = settle_row(i);
        });
        for (const RowFacts& row : facts) {
            result_.masked_rows += row.masked ? 1 : 0;
            result_.bad_rows += row.bad ? 1 : 0;
            result_.negative_weights += row.negative;
        }
    }

    RowFacts settle_row(Index i) {
        const bool masked = !sees_any(options_.mask, i, keys_.rows());
        const auto normalizer = static_cast<double>(sums_(i, sums_.cols() - 1));
        const bool usable = !masked && normalizer != 0 && std::isfinite(normalizer) && divide_row(i, normalizer);
        result_.normalizer(i) = std::isfinite(normalizer) ? normalizer : 0;
        if (!usable) {
            if (options_.keep_weights) result_.weights.row(i).setZero();
            if (options_.need_output) result_.output.row(i).setZero();
        }
        const Index negative = options_.keep_weights ? (result_.weights.row(i).array() < 0).count() : 0;
        return {masked, !masked && (!usable || normalizer < 0), negative};
    }

    // False when a quotient leaves the range of float.
    bool divide_row(Index i, double normalizer) {
        if (options_.need_output)
            result_.output.row(i) = (sums_.row(i).head(sums_.cols() - 1).cast<double>() / normalizer).cast<float>();
        if (options_.keep_weights)
            result_.weights.row(i) = (result_.weights.row(i).cast<double>() / normalizer).cast<float>();
        return (!options_.need_output || all_finite(result_.output.row(i))) &&
               (!options_.keep_weights || all_finite(result_.weights.row(i)));
    }

    const Matrix& queries_;    // Lq x r: X'
    const Matrix& keys_;       // Lk x r: Y'
    const VectorD& key_logs_;  // Lk: c
    const Matrix& values_;     // Lk x (dv + 1): [V 1]
    const KernelOptions& options_;
    const Progress& progress_;
    Matrix sums_;  // Lq x (dv + 1): sum over visible j of g_ij [v_j 1]
    KernelAttention result_;
};

Result<Features> named_features(const char* name, const Eigen::Ref<const Matrix>& x, const Matrix& projections,
                                Estimator estimator, const Progress& progress) {
    Result<Features> features = feature_map(estimator, projections, x, progress.silent());
    if (!features && features.error().code == ErrorCode::invalid_input)
        return invalid_input(tr("the {}: {}", tr(name), features.error().what));
    return features;
}

}  // namespace

Result<KernelAttention> kernel_attention(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                                         const Eigen::Ref<const Matrix>& v, const KernelOptions& options,
                                         const Progress& progress) {
    const AttentionOptions like{.temperature = options.temperature,
                                .scale = options.scale,
                                .mask = options.mask,
                                .need_output = options.need_output};
    if (const auto valid = validate_attention<float>(q, k, v, like); !valid) return valid.error();
    if (const auto valid = validate_features(options.features); !valid) return valid.error();

    const Estimator estimator = options.features.estimator;
    Matrix projections, x = q, y = k;
    if (estimator != Estimator::elu) {
        const double scale = effective_scale(like, q.cols()) / options.temperature;
        const double factor = std::sqrt(std::abs(scale));
        projections =
            draw_projections(options.features.features, q.cols(), options.features.orthogonal, options.features.seed);
        x = (q.cast<double>() * factor).cast<float>();
        y = (k.cast<double>() * (scale < 0 ? -factor : factor)).cast<float>();
    }
    const Result<Features> queries = named_features(translatable("queries"), x, projections, estimator, progress);
    if (!queries) return queries.error();
    const Result<Features> keys = named_features(translatable("keys"), y, projections, estimator, progress);
    if (!keys) return keys.error();
    progress.report(0.4);
    return feature_attention(*queries, *keys, v, options, progress);
}

Result<KernelAttention> feature_attention(const Features& queries, const Features& keys,
                                          const Eigen::Ref<const Matrix>& v, const KernelOptions& options,
                                          const Progress& progress) {
    check(queries.values.cols() == keys.values.cols(), "queries and keys have the same features");
    check(!options.need_output || v.rows() == keys.values.rows(), "each key has a value");
    const Matrix values = with_ones(v, keys.values.rows(), options.need_output);
    return Computation(queries, keys, values, options, progress).run();
}

}  // namespace attnscope
