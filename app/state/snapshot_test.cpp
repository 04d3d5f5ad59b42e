#include "app/state/snapshot.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/state/state_file.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace snapshot_test {

using namespace std::string_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// The beginning of a PNG file of 1 x 2 pixels, and `more` bytes.
std::string png(std::size_t more = 0) {
    return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x02"s + std::string(more, '\x7f');
}

Snapshot sample(const std::string& name) {
    return {.name = name,
            .panel = "attention",
            .values = {{"temperature", Value(0.1 + 0.2)}, {"text", Value("two\n\"lines\""s)}, {"log", Value(true)}},
            .explain = "w = 0.5",
            .thumbnail = png(5)};
}

StateFile parsed(const std::string& text) {
    auto state = parse_state(text, "s.toml");
    EXPECT_TRUE(state) << state.error().what << "\n" << text;
    return state ? *state : StateFile();
}

/// The state with one good snapshot behind these lines.
StateFile with_good(const std::string& lines) {
    const StateFile state = parsed("version = 1\n" + lines + "\n[[snapshot]]\nname = \"good\"\npanel = \"p\"\n");
    EXPECT_FALSE(state.snapshots.empty());
    EXPECT_TRUE(!state.snapshots.empty() && state.snapshots.back().name == "good") << lines;
    return state;
}

TEST(Base64, GivesThePairsOfItsStandard) {
    const std::pair<std::string, std::string> pairs[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : pairs) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
}

TEST(Base64, RestoresEveryByte) {
    Random random(5);
    for (std::size_t size = 0; size < 300; ++size) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random.bits() & 0xFFU);
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    }
}

TEST(Base64, RefusesWhatIsNone) {
    for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Zh==", "Zm9=", "Zm 8", "Zm9v\n",
                            "Zm9v====", "Zg==Zg==", "Z-_=", "Zm\xC3\xA9=", "=Zg="})
        EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
    EXPECT_EQ(from_base64("Zm\0v"s), std::nullopt);
}

TEST(Snapshot, AThumbnailIsASmallPng) {
    EXPECT_TRUE(is_thumbnail(png()));
    EXPECT_TRUE(is_thumbnail(png(snapshot_thumbnail_max - png().size())));
    EXPECT_FALSE(is_thumbnail(png(snapshot_thumbnail_max - png().size() + 1)));
    EXPECT_FALSE(is_thumbnail(png().substr(0, 23)));
    EXPECT_FALSE(is_thumbnail(""));
    for (const std::size_t at : {0U, 3U, 11U, 12U, 16U, 20U}) {
        std::string wrong = png();
        wrong[at] = '\x55';
        EXPECT_FALSE(is_thumbnail(wrong)) << at;
    }
    std::string flat = png();
    flat[19] = 0;
    EXPECT_FALSE(is_thumbnail(flat)) << "no pixels";
}

TEST(Snapshot, OneLineCutsAtCharacters) {
    EXPECT_EQ(one_line("  a\tb\nc  ", 60), "a b c");
    EXPECT_EQ(one_line("שלום עולם", 4), "שלום");
    EXPECT_EQ(one_line("שלום עולם", 5), "שלום") << "no white space at the end";
    EXPECT_EQ(one_line(" \n ", 60), "");
    EXPECT_EQ(one_line("", 60), "");
    EXPECT_EQ(one_line("abc", 0), "");
    EXPECT_TRUE(is_one_line("אב", 2));
    EXPECT_FALSE(is_one_line("אבג", 2));
    EXPECT_FALSE(is_one_line("a\n", 9));
}

TEST(Snapshot, ComesBackEqualInItsOrder) {
    StateFile state;
    state.snapshots = {sample("z"), sample("a \"quoted\" \\ name"), sample("שלום")};
    state.snapshots[1].thumbnail.clear();
    state.snapshots[1].explain.clear();
    state.snapshots[2].values.clear();
    state.panels["attention"] = {{"x", Value(1.0)}};
    EXPECT_EQ(parsed(format_state(state)), state) << format_state(state);
    EXPECT_THAT(format_state(state), HasSubstr("\n[[snapshot]]\nname = \"z\"\npanel = \"attention\"\n"
                                               "explain = \"w = 0.5\"\nthumbnail = \"iVBORw0KGgo"));
}

