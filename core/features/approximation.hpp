// How far approximate attention is from exact attention: the errors behind the curves.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "core/features/feature_draw.hpp"
#include "core/features/kernel_attention.hpp"

namespace attnscope {

/// What is approximated, with what every approximation of it needs.
struct ApproximationTask {
    Matrix x, y;           // q / d^(1/4) and k / d^(1/4): L x d
    Matrix v;              // L x dv
    bool causal = false;   // a query sees no later key
    Matrix exact;          // L x dv: exact softmax attention
    InputMoments moments;  // of x and y
    double mean_norm = 0;  // the mean of |x_i| and |y_j|

    Index length() const { return x.rows(); }
    Index dim() const { return x.cols(); }
};
/// q, k: L x d, v: L x dv, as many rows each. O(L^2 (d + dv)).
/// Errors: those of exact_attention(). Cancelled when `progress` is stopped.
Result<ApproximationTask> make_task(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                                    const Eigen::Ref<const Matrix>& v, bool causal, const Progress& progress = {});
struct RandomInput {
    Matrix q, k, v;  // length x dim
};
/// Entries of q and k from N(0, sigma^2), of v from N(0, 1). For every sigma the same draw, scaled.
RandomInput random_input(Index length, Index dim, double sigma, std::uint64_t seed);
/// make_task() of random_input().
Result<ApproximationTask> random_task(Index length, Index dim, double sigma, bool causal, std::uint64_t seed,
                                      const Progress& progress = {});

struct ApproximationSpec {
    FeatureMethod method = FeatureMethod::positive;
    bool orthogonal = true;
    Index features = 64;  // m
    std::uint64_t seed = 1;
    double epsilon = 0;  // added to exponential features as the published code does, see stabiliser.hpp; else unused

    friend bool operator==(const ApproximationSpec&, const ApproximationSpec&) = default;
};

/// The features of a task's queries and keys, with epsilon where it is wanted.
struct TaskFeatures {
    Features queries, keys;
};
Result<TaskFeatures> task_features(const ApproximationTask& task, const ApproximationSpec& spec,
                                   const Progress& progress = {});

enum class ErrorMetric {
    output,     // mean over all entries of (approximate - exact output)^2
    frobenius,  // |A' - A| / |A|, Frobenius norms, of the matrices whose rows are divided by their sums
    kernel,     // (phi(x) . phi(y) - exp(x . y))^2 of one pair x, y, mean over draws
};
inline constexpr std::array<std::string_view, 3> error_metric_names{"output", "frobenius", "kernel"};

/// The metrics `output` and `frobenius` of one draw. Output: by the engine where it knows the features. Frobenius: row
/// by row, no L x L matrix is held; O(L^2 (d + r)).
/// Errors: features beyond the range of float. Cancelled when `progress` is stopped. Same bits for any number of
/// threads.
Result<double> approximation_error(const ApproximationTask& task, const ApproximationSpec& spec, ErrorMetric metric,
                                   const Progress& progress = {});
/// The same of uniform attention, weights 1 / (number of visible keys): what an approximation has to beat.
double uniform_error(const ApproximationTask& task, ErrorMetric metric);

/// phi(x) . phi(y) of `draws` independent draws, of which the k-th has a seed of its own made of `seed` and k. In
/// double. O(draws m d), orthogonal O(draws m d^2). Empty when `progress` is stopped.
/// x, y: d entries each.
std::vector<double> kernel_draws(const ApproximationSpec& spec, const VectorD& x, const VectorD& y, Index draws,
                                 const Progress& progress = {});
/// Two vectors of `dim` >= 2 entries (1: along the line, y turned by cos) with the given lengths and the angle between
/// them, in the plane of the first two axes.
std::pair<VectorD, VectorD> pair_at_angle(Index dim, double x_norm, double y_norm, double angle);

}  // namespace attnscope
