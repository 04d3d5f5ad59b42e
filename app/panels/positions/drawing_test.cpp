// What the positions panel draws, noted by a canvas that is no screen, and how it answers the mouse.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <tuple>

#include "app/language/scoped_language.hpp"
#include "app/panels/panel_sizes.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace drawing_test {

constexpr View all_views[] = {View::code, View::rivals, View::rotation, View::similarity,
                              View::rope, View::alibi,  View::sum};

TEST(PositionsPanel, DrawsEveryViewAtEverySizeInsideItsArea) {
    for (const Language language : {Language::english, Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        for (const View view : all_views)
            for (const int length : {2, 64, 1500}) {
                PositionsPanel panel;
                panel.params().view = view;
                panel.params().length = length;
                panel.wait();
                ASSERT_FALSE(panel.status().error) << panel.status().error->what;
                Interaction nobody;
                expect_inside_at_every_size(
                    fmt::format("{}, view {}, n = {}", code_of(language), static_cast<int>(view), length),
                    [&](Canvas& canvas, const Rect& area) { panel.draw(canvas, nobody, area); });
            }
    }
}

// The picture says what was measured in sentences of its own, so that they can be translated.
TEST(PositionsPanel, SaysWhatTheRivalsAreJudgedByAsTheirJudgementsDo) {
    static TextShaper shaper;
    Interaction nobody;
    for (const auto& [length, dim, table] : {std::tuple(64, 32, 48), {64, 4, 64}, {1500, 8, 512}, {600, 16, 4096}}) {
        PositionsPanel panel;
        panel.params().view = View::rivals;
        panel.params().length = length;
        panel.params().dim = dim;
        panel.params().table = table;
        panel.wait();
        ASSERT_FALSE(panel.status().error) << panel.status().error->what;
        Recorder canvas(shaper);
        panel.draw(canvas, nobody, Rect::sized({0, 0}, 3200, 1600));
        const std::vector<Judgement>& judgements = panel.shown()->judgements;
        for (std::size_t k = 0; k < judgements.size(); ++k) {
            const std::string& usual = judgements[k % criterion_names.size()].measure;
            const std::string& own = judgements[k].measure;
            const std::string wanted = own.starts_with(usual + ", ") ? own.substr(usual.size() + 2) : own;
            EXPECT_TRUE(canvas.says(wanted)) << "n = " << length << ", d = " << dim << ": " << wanted;
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

}  // namespace drawing_test
}  // namespace attnscope::positions_panel
