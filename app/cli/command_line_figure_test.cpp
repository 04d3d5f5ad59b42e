// Figures for print, parts and comparisons on the command line.
#include <cmath>

#include "app/cli/run_command_line.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace command_line_figure_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Figure : public testing_cli::CommandLineTest {
protected:
    std::string state(const std::string& name, const std::string& values) const {
        const std::string file = path(name);
        EXPECT_TRUE(write_file_atomically(file, "version = 1\n" + values));
        return file;
    }
};

TEST_F(Figure, TheWidthOnPaperIsExactInEachFormat) {
    const std::vector<std::string> command{"render",  "attention",  "--set", "text=the king loves the queen",
                                           "--paper", "--width-cm", "8.5",   "--font-pt",
                                           "8"};
    EXPECT_THAT(written(command, "a.svg"), HasSubstr(" width=\"8.5cm\""));
    // 8.5 cm are 240.944882 points of 1/72 inch; how many decimals are written depends on cairo's version.
    const std::string pdf = written(command, "a.pdf"), box = "/MediaBox [ 0 0 ";
    ASSERT_NE(pdf.find(box), std::string::npos);
    EXPECT_NEAR(std::stod(pdf.substr(pdf.find(box) + box.size())), 240.944882, 1e-3);
    const std::string png = written(command, "a.png");
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(png.at(i))); };
    EXPECT_EQ(byte(18) << 8U | byte(19), 1004U) << "8.5 cm at 300 dpi";
    EXPECT_NE(png.find("pHYs"), std::string::npos);
}

TEST_F(Figure, TextOnPaperHasTheChosenSize) {
    const auto view_box = [&](const char* points) {
        std::vector<std::string> with{"render", "attention", "--paper", "--width-cm", "20", "--font-pt", points};
        const std::string svg = written(with, std::string(points) + ".svg");
        return std::stod(svg.substr(svg.find("viewBox=\"0 0 ") + 13));
    };
    // 20 cm are 566.929 pt; text of 13 units comes out at the chosen size.
    EXPECT_NEAR(view_box("6.5"), 566.929 * 2, 0.01);
    EXPECT_NEAR(view_box("13"), 566.929, 0.01);
}

TEST_F(Figure, PaperIsBlackOnWhiteAndKeepsTheRatioOfTheSize) {
    const std::string svg = written({"render", "attention", "--paper", "--size", "1000x500"}, "a.svg");
    EXPECT_THAT(svg, AllOf(HasSubstr(" width=\"14cm\" height=\"7cm\""), HasSubstr("fill=\"#ffffff\""),
                           HasSubstr("fill=\"#000000\""), Not(HasSubstr("fill=\"#12151a\""))));
}

TEST_F(Figure, RefusesWhatCannotBeOnPaperAndSaysTheRange) {
    const auto refuse = [&](std::vector<std::string> more, const testing::Matcher<std::string>& message) {
        more.insert(more.begin(), {"render", "attention", "--out", path("x.pdf")});
        expect_nothing_written(more, 2, message);
    };
    refuse({"--paper", "--width-cm", "0"}, AllOf(HasSubstr("--width-cm 0"), HasSubstr("from 1 to 100")));
    refuse({"--paper", "--width-cm", "wide"}, AllOf(HasSubstr("--width-cm wide"), HasSubstr("from 1 to 100")));
    refuse({"--paper", "--width-cm", ""}, HasSubstr("from 1 to 100"));
    refuse({"--paper", "--font-pt", "41"}, AllOf(HasSubstr("--font-pt 41"), HasSubstr("from 3 to 40")));
    refuse({"--paper", "--width-cm", "4"}, HasSubstr("at least 4.4 cm"));
    refuse({"--width-cm", "8"}, HasSubstr("--paper"));
    refuse({"--paper", "--theme", "dark"}, HasSubstr("--theme"));
    refuse({"--paper", "--scale", "2"}, HasSubstr("--scale"));
    refuse({"--part", "no such part"}, AllOf(HasSubstr("'no such part'"), HasSubstr("attention")));
}

TEST_F(Figure, ComparesTheSettingsOfTwoFiles) {
    const std::string a = state("a.toml", "[panels.attention]\ntemperature = 1.0\n");
    const std::string b = state("b.toml", "[panels.attention]\ntemperature = 0.5\n");
    const std::string svg =
        written({"render", "attention", "--state", b, "--compare", a, "--set", "mask=causal"}, "c.svg");
    EXPECT_THAT(svg, AllOf(HasSubstr("temperature 1 → 0.5"), HasSubstr("mask none → causal")));
    EXPECT_THAT(written({"render", "attention", "--state", b, "--compare", a}, "c.pdf"), StartsWith("%PDF-"));
    EXPECT_THAT(written({"render", "attention", "--state", b, "--compare", a}, "c.png"), StartsWith("\x89PNG"));
    EXPECT_THAT(written({"render", "attention", "--compare", b, "--paper"}, "d.svg"), HasSubstr("temperature 0.5 → 1"));
}

TEST_F(Figure, AComparisonThatTheStateKeepsIsNotDrawnUnlessAskedFor) {
    const std::string kept = state("k.toml", "[compare.attention]\ntemperature = 0.5\n");
    EXPECT_THAT(written({"render", "attention", "--state", kept}, "k.svg"), Not(HasSubstr("0.5 → 1")));
}

TEST_F(Figure, RefusesAComparisonThatCannotBeAndSaysWhere) {
    const auto refuse = [&](const std::string& file, const testing::Matcher<std::string>& message) {
        expect_nothing_written({"render", "attention", "--compare", file, "--out", path("x.png")}, 1, message);
    };
    refuse(path("missing.toml"), HasSubstr("missing.toml"));
    refuse(state("other.toml", "[panels.cost]\nx = 1\n"),
           AllOf(HasSubstr("other.toml"), HasSubstr("[panels.attention]")));
    refuse(state("wrong.toml", "[panels.attention]\ntemperature = -1.0\n"),
           AllOf(HasSubstr("wrong.toml"), HasSubstr("temperature: -1")));
    refuse(state("broken.toml", "[panels\n"), HasSubstr("broken.toml:2:"));
}

}  // namespace command_line_figure_test
}  // namespace attnscope
