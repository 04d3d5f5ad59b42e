#include "app/cli/command_line.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/cli/run_command_line.hpp"
#include "core/engine/isa.hpp"

namespace attnscope {
namespace command_line_test {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_cli::expect_failure;
using testing_cli::Outcome;
using testing_cli::run;

class CommandLine : public testing_cli::CommandLineTest {};

// ---- help, version, list -----------------------------------------------------------------------------------------

TEST(MeasureMemory, MeasuresTheMemoryOfACallForTheTimingPanel) {
    const Outcome outcome = run(
        {"measure-memory", "elu", "--length=256", "--dim=16", "--heads=2", "--features=8", "--threads=1", "--causal"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, testing::MatchesRegex("[0-9]+\n"));
    testing_cli::expect_failure({"measure-memory", "quick"}, 2, testing::HasSubstr("quick"));
    EXPECT_EQ(testing_cli::run({"--help"}).out.find("measure-memory"), std::string::npos) << "nobody needs to know";
}

TEST_F(CommandLine, HelpNamesEverySubcommand) {
    const Outcome help = run({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, AllOf(HasSubstr("render"), HasSubstr("data"), HasSubstr("compute"), HasSubstr("list")));
    EXPECT_EQ(help.err, "");
    const Outcome render = run({"render", "--help"});
    EXPECT_EQ(render.code, 0);
    EXPECT_THAT(render.out, AllOf(HasSubstr("--set"), HasSubstr("--size"), HasSubstr("--out"), HasSubstr("--state")));
}

TEST_F(CommandLine, VersionIsOneLine) {
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_EQ(version.out, fmt::format("attnscope {} (kernels for {})\n", ATTNSCOPE_VERSION, isa_name(isa_in_use())));
    EXPECT_EQ(version.err, "");
}

TEST_F(CommandLine, AnInstructionSetThatIsNotThereIsRefused) {
    setenv("ATTNSCOPE_ISA", "avx9", 1);
    expect_failure({"--version"}, 2,
                   AllOf(HasSubstr("avx9"), HasSubstr("no instruction set"), HasSubstr("here it can be")));
    const bool arm = available_isas().front() == Isa::neon;
    setenv("ATTNSCOPE_ISA", arm ? "x86-64-v4" : "neon", 1);
    expect_failure({"list"}, 2, HasSubstr("this machine or this build does not have"));
    const std::string slowest(isa_name(available_isas().front()));
    setenv("ATTNSCOPE_ISA", slowest.c_str(), 1);
    EXPECT_THAT(run({"--version"}).out, HasSubstr("(kernels for " + slowest + ")"));
    unsetenv("ATTNSCOPE_ISA");
}

TEST_F(CommandLine, ListAsJsonDescribesEveryParameter) {
    const Outcome list = run({"list", "--json"});
    ASSERT_EQ(list.code, 0) << list.err;
    const json all = json::parse(list.out);
    EXPECT_EQ(all.at("version"), ATTNSCOPE_VERSION);
    bool attention_is_there = false;
    for (const json& panel : all.at("panels")) {
        attention_is_there |= panel.at("name") == "attention";
        EXPECT_NE(panel.at("title"), "");
        EXPECT_NE(panel.at("help"), "");
        EXPECT_FALSE(panel.at("parameters").empty());
        for (const json& p : panel.at("parameters")) {
            EXPECT_NE(p.at("key"), "");
            EXPECT_NE(p.at("help"), "") << p.at("key");
            EXPECT_TRUE(p.contains("default")) << p.at("key");
            const std::string type = p.at("type");
            if (type == "integer" || type == "real") {
                ASSERT_EQ(p.at("range").size(), 2U) << p.at("key");
                EXPECT_LT(p.at("range").at(0).get<double>(), p.at("range").at(1).get<double>()) << p.at("key");
                EXPECT_TRUE(p.at("default").is_number()) << p.at("key");
            } else if (type == "choice") {
                EXPECT_THAT(p.at("choices"), Contains(p.at("default"))) << p.at("key");
            } else {
                EXPECT_TRUE(type == "text" || type == "toggle") << type;
            }
        }
    }
    EXPECT_TRUE(attention_is_there);
}

TEST_F(CommandLine, ListNamesEveryPanelThatTheOtherCommandsTake) {
    const Outcome names = run({"list", "--names"});
    ASSERT_EQ(names.code, 0);
    std::istringstream lines(names.out);
    std::vector<std::string> panels;
    for (std::string line; std::getline(lines, line);) panels.push_back(line);
    EXPECT_THAT(panels, Contains("attention"));
    for (const std::string& panel : panels) EXPECT_EQ(run({"data", panel, "--out", path(panel + ".json")}).code, 0);
    EXPECT_THAT(run({"list"}).out, AllOf(HasSubstr("attention: "), HasSubstr("temperature"), HasSubstr("causal")));
}

// ---- render ------------------------------------------------------------------------------------------------------

TEST_F(CommandLine, RenderWritesEachFormatWithTheSameBytesTwice) {
    const std::vector<std::string> command{"render", "attention", "--set", "text=the king loves the queen",
                                           "--size", "900x600"};
    for (const auto& [name, magic] :
         {std::pair{"a.png", "\x89PNG\r\n\x1a\n"}, {"a.svg", "<?xml"}, {"a.pdf", "%PDF-"}}) {
        const std::string first = written(command, name);
        EXPECT_THAT(first, StartsWith(magic)) << name;
        EXPECT_EQ(first, written(command, std::string("again_") + name)) << name;
    }
    EXPECT_EQ(folder_.files(), 6);
}

TEST_F(CommandLine, WordsInAnSvgAreText) {
    const std::string svg = written({"render", "attention", "--set", "text=the king loves the queen"}, "a.svg");
    const std::size_t queen = svg.find("queen");
    ASSERT_NE(queen, std::string::npos);
    const std::size_t tag = svg.rfind('<', queen);
    EXPECT_THAT(svg.substr(tag, queen - tag), testing::AnyOf(StartsWith("<text"), StartsWith("<tspan")));
}

TEST_F(CommandLine, RenderTakesSizeScaleAndTheme) {
    const std::vector<std::string> command{"render", "attention", "--size", "300x200"};
    auto with = [&](std::vector<std::string> more, const char* name) {
        more.insert(more.begin(), command.begin(), command.end());
        return written(more, name);
    };
    const auto side = [](const std::string& png, std::size_t at) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(png.at(i))); };
        return byte(at) << 24U | byte(at + 1) << 16U | byte(at + 2) << 8U | byte(at + 3);
    };
    const std::string plain = with({}, "1.png"), large = with({"--scale", "2.5"}, "2.png");
    EXPECT_EQ(side(plain, 16), 300U);
    EXPECT_EQ(side(plain, 20), 200U);
    EXPECT_EQ(side(large, 16), 750U);
    EXPECT_EQ(side(large, 20), 500U);
    EXPECT_NE(with({"--theme", "light"}, "3.png"), plain);
    EXPECT_EQ(with({"--theme", "dark"}, "4.png"), plain);
}

// ---- a wrong command line: 2 -------------------------------------------------------------------------------------

TEST_F(CommandLine, RefusesWhatItDoesNotKnowAndSaysWhatThereIs) {
    const std::string png = path("x.png"), out = path("x.json");
    expect_nothing_written({"render", "atention", "--out", png}, 2,
                           AllOf(HasSubstr("'atention'"), HasSubstr("there is: attention")));
    expect_nothing_written({"data", "atention", "--out", out}, 2, HasSubstr("there is: attention"));
    expect_nothing_written({"render", "attention", "--set", "temprature=2", "--out", png}, 2,
                           AllOf(HasSubstr("'temprature'"), HasSubstr("it has"), HasSubstr("temperature")));
    expect_nothing_written({"render", "attention", "--set", "temperature", "--out", png}, 2, HasSubstr("key=value"));
    expect_nothing_written({"render", "attention", "--colour", "red", "--out", png}, 2, HasSubstr("--colour"));
    expect_nothing_written({"redner", "attention", "--out", png}, 2, HasSubstr("attnscope --help"));
    expect_nothing_written({"compute"}, 2, HasSubstr("subcommand"));
}

TEST_F(CommandLine, RefusesAValueOutOfRangeAndStatesTheRange) {
    const std::string png = path("x.png");
    const auto with = [&](const char* assignment) {
        return std::vector<std::string>{"render", "attention", "--set", assignment, "--out", png};
    };
    expect_nothing_written(
        with("temperature=-1"), 2,
        AllOf(HasSubstr("temperature: -1"), HasSubstr("out of range"), HasSubstr("from 1e-06 to 1000000")));
    expect_nothing_written(with("temperature=nan"), 2, HasSubstr("temperature: nan is not a number"));
    expect_nothing_written(with("temperature=hot"), 2, HasSubstr("\"hot\" is not a number"));
    expect_nothing_written(with("heads=17"), 2, HasSubstr("a whole number from 1 to 16"));
    expect_nothing_written(with("heads=1.5"), 2, HasSubstr("is not a whole number"));
    expect_nothing_written(with("mask=casual"), 2, HasSubstr("one of none, causal, padding, window, prefix, block"));
    expect_nothing_written(with("text=caf\xE9 noir"), 2,
                           AllOf(HasSubstr("text: "), HasSubstr("not valid UTF-8"), HasSubstr("offset 3")));
}

TEST_F(CommandLine, RefusesBadSizesAndStatesTheForm) {
    for (const char* const size : {"", "1600", "1600x", "x1000", "1600x1000x2", "1600X1000", "100x100", "-1600x1000",
                                   "1e3x1e3", "99999999999x5"})
        expect_nothing_written({"render", "attention", "--size", size, "--out", path("x.png")}, 2, HasSubstr("--size"));
    expect_nothing_written({"render", "attention", "--size", "99999x99999", "--out", path("x.png")}, 2,
                           HasSubstr("at most 16384"));
    expect_nothing_written({"render", "attention", "--size", "\x1b[2J5", "--out", path("x.png")}, 2,
                           AllOf(HasSubstr("\\x1b"), Not(HasSubstr("\x1b"))));
    expect_nothing_written({"render", "attention", "--scale", "0", "--out", path("x.png")}, 2, HasSubstr("--scale"));
    expect_nothing_written({"render", "attention", "--theme", "blue", "--out", path("x.png")}, 2, HasSubstr("light"));
}

TEST_F(CommandLine, RefusesOtherExtensionsAndNamesTheRightOnes) {
    expect_nothing_written({"render", "attention", "--out", path("x.gif")}, 2, HasSubstr(".png, .svg or .pdf"));
    expect_nothing_written({"render", "attention", "--out", path("picture")}, 2, HasSubstr(".png, .svg or .pdf"));
    expect_nothing_written({"data", "attention", "--out", path("x.xlsx")}, 2, HasSubstr(".json, .csv or .npy"));
    expect_nothing_written({"data", "attention", "--format", "xml", "--out", path("x.json")}, 2,
                           HasSubstr("json, csv or npy"));
    expect_nothing_written({"render", "attention", "--window", "--out", path("x.svg")}, 2, HasSubstr(".png"));
}

TEST_F(CommandLine, RefusesMissingOptionsAndValues) {
    expect_nothing_written({"render", "attention"}, 2, HasSubstr("--out"));
    expect_nothing_written({"render", "--out", path("x.png")}, 2, HasSubstr("panel"));
    expect_nothing_written({"data", "attention", "--out"}, 2, HasSubstr("--out"));
    expect_nothing_written({"render", "attention", "--out", path("x.png"), "--set"}, 2, HasSubstr("--set"));
    expect_nothing_written({"compute", "attention", "--q", "q.npy", "--out", path("x.npy")}, 2, HasSubstr("--k"));
}

// ---- what fails although the command line is right: 1 -------------------------------------------------------------

TEST_F(CommandLine, NamesTheStateFileThatIsMissingDamagedOrIllegal) {
    const std::string png = path("x.png"), missing = path("none.toml");
    const std::string damaged = folder_.file("damaged.toml", "version = 1\npanel = \n");
    const std::string illegal = folder_.file("illegal.toml", "version = 1\n[panels.attention]\ntemperature = -2\n");
    const std::string newer = folder_.file("newer.toml", "version = 99\n");
    expect_nothing_written({"render", "attention", "--state", missing, "--out", png}, 1,
                           AllOf(HasSubstr("none.toml"), HasSubstr("does not exist")));
    expect_nothing_written({"render", "attention", "--state", damaged, "--out", png}, 1, HasSubstr("damaged.toml:2:"));
    expect_nothing_written({"data", "attention", "--state", illegal, "--out", path("x.json")}, 1,
                           AllOf(HasSubstr("illegal.toml: "), HasSubstr("temperature: -2"), HasSubstr("out of range")));
    expect_nothing_written({"render", "attention", "--state", newer, "--out", png}, 1,
                           AllOf(HasSubstr("newer.toml:1"), HasSubstr("newer attnscope")));
    expect_failure({missing}, 1, HasSubstr("none.toml"));  // the window is not opened
}

TEST_F(CommandLine, AStateFileSetsParametersAndSetWins) {
    const std::string state =
        folder_.file("s.toml", "version = 1\nfuture = 1\n[panels.attention]\nheads = 2\ntext = \"a b\"\n");
    const Outcome done = run({"data", "attention", "--state", state, "--set", "heads=3", "--out", path("x.json")});
    ASSERT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.err, AllOf(StartsWith("attnscope: warning: "), HasSubstr("future")));
    const json x = json::parse(content_of(folder_ / "x.json"));
    EXPECT_EQ(x.at("shape").at("heads"), 3);
    EXPECT_EQ(x.at("parameters").at("text"), "a b");
}

