#include "core/features/rank.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/base/random.hpp"

namespace attnscope {
namespace rank_test {

Matrix tokens(Index rows, Index cols, double sigma, std::uint64_t stream) {
    return random_normal(rows, cols, sigma, 11, stream);
}

RankFacts facts(const Matrix& q, const Matrix& k) {
    Result<RankFacts> result = rank_facts(q, k);
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

std::vector<RankPoint> points(Index length, const std::vector<Index>& dims, double sigma, std::uint64_t seed) {
    Result<std::vector<RankPoint>> result = rank_by_width(length, dims, sigma, seed);
    check(result.has_value(), result ? "" : result.error().what);
    return *std::move(result);
}

MatrixD scores(const Matrix& q, const Matrix& k) {
    return q.cast<double>() * k.cast<double>().transpose() / std::sqrt(static_cast<double>(q.cols()));
}

// Square roots of the eigenvalues of m^T m, descending: exact to about sigma_1^2 eps / sigma.
VectorD roots_of_gram(const MatrixD& m) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m.transpose() * m, Eigen::EigenvaluesOnly);
    return solver.eigenvalues().cwiseMax(0).cwiseSqrt().reverse();
}

void expect_same_singular_values(const VectorD& found, const MatrixD& matrix) {
    EXPECT_EQ(found.size(), std::min(matrix.rows(), matrix.cols()));
    EXPECT_NEAR(found.squaredNorm() / matrix.squaredNorm(), 1, 1e-12);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), std::greater<>()));
    const VectorD expected = roots_of_gram(matrix);
    for (Index i = 0; i < found.size() && expected(i) > 1e-4 * expected(0); ++i)
        EXPECT_NEAR(found(i) / expected(i), 1, 1e-6) << i;
}

TEST(RankFacts, ScoresHaveTheRankOfTheSmallerOfWidthAndLength) {
    for (const Index length : {1, 2, 7, 40, 96})
        for (const Index dim : {1, 3, 16, 64, 130}) {
            const RankFacts found = facts(tokens(length, dim, 1, 1), tokens(length, dim, 1, 2));
            EXPECT_EQ(found.score_rank, std::min(length, dim)) << length << " " << dim;
        }
    EXPECT_EQ(facts(tokens(30, 12, 1, 1), tokens(9, 12, 1, 2)).score_rank, 9);
}

TEST(RankFacts, ExpOfModerateScoresHasNoSmallerRankAndTheFullOneForWideVectors) {
    for (const double sigma : {0.1, 0.5, 1.0, 1.5})
        for (const Index dim : {1, 2, 4, 16, 64}) {
            const Index length = 96;
            const RankFacts found = facts(tokens(length, dim, sigma, 1), tokens(length, dim, sigma, 2));
            EXPECT_GE(found.exp_rank, found.score_rank) << sigma << " " << dim;
            if (dim >= 16) {
                EXPECT_EQ(found.exp_rank, length) << sigma << " " << dim;
            }
        }
}

TEST(RankFacts, SingularValuesMatchTheEigenvaluesOfTheGramMatrix) {
    const std::pair<Index, Index> shapes[] = {{80, 80}, {30, 70}, {70, 30}, {5, 9}, {1, 4}, {1, 1}};
    for (const auto& [queries, keys] : shapes) {
        const Matrix q = tokens(queries, 12, 1, 1), k = tokens(keys, 12, 1, 2);
        const RankFacts found = facts(q, k);
        expect_same_singular_values(found.score_values, scores(q, k));
        expect_same_singular_values(found.exp_values, scores(q, k).array().exp());
    }
}

// Where Eigen 3.4's BDCSVD finds a largest value that is half of what it should be, or values that are no numbers.
TEST(RankFacts, SingularValuesOfScoresThatReachFarMatchThoseOfJacobi) {
    struct Case {
        Index length, dim;
        double sigma;
        std::uint64_t seed;
    };
    for (const Case& c : {Case{256, 16, 5, 1}, Case{178, 3, 3.41783, 792}, Case{115, 32, 5.13292, 724},
                          Case{207, 120, 9.11142, 659}, Case{197, 133, 8.00464, 101}}) {
        const Matrix q = random_normal(c.length, c.dim, c.sigma, c.seed, 1),
                     k = random_normal(c.length, c.dim, c.sigma, c.seed, 2);
        const RankFacts found = facts(q, k);
        const MatrixD exp = scores(q, k).unaryExpr([](double score) { return std::exp(score); });
        const VectorD expected = Eigen::JacobiSVD<MatrixD>(exp).singularValues();
        EXPECT_LE((found.exp_values - expected).cwiseAbs().maxCoeff(), 1e-14 * expected(0)) << c.sigma;
        EXPECT_GE(found.exp_values.minCoeff(), 0) << c.sigma;
    }
}

