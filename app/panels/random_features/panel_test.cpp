// The random-features panel driven as the window drives it, without one.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include <thread>

#include "app/draw/clicker.hpp"
#include "app/draw/recording_canvas.hpp"
#include "app/panels/random_features/quick.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::random_features_panel {
namespace panel_test {

using testing::HasSubstr;

TEST(RandomFeaturesPanel, ExplainsWithTheUsersNumbers) {
    RandomFeaturesPanel panel;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("m = 64: the least median error is that of trig, orthogonal"));
    panel.params().view = View::variance;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("r = 5.28: positive features err less"));
    panel.params().view = View::kernel;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("exp(x·y) = exp(1 · 1 · cos 2.09) = 0.6065"));
    panel.params().view = View::matrices;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("Output error"));
    panel.params().view = View::factoring;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("rank QKᵀ = 16"));
    panel.params().view = View::failures;
    for (std::size_t k = 0; k < failure_mode_names.size(); ++k) {
        panel.params().failure = static_cast<FailureMode>(k);
        panel.wait();
        EXPECT_FALSE(panel.explain_text().empty()) << failure_mode_names[k];
        EXPECT_EQ(panel.explain_text().find("nan"), std::string::npos);
    }
}

TEST(RandomFeaturesPanel, KeysRedrawAndChangeTheNumberOfFeatures) {
    RandomFeaturesPanel panel;
    quick(panel.params());
    panel.wait();
    const std::vector<double> before = panel.curves().curves[0].median;
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_R}));
    panel.wait();
    EXPECT_EQ(panel.params().seed, 2);
    EXPECT_NE(panel.curves().curves[0].median, before);
    EXPECT_THAT(panel.status().provenance, HasSubstr("seed 2"));
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_RIGHT}));
    EXPECT_EQ(panel.params().features, 128);
    for (int k = 0; k < 20; ++k) EXPECT_TRUE(panel.key({.key = GLFW_KEY_LEFT}));
    EXPECT_EQ(panel.params().features, 1);
    EXPECT_FALSE(panel.key({.key = GLFW_KEY_DOWN}));
    panel.params().view = View::failures;
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_DOWN}));
    EXPECT_EQ(panel.params().failure, FailureMode::negative);
    EXPECT_FALSE(panel.key({.key = GLFW_KEY_ESCAPE})) << "nothing runs";
}

TEST(RandomFeaturesPanel, AnErrorIsSaidAndTheCurvesBeforeStay) {
    RandomFeaturesPanel panel;
    quick(panel.params());
    panel.wait();
    const std::vector<double> before = panel.curves().curves[0].median;
    panel.params().estimators = "cosine";
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("'cosine' in estimators"));
    EXPECT_EQ(panel.curves().curves[0].median, before);
    panel.params().estimators = "positive";
    panel.wait();
    EXPECT_FALSE(panel.status().error);
    EXPECT_EQ(panel.curves().curves.size(), 2U);
}

TEST(RandomFeaturesPanel, CurvesGrowWhileTheyAreComputedAndACancelKeepsThem) {
    RandomFeaturesPanel panel;
    Params& p = panel.params();
    p.length = 4096;
    p.metric = ErrorMetric::frobenius;
    p.seeds = 100;
    panel.update();
    const auto until = [&](auto condition) {
        for (int k = 0; k < 3000 && !condition(); ++k) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            panel.update();
        }
        return condition();
    };
    ASSERT_TRUE(until([&] { return panel.curves().done > 0 && panel.status().progress; }));
    EXPECT_LT(panel.curves().done, panel.curves().wanted);
    EXPECT_TRUE(panel.status().stale);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_ESCAPE}));
    panel.update();
    ASSERT_TRUE(panel.status().error);
    EXPECT_EQ(panel.status().error->code, ErrorCode::cancelled);
    EXPECT_FALSE(panel.status().stale);
    const Index done = panel.curves().done;
    EXPECT_GT(done, 0);
    p.seeds = 99;
    panel.update();
    EXPECT_FALSE(panel.status().error);
    EXPECT_GE(panel.curves().done, done - 100) << "what is done is kept";
    panel.cancel();
}

