// Lessons, handouts and languages on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/run_command_line.hpp"
#include "app/language/scoped_language.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace teaching_test {

using testing::HasSubstr;
using testing_cli::CommandLineTest;

class TeachingTest : public CommandLineTest {
    ScopedLanguage english_{Language::english};
};

TEST_F(TeachingTest, ALanguageAskedForBeatsTheStates) {
    ASSERT_TRUE(write_file_atomically(folder_ / "fa.toml", "version = 1\nlanguage = \"fa\"\n").has_value());
    const std::string english = written({"render", "timing", "--set", "view=paths"}, "en.svg");
    const std::string persian =
        written({"render", "timing", "--set", "view=paths", "--state", path("fa.toml")}, "fa.svg");
    EXPECT_TRUE(has_right_to_left(persian));
    const std::string asked = written(
        {"render", "timing", "--set", "view=paths", "--state", path("fa.toml"), "--language", "en"}, "asked.svg");
    EXPECT_EQ(asked, english);
}

TEST_F(TeachingTest, AStepTakesNoPartAndNoComparison) {
    for (const char* option : {"--compare", "--part"})
        expect_nothing_written({"render", "--lesson", "masks", option, "map", "--out", path("x.png")}, 2,
                               HasSubstr(option));
}

TEST_F(TeachingTest, AHandoutSaysWhichStepHasNoPicture) {
    ASSERT_TRUE(write_file_atomically(folder_ / "own.toml", R"(
title = { en = "Own" }
[[step]]
panel = "attention"
title = { en = "One" }
text = { en = "Good." }
[[step]]
panel = "attention"
set = { text = "" }
title = { en = "Two" }
text = { en = "Without words." }
)")
                    .has_value());
    const testing_cli::Outcome outcome = testing_cli::run({"handout", path("own.toml"), "--out", path("own.pdf")});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.err, HasSubstr("step 2: the text is empty"));
    const Result<std::string> pdf = read_file(folder_ / "own.pdf", 10'000'000);
    ASSERT_TRUE(pdf.has_value());
    EXPECT_TRUE(pdf->starts_with("%PDF"));
}

}  // namespace teaching_test
}  // namespace attnscope