// S = [[ln 2, 0], [0, ln 2]], exp(S) = [[2, 1], [1, 2]]: singular values 3 and 1, and 9 of 10 is not yet 99 %.
TEST(RankFacts, TwoByTwoByHand) {
    const float entry = static_cast<float>(std::sqrt(2.0) * std::log(2.0));  // the score is this, over sqrt 2
    const Matrix q = (Matrix(2, 2) << entry, 0, 0, entry).finished();
    const RankFacts found = facts(q, Matrix::Identity(2, 2));
    EXPECT_NEAR(found.score_values(0), std::log(2.0), 1e-7);
    EXPECT_NEAR(found.score_values(1), std::log(2.0), 1e-7);
    EXPECT_NEAR(found.exp_values(0), 3, 1e-6);
    EXPECT_NEAR(found.exp_values(1), 1, 1e-6);
    EXPECT_EQ(found.score_rank, 2);
    EXPECT_EQ(found.exp_rank, 2);
    EXPECT_EQ(found.exp_99, 2);
}

TEST(RankFacts, ZeroQueriesGiveScoresOfRankZeroAndOnesOfRankOne) {
    const RankFacts found = facts(Matrix::Zero(40, 8), tokens(50, 8, 1, 1));
    EXPECT_EQ(found.score_values, VectorD::Zero(40));
    EXPECT_EQ(found.score_rank, 0);
    EXPECT_NEAR(found.exp_values(0), std::sqrt(40.0 * 50.0), 1e-11);
    EXPECT_LT(found.exp_values(1), 1e-12);
    EXPECT_EQ(found.exp_rank, 1);
    EXPECT_EQ(found.exp_99, 1);
}

TEST(RankFacts, Exp99IsTheSmallestNumberOfSingularValuesWithThatPart) {
    for (const Index dim : {1, 4, 16, 64}) {
        const RankFacts found = facts(tokens(64, dim, 1, 1), tokens(64, dim, 1, 2));
        const double all = found.exp_values.squaredNorm();
        EXPECT_GE(found.exp_values.head(found.exp_99).squaredNorm(), 0.99 * all * (1 - 1e-12));
        EXPECT_LT(found.exp_values.head(found.exp_99 - 1).squaredNorm(), 0.99 * all);
        EXPECT_LE(found.exp_99, found.exp_rank);
    }
}

Result<RankFacts> facts_of_one_score(float score, Index keys) {
    return rank_facts(Matrix::Constant(2, 1, score), Matrix::Ones(keys, 1));
}

TEST(RankFacts, ExpBeyondDoubleIsAnErrorThatSaysWhereAndWhatWouldBeRight) {
    Matrix q = Matrix::Zero(5, 4), k = Matrix::Zero(6, 4);
    q.row(3).setConstant(40);
    k.row(2).setConstant(10);  // 4 * 400 / 2
    const Result<RankFacts> result = rank_facts(q, k);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(result.error().what, testing::HasSubstr("query 3 and key 2 (counted from 0) is 800: "));
    EXPECT_THAT(result.error().what, testing::HasSubstr("beyond the range of double"));
    EXPECT_THAT(result.error().what, testing::HasSubstr("no score above 707.082"));  // 709.783 - ln(30) / 2 - 1
    EXPECT_FALSE(facts_of_one_score(std::numeric_limits<float>::max(), 3));
}

TEST(RankFacts, EveryResultIsFiniteUpToTheLargestScoreAndDownToTheSmallest) {
    const float limit = 705.9F;  // 709.78 - ln(2 * 200) / 2 - 1 = 705.79
    EXPECT_FALSE(facts_of_one_score(limit, 200));
    for (const float score : {limit - 0.2F, -700.0F, -744.0F, -746.0F, -1e30F}) {
        const Result<RankFacts> found = facts_of_one_score(score, 200);
        ASSERT_TRUE(found) << score;
        EXPECT_TRUE(found->score_values.allFinite() && found->exp_values.allFinite()) << score;
        const Index expected = score > -745 ? 1 : 0;  // below, exp is 0 in double
        EXPECT_EQ(found->exp_rank, expected) << score;
        EXPECT_EQ(found->exp_99, expected) << score;
    }
}