TEST_F(CommandLine, SaysThatTheTargetCannotBeWrittenAndLeavesNothing) {
    std::filesystem::create_directory(folder_ / "folder.png");
    for (const std::string& target : {path("no folder/x.png"), path("folder.png")})
        expect_nothing_written({"render", "attention", "--size", "300x200", "--out", target}, 1,
                               AllOf(HasSubstr("cannot write"), HasSubstr(target)));
    expect_nothing_written({"data", "attention", "--out", path("no folder/x.csv")}, 1, HasSubstr("cannot write"));
}

TEST_F(CommandLine, SaysWhatIsWrongWithTheText) {
    for (const char* const verb : {"render", "data"}) {
        const std::string out = path(std::string("x.") + (verb == std::string("render") ? "png" : "json"));
        expect_nothing_written({verb, "attention", "--set", "text=", "--out", out}, 1, HasSubstr("the text is empty"));
        expect_nothing_written({verb, "attention", "--set", "text=  \n ", "--out", out}, 1,
                               HasSubstr("the text is empty"));
        expect_nothing_written({verb, "attention", "--set", "heads=2", "--set", "head=3", "--out", out}, 1,
                               AllOf(HasSubstr("head: 3"), HasSubstr("2 heads")));
        expect_nothing_written({verb, "attention", "--set", "vectors=" + path("none.txt"), "--out", out}, 1,
                               HasSubstr("none.txt"));
    }
}

