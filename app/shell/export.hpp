// The picture of a panel as a file: for the Export menu and for `render`.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/draw/canvas_file.hpp"
#include "app/draw/compare.hpp"
#include "app/draw/drawing.hpp"
#include "app/panels/workspace.hpp"

namespace attnscope {

/// What a picture shows of a panel.
struct Shot {
    std::string part;  // one of Panel::parts(); empty: the pictures with the Explain line below
    FigureSize size;
    const Theme* theme = nullptr;
    CompareView comparison;  // how the comparison is looked at, while there is one
};

/// How a figure of the user's size on paper is laid out: so that text of 13 units, the ordinary one, has font_pt
/// points. height = width x aspect, or without one what suits the width. A PNG has 300 pixels an inch. Error: there is
/// no room for a picture (less than 200 units across); it says what width would do.
Result<FigureSize> paper_size(const ExportSettings& settings, std::optional<double> aspect);

/// Records the picture: quick, on the thread that owns the panel. While A and B are compared it is the comparison. The
/// panel must have been updated. Errors: the panel's own when it has nothing to show; a part that it does not have.
Result<std::shared_ptr<const Drawing>> record_panel(const Workspace::Entry& entry, const Shot& shot,
                                                    TextShaper& shaper);

/// The recorded picture as the bytes of a file; on any thread. Errors: cancelled; those of draw_to_bytes().
Result<std::string> drawing_to_bytes(const Drawing& drawing, FileFormat format, const FigureSize& size,
                                     const Progress& progress);

/// folder/stem.extension, or stem-2, stem-3, ... when that exists already.
std::filesystem::path unused_path(const std::filesystem::path& folder, std::string_view stem,
                                  std::string_view extension);

}  // namespace attnscope
