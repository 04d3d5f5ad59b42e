// The window as it should look, pixel for pixel up to a tolerance, drawn by EGL without a display.
// After a wanted change: ATTNSCOPE_UPDATE_GOLDEN=1 ctest -R Golden, look at the new pictures, commit them.
#include <fontconfig/fontconfig.h>

#include <cstdlib>
#include <filesystem>

#include "app/panels/timing/example_report.hpp"
#include "app/panels/timing/timing_panel.hpp"
#include "app/shell/headless_fixture.hpp"
#include "app/shell/toy_panel.hpp"
#include "core/io/file.hpp"
#include "core/io/npy.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace golden_test {

// A pixel counts as different beyond this in one channel; so many may differ: Mesa rounds edges by processor.
constexpr int tolerance = 12;
constexpr std::size_t most_differing = 400;

// Other versions of Inter have other outlines and widths: the pictures hold for the one they were made with.
std::string inter_version() {
    FcPattern* wanted = FcNameParse(reinterpret_cast<const FcChar8*>("Inter:weight=80"));
    FcConfigSubstitute(nullptr, wanted, FcMatchPattern);
    FcDefaultSubstitute(wanted);
    FcResult result = FcResultMatch;
    FcPattern* found = FcFontMatch(nullptr, wanted, &result);
    FcChar8* family = nullptr;
    int version = 0;
    std::string name = "none";
    if (found != nullptr && FcPatternGetString(found, FC_FAMILY, 0, &family) == FcResultMatch &&
        FcPatternGetInteger(found, FC_FONTVERSION, 0, &version) == FcResultMatch)
        name = std::string(reinterpret_cast<const char*>(family)) + "-" + std::to_string(version);
    FcPatternDestroy(wanted);
    if (found != nullptr) FcPatternDestroy(found);
    return name;
}

class Golden : public HeadlessApp {
protected:
    using HeadlessApp::HeadlessApp;
    void expect_picture(const std::string& name) {
        // The time a result took is never the same: it is painted over.
        Image image = screen->pixels();
        for (int y = image.height - 60; y < image.height; ++y)
            for (int x = image.width - 270; x < image.width; ++x)
                image.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                             static_cast<std::size_t>(x)] = Color{};
        const std::string folder = ATTNSCOPE_SOURCE_DIR "/app/shell/golden/";
        const std::string path = folder + name + ".png";
        if (std::getenv("ATTNSCOPE_UPDATE_GOLDEN") != nullptr) {
            ASSERT_TRUE(write_file_atomically(path, encode_png(image.width, image.height, image.pixels)).has_value());
            ASSERT_TRUE(write_file_atomically(folder + "fonts.txt", inter_version() + "\n").has_value());
        }
        const Result<std::string> made_with = read_file(folder + "fonts.txt", 1000);
        ASSERT_TRUE(made_with.has_value()) << made_with.error().what;
        if (*made_with != inter_version() + "\n")
            GTEST_SKIP() << "the pictures were made with " << *made_with << ", here is " << inter_version();
        const Result<std::string> bytes = read_file(path, 1U << 24U);
        ASSERT_TRUE(bytes.has_value()) << bytes.error().what;
        const Result<Image> wanted = decode_png(*bytes, path);
        ASSERT_TRUE(wanted.has_value()) << wanted.error().what;
        ASSERT_EQ(wanted->width, image.width);
        ASSERT_EQ(wanted->height, image.height);
        const ImageDifference difference = compare(*wanted, image, tolerance);
        if (difference.differing <= most_differing) return;
        const std::string shown = ATTNSCOPE_BUILD_DIR "/golden-" + name;
        const auto save = [&](const std::string& suffix, const Image& picture) {
            static_cast<void>(
                write_file_atomically(shown + suffix, encode_png(picture.width, picture.height, picture.pixels)));
        };
        save("-now.png", image);
        save("-difference.png", difference.picture);
        ADD_FAILURE() << difference.differing << " pixels differ by more than " << tolerance << " (at most "
                      << most_differing << " may), the largest difference is " << difference.largest << "; see "
                      << shown << "-*.png";
    }
    void put(const std::string& key, const std::string& value) {
        const Result<void> done = set_from_text(param(key), value);
        ASSERT_TRUE(done.has_value()) << done.error().what;
    }
};

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