Progress stopped_progress() {
    std::stop_source source;
    source.request_stop();
    return {source.get_token(), nullptr};
}

TEST(RankFacts, StopsWhenAsked) {
    const Result<RankFacts> one = rank_facts(Matrix::Ones(3, 3), Matrix::Ones(3, 3), stopped_progress());
    ASSERT_FALSE(one);
    EXPECT_EQ(one.error().code, ErrorCode::cancelled);
    const Result<std::vector<RankPoint>> many = rank_by_width(8, {1, 2}, 1, 1, stopped_progress());
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, ErrorCode::cancelled);
}

TEST(RankFacts, GiantEntriesHideTheOthersSoThatTheNumericalRankSinks) {
    const RankFacts found = facts(tokens(96, 4, 5, 1), tokens(96, 4, 5, 2));
    EXPECT_EQ(found.score_rank, 4);
    EXPECT_LT(found.exp_rank, 20);
    EXPECT_EQ(facts(tokens(96, 4, 1, 1), tokens(96, 4, 1, 2)).exp_rank, 96);
}

TEST(RankByWidth, RankOfScoresGrowsWithTheWidthAndExpIsFarAhead) {
    const std::vector<Index> dims{1, 2, 4, 8, 16, 32, 64, 128};
    const std::vector<RankPoint> found = points(64, dims, 1, 3);
    ASSERT_EQ(found.size(), dims.size());
    for (std::size_t i = 0; i < dims.size(); ++i) {
        EXPECT_EQ(found[i].dim, dims[i]);
        EXPECT_EQ(found[i].score_rank, std::min(dims[i], Index{64}));
        EXPECT_GE(found[i].exp_rank, found[i].score_rank);
        if (dims[i] >= 4) {
            EXPECT_EQ(found[i].exp_rank, 64);
        }
    }
}

TEST(RankByWidth, APointDependsOnNoOtherWidthButOnTheSeed) {
    std::vector<Index> distinct;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const RankPoint alone = points(48, {6}, 1.5, seed)[0], among = points(48, {1, 6, 40}, 1.5, seed)[1];
        EXPECT_EQ(alone.exp_rank, among.exp_rank);
        EXPECT_EQ(alone.exp_99, among.exp_99);
        distinct.push_back(alone.exp_99);
    }
    EXPECT_NE(std::count(distinct.begin(), distinct.end(), distinct[0]), 8);
    EXPECT_TRUE(points(48, {}, 1, 1).empty());
}

TEST(RankByWidth, WhatCannotBeIsAnErrorThatSaysWhy) {
    const Result<std::vector<RankPoint>> overflow = rank_by_width(32, {4, 8}, 60, 1);
    ASSERT_FALSE(overflow);
    EXPECT_EQ(overflow.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(overflow.error().what, testing::StartsWith("at width 4: the score"));
    for (const double sigma : {-1.0, 1e31, std::numeric_limits<double>::quiet_NaN()}) {
        const Result<std::vector<RankPoint>> result = rank_by_width(4, {4}, sigma, 1);
        ASSERT_FALSE(result);
        EXPECT_THAT(result.error().what, testing::HasSubstr("it must be 0 .. 1e+30"));
    }
}

TEST(RankByWidth, ReportsTheEnd) {
    std::atomic<float> fraction = 0;
    ASSERT_TRUE(rank_by_width(8, {1, 2, 3}, 1, 1, {std::stop_token(), &fraction}));
    EXPECT_EQ(fraction.load(), 1.0F);
}

std::vector<Index> numbers(const std::vector<RankPoint>& from) {
    std::vector<Index> result;
    for (const RankPoint& point : from)
        result.insert(result.end(), {point.dim, point.score_rank, point.exp_rank, point.exp_99});
    return result;
}

TEST(RankByWidth, TheNumberOfThreadsChangesNoBit) {
    const Matrix q = tokens(70, 5, 1, 1), k = tokens(60, 5, 1, 2);
    const std::vector<Index> dims{1, 2, 3, 5, 8, 13};
    const auto limited = [&](std::size_t threads) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        return std::pair(facts(q, k), numbers(points(50, dims, 1, 7)));
    };
    const auto one = limited(1), two = limited(2);
    EXPECT_EQ(one.first.score_values, two.first.score_values);
    EXPECT_EQ(one.first.exp_values, two.first.exp_values);
    EXPECT_EQ(one.second, two.second);
}

