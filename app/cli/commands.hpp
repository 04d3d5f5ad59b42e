// What the subcommands do, with their arguments already parsed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/program_help.hpp"
#include "app/language/language.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// What `render` and `data` share: a panel and its parameters.
struct PanelArguments {
    std::string panel;
    std::string state;                // a state file; empty: the defaults
    std::vector<std::string> assign;  // key=value
    std::string out;
    std::optional<Language> language;  // when asked for
};

/// A step of a lesson in place of a panel's settings.
struct StepArguments {
    std::string lesson;                // its name or file; empty: none
    int step = 1;                      // from 1
    std::optional<Language> language;  // of the window, when asked for
};

struct RenderArguments {
    PanelArguments panel;
    std::optional<std::string> size;  // in points; none: 1600x1000, on paper what suits the width
    double scale = 1;                 // pixels per point
    std::string theme;                // empty: the state's, else dark
    bool window = false;              // the whole window instead of the panel's pictures
    std::string compare;              // a state file with the settings A that the panel's are compared with
    std::string part;                 // of the picture; empty: all of it
    bool paper = false;               // a figure for print: the size's ratio counts, not the size
    StepArguments step;
    std::optional<std::string> width_cm, font_pt;  // of such a figure; none: the defaults of ExportSettings
};

struct DataArguments {
    PanelArguments panel;
    std::string format;  // empty: by the extension of `out`, JSON for '-'
};

struct HandoutArguments {
    std::string lesson, out;
    bool answers = false;
};

struct RecordArguments {
    PanelArguments panel;
    std::string play;  // KEY=FROM..TO
    double seconds = 10;
    std::optional<double> cycle;  // seconds from one end to the other; none: half of all, there and back once
    bool one_way = false;
    double rate = 25;
    std::optional<std::string> size;
    double scale = 1;
    std::string theme, part;
};

struct ListArguments {
    bool json = false, names = false, markdown = false, man = false;
    std::string completion;  // a shell's name; empty: none
};

/// Each returns what is to be printed on standard error as notes (warnings of the state file, say), usually nothing.
Result<std::string> run_render(const RenderArguments& arguments);
Result<std::string> run_data(const DataArguments& arguments);
/// `program`: what the command line declares, for those forms that tell it too.
Result<std::string> run_list(const ListArguments& arguments, const ProgramHelp& program);
/// `language`: when asked for.
Result<std::string> run_gui(const std::string& state_file, std::optional<Language> language);
/// Reports its progress on standard error when that is a terminal; Ctrl C cancels, and leaves no half file.
Result<std::string> run_record(const RecordArguments& arguments);
Result<std::string> run_lessons(bool json);
/// Opens the window with a lesson.
Result<std::string> run_lecture(const StepArguments& arguments);
Result<std::string> run_handout(const HandoutArguments& arguments);

}  // namespace attnscope
