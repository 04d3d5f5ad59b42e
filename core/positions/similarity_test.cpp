#include "core/positions/similarity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "core/positions/positions.hpp"

namespace attnscope {
namespace similarity_test {

TEST(DotByOffset, MatchesTheOracle) {
    const VectorD dots = dot_by_offset(128, 10000, 1001);
    const std::pair<Index, double> expected[] = {
        {0, 64.0},
        {1, 62.093683805767625},
        {2, 57.38186055282377},
        {3, 52.18622840719287},
        {5, 47.18501196983998},
        {10, 42.8200228984971},
        {20, 38.934046901116005},
        {50, 34.95501084333452},
        {100, 30.543454701490653},
        {500, 19.102696615929652},
        {1000, 10.177728132210538},
    };
    for (const auto& [offset, dot] : expected) EXPECT_NEAR(dots(offset), dot, 1e-12) << offset;
    EXPECT_EQ(last_before_rise(dots), 11);
    const VectorD four = dot_by_offset(4, 10000, 7);
    EXPECT_NEAR(four(3), 0.00955753714854235, 1e-15);
    EXPECT_NEAR(four(6), 1.9583708265855702, 1e-15);
}

TEST(DistanceByOffset, MatchesTheOracleAndTheCodes) {
    const VectorD distances = distance_by_offset(128, 10000, 1001);
    const std::pair<Index, double> expected[] = {
        {1, 1.9525963198942964}, {2, 3.6381697176399657},  {5, 5.799135802886499},    {10, 6.508452519839551},
        {50, 7.621678182220171}, {100, 8.180042212422787}, {1000, 10.375188853007877}};
    for (const auto& [offset, distance] : expected) EXPECT_NEAR(distances(offset), distance, 1e-12) << offset;
    EXPECT_EQ(distances(0), 0);
    const MatrixD p = position_codes({.dim = 128}, 1200);
    EXPECT_NEAR((p.row(150) - p.row(1150)).norm(), distances(1000), 1e-12);
}

TEST(DistanceByOffset, NearCollisionsOfTwoEntriesMatchTheOracle) {
    const VectorD distances = distance_by_offset(2, 10000, 1000);
    EXPECT_NEAR(distances(710), 6.02887067189769e-05, 1e-15);
    EXPECT_NEAR(distances(44), 0.017702618580807752, 1e-15);
    Index nearest = 0;
    EXPECT_GT(distances.tail(999).minCoeff(&nearest), 0) << "pi is irrational";
    EXPECT_EQ(nearest + 1, 710);
}

TEST(DistanceByOffset, SmallestOfAThousandPositionsMatchesTheOracle) {
    const std::tuple<Index, double, Index> expected[] = {{4, 0.07238938434847998, 622},
                                                         {8, 0.6452923638713541, 63},
                                                         {16, 1.0147253387124024, 1},
                                                         {64, 1.4718480481224774, 1}};
    for (const auto& [d, distance, offset] : expected) {
        Index nearest = 0;
        EXPECT_NEAR(distance_by_offset(d, 10000, 1000).tail(999).minCoeff(&nearest), distance, 1e-12) << d;
        EXPECT_EQ(nearest + 1, offset) << d;
    }
}

TEST(DotByOffset, EveryCodeHasTheSquaredLengthOfHalfItsWidth) {
    for (const Index d : {4, 64, 128, 512}) {
        const VectorD norms = position_codes({.dim = d}, 2000).rowwise().squaredNorm();
        EXPECT_LT((norms.array() - static_cast<double>(d) / 2).abs().maxCoeff(), 1e-12) << d;
        EXPECT_EQ(dot_by_offset(d, 10000, 1)(0), static_cast<double>(d) / 2);
    }
}

TEST(LastBeforeRise, IsNothingForWhatOnlyFalls) {
    EXPECT_EQ(last_before_rise(VectorD::LinSpaced(5, 4, 0)), std::nullopt);
    EXPECT_EQ(last_before_rise(VectorD()), std::nullopt);
}

TEST(OffsetDots, OfSinusoidsDependOnTheOffsetAloneAndOfRivalsDoNot) {
    const OffsetDots dots = offset_dots(position_codes({.dim = 32}, 400));
    const VectorD exact = dot_by_offset(32, 10000, 400);
    EXPECT_LT((dots.mean - exact).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((dots.high - dots.low).maxCoeff(), 1e-12);
    EXPECT_LT((dots.distance - distance_by_offset(32, 10000, 400)).cwiseAbs().maxCoeff(), 1e-12);
    for (const PositionKind kind :
         {PositionKind::linear, PositionKind::integer, PositionKind::binary, PositionKind::learned}) {
        const OffsetDots rival = offset_dots(position_codes({.kind = kind, .dim = 32}, 400));
        EXPECT_GT((rival.high - rival.low)(10), 0.5);
        EXPECT_LE(rival.low(10), rival.mean(10));
        EXPECT_LE(rival.mean(10), rival.high(10));
        EXPECT_EQ(rival.low(399), rival.high(399)) << "only one pair is so far apart";
    }
}

TEST(OffsetDots, AreOverAllPositionsWhereThatIsAffordableAndSayOverHowMany) {
    const MatrixD integers = position_codes({.kind = PositionKind::integer, .dim = 4}, 64);
    const OffsetDots dots = offset_dots(integers);
    EXPECT_EQ(dots.starts, 64);
    double sum = 0;
    for (Index i = 0; i + 5 < 64; ++i) sum += 4.0 * static_cast<double>(i * (i + 5));
    EXPECT_NEAR(dots.mean(5), sum / 59, 1e-9);
    EXPECT_EQ(last_before_rise(dots.mean), std::nullopt) << "it only falls";
    EXPECT_EQ(offset_dots(position_codes({.dim = 512}, 400)).starts, 16);
}

TEST(SimilarityPicture, AveragesTheDotProductsOfAPixelExactly) {
    const MatrixD p = position_codes({.dim = 10}, 60);
    const MatrixD dots = p * p.transpose();
    EXPECT_LT((similarity_picture(p, {0, 60}, {0, 60}, 60).cast<double>() - dots).cwiseAbs().maxCoeff(), 2e-6);
    const Matrix small = similarity_picture(p, {4, 60}, {10, 59}, 7);
    ASSERT_EQ(small.rows(), 7);
    ASSERT_EQ(small.cols(), 7);
    for (Index a = 0; a < 7; ++a)
        for (Index b = 0; b < 7; ++b)
            EXPECT_NEAR(static_cast<double>(small(a, b)), dots.block(4 + 8 * a, 10 + 7 * b, 8, 7).mean(), 2e-6);
    EXPECT_EQ(similarity_picture(p, {3, 5}, {0, 60}, 100).rows(), 2) << "never more pixels than cells";
}

TEST(SimilarityPicture, IsAStripePatternForSinusoids) {
    const Matrix picture = similarity_picture(position_codes({.dim = 64}, 50), {0, 50}, {0, 50}, 50);
    for (Index i = 0; i + 1 < 50; ++i)
        for (Index j = 0; j + 1 < 50; ++j)
            EXPECT_NEAR(picture(i, j), picture(i + 1, j + 1), 4e-5F) << "rounding of floats near 32";
    EXPECT_FLOAT_EQ(picture(7, 7), 32);
}

}  // namespace similarity_test
}  // namespace attnscope
