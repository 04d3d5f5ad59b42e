#include "core/base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace attnscope {
namespace random_test {

// Known answers from the published test vectors of Random123 (kat_vectors, philox4x32 10 rounds).
TEST(Philox, MatchesTheAuthorsKnownAnswers) {
    using Words = std::array<std::uint32_t, 4>;
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}));
    const std::uint32_t f = 0xffffffffU;
    EXPECT_EQ(philox4x32({f, f, f, f}, {f, f}), (Words{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU}));
    EXPECT_EQ(philox4x32({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}),
              (Words{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U}));
}

TEST(Random, SameSeedAndStreamGiveTheSameNumbersAndOthersDoNot) {
    Random a(7, 1), b(7, 1), c(7, 2), d(8, 1);
    const auto first = a.bits();
    EXPECT_EQ(first, b.bits());
    EXPECT_NE(first, c.bits());
    EXPECT_NE(first, d.bits());
}

TEST(Random, NormalHasMeanZeroVarianceOneAndTheRightTails) {
    Random random(1);
    const int n = 200000;
    double sum = 0, squares = 0;
    int beyond_two = 0;
    for (int i = 0; i < n; ++i) {
        const double x = random.normal();
        sum += x;
        squares += x * x;
        beyond_two += std::abs(x) > 2 ? 1 : 0;
    }
    EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
    EXPECT_NEAR(beyond_two / static_cast<double>(n), 0.0455003, 5 * std::sqrt(0.0455 / n));
}

TEST(Random, UniformNeverReachesItsEnds) {
    Random random(3);
    for (int i = 0; i < 100000; ++i) {
        const double u = random.uniform();
        ASSERT_GT(u, 0.0);
        ASSERT_LT(u, 1.0);
    }
}

TEST(StableHash, IsFnv1a) {
    EXPECT_EQ(stable_hash(""), 0xcbf29ce484222325U);
    EXPECT_EQ(stable_hash("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(stable_hash("foobar"), 0x85944171f73967e8U);
}

}  // namespace random_test
}  // namespace attnscope
