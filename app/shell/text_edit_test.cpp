#include "app/shell/text_edit.hpp"

#include <GLFW/glfw3.h>
#include <gtest/gtest.h>

namespace attnscope {
namespace text_edit_test {

using Outcome = TextEdit::Outcome;

struct Board {
    std::string content;
    Clipboard clipboard{[this] { return content; }, [this](const std::string& text) { content = text; }};
};

Outcome press(TextEdit& edit, Board& board, int key, bool control = false, bool shift = false) {
    return edit.handle(KeyPress{key, control, shift, false}, board.clipboard);
}

TEST(TextEdit, BeginsSelectedSoThatTypingReplacesEverything) {
    Board board;
    TextEdit edit("old words");
    EXPECT_EQ(edit.handle(Typed{"n"}, board.clipboard), Outcome::changed);
    EXPECT_EQ(edit.text(), "n");
}

TEST(TextEdit, BackspaceTakesAWholeLetterWithItsMarks) {
    Board board;
    TextEdit edit("a\u05D1\u05BC");  // a, bet, dagesh
    press(edit, board, GLFW_KEY_END);
    press(edit, board, GLFW_KEY_BACKSPACE);
    EXPECT_EQ(edit.text(), "a");
}

TEST(TextEdit, ControlArrowsMoveByWords) {
    Board board;
    TextEdit edit("king and queen");
    press(edit, board, GLFW_KEY_HOME);
    press(edit, board, GLFW_KEY_RIGHT, true);
    EXPECT_EQ(edit.caret(), 4U);
    press(edit, board, GLFW_KEY_RIGHT, true);
    EXPECT_EQ(edit.caret(), 8U);
    press(edit, board, GLFW_KEY_LEFT, true);
    EXPECT_EQ(edit.caret(), 5U);
}

TEST(TextEdit, InHebrewTheLeftArrowGoesOnward) {
    Board board;
    TextEdit edit("\u05DE\u05DC\u05DA");
    press(edit, board, GLFW_KEY_HOME);
    press(edit, board, GLFW_KEY_LEFT);
    EXPECT_EQ(edit.caret(), 2U);
}

TEST(TextEdit, CutAndPasteMoveTextAndPastedLineBreaksBecomeSpaces) {
    Board board;
    TextEdit edit("one two");
    press(edit, board, GLFW_KEY_END);
    press(edit, board, GLFW_KEY_LEFT, true, true);
    EXPECT_EQ(press(edit, board, GLFW_KEY_X, true), Outcome::changed);
    EXPECT_EQ(edit.text(), "one ");
    EXPECT_EQ(board.content, "two");
    board.content = "a\nb\tc";
    press(edit, board, GLFW_KEY_V, true);
    EXPECT_EQ(edit.text(), "one a b c");
}

TEST(TextEdit, DoubleClickSelectsTheWordUnderIt) {
    TextEdit edit("king and queen");
    for (const std::size_t byte : {5U, 6U, 7U}) {
        edit.select_word_at(byte);
        EXPECT_EQ(edit.selection_begin(), 5U) << byte;
        EXPECT_EQ(edit.selection_end(), 8U) << byte;
    }
}

TEST(TextEdit, EnterAcceptsEscapeAbandonsAndOtherKeysAreLeftToOthers) {
    Board board;
    TextEdit edit("x");
    EXPECT_EQ(press(edit, board, GLFW_KEY_ENTER), Outcome::accepted);
    EXPECT_EQ(press(edit, board, GLFW_KEY_ESCAPE), Outcome::abandoned);
    EXPECT_EQ(press(edit, board, GLFW_KEY_F5), Outcome::ignored);
    EXPECT_EQ(press(edit, board, GLFW_KEY_Z, true), Outcome::ignored);
}

TEST(TextEdit, TextReplacedFromOutsideKeepsTheCaretOnACharacter) {
    TextEdit edit("abcdef");
    edit.place_caret(3, false);
    edit.replace("a\u05D1\u05D1");  // the third byte is inside a letter
    EXPECT_TRUE(edit.caret() == 1 || edit.caret() == 3);
    edit.replace("");
    EXPECT_EQ(edit.caret(), 0U);
}

TEST(TextEdit, MovingAndDeletingInEmptyTextDoesNothing) {
    Board board;
    TextEdit edit("");
    for (const int key :
         {GLFW_KEY_LEFT, GLFW_KEY_RIGHT, GLFW_KEY_HOME, GLFW_KEY_END, GLFW_KEY_BACKSPACE, GLFW_KEY_DELETE}) {
        press(edit, board, key, true, true);
        EXPECT_EQ(edit.text(), "");
        EXPECT_EQ(edit.caret(), 0U);
    }
    edit.select_word_at(0);
    EXPECT_EQ(edit.selection_end(), 0U);
}

}  // namespace text_edit_test
}  // namespace attnscope
