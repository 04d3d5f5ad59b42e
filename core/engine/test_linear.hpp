// Cases of linear attention for its tests: shapes, options, and inputs that follow from them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/engine/linear.hpp"
#include "core/engine/linear_reference.hpp"
#include "core/engine/test_heads.hpp"

namespace attnscope::testing_linear {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr std::array all_estimators{Estimator::trig, Estimator::positive, Estimator::hyperbolic, Estimator::elu};

struct Case {
    Index heads = 1, queries = 1, keys = 1, d = 1, dv = 1, features = 1;
    LinearOptions options = {};
};

inline std::string name_of(const Case& c) {
    return fmt::format("{} heads, {} x {}, d {}, dv {}, m {}, {}, mask {} of {}", c.heads, c.queries, c.keys, c.d, c.dv,
                       c.features, estimator_names[static_cast<std::size_t>(c.options.estimator)],
                       static_cast<int>(c.options.mask.kind), c.options.mask.size);
}

struct Inputs {
    TestHeads q, k, v;
    Matrix projections;
    explicit Inputs(const Case& c, Index gap = 0)
        : q(c.heads, c.queries, c.d, 1, gap),
          k(c.heads, c.keys, c.d, 2, gap),
          v(c.heads, c.keys, c.dv, 3, gap),
          projections(draw_projections(c.features, c.d, true, 4)) {}
};

struct Computed {
    std::vector<float> out;
    Index bad_rows = 0;
    friend bool operator==(const Computed& a, const Computed& b) {  // bit by bit
        return a.bad_rows == b.bad_rows && a.out.size() == b.out.size() &&
               std::memcmp(a.out.data(), b.out.data(), a.out.size() * sizeof(float)) == 0;
    }
};

inline Computed compute(decltype(linear_attention)& function, const Case& c, const Inputs& in) {
    Computed result{std::vector<float>(static_cast<std::size_t>(c.heads * c.queries * c.dv), nan)};
    const auto done = function(in.q.view(), in.k.view(), in.v.view(), in.projections, c.options,
                               span_of(result.out.data(), c.heads, c.queries, c.dv), {});
    EXPECT_TRUE(done) << (done ? "" : done.error().what);
    if (done) result.bad_rows = done->bad_rows;
    return result;
}
inline Computed linear(const Case& c, const Inputs& in) {
    return compute(linear_attention, c, in);
}
inline Computed reference(const Case& c, const Inputs& in) {
    return compute(reference_linear, c, in);
}

inline double largest(const std::vector<float>& x) {
    double most = 0;
    for (const float value : x) most = std::max(most, std::abs(static_cast<double>(value)));
    return most;
}

/// Against the largest of `b`.
inline double error_of(const std::vector<float>& a, const std::vector<float>& b) {
    double most = 0;
    for (std::size_t n = 0; n < a.size(); ++n)
        most = std::max(most, std::abs(static_cast<double>(a[n]) - static_cast<double>(b[n])));
    return most / std::max(largest(b), 1e-30);
}

}  // namespace attnscope::testing_linear
