// What the subcommands do, with their arguments already parsed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace attnscope {

/// What `render` and `data` share: a panel and its parameters.
struct PanelArguments {
    std::string panel;
    std::string state;                // a state file; empty: the defaults
    std::vector<std::string> assign;  // key=value
    std::string out;
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
    std::optional<std::string> width_cm, font_pt;  // of such a figure; none: the defaults of ExportSettings
};

struct DataArguments {
    PanelArguments panel;
    std::string format;  // empty: by the extension of `out`, JSON for '-'
};

struct ListArguments {
    bool json = false, names = false;
};

/// Each returns what is to be printed on standard error as notes (warnings of the state file, say), usually nothing.
Result<std::string> run_render(const RenderArguments& arguments);
Result<std::string> run_data(const DataArguments& arguments);
Result<std::string> run_list(const ListArguments& arguments);
Result<std::string> run_gui(const std::string& state_file);

}  // namespace attnscope
