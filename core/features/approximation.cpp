#include "core/features/approximation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/linear.hpp"
#include "core/features/stabiliser.hpp"

namespace attnscope {
namespace {

constexpr Index error_rows = 64;  // rows of both matrices that are held at a time

MaskSpec mask_of(bool causal) {
    return {.kind = causal ? MaskKind::causal : MaskKind::none};
}

// What elu looks at: q itself.
Matrix unscaled(const Matrix& x) {
    return x * static_cast<float>(std::sqrt(std::sqrt(static_cast<double>(x.cols()))));
}

Matrix input_of(FeatureMethod method, const Matrix& x) {
    return method == FeatureMethod::elu ? unscaled(x) : x;
}

// exp(u - |x|^2 / 2 - shift) + epsilon from features exp(u - largest u): `excess` is largest u - |x|^2 / 2 - shift.
void add_epsilon(Features& features, const VectorD& excess, double epsilon) {
    for (Index i = 0; i < excess.size(); ++i) {
        const double scale = std::exp(excess(i)), largest = scale + epsilon;
        features.values.row(i) =
            ((features.values.row(i).cast<double>().array() * scale + epsilon) / largest).cast<float>();
        features.log_scale(i) = std::log(largest);
    }
}

VectorD half_squares(const Matrix& x) {
    return 0.5 * x.cast<double>().rowwise().squaredNorm();
}

void stabilise(TaskFeatures& features, const ApproximationTask& task, double epsilon) {
    const VectorD x_half = half_squares(task.x), y_half = half_squares(task.y);
    const VectorD largest = features.keys.log_scale + y_half;  // of each key's projections, but for a constant
    add_epsilon(features.queries, -x_half, epsilon);
    add_epsilon(features.keys, features.keys.log_scale.array() - largest.maxCoeff(), epsilon);
}

double mean_square(const Matrix& a, const Matrix& b) {
    return (a - b).cast<double>().squaredNorm() / static_cast<double>(a.size());
}

Result<double> output_error(const ApproximationTask& task, const ApproximationSpec& spec, const Progress& progress) {
    const bool plain = is_estimator(spec.method) && spec.epsilon == 0;
    if (!plain) {
        const Result<TaskFeatures> features = task_features(task, spec, progress);
        if (!features) return features.error();
        const Result<KernelAttention> attention =
            feature_attention(features->queries, features->keys, task.v, {.mask = mask_of(task.causal)}, progress);
        if (!attention) return attention.error();
        return mean_square(attention->output, task.exact);
    }
    const FeatureDraw draw =
        draw_features(spec.method, spec.features, task.dim(), spec.orthogonal, spec.seed, task.moments);
    const BiasedVectors queries = without_bias(draw, input_of(spec.method, task.x));
    const BiasedVectors keys = without_bias(draw, input_of(spec.method, task.y));
    Matrix output(task.length(), task.v.cols());
    const LinearOptions options{.estimator = queries.estimator, .scale = 1.0, .mask = mask_of(task.causal)};
    const Result<LinearReport> report = linear_attention(view_of(queries.x), view_of(keys.x), view_of(task.v),
                                                         queries.projections, options, span_of(output), progress);
    if (!report) return report.error();
    return mean_square(output, task.exact);
}

// Rows `begin` .. of the exact matrix, unseen cells 0.
MatrixD exact_rows(const ApproximationTask& task, Index begin, Index end) {
    MatrixD rows = (task.x.middleRows(begin, end - begin) * task.y.transpose()).cast<double>();
    for (Index i = begin; i < end; ++i) {
        const Index seen = task.causal ? i + 1 : task.length();
        auto row = rows.row(i - begin);
        const double most = row.head(seen).maxCoeff();
        row.head(seen) = (row.head(seen).array() - most).exp();
        row.head(seen) /= row.head(seen).sum();
        row.tail(task.length() - seen).setZero();
    }
    return rows;
}

// The same rows of the approximation; a row whose sum is 0 is 0.
MatrixD approximate_rows(const TaskFeatures& features, const Vector& key_factors, bool causal, Index begin, Index end) {
    const Matrix products = features.queries.values.middleRows(begin, end - begin) * features.keys.values.transpose();
    MatrixD rows = (products * key_factors.asDiagonal()).cast<double>();
    for (Index i = begin; i < end; ++i) {
        const Index seen = causal ? i + 1 : rows.cols();
        auto row = rows.row(i - begin);
        row.tail(rows.cols() - seen).setZero();
        const double sum = row.sum();
        if (sum != 0 && std::isfinite(sum))
            row /= sum;
        else
            row.setZero();
    }
    return rows;
}

Result<double> frobenius_error(const ApproximationTask& task, const ApproximationSpec& spec, const Progress& progress) {
    const Result<TaskFeatures> features = task_features(task, spec, progress);
    if (!features) return features.error();
    const Vector factors = (features->keys.log_scale.array() - features->keys.log_scale.maxCoeff()).exp().cast<float>();
    const Index blocks = (task.length() + error_rows - 1) / error_rows;
    VectorD difference = VectorD::Zero(blocks), size = VectorD::Zero(blocks);
    parallel_blocks(task.length(), error_rows, progress, [&](Index begin, Index end) {
        const MatrixD exact = exact_rows(task, begin, end);
        const MatrixD approximate = approximate_rows(*features, factors, task.causal, begin, end);
        difference(begin / error_rows) = (approximate - exact).squaredNorm();
        size(begin / error_rows) = exact.squaredNorm();
    });
    if (progress.stopped()) return cancelled();
    return std::sqrt(difference.sum() / size.sum());
}

double uniform_output_error(const ApproximationTask& task) {
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(task.v.cols());
    const Eigen::RowVectorXd mean = task.v.cast<double>().colwise().mean();
    double error = 0;
    for (Index i = 0; i < task.length(); ++i) {
        sum += task.v.row(i).cast<double>();
        const Eigen::RowVectorXd uniform = task.causal ? sum / static_cast<double>(i + 1) : mean;
        error += (uniform - task.exact.row(i).cast<double>()).squaredNorm();
    }
    return error / static_cast<double>(task.exact.size());
}

double uniform_matrix_error(const ApproximationTask& task) {
    double difference = 0, size = 0;
    for (Index begin = 0; begin < task.length(); begin += error_rows) {
        const Index end = std::min(begin + error_rows, task.length());
        const MatrixD exact = exact_rows(task, begin, end);
        size += exact.squaredNorm();
        for (Index i = begin; i < end; ++i) {
            const Index seen = task.causal ? i + 1 : task.length();
            difference += (exact.row(i - begin).head(seen).array() - 1.0 / static_cast<double>(seen)).square().sum();
        }
    }
    return std::sqrt(difference / size);
}

}  // namespace

Result<ApproximationTask> make_task(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                                    const Eigen::Ref<const Matrix>& v, bool causal, const Progress& progress) {
    ApproximationTask task{.v = v, .causal = causal, .exact = Matrix(q.rows(), v.cols())};
    const ExactOptions options{.mask = mask_of(causal)};
    const Result<void> exact =
        exact_attention(view_of(q), view_of(k), view_of(v), options, span_of(task.exact), {}, progress);
    if (!exact) return exact.error();
    if (!task.exact.allFinite())
        return invalid_input(tr("exact attention is beyond the range of float: smaller queries and keys are needed"));
    const auto root = static_cast<float>(1 / std::sqrt(std::sqrt(static_cast<double>(q.cols()))));
    task.x = q * root;
    task.y = k * root;
    task.moments = input_moments(task.x, task.y);
    task.mean_norm = (task.x.rowwise().norm().mean() + task.y.rowwise().norm().mean()) / 2;
    return task;
}

RandomInput random_input(Index length, Index dim, double sigma, std::uint64_t seed) {
    const auto drawn = [&](std::string_view use, double scale) {
        return random_normal(length, dim, scale, seed, stable_hash(fmt::format("random features, {}", use)));
    };
    return {drawn("queries", sigma), drawn("keys", sigma), drawn("values", 1)};
}

Result<ApproximationTask> random_task(Index length, Index dim, double sigma, bool causal, std::uint64_t seed,
                                      const Progress& progress) {
    const RandomInput input = random_input(length, dim, sigma, seed);
    return make_task(input.q, input.k, input.v, causal, progress);
}

Result<TaskFeatures> task_features(const ApproximationTask& task, const ApproximationSpec& spec,
                                   const Progress& progress) {
    const FeatureDraw draw =
        draw_features(spec.method, spec.features, task.dim(), spec.orthogonal, spec.seed, task.moments);
    Result<Features> queries = features_of(draw, input_of(spec.method, task.x), progress.silent());
    if (!queries) return queries.error();
    Result<Features> keys = features_of(draw, input_of(spec.method, task.y), progress.silent());
    if (!keys) return keys.error();
    TaskFeatures features{*std::move(queries), *std::move(keys)};
    if (spec.epsilon > 0 && has_exponential_features(spec.method)) stabilise(features, task, spec.epsilon);
    return features;
}

Result<double> approximation_error(const ApproximationTask& task, const ApproximationSpec& spec, ErrorMetric metric,
                                   const Progress& progress) {
    check(metric != ErrorMetric::kernel, "an error of a whole attention");
    return metric == ErrorMetric::output ? output_error(task, spec, progress) : frobenius_error(task, spec, progress);
}

double uniform_error(const ApproximationTask& task, ErrorMetric metric) {
    check(metric != ErrorMetric::kernel, "an error of a whole attention");
    return metric == ErrorMetric::output ? uniform_output_error(task) : uniform_matrix_error(task);
}

std::vector<double> kernel_draws(const ApproximationSpec& spec, const VectorD& x, const VectorD& y, Index draws,
                                 const Progress& progress) {
    const Matrix row_x = x.transpose().cast<float>(), row_y = y.transpose().cast<float>();
    const InputMoments moments = input_moments(row_x, row_y);
    std::vector<double> estimates(static_cast<std::size_t>(draws));
    // A draw may take long: each is a part of its own, so that a stop is heard between two of them.
    parallel_blocks(draws, 1, progress, [&](Index begin, Index end) {
        for (Index k = begin; k < end; ++k) {
            const std::uint64_t seed = stable_hash(fmt::format("draw {} of {}", k, spec.seed));
            const FeatureDraw draw =
                draw_features(spec.method, spec.features, x.size(), spec.orthogonal, seed, moments, progress);
            estimates[static_cast<std::size_t>(k)] = kernel_estimate(draw, x, y);
        }
    });
    if (progress.stopped()) return {};
    return estimates;
}

std::pair<VectorD, VectorD> pair_at_angle(Index dim, double x_norm, double y_norm, double angle) {
    VectorD x = VectorD::Zero(dim), y = VectorD::Zero(dim);
    x(0) = x_norm;
    y(0) = y_norm * std::cos(angle);
    if (dim > 1) y(1) = y_norm * std::sin(angle);
    return {std::move(x), std::move(y)};
}

}  // namespace attnscope
