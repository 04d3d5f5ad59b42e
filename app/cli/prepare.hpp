// What several subcommands do first: a panel with its settings, the size of a picture, the language.
#pragma once

#include <string>

#include "app/cli/commands.hpp"
#include "app/draw/canvas_file.hpp"
#include "app/lessons/lesson.hpp"
#include "app/panels/workspace.hpp"
#include "app/shell/window.hpp"

namespace attnscope {

/// The panel with its state and assignments, active. Warnings are appended.
Result<const Workspace::Entry*> prepare(Workspace& workspace, const PanelArguments& arguments, std::string& warnings);

/// The size that the arguments ask for, or the usual one.
Result<FigureSize> size_of(const RenderArguments& arguments);

/// The whole window as a PNG, with a lesson's step where there is one.
Result<std::string> render_window(Workspace& workspace, const FigureSize& size, const Lesson* lesson = nullptr,
                                  std::size_t step = 0);

/// The language asked for, or else the one of the state that was read into the workspace.
void speak(Workspace& workspace, std::optional<Language> asked);
/// The window as the user left it, in the language asked for, the state's or the user's locale's; where it is to be
/// saved and what is to be said of it go into the options.
void open_last_state(Workspace& workspace, WindowOptions& options, std::optional<Language> asked);

/// `render --lesson`, once format and size are known.
Result<std::string> render_step(const RenderArguments& arguments, const FigureSize& size, FileFormat format);

}  // namespace attnscope
