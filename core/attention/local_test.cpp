#include "core/attention/local.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.hpp"

namespace attnscope {
namespace local_test {

TEST(LocalWindow, KeysAreThoseOfTheDefinition) {
    for (int p = -20; p <= 60; ++p)
        for (const double half_width : {1e-9, 0.1, 0.25, 0.3, 1.0, 2.75, 100.0})
            for (const double step : {0.25, 0.1})
                for (const Index keys : {0, 1, 8}) {
                    const LocalWindow local{VectorD::Constant(1, p * step), half_width};
                    const KeyRange range = local_keys(local, 0, keys);
                    ASSERT_LE(range.begin, range.end);
                    for (Index j = 0; j < keys; ++j)
                        ASSERT_EQ(range.contains(j), std::abs(static_cast<double>(j) - p * step) <= half_width)
                            << j << " " << p * step << " " << half_width;
                }
}

TEST(LocalWindow, HugeNumbersDoNotOverflow) {
    constexpr double huge = std::numeric_limits<double>::max();
    EXPECT_TRUE(local_keys({VectorD::Constant(1, huge), 1}, 0, 9).empty());
    EXPECT_TRUE(local_keys({VectorD::Constant(1, -huge), 1}, 0, 9).empty());
    for (const double center : {0.0, 4.0, huge})
        EXPECT_EQ(local_keys({VectorD::Constant(1, center), huge}, 0, 9), (KeyRange{0, 9}));
    EXPECT_EQ(local_keys({VectorD::Constant(1, 3), 5e-324}, 0, 9), (KeyRange{3, 4}));
}

TEST(LocalWindow, TheGaussianIsOneAtTheCentreAndTwoSigmasWideAtTheBorder) {
    const LocalWindow local{(VectorD(2) << 3, 4.5).finished(), 2};
    EXPECT_EQ(local_gaussian(local, 0, 3), 1);
    EXPECT_DOUBLE_EQ(local_gaussian(local, 0, 5), std::exp(-2));
    EXPECT_DOUBLE_EQ(local_gaussian(local, 0, 1), std::exp(-2));
    EXPECT_DOUBLE_EQ(local_gaussian(local, 1, 4), std::exp(-0.125));
}

TEST(LocalWindow, AreComparedByContent) {
    const LocalWindow local{VectorD::Zero(3), 2};
    EXPECT_TRUE(local == LocalWindow(local));
    EXPECT_FALSE(local == (LocalWindow{VectorD::Zero(4), 2}));
    EXPECT_FALSE(local == (LocalWindow{VectorD::Zero(3), 1}));
    EXPECT_FALSE(local == (LocalWindow{VectorD::Ones(3), 2}));
}

TEST(PredictedCenters, LieBetweenZeroAndTheNumberOfKeysAndGoWithTheQuery) {
    Matrix q = random_normal(200, 16, 1.0, 3, 0);
    q.row(7).setZero();
    q.row(9) = q.row(8);
    const VectorD centers = predicted_centers(q, 30, 1);
    EXPECT_GT(centers.minCoeff(), 0);
    EXPECT_LT(centers.maxCoeff(), 30);
    EXPECT_GT(centers.maxCoeff() - centers.minCoeff(), 15);
    EXPECT_DOUBLE_EQ(centers(7), 15);  // tanh(0) = 0, sigmoid(0) = 1/2
    EXPECT_EQ(centers(8), centers(9));
    EXPECT_LT((predicted_centers(q, 60, 1) - 2 * centers).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((predicted_centers(-q, 30, 1).array() + centers.array() - 30).abs().maxCoeff(), 1e-12);
    EXPECT_GT((predicted_centers(q, 30, 2) - centers).cwiseAbs().maxCoeff(), 1);
}

TEST(LocalWindowDeathTest, AQueryWithoutACentreIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)local_keys({VectorD::Zero(2), 1}, 2, 5), "has a centre");
    EXPECT_DEATH((void)local_gaussian({VectorD::Zero(2), 1}, -1, 5), "has a centre");
    EXPECT_DEATH((void)local_keys({VectorD::Constant(1, NAN), 1}, 0, 5), "finite");
    EXPECT_DEATH((void)predicted_centers(Matrix(3, 0), 4, 1), "entries");
}

}  // namespace local_test
}  // namespace attnscope
