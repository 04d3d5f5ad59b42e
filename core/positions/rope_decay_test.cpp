#include "core/positions/rope_decay.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.hpp"
#include "core/positions/positions.hpp"
#include "core/positions/similarity.hpp"

namespace attnscope {
namespace rope_decay_test {

TEST(RopeScore, MatchesTheOracleAndDependsOnTheOffsetAlone) {
    const VectorD q = (VectorD(4) << 1, 2, 3, 4).finished(), k = (VectorD(4) << 2, -1, 0, 1).finished();
    const RopeScore score(q, k, 10000);
    EXPECT_NEAR(score.at(2), -0.4872911073820978, 1e-15);
    EXPECT_NEAR(score.at(0), 4, 1e-15);
    EXPECT_NEAR(rope_score(q, k, 3, 1, 10000), -0.4872911073820978, 1e-15);
    EXPECT_NEAR(rope_score(q, k, 10, 8, 10000), -0.4872911073820978, 1e-15);
    EXPECT_NEAR(rope_score(q, k, 999'999, 999'997, 10000), -0.4872911073820978, 4e-15);
    EXPECT_NEAR(RopeScore(k, q, 10000).at(-2), score.at(2), 1e-15);
}

TEST(RopeScore, IsTheProductOfTurnedVectors) {
    const Matrix x = random_normal(40, 12, 1, 5, 0);
    Matrix q = x, k = x;
    q.rowwise() = x.row(3);
    k.rowwise() = x.row(7);
    const Matrix turned_q = rope(q, 100), turned_k = rope(k, 100);
    const RopeScore score(x.row(3).transpose().cast<double>(), x.row(7).transpose().cast<double>(), 100);
    for (const Index m : {0, 5, 39})
        for (const Index n : {0, 11, 39})
            EXPECT_NEAR(turned_q.row(m).cast<double>().dot(turned_k.row(n).cast<double>()), score.at(m - n), 5e-6);
}

TEST(RopeDecay, OfAlikeContentFallsAsTheFrequenciesSayAndOfUnrelatedStays) {
    const Index d = 64, draws = 400;
    const Result<RopeDecay> decay = rope_decay(d, 10000, 200, draws, 1);
    ASSERT_TRUE(decay);
    const VectorD expected = dot_by_offset(d, 10000, 200) * 2 / static_cast<double>(d);
    const double noise = 5 / std::sqrt(static_cast<double>(draws));
    for (Index i = 0; i < 200; ++i) {
        EXPECT_NEAR(decay->alike(i), expected(i), noise * decay->alike_spread(i) + 1e-12) << i;
        EXPECT_NEAR(decay->unrelated(i), 1 / std::sqrt(static_cast<double>(d)), noise * 0.1) << i;
    }
    EXPECT_NEAR(decay->alike(0), 1, 1e-12);
    EXPECT_NEAR(decay->alike_spread(0), 0, 1e-12);
    EXPECT_LT(decay->alike(150), 0.6);
}

TEST(RopeDecay, IsTheSameForTheSameSeedAndAnotherForAnother) {
    const auto a = rope_decay(8, 10000, 70, 4, 1), b = rope_decay(8, 10000, 70, 4, 1),
               c = rope_decay(8, 10000, 70, 4, 2);
    EXPECT_EQ(a->alike, b->alike);
    EXPECT_EQ(a->unrelated, b->unrelated);
    EXPECT_NE(a->unrelated, c->unrelated);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(rope_decay(8, 10000, 70, 4, 1, Progress(stop.get_token(), nullptr)));
}

}  // namespace rope_decay_test
}  // namespace attnscope
