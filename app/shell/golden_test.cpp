// The window as it should look, pixel for pixel up to a tolerance, drawn by EGL without a display.
// After a wanted change: ATTNSCOPE_UPDATE_GOLDEN=1 ctest -R Golden, look at the new pictures, commit them.
#include "app/shell/golden.hpp"
#include "app/panels/timing/example_report.hpp"
#include "app/panels/timing/timing_panel.hpp"
#include "app/shell/toy_panel.hpp"
#include "core/io/npy.hpp"

namespace attnscope {
namespace golden_test {

TEST_F(Golden, TheExampleInTheDarkTheme) {
    open(1280, 800);
    expect_picture("dark");
}

TEST_F(Golden, ScoresInTheLightThemeUnderACausalMask) {
    workspace.theme = ThemeName::light;
    put("show", "scores");
    put("color", "diverging");
    put("mask", "causal");
    open(1280, 800);
    expect_picture("light-scores");
}

TEST_F(Golden, ALongRandomMapAtProjectorScale) {
    put("source", "random");
    put("length", "256");
    put("projection", "shared");
    put("head", "0");
    workspace.scale = 1.5;
    open(1600, 1000);
    expect_picture("projector");
}

// Of a panel made for tests, so that it is the comparison that is pinned and not a panel's own picture.
class GoldenToy : public Golden {
protected:
    GoldenToy() : Golden({[] { return std::make_unique<ToyPanel>(); }}) {}
};

TEST_F(GoldenToy, AComparisonInTheLightTheme) {
    workspace.theme = ThemeName::light;
    put("size", "6");
    workspace.pin_a(0);
    put("level", "0.9");
    put("pin", "2");
    open(1280, 800);
    expect_picture("comparison");
}

TEST_F(Golden, MoreCellsThanPixelsAreAveraged) {
    put("source", "random");
    put("length", "1500");
    put("heads", "2");
    put("mask", "causal");
    put("scale", "log");
    open(1280, 800);
    expect_picture("averaged");
}

TEST_F(Golden, CrossAttentionWithAnAdditiveScoreAndAPaintedMask) {
    put("keys", "second");
    put("score", "additive");
    put("painted", "2:0-3;7:0-5");
    put("top", "1");
    open(1280, 800);
    expect_picture("cross");
}

TEST_F(Golden, AnApproximationWithNegativeWeights) {
    put("method", "trig");
    put("features", "16");
    put("temperature", "0.5");
    put("dim", "8");
    put("sort_dims", "true");
    open(1280, 800);
    expect_picture("kernel");
}

TEST_F(Golden, HardAttentionWithItsGradient) {
    workspace.theme = ThemeName::light;
    put("select", "hard");
    open(1280, 800);
    expect_picture("hard");
}

TEST_F(Golden, LocalAttentionWithRoPE) {
    put("select", "local");
    put("position", "rope");
    open(1280, 800);
    expect_picture("local");
}

TEST_F(Golden, TwoHeadsAndTheirDifference) {
    put("view", "heads");
    open(1280, 800);
    expect_picture("heads");
}

TEST_F(Golden, EveryMatrixWithItsShape) {
    workspace.theme = ThemeName::light;
    put("view", "output");
    put("projection", "random");
    open(1280, 800);
    expect_picture("output");
}

TEST_F(Golden, LayersAndHeadsOfOwnWeights) {
    constexpr Index layers = 3, heads = 4, length = 12;
    std::vector<float> values;
    for (Index map = 0; map < layers * heads; ++map)
        for (Index i = 0; i < length; ++i)  // looks `map` keys back
            for (Index j = 0; j < length; ++j) values.push_back(j == std::max<Index>(0, i - map) ? 1.0F : 0.0F);
    // A name that is the same everywhere: it stands in the picture.
    const std::string file = "own-attention.npy";
    const Index shape[] = {layers, heads, length, length};
    put("source", "weights");
    ASSERT_TRUE(write_file_atomically(file, format_npy(shape, values)));
    put("weights_file", file);
    put("layer", "2");
    put("head", "3");
    open(1280, 800);
    expect_picture("own-weights");
    std::filesystem::remove(file);
}

// The panel of positions, with one of its pictures.
class GoldenPositions : public Golden {
protected:
    void show(const std::string& view) {
        for (std::size_t i = 0; i < workspace.entries().size(); ++i)
            if (workspace.entries()[i].info.name == "positions") workspace.activate(i);
        put("view", view);
    }
};

TEST_F(GoldenPositions, OneMatrixMovesEveryPositionAtProjectorScale) {
    workspace.scale = 1.25;
    show("rotation");
    open(1600, 1000);
    expect_picture("rotation");
}

TEST_F(GoldenPositions, TheCodeItsWavesAndTheCounter) {
    show("code");
    open(1280, 800);
    expect_picture("code");
}

TEST_F(GoldenPositions, FiveCodesJudgedInTheLightTheme) {
    workspace.theme = ThemeName::light;
    show("rivals");
    open(1280, 800);
    expect_picture("rivals");
}

TEST_F(GoldenPositions, RopeInTheLightTheme) {
    workspace.theme = ThemeName::light;
    show("rope");
    open(1280, 800);
    expect_picture("rope");
}

class GoldenFeatures : public Golden {
protected:
    void show(const std::string& view) {
        for (std::size_t i = 0; i < workspace.entries().size(); ++i)
            if (workspace.entries()[i].info.name == "random_features") workspace.activate(i);
        put("view", view);
    }
};

TEST_F(GoldenFeatures, ErrorCurves) {
    show("curves");
    open(1280, 800);
    expect_picture("error_curves");
}

TEST_F(GoldenFeatures, TheVarianceMapInTheLightTheme) {
    workspace.theme = ThemeName::light;
    show("variance");
    open(1280, 800);
    expect_picture("variance_map");
}

TEST_F(GoldenFeatures, OneKernelValue) {
    show("kernel");
    open(1280, 800);
    expect_picture("kernel_value");
}

TEST_F(GoldenFeatures, MatricesWithBrokenRowsAtProjectorScale) {
    workspace.scale = 1.25;
    show("matrices");
    put("estimator", "trig");
    put("sigma", "1");
    open(1600, 1000);
    expect_picture("approximation");
}

TEST_F(GoldenFeatures, AFailureWithItsCard) {
    show("failures");
    put("failure", "epsilon");
    open(1280, 800);
    expect_picture("failures");
}

TEST_F(GoldenFeatures, WhySoftmaxBlocksFactoring) {
    show("factoring");
    open(1280, 800);
    expect_picture("factoring");
}

// Times of a real machine are others every time: these are made up.
class GoldenTiming : public Golden {
protected:
    void show(const std::string& view) {
        for (std::size_t i = 0; i < workspace.entries().size(); ++i) {
            if (workspace.entries()[i].info.name != "timing") continue;
            workspace.activate(i);
            auto* panel = dynamic_cast<timing_panel::TimingPanel*>(workspace.entries()[i].panel.get());
            ASSERT_NE(panel, nullptr);
            panel->show_instead(timing_panel::example_report(), timing_panel::example_layers());
        }
        put("view", view);
    }
};

TEST_F(GoldenTiming, TimeOverTheLength) {
    show("time");
    open(1280, 800);
    expect_picture("timing_time");
}

TEST_F(GoldenTiming, MemoryInTheLightTheme) {
    workspace.theme = ThemeName::light;
    show("memory");
    open(1280, 800);
    expect_picture("timing_memory");
}

TEST_F(GoldenTiming, Operations) {
    show("operations");
    open(1280, 800);
    expect_picture("timing_operations");
}

TEST_F(GoldenTiming, LayersAtProjectorScale) {
    workspace.scale = 1.25;
    show("layers");
    open(1600, 1000);
    expect_picture("timing_layers");
}

TEST_F(GoldenTiming, PathsInTheLightTheme) {
    workspace.theme = ThemeName::light;
    show("paths");
    put("step", "3");
    open(1280, 800);
    expect_picture("timing_paths");
}

}  // namespace golden_test
}  // namespace attnscope
