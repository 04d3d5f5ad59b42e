#include "app/draw/text.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

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
TEST(TextLines, KeepAPercentSignWithItsNumber) {
    TextShaper shaper;
    if (!shaper.has_system_fonts()) GTEST_SKIP() << "the built-in font has lines of its own";
    const TextSpan span{.text = "the largest three hold 99 % of the squares", .style = {.size = 14}};
    for (float width = 60; width < 300; width += 1)
        for (const TextLayout::Piece& piece : shaper.lay_out({&span, 1}, width).pieces)
            ASSERT_FALSE(piece.text.starts_with("%")) << "at a width of " << width;
}

TEST(TextCache, ForgetsLongTextsSooner) {
    TextShaper shaper;
    const std::string text = repeated("the king and the queen ", 900);
    const std::weak_ptr<const ShapedText> first = shaper.shape(text + "0", {});
    EXPECT_EQ(shaper.shape(text + "0", {}), first.lock()) << "kept";
    for (int i = 1; i < 12; ++i) static_cast<void>(shaper.shape(text + std::to_string(i), {}));
    EXPECT_TRUE(first.expired());
}

TEST(TextSizes, AreThoseOfOneShapeScaled) {
    TextShaper shaper;
    for (const std::string text : {"The queen, 0.125", "سلام دنیا", "שלום 12"}) {
        const auto normal = shaper.shape(text, {.size = 16}), large = shaper.shape(text, {.size = 40});
        EXPECT_NEAR(large->width, normal->width * 2.5F, 1e-3F * large->width);
        EXPECT_NEAR(large->ascent, normal->ascent * 2.5F, 1e-3F * large->ascent);
        EXPECT_NEAR(large->descent, normal->descent * 2.5F, 1e-3F * large->ascent);
        ASSERT_EQ(large->glyphs.size(), normal->glyphs.size());
        for (std::size_t i = 0; i < large->glyphs.size(); ++i)
            EXPECT_NEAR(large->glyphs[i].at.x, normal->glyphs[i].at.x * 2.5F, 1e-3F * large->width);
        // Where the caret stands, and back.
        for (const float size : {7.0F, 40.0F}) {
            const CaretMap carets = shaper.carets(text, {.size = size});
            EXPECT_NEAR(std::max(carets.caret_x(0), carets.caret_x(text.size())), shaper.width(text, {.size = size}),
                        0.01F * size);
            EXPECT_EQ(carets.byte_at(carets.caret_x(2)), 2U);
        }
        const TextSpan span{.text = text + " " + text, .style = {.size = 40}};
        const TextLayout layout = shaper.lay_out({&span, 1}, 1e4F);
        float left = layout.width;  // of a line that begins at the right
        for (const TextLayout::Piece& piece : layout.pieces) left = std::min(left, piece.box.min.x);
        const float width = shaper.width(span.text, span.style);
        EXPECT_NEAR(layout.width - left, width, 0.02F * width);
        EXPECT_NEAR(layout.height, 1.4F * 40, 0.01F);
    }
}

// Pango keeps the list of fonts that it has looked up for a size, and never forgets one: half a megabyte for each size
// that a zoom passes through.
TEST(TextSizes, CostNoMemory) {
    TextShaper shaper;
    const auto draw = [&](float size) {
        const TextSpan span{.text = "queen שלום سلام", .style = {.size = size}};
        static_cast<void>(shaper.shape(span.text, span.style));
        static_cast<void>(shaper.lay_out({&span, 1}, 200));
    };
    draw(12);
    ::malloc_trim(0);
    const std::size_t before = ::mallinfo2().uordblks;
    for (int i = 0; i < 300; ++i) draw(5 + 0.13F * static_cast<float>(i));
    EXPECT_LT(::mallinfo2().uordblks, before + (std::size_t{10} << 20U));
}

}  // namespace text_test
}  // namespace attnscope
