#include "core/attention/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "core/attention/reference.hpp"
#include "core/attention/test_input.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace summary_test {

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

constexpr float masked = std::numeric_limits<float>::quiet_NaN();

TEST(ColumnSums, MatchTheOracleAndCountMaskedCellsAsZero) {
    const Matrix stuck = (MatrixD(3, 3) << 0.9, 0.05, 0.05, 0.8, 0.1, 0.1, 0.85, 0.1, 0.05).finished().cast<float>();
    EXPECT_TRUE(column_sums(stuck).isApprox((VectorD(3) << 2.55, 0.25, 0.2).finished(), 1e-7));
    const Matrix causal = (Matrix(2, 3) << 1, masked, masked, 0.25, 0.75, masked).finished();
    EXPECT_EQ(column_sums(causal), (VectorD(3) << 1.25, 0.75, 0).finished());
}

TEST(MeanDistance, WeighsDistancesAndIgnoresMaskedCells) {
    const Matrix w = (Matrix(5, 4) << 1, 0, 0, 0,  // itself
                      0.5, 0, 0, 0.5,              // 1 and 2 away
                      masked, 0.25, 0.25, masked,  // 1 and 0 away, and not normalised
                      0, 0, 0, 0,                  //
                      0, 0, 0, 2)
                         .finished();
    EXPECT_TRUE(mean_distance(w).isApprox((VectorD(5) << 0, 1.5, 0.5, 0, 1).finished(), 1e-12));
}

TEST(WithoutFirstKey, RenormalisesTheRestAndKeepsMaskedCells) {
    const Matrix w = (Matrix(4, 3) << 0.5, 0.125, 0.375,  //
                      1, 0, 0,                            // saw nothing else
                      0.25, 0.75, masked,                 //
                      masked, 0.5, 0.5)
                         .finished();
    const Matrix rest = without_first_key(w);
    EXPECT_EQ(Eigen::RowVectorXf(rest.row(0)), (Eigen::RowVectorXf(3) << 0, 0.25F, 0.75F).finished());
    EXPECT_TRUE(rest.row(1).isZero(0.0F));
    EXPECT_EQ(rest(2, 0), 0);
    EXPECT_EQ(rest(2, 1), 1);
    EXPECT_TRUE(std::isnan(rest(2, 2)) && std::isnan(rest(3, 0)));
    EXPECT_EQ(rest(3, 1), 0.5F);
    EXPECT_EQ(without_first_key(Matrix(2, 0)).cols(), 0);
}

TEST(TopKeys, ComeLargestFirstEqualsInOrderAndNeverMasked) {
    const Eigen::RowVectorXf row = (Eigen::RowVectorXf(6) << 0.1F, 0.4F, masked, 0.1F, 0.4F, 0.2F).finished();
    EXPECT_EQ(top_keys(row, 4), (std::vector<Index>{1, 4, 5, 0}));
    EXPECT_EQ(top_keys(row, 100), (std::vector<Index>{1, 4, 5, 0, 3}));
    EXPECT_TRUE(top_keys(row, 0).empty());
}

TEST(Frobenius, DistanceAndRelativeErrorCountMaskedCellsAsZero) {
    const Matrix a = (Matrix(2, 2) << 1, 2, masked, 4).finished(), b = (Matrix(2, 2) << 1, 5, masked, 0).finished();
    EXPECT_DOUBLE_EQ(frobenius_distance(a, b), 5);
    EXPECT_DOUBLE_EQ(relative_frobenius_error(a, b), 5 / std::sqrt(26.0));
    const Matrix zero = Matrix::Zero(2, 2);
    EXPECT_EQ(relative_frobenius_error(zero, zero), 0);
    EXPECT_EQ(relative_frobenius_error(a, zero), std::numeric_limits<double>::infinity());
}

TEST(MeanPairwiseDistance, IsOverAllPairsAndZeroForOneRow) {
    const Matrix x = (Matrix(3, 2) << 0, 0, 3, 4, 0, 4).finished();
    EXPECT_DOUBLE_EQ(mean_pairwise_distance(x), 4);  // (5 + 4 + 3) / 3
    EXPECT_EQ(mean_pairwise_distance(x.topRows(1)), 0);
}

