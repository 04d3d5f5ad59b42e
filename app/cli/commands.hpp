// What the subcommands do, with their arguments already parsed.
#pragma once

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
    std::string size = "1600x1000";  // points
    double scale = 1;                // pixels per point
    std::string theme;               // empty: the state's, else dark
    bool window = false;             // the whole window instead of the panel's pictures
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
