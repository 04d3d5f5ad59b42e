// What the command line's declarations say, as plain values: the manual page, the reference and the completions of
// shells are written from them.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace attnscope {

struct OptionHelp {
    std::string name;                  // "--size", "-h,--help"; of an argument without dashes its name
    std::string value;                 // what it is given, as in "WxH"; empty: a flag
    std::vector<std::string> choices;  // where it is one of these
    std::string help;                  // with the range of a number
    std::string otherwise;             // its default; empty: none is named
    bool positional = false, required = false;
};

struct CommandHelp {
    std::string name;  // "render", "compute attention"; empty: the program without a subcommand
    std::string help;
    std::vector<OptionHelp> options;
};

struct ProgramHelp {
    std::vector<std::string> examples;
    std::vector<CommandHelp> commands;  // the program itself is the first
};

/// Everything that --help shows, and nothing that it hides.
ProgramHelp program_help(const CLI::App& program, std::vector<std::string> examples);

}  // namespace attnscope
