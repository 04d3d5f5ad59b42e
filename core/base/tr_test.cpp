#include "core/base/tr.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace attnscope {
namespace tr_test {

// A "language" that says which text it was asked for and turns two values round.
std::string loud(const char* english, const fmt::format_args* values) {
    if (values == nullptr) return std::string("<") + english + ">";
    return fmt::vformat(std::strcmp(english, "{} of {}") == 0 ? "{1}: {0}" : english, *values);
}

class Tr : public testing::Test {
protected:
    ~Tr() override {
        set_translator([](const char* english, const fmt::format_args* values) {
            return values == nullptr ? english : fmt::vformat(english, *values);
        });
    }
};

TEST_F(Tr, IsEnglishBeforeATranslatorIsSet) {
    EXPECT_EQ(tr("the text is empty"), "the text is empty");
    EXPECT_EQ(tr_text("100 %"), "100 %");
    EXPECT_EQ(tr("{:.2f} of {}", 0.5, "all"), "0.50 of all");
    EXPECT_STREQ(translatable("a row"), "a row");
}

TEST_F(Tr, AsksTheTranslatorThatIsSet) {
    set_translator(loud);
    EXPECT_EQ(tr("a row"), "<a row>");
    EXPECT_EQ(tr_text("a column"), "<a column>");
    EXPECT_EQ(tr("{} of {}", 3, "heads"), "heads: 3") << "a translation may turn the values round";
    EXPECT_EQ(tr("{} and {}", 3, 4), "3 and 4");
}

}  // namespace tr_test
}  // namespace attnscope
