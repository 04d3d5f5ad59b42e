#include "core/masks/cell_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "core/base/random.hpp"

namespace attnscope {
namespace cell_set_test {

using testing::AllOf;
using testing::HasSubstr;

CellSet parsed(std::string_view text) {
    Result<CellSet> cells = CellSet::parse(text);
    EXPECT_TRUE(cells.has_value()) << text;
    return cells ? *std::move(cells) : CellSet();
}

std::string error_of(std::string_view text) {
    const Result<CellSet> cells = CellSet::parse(text);
    if (cells) return "";
    EXPECT_EQ(cells.error().code, ErrorCode::invalid_input);
    return cells.error().what;
}

TEST(CellSet, HoldsWhatASetOfPairsHoldsAfterAnyPainting) {
    CellSet cells;
    std::set<std::pair<Index, Index>> pairs;
    Random random(1);
    for (int step = 0; step < 3000; ++step) {
        const Index row = random.bits() % 3, begin = random.bits() % 24, size = random.bits() % 7;
        const bool on = random.bits() % 2 == 0;
        cells.set(row, {begin, begin + size}, on);
        for (Index j = begin; j < begin + size; ++j) on ? void(pairs.emplace(row, j)) : void(pairs.erase({row, j}));
        ASSERT_EQ(cells.empty(), pairs.empty());
        for (Index i = 0; i < 3; ++i) {
            for (Index j = 0; j < 32; ++j) ASSERT_EQ(cells.contains(i, j), pairs.contains({i, j})) << i << " " << j;
            const std::span<const KeyRange> ranges = cells.ranges(i);
            for (std::size_t r = 0; r < ranges.size(); ++r) {
                ASSERT_LT(ranges[r].begin, ranges[r].end);
                if (r > 0) {
                    ASSERT_LT(ranges[r - 1].end, ranges[r].begin);
                }
            }
        }
        ASSERT_EQ(parsed(cells.to_text()), cells) << cells.to_text();
    }
}

TEST(CellSet, IsWrittenAsRowsOfInclusiveRanges) {
    CellSet cells;
    EXPECT_EQ(cells.to_text(), "");
    cells.set(4, {0, 1}, true);
    cells.set(0, {7, 8}, true);
    cells.set(0, {3, 6}, true);
    EXPECT_EQ(cells.to_text(), "0:3-5,7;4:0");
    cells.set(0, {6, 7}, true);
    EXPECT_EQ(cells.to_text(), "0:3-7;4:0");
    cells.set(0, {4, 5}, false);
    EXPECT_EQ(cells.to_text(), "0:3,5-7;4:0");
    cells.set(0, {0, 100}, false);
    EXPECT_EQ(cells.to_text(), "4:0");
    cells.set(4, {5, 5}, true);
    EXPECT_EQ(cells.to_text(), "4:0");
    cells.set(4, {0, 3}, false);
    EXPECT_TRUE(cells.empty());
    EXPECT_EQ(cells, CellSet());
}

TEST(CellSet, IsReadAsTheUnionOfItsRangesInAnyOrder) {
    EXPECT_EQ(parsed("").to_text(), "");
    EXPECT_EQ(parsed("4:0;0:7,3-5").to_text(), "0:3-5,7;4:0");
    EXPECT_EQ(parsed("1:5-9,2-6;1:10,0").to_text(), "1:0,2-10");
    EXPECT_EQ(parsed("007:03-03").to_text(), "7:3");
    EXPECT_EQ(parsed("65535:0-65535").ranges(65535)[0], (KeyRange{0, 65536}));
    EXPECT_TRUE(parsed("65535:65535").contains(65535, 65535));
}

TEST(CellSet, AnyIndexMayBeAskedFor) {
    const CellSet cells = parsed("3:1-2");
    EXPECT_FALSE(cells.contains(-1, 1));
    EXPECT_FALSE(cells.contains(3, -5));
    EXPECT_FALSE(cells.contains(1000000, 1));
    EXPECT_TRUE(cells.ranges(-7).empty());
}

TEST(CellSet, BadTextIsRefusedWithItsByteAndWhatBelongsThere) {
    EXPECT_THAT(error_of("x"), AllOf(HasSubstr("byte 0 "), HasSubstr("a row must stand here")));
    EXPECT_THAT(error_of("12"), AllOf(HasSubstr("byte 2 "), HasSubstr("':' must follow the row 12")));
    EXPECT_THAT(error_of("12:"), AllOf(HasSubstr("byte 3 "), HasSubstr("a column must stand here")));
    EXPECT_THAT(error_of("1:2,"), AllOf(HasSubstr("byte 4 "), HasSubstr("a column must stand here")));
    EXPECT_THAT(error_of("1:2-"), AllOf(HasSubstr("byte 4 "), HasSubstr("a range's last column must stand here")));
    EXPECT_THAT(error_of("1:2;"), AllOf(HasSubstr("byte 4 "), HasSubstr("a row must stand here")));
    EXPECT_THAT(error_of("1:2 "), AllOf(HasSubstr("byte 3 "), HasSubstr("the end must follow a column")));
    EXPECT_THAT(error_of("1:2-3-4"), AllOf(HasSubstr("byte 5 "), HasSubstr("the end must follow a column")));
    EXPECT_THAT(error_of("1:-2"), AllOf(HasSubstr("byte 2 "), HasSubstr("a column must stand here")));
    EXPECT_THAT(error_of("1:0,5-3"), AllOf(HasSubstr("byte 4 "), HasSubstr("5-3 must not end before")));
    EXPECT_THAT(error_of("65536:0"), AllOf(HasSubstr("byte 0 "), HasSubstr("a row is too large"), HasSubstr("65535")));
    EXPECT_THAT(error_of("0:1-99999999999999999999"), AllOf(HasSubstr("byte 4 "), HasSubstr("is too large")));
    EXPECT_THAT(error_of("0:1,x"), HasSubstr("looks like \"0:3-5,7;4:0\""));
}

TEST(CellSet, AMillionRangesAreReadAndOneMoreIsRefused) {
    std::string text = "0:";
    for (int i = 0; i < 999'999; ++i) text += "0,";
    EXPECT_EQ(parsed(text + "2").to_text(), "0:0,2");
    EXPECT_THAT(error_of(text + "0,2"), AllOf(HasSubstr("byte 2000002 "), HasSubstr("at most 1000000 ranges")));
}

TEST(CellSetDeathTest, CellsOutsideTheIndicesAreABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    CellSet cells;
    EXPECT_DEATH(cells.set(-1, {0, 1}, true), "row of a cell");
    EXPECT_DEATH(cells.set(65536, {0, 1}, true), "row of a cell");
    EXPECT_DEATH(cells.set(0, {-1, 1}, true), "columns of cells");
    EXPECT_DEATH(cells.set(0, {0, 65537}, true), "columns of cells");
    EXPECT_DEATH(cells.set(0, {3, 2}, true), "columns of cells");
}

}  // namespace cell_set_test
}  // namespace attnscope