TEST(Snapshot, AsManyAsThereMayBeFitIntoAFile) {
    StateFile state;
    for (std::size_t i = 0; i < snapshots_max; ++i) {
        Snapshot snapshot = sample(fmt::format("number {}", i));
        snapshot.thumbnail = png(snapshot_thumbnail_max - png().size());
        state.snapshots.push_back(std::move(snapshot));
    }
    const std::string text = format_state(state);
    EXPECT_LT(text.size() + 6 * snapshot_values_max, state_file_max_bytes);
    EXPECT_TRUE(parsed(text) == state);
    const StateFile more = parsed(text + "\n[[snapshot]]\nname = \"one more\"\npanel = \"p\"\n[[snapshot]]\n");
    EXPECT_EQ(more.snapshots, state.snapshots);
    EXPECT_THAT(more.warnings, ElementsAre(HasSubstr("at most 36 snapshots")));
}

TEST(Snapshot, ABrokenOneIsLeftOutWithItsLineAndTheOthersStay) {
    const std::pair<std::string, std::string> broken[] = {
        {"[[snapshot]]\npanel = \"p\"", "needs a name"},
        {"[[snapshot]]\nname = \"\"\npanel = \"p\"", "needs a name"},
        {"[[snapshot]]\nname = \"n\"", "needs a panel"},
        {"[[snapshot]]\nname = 3\npanel = \"p\"", "snapshot.name must be a text, not a whole number"},
        {"[[snapshot]]\nname = \"" + std::string(61, 'x') + "\"\npanel = \"p\"", "one line of at most 60 characters"},
        {"[[snapshot]]\nname = \"a\\nb\"\npanel = \"p\"", "one line"},
        {"[[snapshot]]\nname = \"n\"\npanel = true", "snapshot.panel must be a text"},
        {"[[snapshot]]\nname = \"n\"\npanel = \"p\"\nexplain = 1", "snapshot.explain must be a text"},
        {"[[snapshot]]\nname = \"n\"\npanel = \"p\"\nvalues = 4", "snapshot.values must be a table"},
        {"[[snapshot]]\nname = \"n\"\npanel = \"p\"\nvalues = { x = [1] }", "snapshot.values.x must be a number"},
        {"[[snapshot]]\nname = \"n\"\npanel = \"p\"\nvalues.x.y = 1", "snapshot.values.x must be a number"}};
    for (const auto& [lines, what] : broken) {
        const StateFile state = with_good(lines);
        EXPECT_EQ(state.snapshots.size(), 1U) << lines;
        EXPECT_THAT(state.warnings, ElementsAre(AllOf(StartsWith("s.toml:"), HasSubstr(what), HasSubstr("left out"))))
            << lines;
    }
}

TEST(Snapshot, AListThatIsNoneIsAWarning) {
    for (const char* lines : {"snapshot = 3", "[snapshot]\nname = \"n\"", "snapshot = \"x\""}) {
        const StateFile state = parsed("version = 1\n"s + lines);
        EXPECT_TRUE(state.snapshots.empty());
        EXPECT_THAT(state.warnings, ElementsAre(HasSubstr("snapshot must be a list"))) << lines;
    }
    EXPECT_THAT(parsed("version = 1\nsnapshot = [1, {name = \"n\", panel = \"p\"}]").snapshots.size(), 1U);
    EXPECT_THAT(parsed("version = 1\nsnapshot = []").warnings, IsEmpty());
}

TEST(Snapshot, ABadThumbnailIsLeftOutAlone) {
    const std::string start = "[[snapshot]]\nname = \"n\"\npanel = \"p\"\nthumbnail = ";
    for (const std::string& bad :
         {"3"s, "\"no base64\""s, "\"\""s, "\"Zm9v\""s, '"' + to_base64(png().substr(0, 20)) + '"',
          '"' + to_base64(png(snapshot_thumbnail_max)) + '"'}) {
        const StateFile state = with_good(start + bad);
        ASSERT_EQ(state.snapshots.size(), 2U) << bad;
        EXPECT_EQ(state.snapshots[0].thumbnail, "");
        EXPECT_THAT(state.warnings, ElementsAre(AllOf(StartsWith("s.toml:5: "), HasSubstr("32768 bytes"))));
    }
}

TEST(Snapshot, KeysOfANewerVersionAreWarnings) {
    const StateFile state = with_good("[[snapshot]]\nname = \"n\"\npanel = \"p\"\ncolour = 3");
    EXPECT_EQ(state.snapshots.size(), 2U);
    EXPECT_THAT(state.warnings, ElementsAre(AllOf(HasSubstr("s.toml:5: snapshot.colour"), HasSubstr("means nothing"))));
}

}  // namespace snapshot_test
}  // namespace attnscope
