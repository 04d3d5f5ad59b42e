// The positions panel driven as the window drives it, without one.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include <cmath>

#include "app/panels/positions/positions_panel.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::positions_panel {
namespace panel_test {

using testing::HasSubstr;

void press(PositionsPanel& panel, int key, bool shift = false) {
    EXPECT_TRUE(panel.key({.key = key, .shift = shift})) << key;
    panel.wait();
}

TEST(PositionsPanel, ExplainsWithTheUsersNumbers) {
    PositionsPanel panel;
    panel.wait();
    EXPECT_EQ(panel.explain_text(),
              "p_12,6 = sin(12 · w_3) = sin(12 · 0.177828) = 0.8456     w_3 = 10000^−6/32, wavelength 2π/w = 35.33 "
              "positions");
    panel.params().view = View::rotation;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("= sin(19·w) = −0.2349"));
    panel.params().view = View::similarity;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("p_12 · p_19 = 11.4269"));
    panel.params().view = View::rope;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("m − n = 7"));
    panel.params().view = View::alibi;
    panel.params().pin_row = 9;
    panel.params().pin_column = 5;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("bias = −m_3 · |9 − 5| = −0.1250 · 4 = −0.5000"));
}

TEST(PositionsPanel, ARowPinnedWithoutAColumnExplainsWhatIsLookedAt) {
    for (const View view : {View::code, View::alibi}) {
        PositionsPanel panel;
        panel.params().view = view;
        panel.params().pin_row = 0;
        panel.wait();
        EXPECT_EQ(panel.explain_text().find("NaN"), std::string::npos);
        EXPECT_EQ(panel.explain_text().find("-1"), std::string::npos);
    }
}

TEST(PositionsPanel, KeysMoveThePositionTheOffsetAndThePairAndStopAtTheEnds) {
    PositionsPanel panel;
    panel.params().view = View::rotation;
    panel.wait();
    press(panel, GLFW_KEY_RIGHT);
    EXPECT_EQ(panel.params().position, 13);
    press(panel, GLFW_KEY_RIGHT, true);
    EXPECT_EQ(panel.params().offset, 8);
    press(panel, GLFW_KEY_DOWN);
    EXPECT_EQ(panel.params().pair, 4);
    for (int i = 0; i < 100; ++i) press(panel, GLFW_KEY_RIGHT);
    EXPECT_EQ(panel.params().offset, 8) << "the same matrix";
    EXPECT_EQ(panel.params().position, 63 - 8) << "which leads no further";
    EXPECT_FALSE(panel.status().error);
    for (int i = 0; i < 100; ++i) press(panel, GLFW_KEY_UP);
    EXPECT_EQ(panel.params().pair, 0);
    EXPECT_FALSE(panel.key({.key = GLFW_KEY_ESCAPE}));
    panel.params().pin_row = 3;
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_ESCAPE}));
    EXPECT_EQ(panel.params().pin_row, -1);
}

TEST(PositionsPanel, ControlsAgreeAfterTheUserMovedOne) {
    PositionsPanel panel;
    Params& p = panel.params();
    p.view = View::rotation;
    p.length = 5;
    p.dim = 3;
    panel.agree();
    EXPECT_EQ(p.dim, 4);
    EXPECT_EQ(p.position, 0);
    EXPECT_EQ(p.offset, 4) << "as far as there is";
    EXPECT_EQ(p.pair, 1);
    panel.wait();
    EXPECT_FALSE(panel.status().error);
}

TEST(PositionsPanel, AnErrorIsSaidAndThePictureBeforeStays) {
    PositionsPanel panel;
    panel.wait();
    const auto before = panel.shown();
    panel.params().dim = 9;
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("must be even"));
    EXPECT_EQ(panel.shown(), before);
    panel.params().dim = 10;
    panel.wait();
    EXPECT_FALSE(panel.status().error);
    EXPECT_EQ(panel.shown()->codes.cols(), 10);
}

TEST(PositionsPanel, SaysWhatIsRandomAndWhereATableEnds) {
    PositionsPanel panel;
    panel.wait();
    EXPECT_EQ(panel.status().provenance, "formula");
    panel.params().encoding = Encoding::learned;
    panel.params().seed = 4;
    panel.wait();
    EXPECT_EQ(panel.status().provenance, "random table (seed 4)");
    EXPECT_EQ(panel.status().note, "the table ends: positions 48 to 63 have no code");
    EXPECT_THAT(panel.explain_text(), HasSubstr("row 12 of a random table (seed 4)"));
}

TEST(PositionsPanel, TakesTheUsersOwnVectors) {
    const TempFolder folder;
    const std::string file = folder.file("v.txt", "bread 1 0\nwine 0 2\n");
    PositionsPanel panel;
    panel.params().view = View::sum;
    panel.params().text = "bread wine";
    panel.params().vectors = file;
    panel.wait();
    ASSERT_FALSE(panel.status().error) << panel.status().error->what;
    EXPECT_EQ(*panel.shown()->sum->x, Matrix((Matrix(2, 2) << 1, 0, 0, 2).finished()));
    EXPECT_THAT(panel.status().provenance, HasSubstr("yours"));
    panel.params().vectors = (folder / "none.txt").string();
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("none.txt"));
}

// ------------------------------------------------------------------------------------------------------------

}  // namespace panel_test
}  // namespace attnscope::positions_panel
