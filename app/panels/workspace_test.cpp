#include "app/panels/workspace.hpp"

#include <gmock/gmock.h>

namespace attnscope {
namespace workspace_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A panel with two parameters that computes nothing.
class Plain final : public Panel {
public:
    Plain(std::string name, int order) : name_(std::move(name)), order_(order) {}

    PanelInfo info() const override { return {.name = name_, .title = name_, .help = "For tests.", .order = order_}; }
    void draw_icon(Canvas&, const Rect&, Color) const override {}
    void describe(Describe& d) override {
        d.real("level", level, {.label = "level", .min = 0, .max = 1, .help = "a number"});
        d.text("words", words, {.label = "words", .help = "a text"});
    }
    void update() override {}
    void wait() override {}
    void cancel() override {}
    PanelStatus status() const override { return {}; }
    void draw(Canvas&, Interaction&, const Rect&) override {}
    void draw_explain(Canvas&, const Rect&) override {}
    DataJob data_job(DataFormat /*format*/) const override {
        return [](const Progress&) -> Result<std::string> { return std::string(); };
    }

private:
    std::string name_;
    int order_;
    double level = 0.5;
    std::string words = "none";
};

std::vector<PanelFactory> two_panels() {
    return {[] { return std::make_unique<Plain>("second", 20); }, [] { return std::make_unique<Plain>("first", 10); }};
}

class WorkspaceTest : public testing::Test {
protected:
    Workspace space_{two_panels()};

    static const Param& param(const Workspace& space, const char* panel, const char* key) {
        return *find(space.find_panel(panel)->params, key);
    }
    void put(const char* panel, const char* key, const Value& value) {
        EXPECT_TRUE(set(param(space_, panel, key), value));
    }
    double level(const char* panel = "first") const { return std::get<double>(param(space_, panel, "level").get()); }
    std::string words(const char* panel = "first") const {
        return std::get<std::string>(param(space_, panel, "words").get());
    }
};

TEST_F(WorkspaceTest, PanelsStandInTheirOrderAndAreFoundByName) {
    ASSERT_EQ(space_.entries().size(), 2U);
    EXPECT_EQ(space_.entries()[0].info.name, "first");
    EXPECT_EQ(space_.active().info.name, "first");
    EXPECT_EQ(space_.find_panel("second"), &space_.entries()[1]);
    EXPECT_EQ(space_.find_panel("third"), nullptr);
    EXPECT_EQ(space_.find_panel(""), nullptr);
}

TEST_F(WorkspaceTest, ThereIsNothingToUndoAtFirst) {
    EXPECT_FALSE(space_.can_undo());
    EXPECT_FALSE(space_.can_redo());
    EXPECT_FALSE(space_.undo());
    EXPECT_FALSE(space_.redo());
    space_.record_changes("");
    EXPECT_FALSE(space_.can_undo()) << "nothing has changed";
}

TEST_F(WorkspaceTest, UndoAndRedoGoBackAndForthOverAllPanels) {
    put("first", "level", 0.1);
    space_.record_changes("");
    put("second", "words", std::string("two"));
    space_.record_changes("");
    put("first", "level", 0.9);
    space_.record_changes("");

    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.1);
    EXPECT_EQ(words("second"), "two");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(words("second"), "none");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.5);
    EXPECT_FALSE(space_.undo());
    EXPECT_TRUE(space_.redo());
    EXPECT_TRUE(space_.redo());
    EXPECT_TRUE(space_.redo());
    EXPECT_EQ(level(), 0.9);
    EXPECT_EQ(words("second"), "two");
    EXPECT_FALSE(space_.redo());
}

TEST_F(WorkspaceTest, OneDragIsOneStep) {
    for (const double x : {0.1, 0.2, 0.3}) {
        put("first", "level", x);
        space_.record_changes("level drag 1");
    }
    put("first", "level", 0.8);
    space_.record_changes("level drag 2");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.3);
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.5);
    EXPECT_FALSE(space_.can_undo());
}

TEST_F(WorkspaceTest, ChangesWithoutATagAreStepsOfTheirOwn) {
    put("first", "level", 0.1);
    space_.record_changes("");
    put("first", "level", 0.2);
    space_.record_changes("");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.1);
}

TEST_F(WorkspaceTest, ANewChangeAfterUndoEndsRedo) {
    put("first", "level", 0.1);
    space_.record_changes("");
    space_.undo();
    space_.record_changes("");
    EXPECT_TRUE(space_.can_redo()) << "undo itself is no change";
    put("first", "level", 0.7);
    space_.record_changes("");
    EXPECT_FALSE(space_.can_redo());
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.5);
}

TEST_F(WorkspaceTest, TheSameTagAfterAnUndoBeginsANewStep) {
    put("first", "level", 0.1);
    space_.record_changes("drag");
    space_.undo();
    put("first", "level", 0.2);
    space_.record_changes("drag");
    EXPECT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.5);
}