// Operations of a product (rows x inner) (inner x cols), counted one by one.
double count_product(Index rows, Index inner, Index cols) {
    double count = 0;
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            for (Index c = 0; c < inner; ++c) count += 2;  // a multiplication and an addition
    return count;
}

TEST(OrderCost, OperationsMatchThoseCountedInPlainLoops) {
    for (const Index l : {1, 5, 17})
        for (const Index d : {1, 4, 6}) {
            EXPECT_EQ(weights_first_cost(l, d).operations, count_product(l, d, l) + count_product(l, l, d));
            for (const Index m : {0, 1, 7})
                for (const Index r : {1, 7, 14}) {
                    const double features = 2 * count_product(l, d, m);  // of queries and keys
                    const double products = count_product(r, l, d) + count_product(l, r, d);
                    const double normaliser = count_product(r, l, 1) + count_product(l, r, 1);
                    EXPECT_EQ(keys_first_cost(l, d, m, r).operations, features + products + normaliser);
                }
        }
}

TEST(OrderCost, TotalsAreThoseOfTheLiteratureAndTheNormalisers) {
    const double l = 1000, d = 64, m = 128;
    EXPECT_EQ(weights_first_cost(1000, 64).operations, 4 * l * l * d);
    EXPECT_EQ(keys_first_cost(1000, 64, 128, 128).operations, 8 * l * m * d + 4 * l * m);
    EXPECT_EQ(keys_first_cost(1000, 64, 128, 256).operations, 12 * l * m * d + 8 * l * m);
    EXPECT_EQ(keys_first_cost(1000, 64, 0, 64).operations, 4 * l * d * d + 4 * l * d);  // elu
    EXPECT_EQ(weights_first_cost(1000, 64).floats, l * l + l * d);
    EXPECT_EQ(keys_first_cost(1000, 64, 128, 256).floats, l * 2 * m + 2 * m * d + l * d);
}

TEST(OrderCost, LongInputsDoNotOverflow) {
    EXPECT_EQ(weights_first_cost(Index{1} << 40, 1 << 10).operations, std::ldexp(1.0, 92));
}

TEST(BreakEvenLength, KeysFirstIsDearerJustBelowAndCheaperJustAbove) {
    for (const Index d : {1, 3, 64})
        for (const Index m : {0, 1, 100})
            for (const Index r : {1, 100, 200}) {
                const double even = break_even_length(d, m, r);
                const Index below = static_cast<Index>(std::ceil(even)) - 1, above = static_cast<Index>(even) + 1;
                EXPECT_LT(static_cast<double>(below), even);
                EXPECT_GT(static_cast<double>(above), even);
                if (below > 0) {
                    EXPECT_GT(keys_first_cost(below, d, m, r).operations, weights_first_cost(below, d).operations);
                }
                EXPECT_LT(keys_first_cost(above, d, m, r).operations, weights_first_cost(above, d).operations);
            }
    EXPECT_EQ(break_even_length(64, 128, 128), 258);  // 128 + 128 + 128 / 64
    EXPECT_EQ(break_even_length(3, 1, 1), 2 + 1.0 / 3.0);
    EXPECT_EQ(break_even_length(64, 0, 0), 0);
}

TEST(RankDeathTest, ShapesThatDoNotFitAreABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)rank_facts(Matrix::Ones(2, 3), Matrix::Ones(2, 4)), "equally wide");
    EXPECT_DEATH((void)rank_facts(Matrix::Ones(0, 3), Matrix::Ones(2, 3)), "equally wide");
    EXPECT_DEATH((void)rank_facts(Matrix::Constant(2, 3, NAN), Matrix::Ones(2, 3)), "are finite");
    EXPECT_DEATH((void)rank_by_width(4, {0}, 1, 1), "widths of at least 1");
}

}  // namespace rank_test
}  // namespace attnscope
