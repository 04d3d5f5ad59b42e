#include "core/attention/summary.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/random.hpp"

namespace attnscope {
namespace {

TEST(DownsampleMean, AveragesWholeCellsAndPartsOfCells) {
    const Matrix row = (Matrix(1, 4) << 1, 3, 5, 7).finished();
    EXPECT_EQ(downsample_mean(row, 1, 2), (Matrix(1, 2) << 2, 6).finished());
    // Three shares of 4/3 cells: (1 + 3/3) / (4/3), (3 * 2/3 + 5 * 2/3) / (4/3), (5/3 + 7) / (4/3).
    EXPECT_TRUE(downsample_mean(row, 1, 3).isApprox((Matrix(1, 3) << 1.5, 4, 6.5).finished(), 1e-6F));
    EXPECT_TRUE(downsample_mean(row.transpose(), 3, 1).isApprox((Matrix(3, 1) << 1.5, 4, 6.5).finished(), 1e-6F));
}

TEST(DownsampleMean, ConservesTheMeanForAwkwardSizes) {
    for (const Index rows : {1, 7, 64, 101})
        for (const Index cols : {1, 5, 99})
            for (const Index limit : {1, 2, 3, 13, 64}) {
                const Matrix x = random_normal(rows, cols, 1.0, 4, 0).array() + 2.0F;
                const Matrix small = downsample_mean(x, limit, limit + 1);
                ASSERT_EQ(small.rows(), std::min(rows, limit));
                ASSERT_EQ(small.cols(), std::min(cols, limit + 1));
                ASSERT_NEAR(small.cast<double>().mean(), x.cast<double>().mean(), 1e-6);
            }
}

TEST(DownsampleMean, KeepsAConstantAndWhatIsSmallEnoughAndTheEmpty) {
    EXPECT_TRUE(downsample_mean(Matrix::Constant(37, 41, 0.25F), 10, 9).isConstant(0.25F, 1e-7F));
    const Matrix x = random_normal(5, 6, 1.0, 4, 0);
    EXPECT_EQ(downsample_mean(x, 5, 100), x);
    EXPECT_EQ(downsample_mean(Matrix(0, 6), 5, 3).size(), 0);
}

TEST(MeanOf, IsTheMeanCellByCell) {
    const Matrix a = Matrix::Constant(2, 3, 1), b = Matrix::Constant(2, 3, 2), c = Matrix::Constant(2, 3, 6);
    const std::vector<const Matrix*> all = {&a, &b, &c};
    EXPECT_EQ(mean_of(all), Matrix::Constant(2, 3, 3));
}

TEST(SummaryDeathTest, NothingToAverageIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Matrix a = Matrix::Ones(2, 3), b = Matrix::Ones(3, 2);
    EXPECT_DEATH((void)mean_of({}), "at least one");
    EXPECT_DEATH((void)mean_of(std::vector<const Matrix*>{&a, &b}), "one shape");
    EXPECT_DEATH((void)downsample_mean(a, 0, 3), "at least one cell");
}

}  // namespace
}  // namespace attnscope
