// All glyphs on the screen in one texture, rasterised by cairo when first needed, and a white patch for everything
// else, so that Dear ImGui draws a whole frame with one texture.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "app/draw/text.hpp"
#include "app/gl/objects.hpp"

namespace attnscope {

class GlyphAtlas {
public:
    struct Image {
        Vec2 uv_min, uv_max;
        float x = 0, y = 0;  // of the top left corner from the glyph's whole pixel
        float width = 0, height = 0;
        bool colored = false;  // has its own colours (emoji): not to be tinted
    };

    explicit GlyphAtlas();
    ~GlyphAtlas();
    GlyphAtlas(const GlyphAtlas&) = delete;
    GlyphAtlas& operator=(const GlyphAtlas&) = delete;

    /// The picture of a glyph `pixels_per_point` large, turned by `angle` degrees, whose origin lies the quarters
    /// (0..3) / 4 of a pixel right of and below a whole pixel. nullptr: nothing to draw (a space).
    const Image* find(const Glyph& glyph, const TextStyle& style, float pixels_per_point, int quarter_x, int quarter_y);

    /// Call between frames: makes room when the texture is nearly full.
    void begin_frame();
    GLuint texture() const { return texture_.id(); }
    Vec2 white() const { return {1.5F / size, 1.5F / size}; }

private:
    static constexpr int size = 2048;
    using Key = std::tuple<const void*, unsigned long, float, float, int>;
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };

    void clear();
    void forget_fonts();
    cairo_scaled_font_t* scaled(cairo_scaled_font_t* base, float scale, float angle);
    std::optional<Image> rasterise(const Glyph& glyph, const TextStyle& style, float scale, Vec2 offset);
    Image place(int width, int height, const std::uint8_t* rgba);

    Texture texture_;
    std::unordered_map<Key, std::optional<Image>, Hash> images_;
    std::map<std::tuple<cairo_scaled_font_t*, float, float>, cairo_scaled_font_t*> fonts_;
    int x_ = 4, y_ = 4, row_height_ = 0;
    bool full_ = false;
};

}  // namespace attnscope