// GAtt (Zhang, Xiong, Su 2017) refines the annotations H by the decoder's state s through a GRU before attention, so
// that contexts of different states differ more. Oracle: M and v of sines; states 2 v(3, 0.8 t), t = 0 .. 4.
MatrixD wave_matrix(Index rows, Index cols, double a) {
    return 2 * testing_input::wave(rows, cols, a);
}

VectorD wave_vector(Index n, double a) {
    return VectorD::NullaryExpr(n, [&](Index i) { return std::sin(a + 1.3 * static_cast<double>(i)); });
}

VectorD sigmoid(const VectorD& x) {
    return (1 + (-x.array()).exp()).inverse();
}

MatrixD refined(const MatrixD& annotations, const VectorD& s) {
    const auto part = [&](double phase, const VectorD& h) -> VectorD {
        return wave_matrix(4, 3, phase) * s + wave_matrix(4, 4, phase + 1) * h + wave_vector(4, phase * 0.05 + 0.05);
    };
    MatrixD result = annotations;
    for (Index i = 0; i < annotations.rows(); ++i) {
        const VectorD h = annotations.row(i);
        const VectorD z = sigmoid(part(1, h)), r = sigmoid(part(3, h));
        const VectorD proposed = part(5, r.cwiseProduct(h)).array().tanh();
        result.row(i) = (1 - z.array()) * h.array() + z.array() * proposed.array();
    }
    return result;
}

TEST(MeanPairwiseDistance, OfContextsMatchesTheOracleWithPlainAdditiveAttentionAndWithGatt) {
    const MatrixD annotations = wave_matrix(3, 4, 0.2);
    auto weights = std::make_shared<ScoreWeights>();
    weights->w_q = wave_matrix(4, 3, 7).cast<float>();
    weights->w_k = wave_matrix(4, 4, 8).cast<float>();
    weights->w_v = wave_vector(4, 0.4).cast<float>();
    const AttentionOptions additive{.score = ScoreKind::additive, .score_weights = weights};
    const auto context = [&](const VectorD& s, const MatrixD& h) {
        const Result<ReferenceAttention> found = reference_attention(MatrixD(s.transpose()), h, h, additive);
        check(found.has_value(), "the oracle's input is valid");
        return Eigen::RowVectorXf(found->output.row(0).cast<float>());
    };
    Matrix plain(5, 4), gatt(5, 4);
    for (Index t = 0; t < 5; ++t) {
        const VectorD s = 2 * wave_vector(3, 0.8 * static_cast<double>(t));
        plain.row(t) = context(s, annotations);
        gatt.row(t) = context(s, refined(annotations, s));
    }
    EXPECT_NEAR(mean_pairwise_distance(plain), 0.6301901132543126, 1e-6);
    EXPECT_NEAR(mean_pairwise_distance(gatt), 1.126533270130752, 1e-6);
}

TEST(SummaryDeathTest, NothingToAverageIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Matrix a = Matrix::Ones(2, 3), b = Matrix::Ones(3, 2);
    EXPECT_DEATH((void)mean_of({}), "at least one");
    EXPECT_DEATH((void)mean_of(std::vector<const Matrix*>{&a, &b}), "one shape");
    EXPECT_DEATH((void)downsample_mean(a, 0, 3), "at least one cell");
    EXPECT_DEATH((void)frobenius_distance(a, b), "one shape");
    EXPECT_DEATH((void)top_keys(a.row(0), -1), "not negative");
}

TEST(RowEntropies, AreThoseOfTheFormulaAndMaskedCellsAddNothing) {
    Matrix w(4, 4);
    w << 0.25F, 0.25F, 0.25F, 0.25F, 1, 0, 0, 0, 0.5F, NAN, 0.5F, NAN, 0, 0, 0, 0;
    const VectorD entropies = row_entropies(w);
    EXPECT_NEAR(entropies(0), 2, 1e-6);
    EXPECT_EQ(entropies(1), 0);
    EXPECT_NEAR(entropies(2), 1, 1e-6);
    EXPECT_EQ(entropies(3), 0);
    const Matrix random = random_normal(8, 300, 1, 5, 0).array().abs() / 300;
    const VectorD found = row_entropies(random);
    for (Index i = 0; i < 8; ++i) {
        double expected = 0;
        for (const float x : random.row(i)) expected -= static_cast<double>(x) * std::log2(static_cast<double>(x));
        EXPECT_NEAR(found(i), expected, 1e-5);
    }
}

}  // namespace summary_test
}  // namespace attnscope
