#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "app/state/state_file.hpp"

namespace attnscope {
namespace state_read_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

StateFile parsed(std::string_view text) {
    auto state = parse_state(text, "s.toml");
    EXPECT_TRUE(state) << state.error().what << "\n" << text;
    return state ? *state : StateFile();
}

std::string error_of(std::string_view text) {
    const auto state = parse_state(text, "s.toml");
    return state ? "" : state.error().what;
}

TEST(StateRead, ReadsOtherWaysOfWritingToml) {
    const StateFile state =
        parsed("version = 0x1\npanels.a.x = 1_000\npanels.a.y = 'raw\\n'\n[panels.b]\nz = 1e3\nw = '''\nl1\nl2'''\n");
    EXPECT_EQ(state.panels.at("a"),
              (ParamValues{{"x", Value(std::int64_t{1000})}, {"y", Value(std::string("raw\\n"))}}));
    EXPECT_EQ(state.panels.at("b"), (ParamValues{{"z", Value(1000.0)}, {"w", Value(std::string("l1\nl2"))}}));
    EXPECT_EQ(parsed("version = 1\nscale = 2").scale, 2) << "a whole number serves as a number";
}

TEST(StateRead, SyntaxErrorsNameFileLineAndColumn) {
    EXPECT_THAT(error_of("version = 1\npanel = \"open\n"), AllOf(StartsWith("s.toml:2:"), HasSubstr("string")));
    EXPECT_THAT(error_of("version = 1\nversion = 1\n"), StartsWith("s.toml:2:"));
    EXPECT_THAT(error_of("version = 1\n\n  = 3"), StartsWith("s.toml:3:3:"));
    EXPECT_THAT(error_of("version = 1\npanel = \"\xff\""), AllOf(StartsWith("s.toml:2:"), HasSubstr("utf-8")));
    EXPECT_THAT(error_of(std::string_view("version = 1\n\0", 13)), StartsWith("s.toml:2:"));
    for (const char* bad :
         {"[=", "[", "[]", "[[", "[[=", "[ ]", "[\x01", "a", "a.", "a=", "a={", "a={=", "={", "\xEF\xBB\xBF["})
        EXPECT_THAT(error_of(bad), StartsWith("s.toml:1:")) << bad;
}

TEST(StateRead, RefusesAVersionItDoesNotKnow) {
    EXPECT_THAT(error_of(""), AllOf(StartsWith("s.toml: "), HasSubstr("no version"), HasSubstr("version = 1")));
    EXPECT_THAT(error_of("\nversion = 2"),
                AllOf(StartsWith("s.toml:2: version 2"), HasSubstr("newer"), HasSubstr("reads version 1")));
    EXPECT_THAT(error_of("version = 0"), AllOf(StartsWith("s.toml:1: "), HasSubstr("no version 0")));
    EXPECT_THAT(error_of("version = \"1\""), HasSubstr("version must be the whole number 1, not a text"));
    EXPECT_THAT(error_of("version = 9223372036854775807"), HasSubstr("newer"));
}

TEST(StateRead, WrongTypesNameTheKeyAndItsLine) {
    const auto error = [](const std::string& rest) { return error_of("version = 1\n" + rest); };
    EXPECT_EQ(error("panel = 3"), "s.toml:2: panel must be a text, not a whole number");
    EXPECT_EQ(error("theme = true"), "s.toml:2: theme must be a text, not true or false");
    EXPECT_EQ(error("scale = \"big\""), "s.toml:2: scale must be a number from 0.25 to 8, not a text");
    EXPECT_EQ(error("window = 3"), "s.toml:2: window must be a table with width and height, not a whole number");
    EXPECT_EQ(error("[window]\nwidth = 1e3"),
              "s.toml:3: window.width must be a whole number from 200 to 32768, not a number with a fraction");
    EXPECT_EQ(error("panels = [1]"), "s.toml:2: panels must be a table of panels, not an array");
    EXPECT_EQ(error("panels.a = 1"), "s.toml:2: panels.a must be a table of parameters, not a whole number");
    EXPECT_EQ(error("[panels.a]\nok = 1\nx = 1979-05-27"),
              "s.toml:4: panels.a.x must be a number, a text, or true or false, not a date or time");
    EXPECT_EQ(error("[panels.a]\nx.y = 1"),
              "s.toml:3: panels.a.x must be a number, a text, or true or false, not a table");
}

TEST(StateRead, RefusesOutOfRangeValuesWithTheRange) {
    const auto error = [](const std::string& rest) { return error_of("version = 1\n" + rest); };
    EXPECT_EQ(error("theme = \"pink\""), "s.toml:2: theme \"pink\" is unknown; it must be \"dark\" or \"light\"");
    EXPECT_EQ(error("scale = 0"), "s.toml:2: scale 0 is out of range; it must be a number from 0.25 to 8");
    EXPECT_THAT(error("scale = nan"), HasSubstr("scale nan is out of range"));
    EXPECT_THAT(error("scale = inf"), HasSubstr("scale inf is out of range"));
    EXPECT_EQ(error("[window]\nheight = 0"),
              "s.toml:3: window.height 0 is out of range; it must be a whole number from 200 to 32768");
    EXPECT_THAT(error("window.width = 9223372036854775807"),
                HasSubstr("window.width 9223372036854775807 is out of range"));
}

TEST(StateRead, WarnsAboutWhatItDoesNotKnowAndGoesOn) {
    const StateFile state =
        parsed("colour = 3\nversion = 1\n[window]\nx = 4\nwidth = 800\n[more.deep]\ny = [1, {z = 2}]\n");
    EXPECT_THAT(state.warnings, testing::UnorderedElementsAre(AllOf(StartsWith("s.toml:1: "), HasSubstr("colour")),
                                                              AllOf(StartsWith("s.toml:4: "), HasSubstr("window.x")),
                                                              AllOf(StartsWith("s.toml:6: "), HasSubstr("more"))));
    EXPECT_EQ(state.window_width, 800);
    EXPECT_EQ(format_state(state).find("colour"), std::string::npos);
}

TEST(StateRead, RefusesCharactersBeyondAsciiOutsideOfStrings) {
    EXPECT_THAT(error_of("version = 1\n[ \xC3\xA9]"), AllOf(StartsWith("s.toml:2:3: "), HasSubstr("beyond ASCII")));
    EXPECT_THAT(error_of("\xC2\xA0version = 1"), StartsWith("s.toml:1:1: "));
    EXPECT_THAT(error_of("version = \xEF\xBC\x91"), HasSubstr("inside of a string or a comment"));
    EXPECT_THAT(error_of("version = 1\n\xff\xfe"), StartsWith("s.toml:2:1: "));
    EXPECT_EQ(error_of("\xEF\xBB\xBFversion = 1 # \xC3\xA9\npanel = '\xC3\xA9'\n[panels.\"\xC3\xA9\"]\n# \xC3\xA9"),
              "");
}

TEST(StateRead, RefusesQuotesAndBracketsInTheMiddleOfAValue) {
    for (const char* bad : {"x = 1\"\xC3\xA9\"", "x = 1.'\xC3\xA9'", "x = a=\"\xC3\xA9\"", "x = [1[\"\xC3\xA9\"]]",
                            "x = 1{", "x = [{a=1}, 1.\"\xC3\xA9\"]"})
        EXPECT_THAT(error_of(std::string("version = 1\n") + bad),
                    AllOf(StartsWith("s.toml:2:"), HasSubstr("in the middle of a value")))
            << bad;
    EXPECT_EQ(error_of("version=1\npanel=\"\xC3\xA9\"\n[panels.a.\"\xC3\xA9\"]\n[[x.'\xC3\xA9']]\n"
                       "y=[\n\"\xC3\xA9\",[\"b\"],\n{a.\"\xC3\xA9\"=1,'\xC3\xA9'=[\"\xC3\xA9\"]}]\n1.\"\xC3\xA9\"=2"),
              "s.toml:3: panels.a.\xC3\xA9 must be a number, a text, or true or false, not a table");
}

TEST(StateRead, RefusesABackslashBeforeACharacterBeyondAscii) {
    for (const char* bad : {"panel = \"\\\xC3\xA9\"", "panel = \"\"\"\\\n  \xC3\xA9\"\"\"", "panel = \"\"\"\\\xC3\xA9"})
        EXPECT_THAT(error_of(std::string("version = 1\n") + bad),
                    AllOf(StartsWith("s.toml:2:"), HasSubstr("a backslash")));
    EXPECT_EQ(error_of("version = 1\npanel = \"\"\"\\\n  x \\\\n \xC3\xA9\"\"\""), "");
    EXPECT_EQ(error_of("version = 1\npanel = '\\\xC3\xA9'"), "");
}

TEST(StateRead, KeysOfAMillionDotsDoNotOverflowTheStack) {
    const auto dotted = [](int dots) {
        std::string key = "a";
        for (int i = 0; i < dots; ++i) key += ".a";
        return key;
    };
    EXPECT_THAT(error_of("version = 1\n" + dotted(1000000) + " = 1"),
                AllOf(StartsWith("s.toml:2:"), HasSubstr("dots")));
    EXPECT_THAT(error_of("version = 1\n[" + dotted(1000000) + "]"), HasSubstr("dots"));
    EXPECT_THAT(error_of("version = 1\nx = { " + dotted(100000) + " = 1 }"), HasSubstr("dots"));
    EXPECT_THAT(error_of("version = 1\nt = '''x''''\n" + dotted(100000) + " = 1"),
                AllOf(StartsWith("s.toml:3"), HasSubstr("dots")));
    EXPECT_THAT(error_of("version = 1\nt = \"\\\\\"\n" + dotted(100000) + " = 1"), HasSubstr("dots"));
    EXPECT_THAT(error_of("version = 1 # \"\"\" ''' \"\n" + dotted(100000) + " = 1"), HasSubstr("dots"));
    EXPECT_EQ(error_of("version = 1\npanel = \"" + dotted(1000) + "\" # " + dotted(1000)), "");
    EXPECT_EQ(error_of("version = 1\npanel = \"\"\"\n" + dotted(1000) + "\"\"\"\"\"\npanels.a.b = 1"), "");
    EXPECT_EQ(error_of("version = 1\npanel = '" + dotted(1000) + "\"'"), "");
    std::string nested;  // the deepest that is let through, in each of many inline tables
    for (int i = 0; i < 200; ++i) nested.append("{").append(dotted(8)).append("=");
    EXPECT_EQ(error_of("version = 1\nx = " + nested + "1" + std::string(200, '}')), "");
    EXPECT_THAT(error_of("version = 1\nx = " + std::string(1000000, '[')), StartsWith("s.toml:2:"));
}

TEST(StateRead, EveryTruncationIsReadOrRefusedWithItsName) {
    const std::string whole =
        "version = 1\npanel = \"a\"\ntheme = \"light\"\nscale = 1.25\n[window]\nwidth = 800\n[panels.a]\nx = 1.5\ny = "
        "'''\nz'''\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto state = parse_state(std::string_view(whole).substr(0, size), "s.toml");
        if (!state) {
            EXPECT_THAT(state.error().what, StartsWith("s.toml:"));
        }
    }
}

