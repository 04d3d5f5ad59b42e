// What the random-features panel draws, noted by a canvas that is no screen.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "app/language/scoped_language.hpp"
#include "app/panels/panel_sizes.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/quick.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/panels/random_features/variance_plots.hpp"

namespace attnscope::random_features_panel {
namespace drawing_test {

using testing::HasSubstr;

constexpr View all_views[] = {View::curves,   View::variance, View::kernel,
                              View::matrices, View::failures, View::factoring};

/// A quick panel that shows this view and failure.
void show(RandomFeaturesPanel& panel, View view, std::size_t mode) {
    quick(panel.params());
    panel.params().view = view;
    panel.params().failure = static_cast<FailureMode>(mode);
    panel.wait();
    ASSERT_FALSE(panel.status().error) << panel.status().error->what;
}

void expect_all_views_inside() {
    for (const View view : all_views)
        for (std::size_t mode = 0; mode < (view == View::failures ? failure_mode_names.size() : 1); ++mode) {
            RandomFeaturesPanel panel;
            show(panel, view, mode);
            Interaction nobody;
            const std::string what =
                fmt::format("{}, view {}, mode {}", code_of(current_language()), static_cast<int>(view), mode);
            expect_inside_at_every_size(what,
                                        [&](Canvas& canvas, const Rect& area) { panel.draw(canvas, nobody, area); });
        }
}

TEST(RandomFeaturesPanel, DrawsEveryViewAtEverySizeInsideItsArea) {
    for (const Language language : {Language::english, Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        expect_all_views_inside();
    }
}

TEST(RandomFeaturesPanel, DrawsEveryPartAtEverySizeInsideItsArea) {
    for (const Language language : {Language::english, Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        int parts = 0;
        for (const View view : {View::failures, View::factoring})
            for (std::size_t mode = 0; mode < (view == View::failures ? failure_mode_names.size() : 1); ++mode) {
                RandomFeaturesPanel panel;
                show(panel, view, mode);
                Interaction nobody;
                for (const std::string& part : panel.parts()) {
                    ++parts;
                    expect_inside_at_every_size(
                        fmt::format("{}, part {}, mode {}", code_of(language), part, mode),
                        [&](Canvas& canvas, const Rect& area) { panel.draw_part(part, canvas, nobody, area); });
                }
            }
        EXPECT_EQ(parts, 9) << "seven failures, the orders, the ranks";
    }
}

TEST(PlotKeys, StandAtTheOtherEndOfTheTitlesLine) {
    static TextShaper shaper;
    const Rect area{{100, 0}, {600, 200}};
    for (const char* title : {"MSE at l = 1", "خطای میانگین در l = 1"}) {
        Plot plot;
        plot.title = title;
        plot.series.push_back({.name = "trig", .color = {}, .x = {}, .y = {}, .y_high = {}});
        plot.series.push_back({.name = "منصفانه", .color = {}, .x = {}, .y = {}, .y_high = {}});
        Recorder canvas(shaper);
        draw_keys_beside_title(canvas, area, plot);
        ASSERT_EQ(canvas.texts.size(), 2U);
        const auto shaped = shaper.shape(title, {.size = 13, .bold = true});
        const float from = shaped->right_to_left ? area.min.x : area.min.x + shaped->width;
        const float until = shaped->right_to_left ? area.max.x - shaped->width : area.max.x;
        for (const TextBox& text : canvas.texts) {
            EXPECT_GE(text.corners[0].x, from) << title;
            EXPECT_LE(text.corners[1].x, until) << title;
        }
        EXPECT_FALSE(overlap(canvas.texts[0], canvas.texts[1]));
    }
}

// What is measured beforehand is what is drawn.
TEST(FailurePictures, KnowTheHeightOfAParagraphOfEitherDirection) {
    static TextShaper shaper;
    const TextStyle style{.size = 13};
    for (const char* text :
         {"At this scale the circles lie near their line.", "دایره‌ها نزدیک خط خود هستند: x^2"})
        for (const float width : {90.0F, 180.0F, 900.0F}) {
            Recorder canvas(shaper);
            const float drawn = draw_paragraph(canvas, {{0, 0}, {width, 900}}, text, style);
            EXPECT_NEAR(paragraph_height(canvas, width, text, style), drawn, style.size * 1.4F / 2) << text;
        }
}

TEST(RandomFeaturesPanel, DrawsExtremesWithoutNaN) {
    static TextShaper shaper;
    Interaction nobody;
    const Rect area = Rect::sized({0, 0}, 1200, 800);
    const auto try_with = [&](const char* what, auto change) {
        for (const View view : all_views) {
            RandomFeaturesPanel panel;
            quick(panel.params());
            panel.params().view = view;
            change(panel.params());
            panel.wait();
            Recorder canvas(shaper);
            panel.draw(canvas, nobody, area);
            panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
            EXPECT_TRUE(canvas.sound) << what << ", view " << static_cast<int>(view);
            for (const TextBox& text : canvas.texts)
                EXPECT_EQ(text.text.find("nan"), std::string::npos) << what << ": " << text.text;
        }
    };
    try_with("norm 0", [](Params& p) {
        p.norm = 0;
        p.metric = ErrorMetric::kernel;
    });
    try_with("norm 8", [](Params& p) {
        p.norm = 8;
        p.angle = 0;
        p.metric = ErrorMetric::kernel;
    });
    try_with("norm 8, opposite", [](Params& p) {
        p.norm = 8;
        p.angle = 3.141592653589793;
        p.metric = ErrorMetric::kernel;
    });
    try_with("sigma 0", [](Params& p) { p.sigma = 0; });
    try_with("sigma 10", [](Params& p) { p.sigma = 10; });
    try_with("two tokens", [](Params& p) {
        p.length = p.dim = 2;
        p.causal = true;
    });
    try_with("one feature", [](Params& p) { p.features = p.features_from = p.features_to = 1; });
    try_with("one sample", [](Params& p) {
        p.seeds = 1;
        p.mean = true;
    });
    try_with("elu alone", [](Params& p) {
        p.estimators = "elu";
        p.estimator = FeatureMethod::elu;
    });
    try_with("relu", [](Params& p) {
        p.estimators = "relu";
        p.estimator = FeatureMethod::relu;
        p.features = 1;
    });
    try_with("epsilon 1", [](Params& p) { p.epsilon = 1; });
}

TEST(RandomFeaturesPanel, DrawsWhileAnOlderResultIsOnTheScreen) {
    static TextShaper shaper;
    Interaction nobody;
    for (const View view : all_views) {
        RandomFeaturesPanel panel;
        Recorder canvas(shaper);
        const Rect area = Rect::sized({0, 0}, 1200, 800);
        panel.draw(canvas, nobody, area);  // nothing is there yet
        quick(panel.params());
        panel.params().view = view;
        panel.wait();
        for (const View other : all_views) {  // the next view is not computed yet
            panel.params().view = other;
            panel.params().failure = FailureMode::leak;
            panel.params().estimators = "elu";
            panel.draw(canvas, nobody, area);
            panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
        }
        EXPECT_TRUE(canvas.sound);
    }
}

}  // namespace drawing_test
}  // namespace attnscope::random_features_panel
