// The positions panel driven as the window drives it, without one.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/draw/recording_canvas.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"
#include "app/panels/workspace.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::positions_panel {
namespace panel_test {

using testing::HasSubstr;

constexpr View all_views[] = {View::code, View::rivals, View::rotation, View::similarity,
                              View::rope, View::alibi,  View::sum};

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
    EXPECT_EQ(panel.params().position, 63);
    EXPECT_EQ(panel.params().offset, 0) << "it cannot go further";
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
    EXPECT_EQ(p.position, 4);
    EXPECT_EQ(p.offset, 0);
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

// ---- drawing -------------------------------------------------------------------------------------------------------

TEST(PositionsPanel, DrawsEveryViewAtEverySizeInsideItsArea) {
    static TextShaper shaper;
    Interaction nobody;
    for (const View view : all_views) {
        for (const int length : {2, 64, 1500}) {
            PositionsPanel panel;
            panel.params().view = view;
            panel.params().length = length;
            panel.wait();
            ASSERT_FALSE(panel.status().error) << panel.status().error->what;
            for (const auto& [width, height] : {std::pair(1600.0F, 900.0F),
                                                {1000.0F, 700.0F},
                                                {640.0F, 400.0F},
                                                {300.0F, 300.0F},
                                                {200.0F, 54.0F},
                                                {0.0F, 0.0F}}) {
                const Rect area = Rect::sized({100, 50}, width, height);
                Recorder canvas(shaper);
                panel.draw(canvas, nobody, area);
                EXPECT_TRUE(canvas.sound) << static_cast<int>(view);
                EXPECT_EQ(canvas.clips, 0);
                for (const TextBox& text : canvas.texts)
                    for (const Vec2 corner : text.corners)
                        EXPECT_TRUE(corner.x >= area.min.x - 2 && corner.x <= area.max.x + 2 &&
                                    corner.y >= area.min.y - 2 && corner.y <= area.max.y + 2)
                            << "view " << static_cast<int>(view) << ", n = " << length << ", " << width << " x "
                            << height << ": '" << text.text << "' at " << corner.x << ", " << corner.y;
                EXPECT_GE(canvas.texts.size(), width > 900 ? 10U : 0U);
            }
        }
    }
}

TEST(PositionsPanel, DrawsWhileAnOlderResultIsOnTheScreen) {
    static TextShaper shaper;
    Interaction nobody;
    // Settings have gone on; what is drawn is still of those before.
    for (const View view : all_views) {
        PositionsPanel panel;
        panel.params().view = view;
        panel.wait();
        panel.params().length = 3;
        panel.params().dim = 2;
        panel.params().position = 2;
        panel.params().pair = 0;
        panel.params().offset = -2;
        panel.params().heads = panel.params().head = 1;
        Recorder canvas(shaper);
        panel.draw(canvas, nobody, Rect::sized({0, 0}, 1200, 800));
        panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
        panel.params().position = 5000;
        panel.params().key_position = 8000;
        panel.params().offset = -7000;
        panel.params().pair = 511;
        panel.params().pin_row = panel.params().pin_column = 8000;
        panel.draw(canvas, nobody, Rect::sized({0, 0}, 1200, 800));
        panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
        for (const View other : all_views) {  // the next view is not computed yet
            panel.params().view = other;
            panel.draw(canvas, nobody, Rect::sized({0, 0}, 1200, 800));
            panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
        }
        panel.params() = {};
        panel.params().view = view;
        panel.params().length = 400;
        panel.params().position = 390;
        panel.params().key_position = 380;
        panel.params().dim = 512;
        panel.params().pair = 200;
        panel.params().heads = panel.params().head = 60;
        panel.draw(canvas, nobody, Rect::sized({0, 0}, 1200, 800));
        panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
        EXPECT_TRUE(canvas.sound);
    }
}

/// A mouse that drags from one point to another, over one named area.
class Mouse final : public Interaction {
public:
    Pointer area(std::string_view id, const Rect& rect) override {
        if (id != wanted) return {};
        Pointer pointer = next;
        pointer.at = {rect.min.x + next.at.x, rect.min.y + next.at.y};
        return pointer;
    }
    std::string wanted = "positions";
    Pointer next;
};

TEST(NumberLine, AMarkFollowsTheMouseAndTheBarMovesBoth) {
    static TextShaper shaper;
    Recorder canvas(shaper);
    Mouse mouse;
    std::optional<int> dragged;
    // 60 points of margin: 101 positions over 500 points.
    const Rect area = Rect::sized({0, 0}, 560, 66);
    std::vector<LineMark> marks{{20, "i", {}}, {40, "j", {}}};
    const auto frame = [&] { return draw_number_line(canvas, mouse, area, 101, marks, dragged); };
    EXPECT_FALSE(frame()) << "nobody is there";
    mouse.next = {.at = {30 + 100, 30}, .hovered = true, .pressed = true, .held = true};
    EXPECT_EQ(*frame(), (std::vector<Index>{20, 40}));
    mouse.next = {.at = {30 + 150, 30}, .hovered = true, .held = true, .drag = {50, 0}};
    EXPECT_EQ(*frame(), (std::vector<Index>{30, 40}));
    mouse.next = {};
    EXPECT_FALSE(frame());
    mouse.next = {.at = {30 + 150, 30}, .hovered = true, .pressed = true, .held = true};
    EXPECT_EQ(*frame(), (std::vector<Index>{20, 40})) << "between the marks: the bar";
    mouse.next = {.at = {30 + 175, 30}, .hovered = true, .held = true, .drag = {25, 0}};
    EXPECT_EQ(*frame(), (std::vector<Index>{25, 45}));
    mouse.next = {.at = {30 + 900, 30}, .hovered = true, .held = true, .drag = {700, 0}};
    const std::vector<Index> far = *frame();
    EXPECT_EQ(far[1] - far[0], 20);
    EXPECT_LE(far[1], 100);
}

TEST(PositionsPanel, DraggingThePositionLeavesTheMatrixAlone) {
    static TextShaper shaper;
    PositionsPanel panel;
    panel.params().view = View::rotation;
    panel.wait();
    const auto before = panel.shown();
    Recorder canvas(shaper);
    Mouse mouse;
    const Rect area = Rect::sized({0, 0}, 1200, 800);
    // The bar moves both: i changes, the offset stays, and nothing is computed anew.
    const float left = 30, step = (1200 - 2 * 22 - 60) / 63.0F;
    mouse.next = {.at = {left + 15 * step, 30}, .hovered = true, .pressed = true, .held = true};
    panel.draw(canvas, mouse, area);
    mouse.next = {.at = {left + 20 * step, 30}, .hovered = true, .held = true, .drag = {5 * step, 0}};
    panel.draw(canvas, mouse, area);
    EXPECT_EQ(panel.params().position, 17);
    EXPECT_EQ(panel.params().offset, 7);
    panel.wait();
    EXPECT_EQ(panel.shown(), before);
}

// ---- sending -------------------------------------------------------------------------------------------------------

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

// ---- data
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

nlohmann::json json_of(const PositionsPanel& panel) {
    const Result<std::string> bytes = panel.data_job(DataFormat::json)({});
    EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().what);
    return bytes ? nlohmann::json::parse(*bytes) : nlohmann::json();
}

