#include "app/draw/text.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace attnscope {
namespace text_test {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(TextFit, LeavesWhatFitsAsItIs) {
    TextShaper shaper;
    for (const std::string text : {"", "short", "پادشاه", "\n"})
        EXPECT_EQ(shaper.fit(text, shaper.width(text, {}) + 1, {}), text);
    const std::string longer = repeated("words ", 300);  // more than is looked at first
    EXPECT_EQ(shaper.fit(longer, shaper.width(longer, {}) + 1, {}), longer);
}

TEST(TextFit, CutsAsLittleAsItMust) {
    TextShaper shaper;
    for (const std::string& unit :
         {std::string("a"), std::string("the king and "), std::string("é🙂"), std::string("ش")}) {
        const std::string text = repeated(unit, 2000);
        for (const float width : {40.0F, 300.0F, 2500.0F}) {
            const std::string fitted = shaper.fit(text, width, {});
            ASSERT_TRUE(fitted.ends_with("…"));
            EXPECT_LE(shaper.width(fitted, {}), width);
            const std::string kept = fitted.substr(0, fitted.size() - std::string("…").size());
            EXPECT_TRUE(text.starts_with(kept));
            // One unit more would be too much.
            EXPECT_GT(shaper.width(text.substr(0, kept.size()) + unit + unit + "…", {}), width);
        }
    }
    EXPECT_EQ(shaper.fit("anything", 0.5F, {}), "");
}

// A text of a million characters was shaped whole, and then twenty times in part.
TEST(TextFit, LooksAtTheBeginningOfALongTextOnly) {
    TextShaper shaper;
    const std::string text = repeated("the king and the queen ", 50'000);
    EXPECT_EQ(shaper.fit(text, 300, {}), shaper.fit(text.substr(0, 1000), 300, {}));
}

// Long texts were kept as long as short ones: by number.
TEST(TextCache, ForgetsLongTextsSooner) {
    TextShaper shaper;
    const std::string text = repeated("the king and the queen ", 900);
    const std::weak_ptr<const ShapedText> first = shaper.shape(text + "0", {});
    EXPECT_EQ(shaper.shape(text + "0", {}), first.lock()) << "kept";
    for (int i = 1; i < 12; ++i) static_cast<void>(shaper.shape(text + std::to_string(i), {}));
    EXPECT_TRUE(first.expired());
}

}  // namespace text_test
}  // namespace attnscope
