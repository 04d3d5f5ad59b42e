#include "core/masks/mask.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "core/attention/test_input.hpp"

namespace attnscope {
namespace mask_test {

using testing_input::painted;

// The definition of each kind.
bool defined(const MaskSpec& mask, Index i, Index j) {
    switch (mask.kind) {
        case MaskKind::none:
            return true;
        case MaskKind::causal:
            return j <= i;
        case MaskKind::padding:
            return j < mask.size;
        case MaskKind::window:
            return std::abs(i - j) <= mask.size;
        case MaskKind::prefix:
            return j < mask.size || j <= i;
        case MaskKind::block:
            return i / mask.size == j / mask.size;
    }
    return false;
}

constexpr MaskKind kinds[] = {MaskKind::none,   MaskKind::causal, MaskKind::padding,
                              MaskKind::window, MaskKind::prefix, MaskKind::block};

TEST(Mask, RangesAreThoseOfTheDefinitionForEveryShapeAndKind) {
    for (const MaskKind kind : kinds)
        for (Index size = kind == MaskKind::block ? 1 : 0; size < 6; ++size)
            for (Index keys = 0; keys < 8; ++keys)
                for (Index i = 0; i < 12; ++i) {
                    const MaskSpec mask{kind, size};
                    const KeyRange range = visible_keys(mask, i, keys);
                    ASSERT_LE(0, range.begin);
                    ASSERT_LE(range.begin, range.end);
                    ASSERT_LE(range.end, keys);
                    for (Index j = 0; j < keys; ++j) {
                        ASSERT_EQ(range.contains(j), defined(mask, i, j)) << i << " " << j;
                        ASSERT_EQ(sees(mask, i, j), defined(mask, i, j)) << i << " " << j;
                    }
                    ASSERT_EQ(sees_any(mask, i, keys), !range.empty());
                }
}

TEST(Mask, HiddenCellsAreNotSeenAndARowOfThemSeesNothing) {
    const MaskSpec mask = painted({MaskKind::causal}, "2:0-1;3:0,2-7;5:0-4,5-9;6:1-6");
    for (Index i = 0; i < 9; ++i)
        for (Index j = 0; j < 9; ++j)
            ASSERT_EQ(sees(mask, i, j), j <= i && !mask.hidden->contains(i, j)) << i << " " << j;
    EXPECT_TRUE(sees_any(mask, 2, 9));
    EXPECT_FALSE(sees_any(mask, 2, 2));
    EXPECT_TRUE(sees_any(mask, 3, 9));
    EXPECT_FALSE(sees_any(mask, 5, 9));
    EXPECT_TRUE(sees_any(mask, 6, 1));
    EXPECT_EQ(visible_keys(mask, 5, 9), (KeyRange{0, 6}));  // the kind's range, before cells are hidden
    EXPECT_EQ(hidden_keys(mask, 3).size(), 2U);
    EXPECT_TRUE(hidden_keys(mask, 4).empty());
    EXPECT_TRUE(hidden_keys({MaskKind::causal}, 3).empty());
    EXPECT_FALSE(any_not_hidden(mask, 4, {3, 3}));
}

TEST(Mask, AreComparedByWhatTheyHide) {
    const MaskSpec mask = painted({MaskKind::window, 2}, "1:3");
    EXPECT_EQ(mask, painted({MaskKind::window, 2}, "1:3-3"));
    EXPECT_NE(mask, painted({MaskKind::window, 2}, "1:4"));
    EXPECT_NE(mask, (MaskSpec{MaskKind::window, 2}));
    EXPECT_NE(mask, painted({MaskKind::window, 3}, "1:3"));
    EXPECT_EQ(painted({}, ""), MaskSpec{});
    EXPECT_NE((MaskSpec{MaskKind::block, 2}), (MaskSpec{MaskKind::window, 2}));
}

TEST(Mask, AQueryBeyondEveryKeysWindowSeesNothing) {
    EXPECT_TRUE(visible_keys({MaskKind::window, 1}, 7, 3).empty());
    EXPECT_EQ(visible_keys({MaskKind::window, 1}, 7, 3).size(), 0);
}

TEST(Mask, AHugeSizeDoesNotOverflow) {
    constexpr Index huge = std::numeric_limits<Index>::max();
    for (const MaskKind kind : {MaskKind::padding, MaskKind::window, MaskKind::prefix, MaskKind::block})
        EXPECT_EQ(visible_keys({kind, huge}, 3, 5), (KeyRange{0, 5}));
    EXPECT_EQ(visible_keys({MaskKind::window, huge}, huge, 5), (KeyRange{0, 5}));
    EXPECT_TRUE(visible_keys({MaskKind::block, huge - 1}, huge, 5).empty());
    EXPECT_EQ(visible_keys({MaskKind::block, huge}, huge - 1, huge), (KeyRange{0, huge}));
}

TEST(MaskDeathTest, ABadSizeQueryOrKeyIsABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)visible_keys({MaskKind::window, -1}, 0, 5), "size is not negative");
    EXPECT_DEATH((void)visible_keys({MaskKind::block, 0}, 0, 5), "block's at least 1");
    EXPECT_DEATH((void)visible_keys(MaskSpec{}, -1, 5), "not negative");
    EXPECT_DEATH((void)sees(MaskSpec{}, 0, -1), "not negative");
}

}  // namespace mask_test
}  // namespace attnscope
