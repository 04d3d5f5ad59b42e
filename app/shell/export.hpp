// The picture of a panel as a file, and its data: for the Export button and for `render` and `data`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "app/draw/canvas_file.hpp"
#include "app/panels/panel.hpp"

namespace attnscope {

/// Draws the panel's pictures with its Explain line below. The panel must have been updated. Errors: those of
/// draw_to_bytes(); the panel's own error when it has nothing to show.
Result<std::string> draw_panel_to_bytes(Panel& panel, FileFormat format, const FigureSize& size, TextShaper& shaper,
                                        const Theme& theme);

/// folder/stem.extension, or stem-2, stem-3, ... when that exists already.
std::filesystem::path unused_path(const std::filesystem::path& folder, std::string_view stem,
                                  std::string_view extension);

}  // namespace attnscope
