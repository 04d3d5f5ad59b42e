// A drawing as the bytes of a picture file.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "app/draw/canvas.hpp"
#include "core/base/result.hpp"

namespace attnscope {

enum class FileFormat { png, svg, pdf };

/// Width and height in units of the layout, on the screen points. For PNG a unit is `scale` pixels.
struct FigureSize {
    double width = 1600, height = 1000;
    double scale = 1;
    /// On paper: points (1/72 inch) per unit. A PNG then says its resolution, an SVG its size in centimetres. 0: a unit
    /// is a point, and only a PDF has a size.
    double points_per_unit = 0;
};

/// By the path's extension, in any case. The error names the extensions there are.
Result<FileFormat> format_of(std::string_view path);

/// Calls `draw` once, on a canvas filled with the theme's ground, and returns the complete file. The same drawing gives
/// the same bytes in every run: no date is in them. Errors: sides below 1, above 16384 or more than 128 million units
/// in all (pixels for PNG, else points), a scale that is not positive, not enough memory.
Result<std::string> draw_to_bytes(FileFormat format, const FigureSize& size, TextShaper& shaper, const Theme& theme,
                                  const std::function<void(Canvas&)>& draw);

/// A PDF of several pages of one size, each drawn as above; at least one page.
Result<std::string> pages_to_pdf(const FigureSize& size, TextShaper& shaper, const Theme& theme,
                                 std::span<const std::function<void(Canvas&)>> pages);

}  // namespace attnscope