TEST(PositionsData, HasEveryNumberOfTheContractAndMatchesTheOracle) {
    PositionsPanel panel;
    panel.params().length = 4;
    panel.params().dim = 4;
    const nlohmann::json data = json_of(panel);
    EXPECT_EQ(data["panel"], "positions");
    const double row2[] = {0.9092974268256816, -0.4161468365471424, 0.01999866669333308, 0.999800006666578};
    ASSERT_EQ(data["encoding"].size(), 4U);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(data["encoding"][2][k].get<double>(), row2[k], 1e-15);
    EXPECT_EQ(data["frequencies"], (nlohmann::json{1.0, 0.01}));
    EXPECT_NEAR(data["wavelengths"][1].get<double>(), 628.3185307179587, 1e-12);
    const double dots[] = {2.0, 1.540252306284805, 0.5836531701194356, 0.00955753714854235};
    ASSERT_EQ(data["dot_by_offset"].size(), 4U);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(data["dot_by_offset"][k].get<double>(), dots[k], 1e-14);
    EXPECT_EQ(data["distance_by_offset"][0], 0.0);
    EXPECT_EQ(data["criteria"].size(), 25U);
    EXPECT_EQ(data["criteria"][0]["encoding"], "sinusoidal");
    EXPECT_EQ(data["criteria"][0]["criterion"], "unique");
    EXPECT_TRUE(data["criteria"][0]["holds"].is_boolean());
    EXPECT_EQ(data["alibi"]["slopes"].size(), 8U);
    panel.params().offset = 1;
    panel.params().position = 0;
    const nlohmann::json rotation = json_of(panel)["rotation"];
    EXPECT_EQ(rotation["offset"], 1);
    EXPECT_NEAR(rotation["matrix"][0][1].get<double>(), 0.8414709848078965, 1e-15);
    EXPECT_NEAR(rotation["matrix"][1][0].get<double>(), -0.8414709848078965, 1e-15);
    EXPECT_LT(rotation["max_residual"].get<double>(), 1e-12);
    EXPECT_LT(rotation["max_residual_any_position"].get<double>(), 1e-12);
}

TEST(PositionsData, RefusesWhatThePictureWouldRefuse) {
    PositionsPanel panel;
    panel.params().offset = 64;
    const Result<std::string> far = panel.data_job(DataFormat::json)({});
    ASSERT_FALSE(far);
    EXPECT_THAT(far.error().what, HasSubstr("offset 64 is beyond the text"));
    panel.params().offset = 1;
    panel.params().dim = 5;
    EXPECT_FALSE(panel.data_job(DataFormat::csv)({}));
}

TEST(PositionsData, CsvAndNpyHoldTheCodes) {
    PositionsPanel panel;
    panel.params().length = 3;
    panel.params().dim = 2;
    panel.params().encoding = Encoding::binary;
    EXPECT_EQ(*panel.data_job(DataFormat::csv)({}), "position,entry_0,entry_1\n0,0,0\n1,1,0\n2,0,1\n");
    const std::string npy = *panel.data_job(DataFormat::npy)({});
    EXPECT_THAT(npy, HasSubstr("(3, 2)"));
    panel.params().encoding = Encoding::learned;
    panel.params().table = 2;
    EXPECT_THAT(*panel.data_job(DataFormat::npy)({}), HasSubstr("(2, 2)"));
}

}  // namespace panel_test
}  // namespace attnscope::positions_panel