TEST(RandomFeaturesPanel, WhatIsForgottenAtTheCurvesIsComputedAgainEvenAfterACancelAndLookedAtAsBefore) {
    RandomFeaturesPanel panel;
    Params& p = panel.params();
    p.view = View::matrices;
    p.length = 200;
    panel.wait();
    ASSERT_TRUE(panel.shown());
    p.length = 1024;
    panel.update();
    panel.cancel();
    panel.update();
    ASSERT_TRUE(panel.status().error);
    EXPECT_EQ(panel.status().error->code, ErrorCode::cancelled);
    p.view = View::curves;
    p.seeds = 1;
    panel.wait();
    EXPECT_FALSE(panel.shown()) << "nobody looks at it";
    p.view = View::matrices;
    panel.wait();
    ASSERT_TRUE(panel.shown());
    EXPECT_FALSE(panel.status().error);
    EXPECT_EQ(panel.shown()->matrices->tokens, 1024);
    p.length = 200;
    panel.wait();
    panel.main_view()->x = {10, 20};
    p.view = View::curves;
    panel.wait();
    p.view = View::matrices;
    panel.wait();
    EXPECT_EQ(panel.main_view()->x.low, 10);
}

TEST(RandomFeaturesPanel, TakesTheUsersOwnVectors) {
    const TempFolder folder;
    const std::string file = folder.file("v.txt", "bread 1 0\nwine 0 2\n");
    RandomFeaturesPanel panel;
    Params& p = panel.params();
    p.view = View::matrices;
    p.source = Source::text;
    p.text = "bread wine";
    p.vectors = file;
    EXPECT_EQ(panel.source_key(), "text");
    panel.wait();
    ASSERT_FALSE(panel.status().error) << panel.status().error->what;
    EXPECT_EQ(panel.shown()->matrices->names, (std::vector<std::string>{"bread", "wine"}));
    EXPECT_THAT(panel.status().provenance, HasSubstr("yours"));
    // softmax of (1, 0) / sqrt 2: 1 / (1 + exp(-1 / sqrt 2)).
    EXPECT_NEAR((*panel.shown()->matrices->exact)(0, 0), 1 / (1 + std::exp(-std::sqrt(0.5))), 1e-6);
    p.vectors = (folder / "none.txt").string();
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("none.txt"));
    p.source = Source::random;
    EXPECT_EQ(panel.source_key(), "");
}

TEST(RandomFeaturesPanel, ManyTokensAreFirstSeenFromACornerOfTheirMatrices) {
    RandomFeaturesPanel panel;
    panel.params().view = View::matrices;
    panel.params().length = 3000;
    panel.wait();
    EXPECT_EQ(panel.shown()->matrices->tokens, most_matrix_tokens);
    EXPECT_EQ(panel.status().note, "the matrices are of the first 1024 tokens");
}

TEST(RandomFeaturesPanel, ControlsAgreeAfterTheUserMovedOne) {
    RandomFeaturesPanel panel;
    panel.params().features_from = 500;
    panel.agree();
    EXPECT_EQ(panel.params().features_to, 500);
    panel.params().seeds = 1;
    panel.params().length = 16;
    panel.wait();
    EXPECT_FALSE(panel.status().error);
}

TEST(RandomFeaturesPanel, ChipsTakeMethodsInAndOutAndRedrawDraws) {
    static TextShaper shaper;
    RandomFeaturesPanel panel;
    quick(panel.params());
    panel.wait();
    Recorder canvas(shaper);
    const Rect area = Rect::sized({0, 0}, 1200, 800);
    Clicker elu("chip elu + 1"), trig("chip trig"), redraw("button Redraw");
    panel.draw(canvas, elu, area);
    EXPECT_TRUE(elu.found);
    EXPECT_EQ(panel.params().estimators, "trig,positive,hyperbolic,elu");
    panel.draw(canvas, trig, area);
    EXPECT_EQ(panel.params().estimators, "positive,hyperbolic,elu");
    panel.draw(canvas, redraw, area);
    EXPECT_EQ(panel.params().seed, 2);
}

