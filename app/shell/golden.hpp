// For tests: the window compared with the picture of it that is kept in golden/.
#pragma once

#include <fontconfig/fontconfig.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "app/language/language.hpp"
#include "app/shell/headless_fixture.hpp"
#include "core/io/file.hpp"
#include "project_paths.hpp"

namespace attnscope {

// A pixel counts as different beyond this in one channel; so many may differ: Mesa rounds edges by processor.
inline constexpr int golden_tolerance = 12;
inline constexpr std::size_t golden_most_differing = 400;

// Other versions of Inter have other outlines and widths: the pictures hold for the one they were made with.
inline std::string inter_version() {
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
        // The time a result took, or that of the day, is never the same: it is painted over.
        Image image = screen->pixels();
        const int from = right_to_left(workspace.language) ? 0 : image.width - 270;
        for (int y = image.height - 60; y < image.height; ++y)
            for (int x = from; x < from + 270; ++x)
                image.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                             static_cast<std::size_t>(x)] = Color{};
        const char* const elsewhere = std::getenv("ATTNSCOPE_GOLDEN_FOLDER");
        const std::string folder =
            elsewhere != nullptr ? std::string(elsewhere) + "/" : ATTNSCOPE_SOURCE_DIR "/app/shell/golden/";
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
        const ImageDifference difference = compare(*wanted, image, golden_tolerance);
        if (difference.differing <= golden_most_differing) return;
        const std::string shown = ATTNSCOPE_BUILD_DIR "/golden-" + name;
        const auto save = [&](const std::string& suffix, const Image& picture) {
            static_cast<void>(
                write_file_atomically(shown + suffix, encode_png(picture.width, picture.height, picture.pixels)));
        };
        save("-now.png", image);
        save("-difference.png", difference.picture);
        ADD_FAILURE() << difference.differing << " pixels differ by more than " << golden_tolerance << " (at most "
                      << golden_most_differing << " may), the largest difference is " << difference.largest << "; see "
                      << shown << "-*.png";
    }
    void put(const std::string& key, const std::string& value) {
        const Result<void> done = set_from_text(param(key), value);
        ASSERT_TRUE(done.has_value()) << done.error().what;
    }
};

}  // namespace attnscope