TEST_F(CommandLine, AMapTooLargeForAFileIsDrawnAllTheSame) {
    std::string many;
    for (int i = 0; i < 5000; ++i) many += "a ";
    expect_nothing_written({"data", "attention", "--set", "text=" + many, "--out", path("x.json")}, 1,
                           AllOf(HasSubstr("more than 4096 tokens"), HasSubstr("compute attention")));
    EXPECT_GT(written({"render", "attention", "--set", "text=" + many}, "x.png").size(), 10000U);
}

TEST_F(CommandLine, AFailureLeavesTheOldFileAsItWas) {
    const std::string old = folder_.file("x.png", "old");
    expect_nothing_written({"render", "attention", "--set", "text=", "--out", old}, 1, HasSubstr("empty"));
    EXPECT_EQ(content_of(old), "old");
}

TEST_F(CommandLine, ControlCharactersOfTheUsersTextDoNotBreakTheLine) {
    expect_nothing_written({"render", "attention", "--set",
                            "a\n\x1b"
                            "b=1",
                            "--out", path("x.png")},
                           2, HasSubstr("\\x0a"));
}

TEST_F(CommandLine, RefusesASeedBelowZeroAndNoFeatures) {
    for (const char* seed : {"-1", "99999999999999999999999"})
        expect_nothing_written({"compute", "attention", "--q", "q.npy", "--k", "k.npy", "--v", "v.npy", "--seed", seed,
                                "--out", path("o.npy")},
                               2, HasSubstr("--seed"));
    expect_nothing_written({"compute", "attention", "--q", "q.npy", "--k", "k.npy", "--v", "v.npy", "--features", "0",
                            "--out", path("o.npy")},
                           2, HasSubstr("--features"));
}

}  // namespace command_line_test
}  // namespace attnscope
