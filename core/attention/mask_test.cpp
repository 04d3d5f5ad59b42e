#include "core/attention/mask.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace attnscope {
namespace {

bool sees(const MaskSpec& mask, Index i, Index j) {
    switch (mask.kind) {
        case MaskKind::none:
            return true;
        case MaskKind::causal:
            return j <= i;
        case MaskKind::window:
            return std::abs(i - j) <= mask.window;
    }
    return false;
}

TEST(Mask, RangesAreThoseOfTheDefinitionForEveryShapeAndKind) {
    for (const MaskKind kind : {MaskKind::none, MaskKind::causal, MaskKind::window})
        for (Index window = 0; window < 6; ++window)
            for (Index keys = 0; keys < 8; ++keys)
                for (Index i = 0; i < 12; ++i) {
                    const MaskSpec mask{kind, window};
                    const KeyRange range = visible_keys(mask, i, keys);
                    ASSERT_LE(0, range.begin);
                    ASSERT_LE(range.begin, range.end);
                    ASSERT_LE(range.end, keys);
                    for (Index j = 0; j < keys; ++j) ASSERT_EQ(range.contains(j), sees(mask, i, j)) << i << " " << j;
                }
}

TEST(Mask, AQueryBeyondEveryKeysWindowSeesNothing) {
    EXPECT_TRUE(visible_keys({MaskKind::window, 1}, 7, 3).empty());
    EXPECT_EQ(visible_keys({MaskKind::window, 1}, 7, 3).size(), 0);
}

TEST(Mask, AHugeWindowDoesNotOverflow) {
    constexpr Index huge = std::numeric_limits<Index>::max();
    EXPECT_EQ(visible_keys({MaskKind::window, huge}, 3, 5), (KeyRange{0, 5}));
    EXPECT_EQ(visible_keys({MaskKind::window, huge}, huge, 5), (KeyRange{0, 5}));
}

TEST(MaskDeathTest, ANegativeWindowOrQueryIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)visible_keys({MaskKind::window, -1}, 0, 5), "window is not negative");
    EXPECT_DEATH((void)visible_keys({}, -1, 5), "not negative");
}

}  // namespace
}  // namespace attnscope
