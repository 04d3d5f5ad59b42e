// The pinned cell: it follows its words, and the arrow keys.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include "app/panels/attention/pinned_panel.hpp"

namespace attnscope::attention_panel {
namespace pin_test {

using testing::HasSubstr;
using testing::StartsWith;

TEST(AttentionPanel, ThePinFollowsItsWordWhenTextIsInsertedBefore) {
    AttentionPanel panel;
    prepare(panel, "king bread queen", 1, 2);
    type(panel, "one two king bread queen");
    EXPECT_EQ(pin_of(panel), (std::pair{3, 4}));
    EXPECT_THAT(panel.explain_text(), StartsWith("bread → queen"));
    type(panel, "two king bread queen");
    EXPECT_THAT(panel.explain_text(), StartsWith("bread → queen"));
}

TEST(AttentionPanel, ThePinStaysWhenTextAfterItChanges) {
    AttentionPanel panel;
    prepare(panel, "alpha beta gamma delta", 0, 1);
    type(panel, "alpha beta x y z");
    EXPECT_EQ(pin_of(panel), (std::pair{0, 1}));
    type(panel, "alpha beta");
    EXPECT_EQ(pin_of(panel), (std::pair{0, 1}));
}

TEST(AttentionPanel, AnInsertionBetweenMovesOnlyTheLaterEnd) {
    AttentionPanel panel;
    prepare(panel, "the king and the queen", 1, 4);
    type(panel, "the king and also the queen");
    EXPECT_EQ(pin_of(panel), (std::pair{1, 5}));
    EXPECT_THAT(panel.explain_text(), StartsWith("king → queen"));
}

TEST(AttentionPanel, APinBeyondTheTextIsNotExplainedAndBreaksNothing) {
    AttentionPanel panel;
    prepare(panel, "alpha beta gamma", 2, 2);
    type(panel, "alpha");
    panel.params().pin_query = panel.params().pin_key = 4095;
    panel.wait();
    EXPECT_EQ(panel.explain_text(), "");
}

TEST(AttentionPanel, NoPinStaysNoPinWhateverIsTyped) {
    AttentionPanel panel;
    prepare(panel, "alpha beta", -1, -1);
    type(panel, "one alpha beta");
    EXPECT_EQ(pin_of(panel), (std::pair{-1, -1}));
    EXPECT_EQ(panel.explain_text(), "");
}

// ---- keys --------------------------------------------------------------------------------------------------------

TEST(AttentionPanel, ArrowKeysMoveThePinAndStopAtTheBorders) {
    AttentionPanel panel;
    prepare(panel, "a b c", 1, 1);
    press(panel, GLFW_KEY_UP);
    EXPECT_EQ(pin_of(panel), (std::pair{0, 1}));
    press(panel, GLFW_KEY_UP);
    EXPECT_EQ(pin_of(panel), (std::pair{0, 1}));
    press(panel, GLFW_KEY_RIGHT);
    press(panel, GLFW_KEY_RIGHT);
    EXPECT_EQ(pin_of(panel), (std::pair{0, 2}));
    press(panel, GLFW_KEY_DOWN);
    EXPECT_EQ(pin_of(panel), (std::pair{1, 2}));
    press(panel, GLFW_KEY_DOWN, true);
    EXPECT_EQ(pin_of(panel), (std::pair{2, 2}));
    press(panel, GLFW_KEY_LEFT, true);
    EXPECT_EQ(pin_of(panel), (std::pair{2, 0}));
    press(panel, GLFW_KEY_LEFT);
    EXPECT_EQ(pin_of(panel), (std::pair{2, 0}));
}

}  // namespace pin_test
}  // namespace attnscope::attention_panel