TEST_F(WorkspaceTest, TheStateRoundTripsThroughItsText) {
    put("first", "level", 0.1 + 0.2);
    put("second", "words", std::string("größer \"quoted\"\n\\ queen 女王"));
    space_.theme = ThemeName::light;
    space_.scale = 1.75;
    space_.activate(1);
    const StateFile saved = space_.to_state();
    const auto read = parse_state(format_state(saved), "s.toml");
    ASSERT_TRUE(read) << read.error().what;

    Workspace other(two_panels());
    EXPECT_THAT(other.restore_state(*read), IsEmpty());
    EXPECT_EQ(other.to_state(), saved);
    EXPECT_EQ(other.active().info.name, "second");
    EXPECT_EQ(other.theme, ThemeName::light);
    EXPECT_EQ(other.scale, 1.75);
    EXPECT_EQ(std::get<double>(param(other, "first", "level").get()), 0.1 + 0.2);
    EXPECT_FALSE(other.can_undo()) << "what was restored is where one begins";
    other.record_changes("");
    EXPECT_FALSE(other.can_undo());

    Workspace third(two_panels());
    const auto applied = third.apply_state(*read);
    ASSERT_TRUE(applied) << applied.error().what;
    EXPECT_THAT(*applied, IsEmpty());
    EXPECT_EQ(third.to_state(), saved);
    third.record_changes("");
    EXPECT_FALSE(third.can_undo());
}

TEST_F(WorkspaceTest, RestoreTakesWhatIsLegalAndSaysWhatIsNot) {
    const auto state = parse_state(
        "version = 1\n[panels.first]\nlevel = 7\nwords = \"kept\"\nvolume = 3\n[panels.third]\nlevel = 1\n", "s.toml");
    ASSERT_TRUE(state);
    const std::vector<std::string> messages = space_.restore_state(*state);
    EXPECT_THAT(messages, testing::UnorderedElementsAre(AllOf(HasSubstr("level: 7"), HasSubstr("from 0 to 1")),
                                                        HasSubstr("volume"), HasSubstr("there is no panel 'third'")));
    EXPECT_EQ(level(), 0.5);
    EXPECT_EQ(words(), "kept");
}

TEST_F(WorkspaceTest, ApplyRefusesAnIllegalValueAndWarnsOfTheUnknown) {
    const auto illegal =
        parse_state("version = 1\ntheme = \"light\"\n[panels.first]\nwords = \"new\"\nlevel = 7\n", "s.toml");
    ASSERT_TRUE(illegal);
    const auto refused = space_.apply_state(*illegal);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, AllOf(HasSubstr("level: 7"), HasSubstr("from 0 to 1")));
    EXPECT_EQ(words(), "none") << "nothing has changed";
    EXPECT_EQ(space_.theme, ThemeName::dark);

    const auto unknown =
        parse_state("version = 1\n[panels.first]\nvolume = 3\nlevel = 1\n[panels.third]\nx = 1\n", "s.toml");
    ASSERT_TRUE(unknown);
    const auto applied = space_.apply_state(*unknown);
    ASSERT_TRUE(applied) << applied.error().what;
    EXPECT_THAT(*applied, ElementsAre(HasSubstr("volume"), HasSubstr("there is no panel 'third'")));
    EXPECT_EQ(level(), 1);
}

TEST_F(WorkspaceTest, AnUnknownPanelInViewIsSaidAndTheOldOneStays) {
    space_.activate(1);
    const auto state = parse_state("version = 1\npanel = \"thrid\"\n", "s.toml");
    ASSERT_TRUE(state);
    EXPECT_THAT(space_.restore_state(*state), ElementsAre(HasSubstr("thrid")));
    EXPECT_EQ(space_.active().info.name, "second");
}

// ---- A/B -----------------------------------------------------------------------------------------------------------

TEST_F(WorkspaceTest, AIsASecondInstanceThatKeepsItsSettings) {
    put("first", "level", 0.25);
    space_.pin_a(0);
    const Workspace::Entry& entry = space_.active();
    ASSERT_TRUE(entry.a.has_value());
    EXPECT_NE(entry.a->panel, entry.panel);
    put("first", "level", 0.75);
    EXPECT_EQ(std::get<double>(find(entry.a->params, "level")->get()), 0.25);
    EXPECT_FALSE(space_.find_panel("second")->a.has_value()) << "each panel has its own";
    space_.swap_a(0);
    EXPECT_EQ(std::get<double>(find(entry.a->params, "level")->get()), 0.75);
    EXPECT_EQ(level(), 0.25);
    space_.close_a(0);
    EXPECT_FALSE(entry.a.has_value());
    space_.swap_a(0);
    EXPECT_EQ(level(), 0.25) << "nothing to swap with";
}

