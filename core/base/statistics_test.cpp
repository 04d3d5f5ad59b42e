#include "core/base/statistics.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace attnscope {
namespace statistics_test {

TEST(Quantile, InterpolatesBetweenNeighboursAsNumpyDoes) {
    const std::array<double, 5> five{1, 2, 4, 8, 16};
    EXPECT_DOUBLE_EQ(quantile(five, 0), 1);
    EXPECT_DOUBLE_EQ(quantile(five, 0.1), 1.4);
    EXPECT_DOUBLE_EQ(quantile(five, 0.5), 4);
    EXPECT_DOUBLE_EQ(quantile(five, 0.9), 12.8);
    EXPECT_DOUBLE_EQ(quantile(five, 1), 16);
    const std::array<double, 4> four{1, 2, 4, 8};
    EXPECT_DOUBLE_EQ(quantile(four, 0.5), 3);
}

TEST(Quantile, OneSampleIsEveryQuantileAndNoneIsNaN) {
    const std::array<double, 1> one{3};
    EXPECT_EQ(quantile(one, 0), 3);
    EXPECT_EQ(quantile(one, 0.7), 3);
    EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

TEST(Quantile, InfinitiesAreNotTakenFromEachOther) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::array<double, 3> values{1, infinity, infinity};
    EXPECT_EQ(quantile(values, 0.75), infinity);
    EXPECT_EQ(quantile(values, 0.25), infinity);
    EXPECT_EQ(quantile(values, 0), 1);
}

}  // namespace statistics_test
}  // namespace attnscope
