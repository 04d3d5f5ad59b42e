// The positions panel among the others: what it sends, and the sentence that goes along.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include "app/panels/workspace.hpp"

namespace attnscope::positions_panel {
namespace workspace_test {

using testing::HasSubstr;

TEST(PositionsPanel, SendsItsCodeToTheAttentionPanelAndUndoTakesItBack) {
    Workspace workspace;
    const auto index_of = [&](std::string_view name) {
        for (std::size_t i = 0; i < workspace.entries().size(); ++i)
            if (workspace.entries()[i].info.name == name) return i;
        return std::size_t{99};
    };
    const auto value = [&](std::string_view panel, std::string_view key) {
        return to_text(*find(workspace.find_panel(panel)->params, key));
    };
    const auto put = [&](std::string_view key, std::string_view text) {
        EXPECT_TRUE(set_from_text(*find(workspace.find_panel("positions")->params, key), text));
    };
    workspace.activate(index_of("positions"));
    workspace.record_changes("");
    EXPECT_FALSE(workspace.deliver()) << "nothing was sent";
    put("base", "500");
    put("view", "sum");
    put("text", "bread and wine");
    put("amount", "0.25");
    workspace.wait();
    workspace.record_changes("");
    EXPECT_TRUE(workspace.active().panel->key({.key = GLFW_KEY_T}));
    const std::optional<std::string> message = workspace.deliver();
    ASSERT_TRUE(message);
    EXPECT_THAT(*message, HasSubstr("sinusoidal"));
    workspace.record_changes("");
    EXPECT_EQ(workspace.active().info.name, "attention");
    EXPECT_EQ(value("attention", "position"), "sinusoidal");
    EXPECT_EQ(value("attention", "position_base"), "500");
    EXPECT_EQ(value("attention", "position_amount"), "0.25");
    EXPECT_EQ(value("attention", "text"), "bread and wine");
    workspace.wait();
    EXPECT_FALSE(workspace.active().panel->status().error);
    EXPECT_TRUE(workspace.undo());
    EXPECT_EQ(value("attention", "position"), "none");
    // Every kind is accepted there.
    for (const char* const view : {"code", "rope", "alibi", "rivals", "rotation", "similarity"})
        for (const char* const encoding : {"sinusoidal", "linear", "integer", "binary", "learned"}) {
            workspace.activate(index_of("positions"));
            put("view", view);
            put("encoding", encoding);
            workspace.wait();
            EXPECT_TRUE(workspace.active().panel->key({.key = GLFW_KEY_T}));
            EXPECT_TRUE(workspace.deliver());
            workspace.wait();
            EXPECT_FALSE(workspace.active().panel->status().error) << view << " " << encoding;
        }
}

TEST(PositionsPanel, TheTypedSentenceGoesAlongFromPanelToPanelAndIsNoStepToUndo) {
    Workspace workspace;
    const auto text_of = [&](std::string_view panel) {
        return to_text(*find(workspace.find_panel(panel)->params, "text"));
    };
    ASSERT_EQ(workspace.active().info.name, "attention");
    workspace.record_changes("");
    ASSERT_TRUE(set_from_text(*find(workspace.active().params, "text"), "bread and wine"));
    ASSERT_TRUE(set_from_text(*find(workspace.active().params, "tokenizer"), "characters"));
    workspace.record_changes("");
    EXPECT_NE(text_of("positions"), "bread and wine");
    for (std::size_t i = 0; i < workspace.entries().size(); ++i)
        if (workspace.entries()[i].info.name == "positions") workspace.switch_to(i);
    workspace.record_changes("");
    EXPECT_EQ(text_of("positions"), "bread and wine");
    EXPECT_EQ(to_text(*find(workspace.active().params, "tokenizer")), "characters");
    EXPECT_TRUE(workspace.undo()) << "takes back the typing, in both";
    EXPECT_NE(text_of("positions"), "bread and wine");
    EXPECT_NE(text_of("attention"), "bread and wine");
    EXPECT_FALSE(workspace.can_undo());
}

TEST(PositionsPanel, ASentenceOfThePanelsOwnIsNotWrittenOver) {
    Workspace workspace;
    const auto switch_to = [&](std::string_view panel) {
        for (std::size_t i = 0; i < workspace.entries().size(); ++i)
            if (workspace.entries()[i].info.name == panel) workspace.switch_to(i);
    };
    const auto put = [&](std::string_view panel, std::string_view key, std::string_view value) {
        EXPECT_TRUE(set_from_text(*find(workspace.find_panel(panel)->params, key), value));
    };
    const auto text_of = [&](std::string_view panel) {
        return to_text(*find(workspace.find_panel(panel)->params, "text"));
    };
    put("attention", "text", "one sentence");
    put("positions", "text", "quite another");
    switch_to("positions");
    EXPECT_EQ(text_of("positions"), "quite another");
    switch_to("attention");  // no text stands in the strip of this picture
    EXPECT_EQ(text_of("attention"), "one sentence");
    put("positions", "text", "one sentence");
    switch_to("positions");
    put("positions", "view", "sum");
    put("positions", "text", "typed here");
    switch_to("attention");
    EXPECT_EQ(text_of("attention"), "typed here") << "they had the same before";
    put("attention", "source", "random");
    put("attention", "text", "not in sight");
    switch_to("positions");
    EXPECT_EQ(text_of("positions"), "typed here");
}

}  // namespace workspace_test
}  // namespace attnscope::positions_panel