TEST_F(WorkspaceTest, PinningSwappingAndClosingAreUndone) {
    space_.pin_a(0);
    space_.record_changes("");
    put("first", "level", 0.75);
    space_.record_changes("");
    space_.swap_a(0);
    space_.record_changes("");
    space_.close_a(0);
    space_.record_changes("");
    const Workspace::Entry& entry = space_.active();
    ASSERT_TRUE(space_.undo());
    ASSERT_TRUE(entry.a.has_value()) << "closed";
    EXPECT_EQ(std::get<double>(find(entry.a->params, "level")->get()), 0.75);
    EXPECT_EQ(level(), 0.5);
    ASSERT_TRUE(space_.undo());
    EXPECT_EQ(std::get<double>(find(entry.a->params, "level")->get()), 0.5);
    EXPECT_EQ(level(), 0.75);
    ASSERT_TRUE(space_.undo());
    ASSERT_TRUE(space_.undo());
    EXPECT_FALSE(entry.a.has_value()) << "pinned";
    EXPECT_FALSE(space_.can_undo());
}

TEST_F(WorkspaceTest, PinningIllegalValuesChangesNothing) {
    std::vector<std::string> warnings;
    const auto refused = space_.pin_a(0, {{"level", Value(7.0)}}, warnings);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("from 0 to 1"));
    EXPECT_FALSE(space_.active().a.has_value());
    ASSERT_TRUE(space_.pin_a(0, {{"level", Value(1.0)}, {"volume", Value(1.0)}}, warnings));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("volume")));
    ASSERT_FALSE(space_.pin_a(0, {{"level", Value(7.0)}}, warnings));
    EXPECT_EQ(std::get<double>(find(space_.active().a->params, "level")->get()), 1) << "the old A stays";
}

TEST_F(WorkspaceTest, AComparisonAndTheExportSettingsRoundTripThroughTheState) {
    space_.pin_a(1);
    put("second", "level", 0.75);
    space_.export_settings = {ExportStyle::paper, 8.5, 7.25};
    const StateFile saved = space_.to_state();
    const auto read = parse_state(format_state(saved), "s.toml");
    ASSERT_TRUE(read) << read.error().what;
    for (const bool apply : {false, true}) {
        Workspace other(two_panels());
        if (apply) {
            ASSERT_TRUE(other.apply_state(*read));
        } else {
            EXPECT_THAT(other.restore_state(*read), IsEmpty());
        }
        EXPECT_EQ(other.to_state(), saved);
        EXPECT_TRUE(other.find_panel("second")->a.has_value());
        EXPECT_FALSE(other.find_panel("first")->a.has_value());
        EXPECT_EQ(other.export_settings.font_pt, 7.25);
    }
}

TEST_F(WorkspaceTest, WhatIsWrongInAComparisonIsLeftOutAtStartAndRefusedElsewhere) {
    const auto state = parse_state(
        "version = 1\n[compare.first]\nlevel = 7\nwords = \"kept\"\n[compare.third]\nx = 1\n"
        "[export]\nwidth_cm = 0\nfont_pt = 9\n",
        "s.toml");
    ASSERT_TRUE(state) << state.error().what;
    EXPECT_THAT(space_.restore_state(*state),
                testing::UnorderedElementsAre(HasSubstr("level: 7"), HasSubstr("there is no panel 'third'"),
                                              AllOf(HasSubstr("width_cm"), HasSubstr("from 1 to 100"))));
    EXPECT_EQ(std::get<std::string>(find(space_.active().a->params, "words")->get()), "kept");
    EXPECT_EQ(space_.export_settings.font_pt, 9);
    Workspace other(two_panels());
    const auto refused = other.apply_state(*state);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("level: 7"));
    EXPECT_FALSE(other.active().a.has_value()) << "nothing has changed";
}

TEST_F(WorkspaceTest, AnOpenedStateIsOneUndoStep) {
    const auto state = parse_state("version = 1\n[panels.first]\nlevel = 1\nwords = \"new\"\n", "s.toml");
    ASSERT_TRUE(state);
    ASSERT_TRUE(space_.open_state(*state));
    space_.record_changes("");
    EXPECT_EQ(level(), 1);
    ASSERT_TRUE(space_.undo());
    EXPECT_EQ(level(), 0.5);
    EXPECT_EQ(words(), "none");
    EXPECT_FALSE(space_.can_undo());
}

TEST(Workspace, AllPanelsOfTheProgramRoundTrip) {
    Workspace space;
    EXPECT_NE(space.find_panel("attention"), nullptr);
    const StateFile saved = space.to_state();
    const auto read = parse_state(format_state(saved), "s.toml");
    ASSERT_TRUE(read) << read.error().what;
    Workspace other;
    EXPECT_THAT(other.restore_state(*read), IsEmpty());
    EXPECT_EQ(other.to_state(), saved);
    for (const Workspace::Entry& entry : other.entries())
        for (const Param& p : entry.params) EXPECT_TRUE(is_default(p)) << entry.info.name << "." << p.key;
}

TEST(Workspace, EveryValueOfEveryPanelSurvivesTheTextOfTheCommandLine) {
    Workspace space;
    for (const Workspace::Entry& entry : space.entries())
        for (const Param& p : entry.params) {
            const Value before = p.get();
            EXPECT_TRUE(set_from_text(p, to_text(p))) << p.key;
            EXPECT_EQ(p.get(), before) << p.key;
        }
}

}  // namespace workspace_test
}  // namespace attnscope
