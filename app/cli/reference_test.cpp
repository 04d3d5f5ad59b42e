#include <fmt/format.h>

#include "app/cli/run_command_line.hpp"
#include "app/panels/workspace.hpp"

namespace attnscope {
namespace reference_test {

using testing_cli::run;

// (Not HasSubstr, which would print all of it.)
bool has(const testing_cli::Outcome& outcome, std::string_view part) {
    return outcome.out.find(part) != std::string::npos;
}

// What all the forms are written from: every panel with its parameters.
std::vector<std::pair<std::string, std::vector<std::string>>> parameters() {
    std::vector<std::pair<std::string, std::vector<std::string>>> all;
    const Workspace workspace;
    for (const Workspace::Entry& panel : workspace.entries()) {
        all.push_back({panel.info.name, {}});
        for (const Param& param : panel.params) all.back().second.push_back(param.key);
    }
    return all;
}

const char* const commands[] = {
    "render", "data", "record", "lessons", "lecture", "handout", "bench", "compute attention", "list"};

TEST(Reference, MarkdownNamesEveryCommandPanelAndParameter) {
    const auto outcome = run({"list", "--markdown"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    for (const char* command : commands) EXPECT_TRUE(has(outcome, fmt::format("\n### {}\n", command))) << command;
    for (const auto& [panel, keys] : parameters()) {
        EXPECT_TRUE(has(outcome, fmt::format("\n### {}\n", panel)));
        for (const std::string& key : keys) EXPECT_TRUE(has(outcome, fmt::format("\n| `{}` | ", key))) << key;
    }
    EXPECT_TRUE(has(outcome, "\n| `--theme dark\\|light` | dark or light |\n"));
    EXPECT_TRUE(has(outcome, "\n| Ctrl Z   Ctrl Shift Z | undo, redo |\n"));
    EXPECT_TRUE(has(outcome, "    attnscope lecture lesson [options]\n"));
    EXPECT_FALSE(has(outcome, "measure-memory")) << "what --help hides is hidden here too";
}

// A table is broken by a line with another number of columns.
TEST(Reference, EveryTableOfTheMarkdownHasEquallyManyColumnsInEachLine) {
    const auto outcome = run({"list", "--markdown"});
    std::size_t columns = 0, lines = 0;
    for (std::size_t at = 0; at < outcome.out.size();) {
        const std::size_t end = outcome.out.find('\n', at);
        const std::string line = outcome.out.substr(at, end - at);
        at = end + 1;
        std::size_t bars = 0;
        for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
        if (!line.starts_with('|')) bars = 0;
        if (columns != 0 && bars != 0) {
            EXPECT_EQ(bars, columns) << line;
            ++lines;
        }
        columns = bars;
    }
    EXPECT_GT(lines, 150U);
}

TEST(Reference, TheManualNamesEveryCommandPanelAndParameter) {
    const auto outcome = run({"list", "--man"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome, "\n.TH ATTNSCOPE 1 "));
    for (const char* command : commands) EXPECT_TRUE(has(outcome, fmt::format("\n.SS \"{}\"\n", command)));
    for (const auto& [panel, keys] : parameters()) {
        EXPECT_TRUE(has(outcome, fmt::format("\n.SS \"{}\"\n", panel)));
        for (const std::string& key : keys) EXPECT_TRUE(has(outcome, fmt::format("\n\\fB{}\\fR\n", key))) << key;
    }
    EXPECT_TRUE(has(outcome, "\n\\fB\\-\\-theme\\fR \\fIdark|light\\fR\ndark or light\n"));
}

// (.ci/checks/completions.sh asks the shells themselves.)
TEST(Reference, CompletionsKnowEveryParameter) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const auto outcome = run({"list", "--completion", shell});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        for (const auto& [panel, keys] : parameters())
            for (const std::string& key : keys) EXPECT_TRUE(has(outcome, key)) << shell << " " << panel << " " << key;
    }
}

TEST(Reference, OneFormAtATime) {
    testing_cli::expect_failure({"list", "--man", "--markdown"}, 2, testing::HasSubstr("--markdown"));
    testing_cli::expect_failure({"list", "--completion", "powershell"}, 2, testing::HasSubstr("powershell"));
}

}  // namespace reference_test
}  // namespace attnscope
