#include "core/positions/positions.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.hpp"

namespace attnscope {
namespace positions_test {

// Numbers from an independent implementation of the formulas in double (Python).

TEST(PositionCodes, SinusoidalMatchesTheOracle) {
    const MatrixD rows =
        (MatrixD(4, 4) << 0.0, 1.0, 0.0, 1.0, 0.8414709848078965, 0.5403023058681397, 0.009999833334166664,
         0.9999500004166654, 0.9092974268256816, -0.4161468365471424, 0.01999866669333308, 0.999800006666578,
         0.1411200080598672, -0.9899924966004454, 0.02999550020249566, 0.9995500337489878)
            .finished();
    EXPECT_LT((position_codes_float({.kind = PositionKind::sinusoidal, .dim = 4}, 4).cast<double>() - rows)
                  .cwiseAbs()
                  .maxCoeff(),
              4e-8);
    const Eigen::RowVectorXd row =
        (Eigen::RowVectorXd(8) << 0.9092974268256816, -0.4161468365471424, 0.19866933079506122, 0.9800665778412417,
         0.01999866669333308, 0.999800006666578, 0.0019999986666669333, 0.9999980000006666)
            .finished();
    EXPECT_LT((position_codes_float({.kind = PositionKind::sinusoidal, .dim = 8}, 3).row(2).cast<double>() - row)
                  .cwiseAbs()
                  .maxCoeff(),
              4e-8);
}

TEST(PositionCodes, SinusoidalDotProductsDependOnTheDistanceAloneAndMatchTheOracle) {
    const MatrixD p = position_codes_float({.kind = PositionKind::sinusoidal, .dim = 128}, 1500).cast<double>();
    const std::pair<Index, double> dots[] = {{0, 64.0},
                                             {1, 62.093683805767625},
                                             {10, 42.8200228984971},
                                             {100, 30.543454701490653},
                                             {1000, 10.177728132210538}};
    for (const auto& [distance, dot] : dots)
        for (const Index i : {0, 1, 250, 499}) EXPECT_NEAR(p.row(i).dot(p.row(i + distance)), dot, 2e-5) << distance;
}

TEST(PositionCodes, SinusoidalOfOddDimensionEndsWithASineWithoutItsCosine) {
    const Matrix p = position_codes_float({.kind = PositionKind::sinusoidal, .dim = 5}, 6);
    for (Index i = 0; i < 6; ++i) {
        EXPECT_NEAR(static_cast<double>(p(i, 4)), std::sin(static_cast<double>(i) * std::pow(10000.0, -0.8)), 1e-7);
        EXPECT_NEAR(static_cast<double>(p(i, 3)), std::cos(static_cast<double>(i) * std::pow(10000.0, -0.4)), 1e-7);
    }
}

TEST(PositionCodes, LinearRunsFromZeroToOneInEveryEntryAndIsZeroForOnePosition) {
    const std::pair<Index, double> thirds[] = {{5, 0.75}, {10, 0.3333333333333333}, {50, 0.061224489795918366}};
    for (const auto& [count, code] : thirds) {
        const Matrix p = position_codes_float({.kind = PositionKind::linear, .dim = 3}, count);
        EXPECT_TRUE(p.row(3).isConstant(static_cast<float>(code), 1e-7F)) << count;
        EXPECT_TRUE(p.row(0).isZero(0.0F));
        EXPECT_TRUE(p.row(count - 1).isConstant(1.0F, 0.0F));
    }
    EXPECT_EQ(position_codes_float({.kind = PositionKind::linear, .dim = 2}, 1), Matrix::Zero(1, 2));
}

TEST(PositionCodes, IntegerIsThePositionInEveryEntry) {
    EXPECT_EQ(position_codes_float({.kind = PositionKind::integer, .dim = 2}, 3),
              (Matrix(3, 2) << 0, 0, 1, 1, 2, 2).finished());
}

TEST(PositionCodes, BinaryHoldsTheBitsLowestFirstAndEndsBeyondAnIndexsBits) {
    const Matrix p = position_codes_float({.kind = PositionKind::binary, .dim = 70}, 16);
    EXPECT_EQ(Eigen::RowVectorXf(p.row(7).head(4)), (Eigen::RowVectorXf(4) << 1, 1, 1, 0).finished());
    EXPECT_EQ(Eigen::RowVectorXf(p.row(8).head(4)), (Eigen::RowVectorXf(4) << 0, 0, 0, 1).finished());
    EXPECT_TRUE(p.rightCols(66).isZero(0.0F));
    EXPECT_EQ((p.row(7) - p.row(8)).squaredNorm(), 4);  // the Hamming distance
    for (Index bit = 0; bit < 4; ++bit)                 // flips of bit k over 0 .. 15: 15, 7, 3, 1
        EXPECT_EQ((p.col(bit).tail(15) - p.col(bit).head(15)).squaredNorm(), static_cast<float>((16 >> bit) - 1));
}

TEST(PositionCodes, KindsThatAddNothingAreZeroAndNothingIsEmpty) {
    for (const PositionKind kind : {PositionKind::none, PositionKind::rope, PositionKind::alibi})
        EXPECT_EQ(position_codes_float({.kind = kind, .dim = 4}, 3), Matrix::Zero(3, 4));
    EXPECT_EQ(position_codes_float({.kind = PositionKind::sinusoidal, .dim = 4}, 0).rows(), 0);
    EXPECT_EQ(position_codes_float({.kind = PositionKind::sinusoidal, .dim = 0}, 3).cols(), 0);
}

Eigen::RowVectorXd turned(const Eigen::RowVectorXd& row, Index position) {
    Matrix x(position + 1, row.size());
    x.rowwise() = row.cast<float>();
    return rope(x).row(position).cast<double>();
}

TEST(Rope, MatchesTheOracle) {
    const Eigen::RowVectorXd q = (Eigen::RowVectorXd(4) << 1, 2, 3, 4).finished();
    const Eigen::RowVectorXd k = (Eigen::RowVectorXd(4) << 2, -1, 0, 1).finished();
    const Eigen::RowVectorXd r3q =
        (Eigen::RowVectorXd(4) << -1.27223251272018, -1.8388649851410237, 2.8786681004369807, 4.088186635603438)
            .finished();
    EXPECT_LT((turned(q, 3) - r3q).cwiseAbs().maxCoeff(), 3e-7);
    EXPECT_NEAR(turned(q, 3).dot(turned(k, 1)), -0.4872911073820978, 2e-6);
    EXPECT_NEAR(turned(q, 10).dot(turned(k, 8)), -0.4872911073820978, 2e-6);
}

TEST(Rope, DotProductsDependOnTheDifferenceOfPositionsAloneAndLengthsStay) {
    for (const Index d : {1, 2, 7, 16}) {
        const MatrixD x = random_normal(2, d, 1.0, 3, 0).cast<double>();
        for (const Index distance : {0, 1, 17}) {
            const double first = turned(x.row(0), distance).dot(turned(x.row(1), 0));
            for (const Index n : {1, 5, 900})
                EXPECT_NEAR(turned(x.row(0), n + distance).dot(turned(x.row(1), n)), first, 4e-6) << d;
        }
        EXPECT_NEAR(turned(x.row(0), 777).norm(), x.row(0).norm(), 1e-6);
    }
}

TEST(Rope, LeavesPositionZeroAndAnOddLastEntryAlone) {
    const Matrix x = random_normal(5, 7, 1.0, 3, 0);
    const Matrix y = rope(x);
    EXPECT_EQ(y.row(0), x.row(0));
    EXPECT_EQ(y.col(6), x.col(6));
    EXPECT_NE(y.row(1), x.row(1));
    EXPECT_EQ(rope(Matrix(0, 3)).size(), 0);
}

TEST(Alibi, SlopesMatchTheOracle) {
    for (Index h = 0; h < 8; ++h) EXPECT_EQ(alibi_slope(h, 8), std::pow(0.5, h + 1));
    for (Index h = 0; h < 4; ++h) EXPECT_EQ(alibi_slope(h, 4), std::pow(0.25, h + 1));
}

TEST(PositionCodes, DoublesMatchTheOracleToTheirLastDigits) {
    const MatrixD p = position_codes({.dim = 4}, 4);
    const double row3[] = {0.1411200080598672, -0.9899924966004454, 0.02999550020249566, 0.9995500337489878};
    for (Index k = 0; k < 4; ++k) EXPECT_NEAR(p(3, k), row3[k], 4e-16);
    EXPECT_EQ(position_code({.dim = 4}, 3, 1), p.row(3).transpose());
}

TEST(PositionCodes, AnglesAreExactUpToAMillionWhereFloatsLoseThem) {
    const MatrixD base_two = position_codes({.dim = 6, .base = 8}, 2);
    EXPECT_NEAR(base_two(1, 2), std::sin(0.5), 2e-16) << "w_1 = 8^(-1/3)";
    double lost = 0;
    for (const Index i : {Index{999'999}, Index{1'000'000}, Index{123'457}}) {
        for (const double w : {1.0, 0.7498942093324559, 1e-2, 1.1547819846894582e-4}) {
            // The frequency in two parts whose products with i are exact in long double.
            const auto high = static_cast<long double>(static_cast<float>(w));
            const long double a = static_cast<long double>(i) * high;
            const long double b = static_cast<long double>(i) * (static_cast<long double>(w) - high);
            const long double sin = std::sin(a) * std::cos(b) + std::cos(a) * std::sin(b);
            const long double cos = std::cos(a) * std::cos(b) - std::sin(a) * std::sin(b);
            EXPECT_NEAR(turn(i, w).sin, static_cast<double>(sin), 4e-16);
            EXPECT_NEAR(turn(i, w).cos, static_cast<double>(cos), 4e-16);
        }
        const float careless = static_cast<float>(i) * 0.74989421F;
        lost = std::max(lost, std::abs(static_cast<double>(std::sin(careless)) - turn(i, 0.7498942093324559).sin));
    }
    EXPECT_GT(lost, 1e-3) << "what this guards against";
    EXPECT_EQ(turn(-7, 0.3).sin, -turn(7, 0.3).sin);
    EXPECT_EQ(turn(0, 0.3).cos, 1);
}

TEST(PositionCodes, AreTheSameForAnyNumberOfPositions) {
    for (const PositionKind kind :
         {PositionKind::sinusoidal, PositionKind::integer, PositionKind::binary, PositionKind::learned}) {
        const PositionCode code{.kind = kind, .dim = 10, .rows = 300};
        const MatrixD all = position_codes(code, 300);
        EXPECT_EQ(position_codes(code, 71), all.topRows(71));
        EXPECT_EQ(position_code(code, 299, 300), all.row(299).transpose());
        EXPECT_EQ(position_codes_float(code, 300), all.cast<float>());
    }
}

TEST(PositionCodes, ALearnedTableIsSeededAndEnds) {
    const PositionCode code{.kind = PositionKind::learned, .dim = 256, .rows = 400, .seed = 3};
    const MatrixD p = position_codes(code, 400);
    EXPECT_NEAR(p.rowwise().squaredNorm().mean(), 128, 2) << "|p|^2 near d / 2";
    EXPECT_NE(p.row(0), p.row(1));
    PositionCode other = code;
    other.seed = 4;
    EXPECT_NE(position_codes(other, 1), p.topRows(1));
    other = code;
    other.rows = 512;
    EXPECT_EQ(position_codes(other, 400), p) << "a longer table begins with the same rows";
    EXPECT_TRUE(validate(code, 400));
    const Result<void> beyond = validate(code, 401);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().what, "a learned table of 400 rows has no code for position 400: it ends at 399");
}

TEST(PositionCodes, ABaseMustBeAPositiveNumber) {
    for (const double base : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
        const Result<void> wrong = validate({.base = base}, 4);
        ASSERT_FALSE(wrong) << base;
        EXPECT_NE(wrong.error().what.find("must be a number greater than 0"), std::string::npos);
    }
    EXPECT_TRUE(validate({.base = 1e-3}, 4));
}

TEST(PositionFrequency, WavelengthsMatchTheOracle) {
    const double two_pi = 6.283185307179586;
    const std::pair<Index, double> last[] = {
        {4, 628.3185307179587}, {16, 19869.176531592202}, {128, 54410.14313077674}, {512, 60611.47716626105}};
    for (const auto& [d, wavelength] : last) {
        EXPECT_EQ(two_pi / position_frequency(0, d), two_pi);
        EXPECT_NEAR(two_pi / position_frequency(d / 2 - 1, d), wavelength, 1e-9);
    }
    EXPECT_EQ(position_frequency(1, 4), 0.01) << "j from 0: the literal reading of the slides would give 0.0001";
}

TEST(PositionsDeathTest, WhatDoesNotExistIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)position_codes({.dim = 2}, -1), "not negative");
    EXPECT_DEATH((void)position_frequency(0, 0), "at least one entry");
    EXPECT_DEATH((void)alibi_slope(2, 2), "head's number");
}

}  // namespace positions_test
}  // namespace attnscope
