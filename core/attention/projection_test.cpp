#include "core/attention/projection.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.hpp"

namespace attnscope {
namespace projection_test {

TEST(Projection, IdentityHeadsTakeConsecutiveCoordinatesGoingRound) {
    const Eigen::RowVectorXf x = Eigen::RowVectorXf::LinSpaced(10, 0, 9);
    const auto head = [&](Index h, Index heads, Index d) {
        return Eigen::RowVectorXf(x * make_projections(ProjectionKind::identity, 10, {h, heads, d, 1}).q);
    };
    EXPECT_EQ(head(0, 3, 4), (Eigen::RowVectorXf(4) << 0, 1, 2, 3).finished());
    EXPECT_EQ(head(1, 3, 4), (Eigen::RowVectorXf(4) << 3, 4, 5, 6).finished());
    EXPECT_EQ(head(2, 3, 4), (Eigen::RowVectorXf(4) << 6, 7, 8, 9).finished());
    EXPECT_EQ(head(2, 3, 6), (Eigen::RowVectorXf(6) << 6, 7, 8, 9, 0, 1).finished());
}

TEST(Projection, IdentityWiderThanTheTokenKeepsAllOfItOnceAndHeadsAreEqual) {
    const Eigen::RowVectorXf x = Eigen::RowVectorXf::LinSpaced(3, 1, 3);
    for (Index h = 0; h < 4; ++h) {
        const Projections p = make_projections(ProjectionKind::identity, 3, {h, 4, 5, 1});
        EXPECT_EQ(Eigen::RowVectorXf(x * p.q), (Eigen::RowVectorXf(5) << 1, 2, 3, 0, 0).finished());
        EXPECT_EQ(p.q, p.k);
        EXPECT_EQ(p.q, p.v);
    }
}

TEST(Projection, AHeadsNumbersDoNotDependOnTheNumberOfHeadsAndHeadsDiffer) {
    for (const ProjectionKind kind : {ProjectionKind::random, ProjectionKind::shared}) {
        const Projections alone = make_projections(kind, 20, {0, 1, 8, 7});
        const Projections among = make_projections(kind, 20, {0, 16, 8, 7});
        const Projections next = make_projections(kind, 20, {1, 16, 8, 7});
        const Projections reseeded = make_projections(kind, 20, {0, 1, 8, 8});
        EXPECT_EQ(alone.q, among.q);
        EXPECT_EQ(alone.k, among.k);
        EXPECT_EQ(alone.v, among.v);
        EXPECT_NE(alone.q, next.q);
        EXPECT_NE(alone.v, next.v);
        EXPECT_NE(alone.q, reseeded.q);
    }
}

TEST(Projection, SharedHasOneMatrixForQueriesAndKeysThatOfRandomQueries) {
    const Projections shared = make_projections(ProjectionKind::shared, 20, {2, 4, 8, 7});
    const Projections random = make_projections(ProjectionKind::random, 20, {2, 4, 8, 7});
    EXPECT_EQ(shared.q, shared.k);
    EXPECT_EQ(shared.q, random.q);
    EXPECT_EQ(shared.v, random.v);
    EXPECT_NE(random.q, random.k);
    EXPECT_NE(random.q, random.v);
    EXPECT_NE(random.k, random.v);
}

TEST(Projection, RandomKeepsUnitVarianceAndGivesScoresVarianceD) {
    const Index model_dim = 48, d = 16, tokens = 40, trials = 100;
    double entry = 0, score = 0, mean = 0;
    for (Index trial = 0; trial < trials; ++trial) {
        const auto seed = static_cast<std::uint64_t>(trial);
        const Projections p = make_projections(ProjectionKind::random, model_dim, {0, 1, d, seed});
        const Matrix x = random_normal(tokens, model_dim, 1.0, seed, 99);
        const Matrix q = x * p.q, k = x * p.k, v = x * p.v;
        const Matrix s = q * k.transpose();
        entry += static_cast<double>(q.squaredNorm() + k.squaredNorm() + v.squaredNorm()) / (3.0 * tokens * d);
        score += static_cast<double>(s.squaredNorm()) / (tokens * tokens);
        mean += static_cast<double>(s.sum()) / (tokens * tokens);
    }
    EXPECT_NEAR(entry / trials, 1, 0.03);
    EXPECT_NEAR(score / trials, d, 0.1 * d);
    EXPECT_NEAR(mean / trials, 0, 0.2);
}

TEST(Projection, SharedEstimatesTheDotProductWithoutBiasAndWithTheStatedVariance) {
    const Index model_dim = 32, d = 8, trials = 20000;
    const Matrix x = random_normal(2, model_dim, 1.0, 5, 0) + Matrix::Constant(2, model_dim, 0.5F);
    const double dot = static_cast<double>(x.row(0).dot(x.row(1)));
    const double norms = static_cast<double>(x.row(0).squaredNorm() * x.row(1).squaredNorm());
    double sum = 0, squares = 0;
    for (Index trial = 0; trial < trials; ++trial) {
        const Projections p =
            make_projections(ProjectionKind::shared, model_dim, {0, 1, d, static_cast<std::uint64_t>(trial)});
        const Eigen::RowVectorXf q = x.row(0) * p.q, k = x.row(1) * p.k;
        const double s = static_cast<double>(q.dot(k));
        sum += s;
        squares += s * s;
    }
    const double mean = sum / trials, variance = squares / trials - mean * mean;
    const double expected = static_cast<double>(d) / model_dim * dot;
    const double expected_variance = static_cast<double>(d) / (model_dim * model_dim) * (norms + dot * dot);
    EXPECT_NEAR(mean, expected, 5 * std::sqrt(expected_variance / trials));
    EXPECT_NEAR(variance / expected_variance, 1, 0.06);
}

TEST(ProjectionDeathTest, AHeadThatDoesNotExistIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)make_projections(ProjectionKind::random, 4, {2, 2, 3, 0}), "head's number");
    EXPECT_DEATH((void)make_projections(ProjectionKind::random, 0, {0, 2, 3, 0}), "at least one row");
}

}  // namespace projection_test
}  // namespace attnscope
