#include "app/draw/builtin_font.hpp"

#include <imgui.h>

#include <cmath>
#include <map>

namespace attnscope {
namespace {

std::map<char32_t, BuiltInGlyph> load() {
    ImFontAtlas atlas;
    const ImFont* font = atlas.AddFontDefault();
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    atlas.GetTexDataAsAlpha8(&pixels, &width, &height);
    std::map<char32_t, BuiltInGlyph> glyphs;
    for (char32_t c = 0x20; c < 0x100; ++c) {
        const ImFontGlyph* source = font->FindGlyphNoFallback(static_cast<ImWchar>(c));
        if (source == nullptr) continue;
        BuiltInGlyph glyph;
        const int u = static_cast<int>(std::lround(source->U0 * static_cast<float>(width)));
        const int v = static_cast<int>(std::lround(source->V0 * static_cast<float>(height)));
        glyph.width = static_cast<int>(std::lround(source->X1 - source->X0));
        glyph.height = static_cast<int>(std::lround(source->Y1 - source->Y0));
        glyph.x = source->X0;
        glyph.y = source->Y0 - builtin_font_ascent;
        glyph.advance = source->AdvanceX;
        for (int row = 0; row < glyph.height; ++row)
            for (int column = 0; column < glyph.width; ++column)
                glyph.coverage.push_back(pixels[(v + row) * width + u + column]);
        glyphs.emplace(c, std::move(glyph));
    }
    return glyphs;
}

}  // namespace

const BuiltInGlyph* builtin_glyph(char32_t code_point) {
    static const std::map<char32_t, BuiltInGlyph> glyphs = load();
    const auto found = glyphs.find(code_point);
    return found != glyphs.end() ? &found->second : &glyphs.at(U'?');
}

}  // namespace attnscope
