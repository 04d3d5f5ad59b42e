#include "core/positions/rotation.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include <cmath>

namespace attnscope {
namespace rotation_test {

// The oracle's numbers are those of an independent implementation in double (Python).

TEST(OffsetRotation, MatchesTheOracle) {
    const MatrixD expected = (MatrixD(4, 4) << 0.5403023058681397, 0.8414709848078965, 0.0, 0.0, -0.8414709848078965,
                              0.5403023058681397, 0.0, 0.0, 0.0, 0.0, 0.9999500004166654, 0.009999833334166664, 0.0,
                              0.0, -0.009999833334166664, 0.9999500004166654)
                                 .finished();
    EXPECT_LT((OffsetRotation(4, 10000, 1).matrix() - expected).cwiseAbs().maxCoeff(), 2e-16);
}

TEST(OffsetRotation, CarriesEveryPositionToItsOffsetWhateverThePosition) {
    for (const Index d : {2, 6, 128}) {
        for (const Index offset : {0, 1, 7, 1000, -5}) {
            const OffsetRotation m(d, 10000, offset);
            for (const Index i : {5, 6, 100, 8192, 999'000})
                EXPECT_LT(rotation_residual(m, 10000, i, offset), 2e-15) << i;
            EXPECT_LT(largest_residual(m, position_codes({.dim = d}, 2048), offset), 2e-15);
        }
    }
    EXPECT_EQ(largest_residual(OffsetRotation(4, 10000, 9), position_codes({.dim = 4}, 9), 9), 0) << "nobody is there";
}

TEST(OffsetRotation, IsExactForFrequenciesFarAboveOneToo) {
    for (const double base : {1e-6, 0.5, 1e12})
        EXPECT_LT(rotation_residual(OffsetRotation(512, base, 7), base, 1'000'000, 7), 1e-12) << base;
}

TEST(OffsetRotation, OfAnotherOffsetMissesWidely) {
    const OffsetRotation m(16, 10000, 3);
    EXPECT_GT(rotation_residual(m, 10000, 10, 4), 0.1);
    EXPECT_GT(largest_residual(m, position_codes({.dim = 16}, 100), 4), 0.1);
}

TEST(OffsetRotation, IsOrthogonalAndAGroup) {
    for (const Index d : {2, 64}) {
        const MatrixD a = OffsetRotation(d, 500, 13).matrix(), b = OffsetRotation(d, 500, 29).matrix();
        EXPECT_LT((a * b - OffsetRotation(d, 500, 42).matrix()).cwiseAbs().maxCoeff(), 1e-15);
        EXPECT_LT((a.transpose() * a - MatrixD::Identity(d, d)).cwiseAbs().maxCoeff(), 1e-15);
        EXPECT_LT(OffsetRotation(d, 500, 13).orthogonality_error(), 1e-15);
        EXPECT_EQ(OffsetRotation(d, 500, -13).matrix(), a.transpose());
        EXPECT_EQ(OffsetRotation(d, 500, 0).matrix(), MatrixD::Identity(d, d));
        EXPECT_NEAR(a.determinant(), 1, 1e-13);
    }
}

TEST(OffsetRotation, WithTheOtherSignGoesBack) {
    // Position 2 and offset 1 with the sines' signs swapped: the code of position 1.
    const VectorD there = OffsetRotation(2, 10000, 1).matrix().transpose() * position_code({.dim = 2}, 2, 1);
    EXPECT_NEAR(there(0), 0.8414709848078964, 1e-15);
    EXPECT_NEAR(there(1), 0.5403023058681397, 1e-15);
}

TEST(OffsetRotation, AppliesItsMatrix) {
    const VectorD x = VectorD::LinSpaced(10, -1, 2);
    const OffsetRotation m(10, 10000, 17);
    EXPECT_LT((m.apply(x) - m.matrix() * x).cwiseAbs().maxCoeff(), 1e-15);
    EXPECT_EQ(m.dim(), 10);
    EXPECT_EQ(m.block(0).sin, std::sin(17.0));
}

TEST(OffsetRotationDeathTest, NeedsAnEvenWidth) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(OffsetRotation(3, 10000, 1), "even number");
    EXPECT_DEATH(OffsetRotation(0, 10000, 1), "even number");
}

}  // namespace rotation_test
}  // namespace attnscope
