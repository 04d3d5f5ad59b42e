// The timing panel driven as the window drives it, without one; and what it draws.
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "app/draw/clicker.hpp"
#include "app/language/scoped_language.hpp"
#include "app/panels/panel_sizes.hpp"
#include "app/panels/timing/example_report.hpp"
#include "app/panels/timing/sweep_pictures.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace panel_test {

using testing::HasSubstr;

constexpr View all_views[] = {View::time, View::memory, View::operations, View::layers, View::paths};

// Settings that are measured in a moment.
void brief(Params& p) {
    p.methods = "exact,elu";
    p.dim = 8;
    p.length = 200;
    p.sweep = SweepKind::full;
    p.max_length = 256;
    p.budget_seconds = 5;
    p.threads = 1;
}

TEST(TimingParams, ListsOfMethodsAreReadAndSaidWhatIsWrongWithThem) {
    EXPECT_EQ(*methods_in("elu, exact;elu"), (std::vector<TimedMethod>{TimedMethod::exact, TimedMethod::elu}));
    Result<std::vector<TimedMethod>> none = methods_in("exakt");
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().what, HasSubstr("'exakt' in methods is none of exact, materialised"));
    none = methods_in(" ");
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().what, HasSubstr("is empty"));
}

TEST(TimingParams, AQuickSweepIsShortAndThreadsAreThoseThereAre) {
    Params p;
    EXPECT_EQ(make_sweep(p)->longest, 65536);
    EXPECT_EQ(make_sweep(p)->budget, 15);
    EXPECT_EQ(make_sweep(p)->setting.threads, machine_threads());
    p.threads = 1000;
    EXPECT_EQ(make_sweep(p)->setting.threads, machine_threads());
    p.threads = 1;
    p.sweep = SweepKind::full;
    EXPECT_EQ(make_sweep(p)->longest, 262144);
    EXPECT_EQ(make_sweep(p)->budget, 60);
    EXPECT_EQ(make_sweep(p)->setting.threads, 1);
}

TEST(TimingPanel, MeasuresAndExplainsTheChosenLength) {
    TimingPanel panel;
    brief(panel.params());
    panel.wait();
    ASSERT_FALSE(panel.status().error) << panel.status().error->what;
    ASSERT_TRUE(panel.report());
    ASSERT_EQ(panel.report()->series.size(), 2U);
    EXPECT_EQ(panel.report()->series[0].lengths, (std::vector<double>{128, 192, 200, 256}));
    EXPECT_THAT(panel.explain_text(), HasSubstr("L = 200:  exact "));
    EXPECT_EQ(panel.status().provenance, "measured here");
    EXPECT_FALSE(panel.status().stale);
    // Another length is measured, the others are kept.
    const std::vector<double> before = panel.report()->series[0].median;
    panel.params().length = 150;
    panel.wait();
    EXPECT_EQ(panel.report()->series[0].lengths, (std::vector<double>{128, 150, 192, 200, 256}));
    EXPECT_EQ(panel.report()->series[0].median[0], before[0]);
    // Another setting is another curve; coming back finds the first one.
    panel.params().dim = 16;
    panel.wait();
    EXPECT_EQ(panel.report()->setting.dim, 16);
    panel.params().dim = 8;
    panel.wait();
    EXPECT_EQ(panel.report()->series[0].median[0], before[0]);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_R}));
    panel.wait();
    EXPECT_NE(panel.report()->series[0].median[0], before[0]) << "measured again";
}

TEST(TimingPanel, PausesGoesOnAndIsStopped) {
    TimingPanel panel;
    brief(panel.params());
    panel.params().max_length = 1 << 20;
    panel.params().budget_seconds = 600;
    panel.update();
    const auto until = [&](auto condition) {
        for (int k = 0; k < 3000 && !condition(); ++k) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            panel.update();
        }
        return condition();
    };
    ASSERT_TRUE(until([&] { return panel.report() && !panel.report()->series.empty(); }));
    EXPECT_TRUE(panel.status().stale);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_SPACE}));
    panel.update();
    EXPECT_FALSE(panel.status().stale);
    EXPECT_EQ(panel.status().note, "paused: space goes on");
    const Index points = panel.report()->points;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    panel.update();
    EXPECT_EQ(panel.report()->points, points);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_SPACE}));
    panel.update();
    EXPECT_TRUE(panel.status().stale);
    ASSERT_TRUE(until([&] { return panel.report()->points > points; }));
    // Another panel is looked at: nothing is measured beside it, and it goes on afterwards.
    panel.left();
    EXPECT_FALSE(panel.status().stale);
    panel.update();
    EXPECT_TRUE(panel.status().stale);
    panel.cancel();
    panel.params().view = View::layers;
    panel.update();
    EXPECT_FALSE(panel.status().error);
}

