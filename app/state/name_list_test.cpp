#include "app/state/name_list.hpp"

#include <gmock/gmock.h>

#include <array>

namespace attnscope {
namespace name_list_test {

using testing::HasSubstr;

constexpr std::array<std::string_view, 3> names{"red", "green", "blue"};

TEST(NameList, ReadsNamesInTheirOwnOrderEachOnceHoweverTheyAreSeparated) {
    EXPECT_EQ(*read_names("colours", "blue; red,,blue ", names), (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(*read_names("colours", "green", names), (std::vector<std::size_t>{1}));
    enum class Colour { red, green, blue };
    EXPECT_EQ(*read_enums<Colour>("colours", "blue,red", names), (std::vector<Colour>{Colour::red, Colour::blue}));
}

TEST(NameList, SaysWhatIsNoNameAndWhatWouldBe) {
    for (const char* const list : {"red,purple", "purple", "red green purple"}) {
        const auto read = read_names("colours", list, names);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().what, "'purple' in colours is none of red, green, blue");
    }
    for (const char* const list : {"", " , ;"}) {
        const auto read = read_names("colours", list, names);
        ASSERT_FALSE(read);
        EXPECT_THAT(read.error().what, HasSubstr("colours is empty: it is a list of some of red, green, blue"));
    }
}

TEST(NameList, TogglingPutsANameInItsPlaceOrTakesItOutAndLeavesOne) {
    EXPECT_EQ(toggle_name("red,blue", 1, names), "red,green,blue");
    EXPECT_EQ(toggle_name("blue red", 0, names), "blue");
    EXPECT_EQ(toggle_name("blue", 2, names), "blue");
    EXPECT_EQ(toggle_name("purple", 1, names), "green");
}

}  // namespace name_list_test
}  // namespace attnscope
