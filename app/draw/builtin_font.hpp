// Dear ImGui's built-in font as bitmaps: what the program writes with when the system has no font at all.
#pragma once

#include <cstdint>
#include <vector>

namespace attnscope {

constexpr float builtin_font_size = 13;  // pixels a line; the bitmaps are made for this size
constexpr float builtin_font_ascent = 11;

struct BuiltInGlyph {
    int width = 0, height = 0;
    float x = 0, y = 0;  // of the bitmap's top left corner from the pen on the baseline, y down
    float advance = 0;
    std::vector<std::uint8_t> coverage;  // width x height, 255 = ink
};

/// The glyph of a code point; those the font lacks are shown as '?'. Never null.
const BuiltInGlyph* builtin_glyph(char32_t code_point);

}  // namespace attnscope
