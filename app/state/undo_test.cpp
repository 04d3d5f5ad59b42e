#include "app/state/undo.hpp"

#include <gtest/gtest.h>

#include <map>

#include "app/state/params.hpp"

namespace attnscope {
namespace undo_test {

TEST(Undo, GoesBackAndForthStepByStep) {
    Undo<int> undo;
    EXPECT_FALSE(undo.can_undo());
    EXPECT_EQ(undo.undo(0), std::nullopt);
    EXPECT_EQ(undo.redo(0), std::nullopt);
    undo.record(0, 1);
    undo.record(1, 2);
    EXPECT_EQ(undo.undo(2), 1);
    EXPECT_EQ(undo.undo(1), 0);
    EXPECT_FALSE(undo.can_undo());
    EXPECT_EQ(undo.redo(0), 1);
    EXPECT_TRUE(undo.can_undo());
    EXPECT_EQ(undo.redo(1), 2);
    EXPECT_FALSE(undo.can_redo());
    EXPECT_EQ(undo.undo(2), 1);
}

TEST(Undo, ADragIsOneStep) {
    Undo<int> undo;
    undo.record(0, 1, "temperature#1");
    undo.record(1, 2, "temperature#1");
    undo.record(2, 3, "temperature#1");
    undo.record(3, 4, "temperature#2");
    undo.record(4, 5, "heads#3");
    EXPECT_EQ(undo.undo(5), 4);
    EXPECT_EQ(undo.undo(4), 3);
    EXPECT_EQ(undo.undo(3), 0);
    EXPECT_FALSE(undo.can_undo());
    EXPECT_EQ(undo.redo(0), 3);
}

TEST(Undo, EmptyTagsNeverJoin) {
    Undo<int> undo;
    undo.record(0, 1, "");
    undo.record(1, 2, "");
    EXPECT_EQ(undo.undo(2), 1);
}

TEST(Undo, ADragThatComesBackIsNoStep) {
    Undo<int> undo;
    undo.record(5, 5, "x#1");
    EXPECT_FALSE(undo.can_undo());
    undo.record(5, 6, "x#1");
    undo.record(6, 5, "x#1");
    EXPECT_FALSE(undo.can_undo());
    undo.record(5, 7, "x#1");
    EXPECT_EQ(undo.undo(7), 5);
}

TEST(Undo, ANewRecordForgetsWhatCouldBeRedone) {
    Undo<int> undo;
    undo.record(0, 1);
    undo.undo(1);
    EXPECT_TRUE(undo.can_redo());
    undo.record(0, 9);
    EXPECT_FALSE(undo.can_redo());
    EXPECT_EQ(undo.undo(9), 0);
}

TEST(Undo, AfterAnUndoTheSameTagBeginsANewStep) {
    Undo<int> undo;
    undo.record(0, 1);
    undo.record(1, 2, "x#1");
    EXPECT_EQ(undo.undo(2), 1);
    undo.record(1, 3, "x#1");
    EXPECT_EQ(undo.undo(3), 1);
    EXPECT_EQ(undo.undo(1), 0);
}

TEST(Undo, KeepsTheNewestTwoHundredSteps) {
    Undo<int> undo;
    for (int i = 0; i < 1000; ++i) undo.record(i, i + 1);
    int current = 1000, steps = 0;
    while (undo.can_undo()) {
        current = *undo.undo(current);
        ++steps;
    }
    EXPECT_EQ(steps, 200);
    EXPECT_EQ(current, 800);
    while (undo.can_redo()) current = *undo.redo(current);
    EXPECT_EQ(current, 1000);
}

TEST(Undo, WorksOnThePanelsValues) {
    using State = std::map<std::string, ParamValues>;
    const State before{{"attention", {{"temperature", Value(1.0)}}}};
    const State after{{"attention", {{"temperature", Value(2.0)}}}};
    Undo<State> undo;
    undo.record(before, after, "temperature#1");
    EXPECT_EQ(undo.undo(after), before);
    EXPECT_EQ(undo.redo(before), after);
}

TEST(Undo, ForgetsTheOldestWhereTextsAreLong) {
    Undo<std::string> undo([](const std::string& text) { return text.size(); });
    const std::string long_text(std::size_t{4} << 20U, 'a');
    for (int i = 0; i < 30; ++i) undo.record(long_text + std::to_string(i), long_text + std::to_string(i + 1));
    int steps = 0;
    std::string now = long_text + "30";
    while (const std::optional<std::string> before = undo.undo(now)) {
        now = *before;
        ++steps;
    }
    EXPECT_GE(steps, 7) << "32 MB hold eight, less what is behind the letters";
    EXPECT_LE(steps, 8);
    EXPECT_EQ(now, long_text + std::to_string(30 - steps)) << "it was the oldest that went";
    // One that is larger alone can be undone all the same.
    Undo<std::string> larger([](const std::string&) { return Undo<std::string>::bytes_limit + 1; });
    larger.record("a", "b");
    larger.record("b", "c");
    EXPECT_EQ(larger.undo("c"), "b");
    EXPECT_FALSE(larger.can_undo());
}

}  // namespace undo_test
}  // namespace attnscope