TEST(StateRead, ReadsComparisonsAndExportSettings) {
    const StateFile state = parsed("version = 1\n[compare.a]\nx = 1\n[export]\nstyle = \"paper\"\nwidth_cm = 8.5\n");
    EXPECT_EQ(state.compared.at("a"), (ParamValues{{"x", Value(std::int64_t{1})}}));
    EXPECT_EQ(state.exported, (ParamValues{{"style", Value(std::string("paper"))}, {"width_cm", Value(8.5)}}));
    EXPECT_TRUE(state.warnings.empty());
    EXPECT_EQ(parsed(format_state(state)), state);
    EXPECT_THAT(error_of("version = 1\ncompare = 3\n"),
                AllOf(StartsWith("s.toml:2:"), HasSubstr("compare must be a table of panels")));
    EXPECT_THAT(error_of("version = 1\n[compare]\na = 3\n"),
                AllOf(StartsWith("s.toml:3:"), HasSubstr("compare.a must be a table of parameters")));
    EXPECT_THAT(error_of("version = 1\n[compare.a]\nx = [1]\n"),
                AllOf(StartsWith("s.toml:3:"), HasSubstr("compare.a.x must be")));
    EXPECT_THAT(error_of("version = 1\nexport = \"paper\"\n"),
                AllOf(StartsWith("s.toml:2:"), HasSubstr("export must be a table of settings")));
}

}  // namespace state_read_test
}  // namespace attnscope
