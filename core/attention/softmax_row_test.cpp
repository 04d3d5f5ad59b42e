#include "core/attention/softmax_row.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.hpp"

namespace attnscope {
namespace softmax_row_test {

TEST(SoftmaxRow, StaysWithinItsStatedErrorOverTheWholeRangeOfExponents) {
    const Index keys = 40 * key_tile;
    Matrix row(1, keys);
    Random random(1);
    for (Index j = 0; j < keys; ++j) row(0, j) = static_cast<float>(5 - 86 * random.uniform());
    const Eigen::ArrayXd scores = row.row(0).transpose().cast<double>().array();
    const Eigen::ArrayXd exact = (scores - scores.maxCoeff()).exp() / (scores - scores.maxCoeff()).exp().sum();
    const SoftmaxRow result = softmax_in_place(row.data(), {0, keys});
    for (Index j = 0; j < keys; ++j)
        ASSERT_NEAR(static_cast<double>(row(0, j)) / exact(j), 1, 3e-7 + 6e-8 * (scores.maxCoeff() - scores(j)));
    EXPECT_NEAR(result.log_sum_exp, scores.maxCoeff() + std::log((scores - scores.maxCoeff()).exp().sum()), 1e-6);
    EXPECT_NEAR(result.entropy_bits, -(exact * exact.log()).sum() * std::log2(std::exp(1.0)), 2e-6);
}

TEST(SoftmaxRow, TouchesOnlyTheTilesOfItsKeysAndZeroesTheRestOfThem) {
    Matrix row = Matrix::Constant(1, 4 * key_tile, 7.0F);
    const KeyRange visible{key_tile + 3, 2 * key_tile + 5};
    softmax_in_place(row.data(), visible);
    for (Index j = 0; j < row.size(); ++j) {
        const bool in_tiles = key_tile <= j && j < 3 * key_tile;
        const float expected = !in_tiles             ? 7.0F
                               : visible.contains(j) ? 1.0F / static_cast<float>(visible.size())
                                                     : 0.0F;
        ASSERT_FLOAT_EQ(row(0, j), expected) << j;
    }
}

TEST(SoftmaxRow, KeysFarBelowTheLargestWeighExactlyNothing) {
    Matrix row = Matrix::Zero(1, key_tile);
    row(0, 1) = -87.5F;
    row(0, 2) = -3e38F;
    const SoftmaxRow result = softmax_in_place(row.data(), {0, 3});
    EXPECT_EQ(row(0, 0), 1.0F);
    EXPECT_EQ(row(0, 1), 0.0F);
    EXPECT_EQ(row(0, 2), 0.0F);
    EXPECT_EQ(result.entropy_bits, 0.0);
}

}  // namespace softmax_row_test
}  // namespace attnscope
