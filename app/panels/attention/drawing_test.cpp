// What the panel draws, noted by a canvas that is no screen.
#include <gtest/gtest.h>

#include "app/draw/recording_canvas.hpp"
#include "app/language/scoped_language.hpp"
#include "app/panels/attention/pinned_panel.hpp"

namespace attnscope::attention_panel {
namespace drawing_test {

struct Picture {
    std::vector<TextBox> texts;
    bool sound = true;
    int clips = 0;

    bool says(std::string_view part) const {
        return std::any_of(texts.begin(), texts.end(),
                           [&](const TextBox& t) { return t.text.find(part) != std::string::npos; });
    }
};

Picture picture_of(AttentionPanel& panel, const Rect& area) {
    static TextShaper shaper;
    Recorder canvas(shaper);
    Interaction nobody;
    panel.draw(canvas, nobody, area);
    return {canvas.texts, canvas.sound, canvas.clips};
}

void expect_texts_inside(const Picture& picture, const Rect& area, const std::string& state) {
    EXPECT_TRUE(picture.sound) << state;
    EXPECT_EQ(picture.clips, 0) << state;
    for (const TextBox& text : texts_outside(picture.texts, area, 1))
        ADD_FAILURE() << state << ", area " << area.width() << "x" << area.height() << ": '" << text.text << "'";
}

const std::pair<float, float> sizes[] = {{1600, 900}, {1000, 700}, {640, 400}, {300, 300}, {200, 54}, {80, 60}, {0, 0}};

TEST(AttentionPanelDrawing, DrawsBeforeTheFirstResult) {
    AttentionPanel panel;
    for (const auto& [width, height] : sizes) {
        const Rect area = Rect::sized({100, 50}, width, height);
        const Picture picture = picture_of(panel, area);
        if (width >= 200 && height >= 200) {
            EXPECT_TRUE(picture.says("computing"));
        }
        expect_texts_inside(picture, area, "before any result");
    }
}

TEST(AttentionPanelDrawing, DrawsTheErrorWhenThereIsNoPicture) {
    AttentionPanel panel;
    panel.params().text = "";
    panel.wait();
    for (const auto& [width, height] : sizes) {
        const Rect area = Rect::sized({100, 50}, width, height);
        const Picture picture = picture_of(panel, area);
        if (width >= 640) {
            EXPECT_TRUE(picture.says("the text is empty"));
        }
        expect_texts_inside(picture, area, "error");
    }
}

TEST(AttentionPanelDrawing, DrawsOneTokenAndThreeHundredInEverySize) {
    AttentionPanel panel;
    for (const auto& [source, name] : {std::pair{Source::text, "one token"}, {Source::random, "300 tokens"}})
        for (const int head : {0, 1}) {
            panel.params().source = source;
            panel.params().text = "queen";
            panel.params().length = 300;
            panel.params().head = head;
            panel.params().pin_query = panel.params().pin_key = 0;
            panel.wait();
            ASSERT_FALSE(panel.status().error);
            for (const auto& [width, height] : sizes) {
                const Rect area = Rect::sized({100, 50}, width, height);
                expect_texts_inside(picture_of(panel, area), area, name);
            }
        }
}

TEST(AttentionPanelDrawing, DrawsLongWordsInsideTheArea) {
    AttentionPanel panel;
    prepare(panel, std::string(300, 'w') + " " + std::string(200, 'm') + " " + std::string(100, 'x'), 0, 1);
    for (const auto& [width, height] : sizes) {
        const Rect area = Rect::sized({0, 0}, width, height);
        expect_texts_inside(picture_of(panel, area), area, "long words");
    }
}

TEST(AttentionPanelDrawing, NamesTheWordsTheHeadAndTheRow) {
    AttentionPanel panel;
    prepare(panel, "the king and the queen", 4, 1);
    const Picture picture = picture_of(panel, Rect::sized({0, 0}, 1600, 900));
    for (const char* const part : {"king", "queen", "head 1 of 8", "5 × 5", "sum 1.000"})
        EXPECT_TRUE(picture.says(part)) << part;
    panel.params().head = 0;
    panel.wait();
    EXPECT_TRUE(picture_of(panel, Rect::sized({0, 0}, 1600, 900)).says("average of 8 heads"));
}

TEST(AttentionPanelDrawing, APinBeyondTheTextBreaksNothing) {
    AttentionPanel panel;
    prepare(panel, "alpha beta gamma", 2, 2);
    prepare(panel, "alpha", 2, 2);
    const Rect area = Rect::sized({0, 0}, 1000, 700);
    expect_texts_inside(picture_of(panel, area), area, "pin beyond the text");
}

TEST(AttentionPanelDrawing, DrawsTheExplanationInEveryStateAndSize) {
    static TextShaper shaper;
    AttentionPanel panel;
    const auto drawn = [&](float width) {
        Recorder canvas(shaper);
        panel.draw_explain(canvas, Rect::sized({0, 0}, width, 96));
        EXPECT_EQ(canvas.clips, 0);
        return canvas.texts;
    };
    EXPECT_TRUE(drawn(1000).empty()) << "before any result";
    prepare(panel, "the king and the queen", -1, -1);
    EXPECT_EQ(drawn(1000).size(), 1U) << "how to pin";
    for (const int head : {0, 1})
        for (const float width : {1600.0F, 300.0F, 0.0F}) {
            panel.params().head = head;
            panel.params().mask = MaskKind::causal;
            prepare(panel, "the king and the queen", 1, 4);  // masked
            EXPECT_FALSE(drawn(width).empty());
            prepare(panel, "the king and the queen", 4, 1);
            EXPECT_FALSE(drawn(width).empty());
        }
}

TEST(AttentionPanelDrawing, NoNumberOfTheExplanationIsCutOff) {
    static TextShaper shaper;
    AttentionPanel panel;
    prepare(panel, "the king and the queen", 4, 1);
    const std::string words = panel.explain_text();
    const std::string weight = words.substr(words.rfind(' ') + 1);
    for (const float width : {1600.0F, 900.0F, 500.0F, 360.0F, 250.0F}) {
        Recorder canvas(shaper);
        panel.draw_explain(canvas, Rect::sized({0, 0}, width, 96));
        bool whole = false;
        for (const TextBox& text : canvas.texts) {
            for (const Vec2 corner : text.corners) EXPECT_LE(corner.x, width + 1) << text.text;
            whole = whole || text.text == weight;
        }
        EXPECT_TRUE(whole) << width;
    }
}

TEST(AttentionPanelDrawing, StaysInsideItsAreaInLanguagesFromRightToLeft) {
    for (const Language language : {Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        for (const View view : {View::map, View::heads, View::output})
            for (const Method method : {Method::exact, Method::positive}) {
                AttentionPanel panel;
                panel.params().view = view;
                panel.params().method = method;
                prepare(panel, "the cat sat on the mat", 1, 2);
                for (const auto& [width, height] : {std::pair(1600.0F, 900.0F), {1000.0F, 700.0F}, {640.0F, 400.0F}}) {
                    const Rect area = Rect::sized({100, 50}, width, height);
                    expect_texts_inside(picture_of(panel, area), area, std::string(code_of(language)));
                }
            }
    }
}

// The keys are the first of the queries: as many numbers agree as there are, and yet these are two texts.
TEST(AttentionPanelDrawing, TheOutputOfTwoTextsShowsBothThoughOneBeginsLikeTheOther) {
    AttentionPanel panel;
    Params& params = panel.params();
    params.keys = Keys::second;
    params.text = "bread and water and wine";
    params.key_text = "bread and";
    params.view = View::output;
    panel.update();
    panel.wait();
    const Picture picture = picture_of(panel, Rect::sized({0, 0}, 1600, 900));
    EXPECT_TRUE(picture.says("X, queries"));
    EXPECT_TRUE(picture.says("X, keys"));
}

TEST(AttentionPanelDrawing, ButtonsAreOnlyWhereSomebodyCanPressThem) {
    static TextShaper shaper;
    class Live final : public Interaction {
        bool live() const override { return true; }
    };
    AttentionPanel panel;
    panel.wait();
    Live live;
    Interaction nobody;
    Recorder window(shaper), file(shaper);
    panel.draw(window, live, Rect::sized({0, 0}, 1400, 900));
    panel.draw(file, nobody, Rect::sized({0, 0}, 1400, 900));
    EXPECT_TRUE(window.says("Shuffle"));
    EXPECT_FALSE(file.says("Shuffle"));
}

// A projector of 1920 x 1080 at scale 1.6 leaves the panel about 814 x 537 points.
TEST(AttentionPanelDrawing, WhateverStandsBelowTheMapsStayLarge) {
    static TextShaper shaper;
    AttentionPanel panel;
    Params& p = panel.params();
    const auto large = [&](float width, float height) {
        panel.wait();
        EXPECT_FALSE(panel.status().error);
        Recorder canvas(shaper);
        Interaction nobody;
        panel.draw(canvas, nobody, Rect::sized({0, 0}, width, height));
        return std::count_if(canvas.pictures.begin(), canvas.pictures.end(),
                             [](const Rect& r) { return r.width() >= 100 && r.height() >= 100; });
    };
    for (const auto& [width, height] : {std::pair{814.0F, 537.0F}, {1013.0F, 762.0F}, {1213.0F, 862.0F}}) {
        p = Params();
        EXPECT_GE(large(width, height), 1) << "the map, " << width;
        p.view = View::heads;
        EXPECT_GE(large(width, height), 3) << "two heads, " << width;
        p.view = View::map;
        p.select = Select::hard;
        EXPECT_GE(large(width, height), 3) << "samples, " << width;
        p.select = Select::soft;
        p.method = Method::positive;
        EXPECT_GE(large(width, height), 3) << "features, " << width;
    }
}

}  // namespace drawing_test
}  // namespace attnscope::attention_panel