TEST(TimingPanel, ErrorsAreSaidAndTheCurvesBeforeStay) {
    TimingPanel panel;
    brief(panel.params());
    panel.wait();
    const auto before = panel.report();
    panel.params().methods = "fast";
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("'fast' in methods"));
    EXPECT_EQ(panel.report(), before);
    panel.params().view = View::layers;
    panel.params().window = 4;
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("must be odd"));
    panel.agree();
    EXPECT_EQ(panel.params().window, 5);
}

TEST(TimingPanel, KeysChangeTheLengthAndStepThePaths) {
    TimingPanel panel;
    panel.show_instead(example_report(), example_layers());
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_RIGHT}));
    EXPECT_EQ(panel.params().length, 2048);
    panel.params().view = View::layers;
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_LEFT}));
    EXPECT_EQ(panel.params().layer_length, 256);
    panel.params().view = View::paths;
    for (int k = 0; k < 40; ++k) EXPECT_TRUE(panel.key({.key = GLFW_KEY_RIGHT}));
    EXPECT_EQ(panel.params().step, 15) << "as far as there is";
    panel.params().path_tokens = 4;
    panel.agree();
    EXPECT_EQ(panel.params().step, 3);
}

TEST(TimingPanel, DrawsEveryViewAtEverySizeInsideItsArea) {
    static TextShaper shaper;
    Interaction nobody;
    for (const View view : all_views)
        for (const int variant : {0, 1, 2}) {
            TimingPanel panel;
            TimingReport report = example_report();
            if (variant == 1) {  // as little as there can be
                TimingSamples one;
                one.put({TimedMethod::exact, 1}, {.seconds = {1e-6}});
                report = timing_report({.methods = {TimedMethod::exact}}, one);
                panel.params().length = panel.params().layer_length = panel.params().path_tokens = 1;
                panel.params().layer_dim = 1;
            }
            if (variant == 2) {
                panel.params().length = longest;
                panel.params().layer_length = longest;
                panel.params().layer_dim = 1024;
                panel.params().path_tokens = most_path_tokens;
                panel.params().step = 7;
                panel.params().core = true;
            }
            panel.show_instead(report, variant == 1 ? LayerTimes{} : example_layers());
            panel.params().view = view;
            const std::string what = fmt::format("view {}, variant {}", static_cast<int>(view), variant);
            expect_inside_at_every_size(what, [&](Canvas& canvas, const Rect& area) {
                panel.draw(canvas, nobody, area);
                for (const TextBox& text : dynamic_cast<const Recorder&>(canvas).texts)
                    EXPECT_EQ(text.text.find("nan"), std::string::npos) << text.text;
            });
            for (const float width : {1600.0F, 640.0F, 200.0F}) {
                const Rect strip = Rect::sized({100, 50}, width, 40);
                Recorder canvas(shaper);
                panel.draw_explain(canvas, strip);
                expect_inside(canvas, strip, what);
            }
        }
}

TEST(TimingPanel, StaysInsideItsAreaInLanguagesFromRightToLeft) {
    Interaction nobody;
    for (const Language language : {Language::persian, Language::hebrew}) {
        const ScopedLanguage scope(language);
        for (const View view : all_views) {
            TimingPanel panel;
            panel.show_instead(example_report(), example_layers());
            panel.params().view = view;
            expect_inside_at_every_size(fmt::format("{}, view {}", code_of(language), static_cast<int>(view)),
                                        [&](Canvas& canvas, const Rect& area) { panel.draw(canvas, nobody, area); });
        }
    }
}

TEST(SweepTable, HasItsFirstColumnWhereLinesBegin) {
    static TextShaper shaper;
    const SweepTable table{.rows = {{"method", "time"}, {"exact", "2 ms"}}, .colors = {{}, {}}};
    const Rect area{{100, 0}, {500, 60}};
    const auto places = [&] {
        Recorder canvas(shaper);
        draw_sweep_table(canvas, area, table);
        EXPECT_EQ(canvas.texts.size(), 4U);
        return canvas.texts;
    };
    const std::vector<TextBox> english = places();
    EXPECT_FLOAT_EQ(english[0].corners[0].x, area.min.x);
    EXPECT_LT(english[0].corners[1].x, english[1].corners[0].x);
    const ScopedLanguage scope(Language::hebrew);
    const std::vector<TextBox> hebrew = places();
    for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_NEAR(hebrew[k].corners[1].x, area.min.x + area.max.x - english[k].corners[0].x, 0.01F);
        EXPECT_EQ(hebrew[k].corners[0].y, english[k].corners[0].y);
    }
}

