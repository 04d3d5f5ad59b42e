// The panel while its map is too large to hold: driven as the window drives it, beside one that holds the same map.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include <cmath>

#include "app/draw/recording_canvas.hpp"
#include "app/panels/attention/attention_panel.hpp"

namespace attnscope::attention_panel {
namespace huge_panel_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// A mouse over the picture.
class Mouse final : public Interaction {
public:
    Vec2 at{-100, -100};
    float wheel = 0;
    bool click = false, double_click = false;
    std::string said;
    Pointer area(std::string_view id, const Rect& rect) override {
        Pointer pointer;
        if (id == "heatmap") cells = rect;
        pointer.at = at;
        pointer.hovered = rect.contains(at);
        pointer.clicked = pointer.hovered && click;
        pointer.double_clicked = pointer.hovered && double_click;
        pointer.wheel = pointer.hovered ? wheel : 0;
        return pointer;
    }
    void tooltip(std::string_view text) override { said = text; }
    bool live() const override { return true; }
    Rect cells;
};

class HugePanel : public testing::Test {
protected:
    AttentionPanel held, huge;
    TextShaper shaper;
    Mouse mouse;
    const Rect area{{0, 0}, {1400, 900}};

    void prepare(int length) {
        for (AttentionPanel* panel : {&held, &huge}) {
            panel->params().source = Source::random;
            panel->params().length = length;
            panel->params().heads = 4;
            panel->params().dim = 8;
            panel->params().pin_query = 11;
            panel->params().pin_key = 7;
        }
        huge.params().limits.held = 100;
        held.wait();
        huge.wait();
    }
    std::unique_ptr<Recorder> draw(AttentionPanel& panel) {
        auto canvas = std::make_unique<Recorder>(shaper);
        panel.draw(*canvas, mouse, area);
        EXPECT_TRUE(canvas->sound);
        EXPECT_EQ(canvas->clips, 0);
        return canvas;
    }
    /// Frames until nothing is missing.
    std::unique_ptr<Recorder> rest(AttentionPanel& panel) {
        draw(panel);
        panel.wait();
        return draw(panel);
    }
    std::string hover(AttentionPanel& panel, Vec2 at) {
        mouse.at = at;
        draw(panel);
        panel.wait();
        mouse.said.clear();
        draw(panel);
        return mouse.said;
    }
};

TEST_F(HugePanel, ThePinnedCellIsExplainedLikeThatOfAMapThatIsHeld) {
    prepare(300);
    EXPECT_FALSE(held.params().huge);
    EXPECT_TRUE(huge.params().huge);
    EXPECT_FALSE(huge.status().error);
    EXPECT_FALSE(huge.status().stale);
    EXPECT_THAT(held.explain_text(), StartsWith("11 → 7: "));
    EXPECT_EQ(huge.explain_text(), held.explain_text());
    EXPECT_EQ(huge.copy_text(), huge.explain_text());
    for (const int key : {GLFW_KEY_DOWN, GLFW_KEY_RIGHT, GLFW_KEY_RIGHT, GLFW_KEY_UP, GLFW_KEY_LEFT}) {
        held.key({.key = key, .shift = key == GLFW_KEY_DOWN});
        huge.key({.key = key, .shift = key == GLFW_KEY_DOWN});
        held.wait();
        huge.wait();
        EXPECT_EQ(huge.explain_text(), held.explain_text());
    }
    EXPECT_THAT(huge.explain_text(), StartsWith("20 → 8: "));
    for (AttentionPanel* panel : {&held, &huge}) {
        panel->params().mask = MaskKind::causal;
        panel->params().pin_key = 250;
        panel->wait();
    }
    EXPECT_THAT(huge.explain_text(), HasSubstr("masked, weight 0"));
    EXPECT_EQ(huge.explain_text(), held.explain_text());
}

TEST_F(HugePanel, TheCellUnderTheMouseSaysItsWeightAndAClickPinsIt) {
    prepare(300);
    draw(huge);
    const Cell cell{150, 150};
    const Vec2 at = mouse.cells.min + (mouse.cells.max - mouse.cells.min) * (150.5F / 300);  // the cell's middle
    const std::string said = hover(huge, at);
    const std::optional<Heatmap> map = held.comparable(dark_theme);
    ASSERT_TRUE(map);
    const auto weight = static_cast<double>((*map->picture.values)(cell.row, cell.column));
    EXPECT_THAT(said, StartsWith("150 → 150: "));
    EXPECT_NEAR(std::stod(said.substr(std::string("150 → 150: ").size())), weight, 1e-3 * weight)
        << "four digits are said";
    mouse.click = true;
    draw(huge);
    EXPECT_EQ(huge.params().pin_query, 150);
    EXPECT_EQ(huge.params().pin_key, 150);
}

TEST_F(HugePanel, ZoomedInItShowsSingleCellsWithTheirValues) {
    prepare(2600);
    const auto far = rest(huge);
    EXPECT_EQ(far->pictures.size(), 3U) << "the map, its bar of colours and the values of the breakdown";
    EXPECT_THAT(huge.status().note, AllOf(HasSubstr("average of about 3 × 3 cells"), HasSubstr("exact")));
    mouse.at = mouse.cells.center();
    mouse.wheel = 12;
    draw(huge);
    mouse.wheel = 0;
    huge.update();
    EXPECT_TRUE(huge.status().stale);
    EXPECT_THAT(huge.status().note, HasSubstr("is being computed"));
    EXPECT_EQ(draw(huge)->pictures.size(), far->pictures.size()) << "the overview stays until the part is there";
    const auto nearer = rest(huge);
    EXPECT_EQ(nearer->pictures.size(), far->pictures.size() + 1) << "a finer picture lies over the overview";
    mouse.wheel = 14;
    draw(huge);
    mouse.wheel = 0;
    const auto near = rest(huge);
    EXPECT_THAT(huge.status().note, HasSubstr("a pixel is one cell: exact"));
    EXPECT_TRUE(near->says("1300"));
    EXPECT_EQ(near->pictures[1], near->pictures[0]) << "the part covers the overview";
    // The value in the cell under the mouse is that of the held map.
    const std::optional<Heatmap> map = held.comparable(dark_theme);
    const int query = std::stoi(mouse.said), key = std::stoi(mouse.said.substr(mouse.said.find("→") + 4));
    const auto weight = static_cast<double>((*map->picture.values)(query, key));
    EXPECT_TRUE(near->says(cell_text(weight, 3)) || near->says(cell_text(weight, 2)) ||
                near->says(small_cell_text(weight, 1)) || near->says(small_cell_text(weight, 0)))
        << mouse.said;
    mouse.double_click = true;
    draw(huge);
    mouse.double_click = false;
    EXPECT_EQ(rest(huge)->pictures.size(), far->pictures.size());
}

TEST_F(HugePanel, DrawsInEverySize) {
    prepare(300);
    for (const auto& [width, height] :
         {std::pair{1600.0F, 900.0F}, {640.0F, 400.0F}, {300.0F, 300.0F}, {80.0F, 60.0F}}) {
        Recorder canvas(shaper);
        Interaction nobody;
        huge.draw(canvas, nobody, Rect::sized({10, 10}, width, height));
        EXPECT_TRUE(canvas.sound);
        EXPECT_EQ(canvas.clips, 0);
        for (const std::string& part : huge.parts())
            huge.draw_part(part, canvas, nobody, Rect::sized({10, 10}, width, height));
        EXPECT_EQ(canvas.clips, 0);
    }
    EXPECT_EQ(huge.parts(), (std::vector<std::string>{"map", "breakdown", "received"}));
    EXPECT_FALSE(huge.comparable(dark_theme)) << "two such maps stand side by side";
    Recorder line(shaper);
    huge.draw_explain(line, Rect::sized({0, 0}, 1200, 86));
    EXPECT_TRUE(line.says("softmax of the row"));
}

TEST_F(HugePanel, CancelKeepsWhatHasGrownAndZoomingGoesOn) {
    prepare(300);
    huge.params().length = 12000;
    huge.params().dim = 64;
    huge.update();
    while (huge.status().note.find("12 × 12") == std::string::npos) huge.update();
    huge.update();
    huge.cancel();
    huge.wait();
    EXPECT_FALSE(huge.status().stale);
    EXPECT_FALSE(huge.status().error) << "what is there can be saved";
    EXPECT_THAT(huge.status().note, testing::AnyOf(HasSubstr("stopped before"), HasSubstr("exact")));
    draw(huge);
    mouse.at = mouse.cells.center();
    mouse.wheel = 30;
    draw(huge);
    mouse.wheel = 0;
    rest(huge);
    EXPECT_THAT(huge.status().note, HasSubstr("a pixel is one cell: exact"));
}

TEST_F(HugePanel, ASmallMapComesBackWithAllItsControls) {
    prepare(300);
    huge.params().length = 20;
    huge.wait();
    EXPECT_FALSE(huge.params().huge);
    EXPECT_TRUE(huge.comparable(dark_theme));
    held.params().length = 20;
    held.wait();
    EXPECT_EQ(huge.explain_text(), held.explain_text());
}

// Two heads are there before the numbers of all: those of the large map, which has none, were read.
TEST_F(HugePanel, TwoHeadsAreDrawnWhileTheNumbersOfAllAreStillComputed) {
    prepare(300);
    int meanwhile = 0;
    for (int i = 0; i < 20; ++i) {
        huge.params().view = View::heads;
        huge.params().heads = 16;
        huge.params().length = 90;
        huge.params().seed = i;
        do {
            huge.update();
            draw(huge);
            meanwhile += huge.status().stale && !huge.params().huge ? 1 : 0;
        } while (huge.status().stale);
        huge.params().view = View::map;
        huge.params().length = 300;
        huge.wait();
        ASSERT_TRUE(huge.params().huge);
    }
    EXPECT_GT(meanwhile, 0) << "the state that this is about";
}

TEST_F(HugePanel, ATextOfThousandsOfWordsIsShownWithItsWords) {
    huge.params().text.clear();
    for (int i = 0; i < 2500; ++i) huge.params().text += "king qzxvkw ";
    huge.params().pin_query = 4998;
    huge.params().pin_key = 1;
    huge.wait();
    ASSERT_FALSE(huge.status().error);
    EXPECT_TRUE(huge.params().huge) << "5000 words are more than 4096";
    EXPECT_THAT(huge.explain_text(), StartsWith("king → qzxvkw*: "));
    EXPECT_THAT(huge.status().note, HasSubstr("2500 of 5000 tokens have vectors made from their letters"));
    const auto picture = rest(huge);
    EXPECT_TRUE(picture->says("king"));
    EXPECT_TRUE(picture->says("1000")) << "labels far out are numbers";
    huge.params().keys = Keys::second;
    huge.wait();
    ASSERT_FALSE(huge.status().error);
    EXPECT_THAT(huge.explain_text(), StartsWith("king → gave: "));
}

TEST_F(HugePanel, WhatALargeMapCannotShowIsRefusedAndTheMapBeforeStays) {
    prepare(300);
    const std::string before = huge.explain_text();
    huge.params().select = Select::hard;
    huge.wait();
    ASSERT_TRUE(huge.status().error);
    EXPECT_THAT(huge.status().error->what, AllOf(HasSubstr("select:"), HasSubstr("100 tokens")));
    EXPECT_EQ(huge.explain_text(), before);
    EXPECT_FALSE(huge.key({.key = GLFW_KEY_A})) << "there is no average of its heads";
    huge.params().select = Select::soft;
    huge.params().head = 3;
    held.params().head = 3;
    huge.wait();
    held.wait();
    EXPECT_FALSE(huge.status().error);
    EXPECT_EQ(huge.explain_text(), held.explain_text());
}

TEST_F(HugePanel, TheNumbersBehindThePictureAreRefusedWithWhatToDoInstead) {
    prepare(300);
    const Result<std::string> data = huge.data_job(DataFormat::csv)({});
    ASSERT_FALSE(data);
    EXPECT_THAT(data.error().what, AllOf(HasSubstr("more than 100 tokens"), HasSubstr("attnscope compute attention")));
}

}  // namespace huge_panel_test
}  // namespace attnscope::attention_panel
