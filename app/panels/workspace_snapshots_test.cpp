// Snapshots of the workspace: kept, recalled, undone, saved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/lessons/test_panel.hpp"

namespace attnscope {
namespace workspace_snapshots_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Snapshots : public testing::Test {
protected:
    Workspace space_{lesson_test_panels()};

    void put(const char* key, const Value& value) {
        EXPECT_TRUE(set(*find(space_.active().params, key), value));
        space_.record_changes("");
    }
    Value value(const char* key) const { return find(space_.active().params, key)->get(); }
    void keep(const char* name) { EXPECT_EQ(space_.add_snapshot(space_.make_snapshot(name)), std::nullopt); }
};

TEST_F(Snapshots, ARecallIsOneChangeThatUndoTakesBack) {
    put("level", Value(0.25));
    put("count", Value(std::int64_t{7}));
    keep("first state");
    put("level", Value(1.0));
    put("words", Value(std::string("other")));
    put("count", Value(std::int64_t{2}));
    EXPECT_THAT(space_.recall(space_.snapshots[0]), IsEmpty());
    space_.record_changes("keys 1");
    EXPECT_EQ(value("level"), Value(0.25));
    EXPECT_EQ(value("count"), Value(std::int64_t{7}));
    EXPECT_EQ(value("words"), Value(std::string("none")));
    ASSERT_TRUE(space_.undo());
    EXPECT_EQ(value("level"), Value(1.0));
    EXPECT_EQ(value("words"), Value(std::string("other")));
    EXPECT_EQ(value("count"), Value(std::int64_t{2}));
    ASSERT_TRUE(space_.redo());
    EXPECT_EQ(value("level"), Value(0.25));
}

TEST_F(Snapshots, TwoRecallsWithinOneStretchOfKeysAreTwoSteps) {
    keep("default");
    put("level", Value(0.25));
    keep("low");
    put("level", Value(1.0));
    space_.record_changes("keys 1");
    static_cast<void>(space_.recall(space_.snapshots[0]));
    space_.record_changes("keys 1");
    static_cast<void>(space_.recall(space_.snapshots[1]));
    space_.record_changes("keys 1");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(value("level"), Value(0.5));
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(value("level"), Value(1.0));
}

TEST_F(Snapshots, ARecallShowsThePanelWithDefaultsWhereNothingIsSaidAndEndsItsComparison) {
    space_.activate(1);
    put("words", Value(std::string("mine")));
    space_.pin_a(1);
    space_.activate(0);
    space_.record_changes("");
    EXPECT_THAT(space_.recall({.name = "n", .panel = "second", .values = {{"count", Value(std::int64_t{4})}}}),
                IsEmpty());
    EXPECT_EQ(space_.active().info.name, "second");
    EXPECT_EQ(value("count"), Value(std::int64_t{4}));
    EXPECT_EQ(value("words"), Value(std::string("none")));
    EXPECT_FALSE(space_.active().a.has_value());
    ASSERT_TRUE(space_.undo());
    EXPECT_EQ(value("words"), Value(std::string("mine")));
    EXPECT_TRUE(space_.active().a.has_value());
}

TEST_F(Snapshots, WhatIsNotLegalIsSaidAndTheRestIsTaken) {
    const Snapshot old{.name = "old",
                       .panel = "first",
                       .values = {{"level", Value(77.0)}, {"gone", Value(true)}, {"count", Value(std::int64_t{9})}}};
    EXPECT_THAT(space_.recall(old), ElementsAre(HasSubstr("77"), HasSubstr("gone")));
    EXPECT_EQ(value("count"), Value(std::int64_t{9}));
    EXPECT_EQ(value("level"), Value(0.5));
    EXPECT_THAT(space_.recall({.name = "n", .panel = "third"}), ElementsAre(HasSubstr("no panel 'third'")));
    EXPECT_EQ(space_.active().info.name, "first");
}

TEST_F(Snapshots, SurviveTheStateFile) {
    put("level", Value(0.25));
    keep("b");
    space_.activate(1);
    keep("a");
    const auto read = parse_state(format_state(space_.to_state()), "s.toml");
    ASSERT_TRUE(read);
    Workspace restored(lesson_test_panels()), applied(lesson_test_panels());
    EXPECT_THAT(restored.restore_state(*read), IsEmpty());
    EXPECT_EQ(restored.snapshots, space_.snapshots);
    EXPECT_EQ(restored.to_state(), space_.to_state());
    ASSERT_TRUE(applied.apply_state(*read));
    EXPECT_EQ(applied.snapshots, space_.snapshots);
}

TEST_F(Snapshots, AnOpenedStateAddsItsOwnAndLosesNone) {
    keep("mine");
    StateFile state = space_.to_state();
    state.snapshots.push_back({.name = "theirs", .panel = "second"});
    state.snapshots.push_back({.name = "strange", .panel = "third"});
    const auto messages = space_.open_state(state);
    ASSERT_TRUE(messages);
    EXPECT_THAT(*messages, ElementsAre(AllOf(HasSubstr("no panel 'third'"), HasSubstr("'strange' was left out"))));
    ASSERT_EQ(space_.snapshots.size(), 2U);
    EXPECT_EQ(space_.snapshots[1].name, "theirs");
    ASSERT_TRUE(space_.open_state({}));
    EXPECT_EQ(space_.snapshots.size(), 2U);
}

TEST_F(Snapshots, ThereAreOnlySoManyAndSoLong) {
    Snapshot large = space_.make_snapshot("large");
    large.values = {{"words", Value(std::string(snapshot_values_max, 'x'))}};
    const auto too_long = space_.add_snapshot(large);
    ASSERT_TRUE(too_long);
    EXPECT_THAT(*too_long, HasSubstr("2097152 bytes"));
    for (std::size_t i = 0; i < snapshots_max; ++i) keep(("n" + std::to_string(i)).c_str());
    const auto too_many = space_.add_snapshot(space_.make_snapshot("one more"));
    ASSERT_TRUE(too_many);
    EXPECT_THAT(*too_many, HasSubstr("36 snapshots"));
    EXPECT_EQ(space_.snapshots.size(), snapshots_max);
}

}  // namespace workspace_snapshots_test
}  // namespace attnscope
