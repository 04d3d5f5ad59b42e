#include "core/attention/local.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

double offset(const LocalWindow& local, Index query, Index key) {
    return static_cast<double>(key) - local.centers(query);
}

// x as an index in 0 .. last: x may be beyond every Index.
Index index_within(double x, Index last) {
    return static_cast<Index>(std::clamp(x, 0.0, static_cast<double>(last)));
}

}  // namespace

bool operator==(const LocalWindow& a, const LocalWindow& b) {
    return a.half_width == b.half_width && a.centers.size() == b.centers.size() && a.centers == b.centers;
}

KeyRange local_keys(const LocalWindow& local, Index query, Index keys) {
    check(0 <= query && query < local.centers.size(), "a query has a centre");
    check(keys >= 0, "the number of keys is not negative");
    const double center = local.centers(query);
    check(std::isfinite(center) && std::isfinite(local.half_width), "a local window is finite");
    const auto sees = [&](Index key) { return std::abs(offset(local, query, key)) <= local.half_width; };
    // p - D and p + D are rounded: one key more on each side is asked for, and left out again where it is too far.
    Index begin = index_within(std::ceil(center - local.half_width) - 1, keys);
    Index end = index_within(std::floor(center + local.half_width) + 2, keys);
    while (begin < end && !sees(begin)) ++begin;
    while (begin < end && !sees(end - 1)) --end;
    return {begin, end};
}

double local_gaussian(const LocalWindow& local, Index query, Index key) {
    check(0 <= query && query < local.centers.size(), "a query has a centre");
    const double sigmas = offset(local, query, key) / (local.half_width / 2);
    return std::exp(-sigmas * sigmas / 2);
}

VectorD predicted_centers(const Eigen::Ref<const Matrix>& q, Index keys, std::uint64_t seed) {
    const Index d = q.cols();
    check(d >= 1 && keys >= 1, "centres are predicted from vectors with entries, for at least one key");
    const Matrix w = random_normal(d, d, 1 / std::sqrt(static_cast<double>(d)), seed, stable_hash("local centres W"));
    const Matrix v = random_normal(d, 1, 2 / std::sqrt(static_cast<double>(d)), seed, stable_hash("local centres v"));
    const MatrixD hidden = (q.cast<double>() * w.cast<double>().transpose()).array().tanh();
    const VectorD logits = hidden * v.cast<double>();
    return static_cast<double>(keys) / (1 + (-logits.array()).exp());
}

}  // namespace attnscope