TEST(TimingPanel, DrawsBeforeAnythingIsMeasured) {
    static TextShaper shaper;
    Interaction nobody;
    for (const View view : all_views) {
        TimingPanel panel;
        panel.params().view = view;
        Recorder canvas(shaper);
        panel.draw(canvas, nobody, Rect::sized({0, 0}, 1200, 800));
        panel.draw_explain(canvas, Rect::sized({0, 800}, 1200, 60));
        EXPECT_TRUE(canvas.sound);
    }
}

TEST(TimingData, HasEveryNumberOfTheContract) {
    TimingPanel panel;
    panel.show_instead(example_report(), example_layers());
    const Result<std::string> bytes = panel.data_job(DataFormat::json)({});
    ASSERT_TRUE(bytes) << bytes.error().what;
    const nlohmann::json data = nlohmann::json::parse(*bytes);
    for (const char* key : {"cpu", "cores", "isa", "fma_peak_gflops"})
        EXPECT_TRUE(data["machine"].contains(key)) << key;
    ASSERT_EQ(data["series"].size(), 4U);
    for (const auto& series : data["series"]) {
        const std::size_t points = series["L"].size();
        for (const char* key :
             {"seconds_median", "seconds_q25", "seconds_q75", "bytes", "multiplications", "peak_fraction"})
            EXPECT_EQ(series[key].size(), points) << key;
        EXPECT_LE(series["exponent_ci"][0].get<double>(), series["exponent"].get<double>());
        EXPECT_GE(series["exponent_ci"][1].get<double>(), series["exponent"].get<double>());
    }
    EXPECT_EQ(data["series"][0]["method"], "exact");
    EXPECT_NEAR(data["series"][0]["exponent"].get<double>(), 2, 0.1);
    EXPECT_EQ(data["series"][0]["left_out_from"], 12288);
    EXPECT_FALSE(data["crossovers"].empty());
    EXPECT_EQ(data["layers"].size(), 7U);
    EXPECT_EQ(data["layers"][0]["layer"], "attention");
    const std::string csv = *panel.data_job(DataFormat::csv)({});
    EXPECT_THAT(csv, testing::StartsWith("method,L,seconds_median"));
    EXPECT_THAT(*panel.data_job(DataFormat::npy)({}), HasSubstr(", 3)"));
}

TEST(TimingData, WithoutAWindowItMeasures) {
    TimingPanel panel;
    brief(panel.params());
    const Result<std::string> csv = panel.data_job(DataFormat::csv)({});
    ASSERT_TRUE(csv) << csv.error().what;
    EXPECT_EQ(std::count(csv->begin(), csv->end(), '\n'), 1 + 2 * 4);
    panel.params().methods = "";
    EXPECT_FALSE(panel.data_job(DataFormat::json)({}));
    panel.params().methods = "exact";
    panel.params().window = 4;
    panel.params().budget_seconds = 36000;
    panel.params().max_length = 1 << 20;
    const Result<std::string> even = panel.data_job(DataFormat::json)({});  // at once, not after ten hours
    ASSERT_FALSE(even);
    EXPECT_THAT(even.error().what, HasSubstr("must be odd"));
}

TEST(TimingPanel, ChipsTakeMethodsInAndOut) {
    static TextShaper shaper;
    TimingPanel panel;
    panel.show_instead(example_report(), example_layers());
    Recorder canvas(shaper);
    Clicker trig("chip trig features");
    panel.draw(canvas, trig, Rect::sized({0, 0}, 1400, 800));
    EXPECT_TRUE(trig.found);
    EXPECT_EQ(panel.params().methods, "exact,materialised,positive,trig,elu");
}

TEST(TimeText, IsReadable) {
    EXPECT_EQ(time_text(1.25e-3), "1.25 ms");
    EXPECT_EQ(time_text(8.3e-4), "830 µs");
    EXPECT_EQ(time_text(12), "12 s");
    EXPECT_EQ(time_text(0.99996e-3), "1.00 ms");
    EXPECT_EQ(time_text(300), "5 min");
    EXPECT_EQ(time_text(4.2 * 3600), "4.20 h");
    EXPECT_EQ(time_text(5e-9), "5 ns");
    EXPECT_EQ(bytes_text(4e6), "4 MB");
    EXPECT_EQ(bytes_text(12), "12 bytes");
}

}  // namespace panel_test
}  // namespace attnscope::timing_panel
