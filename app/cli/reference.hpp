// What is written from the declarations of commands, parameters and keys: so it is never out of date.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "app/cli/program_help.hpp"
#include "app/panels/workspace.hpp"

namespace attnscope {

/// Commands, parameters and keys as a page of Markdown.
std::string markdown_reference(const ProgramHelp& program, const Workspace& workspace);

/// The same as a manual page, attnscope(1), for man(7)'s macros.
std::string man_page(const ProgramHelp& program, const Workspace& workspace);

enum class CompletionShell { bash, zsh, fish };
constexpr std::array<std::string_view, 3> completion_shells{"bash", "zsh", "fish"};
/// A script that completes commands, options, their choices, panels, and for --set parameters and their choices.
std::string completion(CompletionShell shell, const ProgramHelp& program, const Workspace& workspace);

}  // namespace attnscope
