#include "app/shell/input.hpp"

#include <GLFW/glfw3.h>
#include <gtest/gtest.h>

namespace attnscope {
namespace input_test {

TEST(InputQueue, EveryOneOfTenFastClicksIsSeenAsDownAndUp) {
    InputQueue queue;
    for (int i = 0; i < 10; ++i) {
        queue.push(MouseButton{0, true});
        queue.push(MouseButton{0, false});
    }
    int downs = 0, frames = 0;
    bool before = false;
    while (!queue.empty()) {
        const FrameInput frame = queue.next_frame(0);
        downs += frame.buttons[0] && !before ? 1 : 0;
        before = frame.buttons[0];
        ASSERT_LT(++frames, 100);
    }
    EXPECT_EQ(downs, 10);
    EXPECT_FALSE(before);
}

TEST(InputQueue, APressIsSeenWhereTheMouseWasAndNotWhereItWentNext) {
    InputQueue queue;
    queue.push(MouseMove{{10, 10}});
    queue.push(MouseButton{0, true});
    queue.push(MouseMove{{90, 90}});
    const FrameInput pressed = queue.next_frame(0);
    EXPECT_TRUE(pressed.buttons[0]);
    EXPECT_EQ(pressed.mouse, (Vec2{10, 10}));
    EXPECT_EQ(queue.next_frame(0).mouse, (Vec2{90, 90}));
}

TEST(InputQueue, KeysAfterAClickWaitForTheFrameThatHasTheFocus) {
    InputQueue queue;
    queue.push(MouseButton{0, true});
    queue.push(MouseButton{0, false});
    queue.push(KeyPress{65, true, false, false});
    queue.push(Typed{"x"});
    EXPECT_TRUE(queue.next_frame(0).keys.empty());
    EXPECT_TRUE(queue.next_frame(0).keys.empty());
    const FrameInput typed = queue.next_frame(0);
    ASSERT_EQ(typed.keys.size(), 2U);
    EXPECT_TRUE(std::get<KeyPress>(typed.keys[0]).control);
    EXPECT_EQ(std::get<Typed>(typed.keys[1]).text, "x");
}

TEST(InputQueue, AllTypedTextArrivesInOrderInOneFrame) {
    InputQueue queue;
    for (const char c : std::string("sheep")) queue.push(Typed{std::string(1, c)});
    std::string text;
    for (const KeyEvent& event : queue.next_frame(0).keys) text += std::get<Typed>(event).text;
    EXPECT_EQ(text, "sheep");
    EXPECT_TRUE(queue.empty());
}

TEST(InputQueue, AKeyThatPressesWhatIsDrawnIsTheLastOfItsFrame) {
    InputQueue queue;
    for (const int key : {GLFW_KEY_TAB, GLFW_KEY_TAB, GLFW_KEY_SPACE}) queue.push(KeyPress{key, false, false, false});
    queue.push(Typed{" "});  // the same press, as a letter
    for (const int key : {GLFW_KEY_ENTER, GLFW_KEY_TAB}) queue.push(KeyPress{key, false, false, false});
    EXPECT_EQ(queue.next_frame(0).keys.size(), 4U);
    EXPECT_EQ(queue.next_frame(0).keys.size(), 1U);
    EXPECT_EQ(queue.next_frame(0).keys.size(), 1U);
    EXPECT_TRUE(queue.empty());
}

TEST(InputQueue, WheelNotchesAddUpAndDoNotRepeat) {
    InputQueue queue;
    queue.push(MouseWheel{1});
    queue.push(MouseWheel{0.5F});
    EXPECT_EQ(queue.next_frame(0).wheel, 1.5F);
    EXPECT_EQ(queue.next_frame(0).wheel, 0.0F);
}

TEST(InputQueue, ButtonsBeyondTheThirdAreIgnored) {
    InputQueue queue;
    queue.push(MouseButton{7, true});
    queue.push(MouseButton{-1, true});
    const FrameInput frame = queue.next_frame(0);
    EXPECT_TRUE(queue.empty());
    EXPECT_FALSE(frame.buttons[0] || frame.buttons[1] || frame.buttons[2]);
}

TEST(InputQueue, DroppedFilesAreSeenInOneFrameOnly) {
    InputQueue queue;
    queue.push(DroppedFiles{{"/a", "/b"}});
    queue.push(DroppedFiles{{"/c"}});
    EXPECT_EQ(queue.next_frame(0).dropped, (std::vector<std::string>{"/a", "/b", "/c"}));
    EXPECT_TRUE(queue.next_frame(0).dropped.empty());
}

}  // namespace input_test
}  // namespace attnscope