TEST(RandomFeaturesPanel, AFailuresCardIsChosenAndItsSettingGoesToTheSliders) {
    static TextShaper shaper;
    RandomFeaturesPanel panel;
    panel.params().view = View::failures;
    panel.wait();
    Recorder canvas(shaper);
    const Rect area = Rect::sized({0, 0}, 1200, 800);
    Clicker card("failure normaliser"), button("button Set the sliders to this");
    panel.draw(canvas, card, area);
    EXPECT_TRUE(card.found);
    EXPECT_EQ(panel.params().failure, FailureMode::normaliser);
    panel.wait();
    panel.draw(canvas, button, area);
    ASSERT_TRUE(button.found);
    EXPECT_EQ(panel.params().view, View::matrices);
    EXPECT_EQ(panel.params().estimator, FeatureMethod::trig);
    panel.wait();
    // The very input of the card: its numbers are those of the picture.
    const auto kept = panel.shown();
    const MatrixFacts& seen = *kept->matrices;
    panel.params().view = View::failures;
    panel.wait();
    for (const SignPoint& p : panel.shown()->failures->signs)
        if (p.sigma == 1) {
            EXPECT_GT(seen.broken.size(), 10U) << "the failure is seen there";
            EXPECT_NEAR(static_cast<double>(seen.broken.size()) / 1024, p.bad_share, 1e-3);
            EXPECT_NEAR(static_cast<double>(seen.negative) / (1024.0 * 1024.0), p.negative_share, 1e-3);
        }
}

TEST(RandomFeaturesPanel, EveryFailureFailsWithTheDefaults) {
    RandomFeaturesPanel panel;
    panel.params().view = View::failures;
    const auto facts_of = [&](FailureMode mode) {
        panel.params().failure = mode;
        panel.wait();
        return *panel.shown()->failures;
    };
    EXPECT_GT(facts_of(FailureMode::explosion).explosion[6].positive, 1e6);
    const auto at_one = [](const auto& points) {
        return *std::find_if(points.begin(), points.end(), [](const auto& p) { return p.sigma == 1; });
    };
    EXPECT_GT(at_one(facts_of(FailureMode::negative).signs).negative_share, 0.2);
    const SignPoint normaliser = at_one(facts_of(FailureMode::normaliser).signs);
    EXPECT_GT(normaliser.bad_share, 0.01);
    EXPECT_GT(normaliser.largest_output, 10 * normaliser.largest_value);
    EXPECT_GT(at_one(facts_of(FailureMode::epsilon).epsilon).share, 0.9);
    EXPECT_TRUE(std::isnan(facts_of(FailureMode::overflow).overflow.back().unfused));
    EXPECT_GT(facts_of(FailureMode::leak).leak->largest_with, 0.1);
    EXPECT_LT(facts_of(FailureMode::sign).qr.front().without, 0.9);
}

TEST(RandomFeaturesPanel, AWeightIsPinnedAndMovedWithTheArrows) {
    RandomFeaturesPanel panel;
    panel.params().view = View::matrices;
    panel.params().length = 20;
    panel.params().pin_row = 3;
    panel.params().pin_column = 19;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("query 3, key 19:"));
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_DOWN}));
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_RIGHT}));
    EXPECT_THAT(panel.explain_text(), HasSubstr("query 4, key 19:"));
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_ESCAPE}));
    EXPECT_EQ(panel.params().pin_row, -1);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_RIGHT}));
    EXPECT_EQ(panel.params().features, 128) << "nothing is pinned";
}

}  // namespace panel_test
}  // namespace attnscope::random_features_panel
