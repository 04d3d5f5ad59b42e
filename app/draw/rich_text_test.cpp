#include "app/draw/rich_text.hpp"

#include <gtest/gtest.h>

#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace rich_text_test {

TEST(Formula, HasSubscriptsOnTheScreenAndPlainTextElsewhere) {
    EXPECT_EQ(plain_formula("p_{i+δ} = M_δ · p_i"), "p_i+δ = M_δ · p_i");
    static TextShaper shaper;
    Recorder canvas(shaper);
    draw_formula(canvas, {0, 0}, 500, "p_{i+δ} = M_δ", {.size = 14});
    EXPECT_TRUE(canvas.says("i+δ"));
    EXPECT_FALSE(canvas.says("{"));
    Recorder narrow(shaper);
    draw_formula(narrow, {0, 0}, 30, "p_{i+δ} = M_δ · p_i, and so on", {.size = 14});
    for (const TextBox& text : narrow.texts)
        for (const Vec2 corner : text.corners) EXPECT_LE(corner.x, 31);
}

}  // namespace rich_text_test
}  // namespace attnscope
