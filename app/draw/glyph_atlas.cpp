#include "app/draw/glyph_atlas.hpp"

#include <cairo.h>

#include <cmath>
#include <functional>
#include <new>
#include <numbers>

#include "app/draw/builtin_font.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

// cairo's premultiplied, native-endian ARGB -> straight RGBA. A grey picture is coverage: white with alpha.
bool straighten(const std::uint32_t* argb, std::size_t count, std::vector<std::uint8_t>& rgba) {
    bool colored = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t p = argb[i], a = p >> 24U;
        const std::uint32_t channels[] = {(p >> 16U) & 255U, (p >> 8U) & 255U, p & 255U};
        for (const std::uint32_t c : channels) {
            rgba.push_back(a == 0 ? 255 : static_cast<std::uint8_t>(std::min<std::uint32_t>(255, c * 255U / a)));
            colored = colored || c + 2 < a;
        }
        rgba.push_back(static_cast<std::uint8_t>(a));
    }
    return colored;
}

}  // namespace

std::size_t GlyphAtlas::Hash::operator()(const Key& key) const {
    const auto& [font, index, scale, angle, quarters] = key;
    std::size_t h = std::hash<const void*>{}(font);
    h = h * 1000003U ^ index;
    h = h * 1000003U ^ std::hash<float>{}(scale);
    h = h * 1000003U ^ std::hash<float>{}(angle);
    return h * 1000003U ^ static_cast<std::size_t>(quarters);
}

GlyphAtlas::GlyphAtlas() {
    const std::vector<std::uint8_t> nothing(std::size_t{4} * size * size, 0);
    Result<Texture> made = Texture::rgba(size, size, nothing.data());
    if (!made) throw std::bad_alloc();  // every OpenGL 3.3 card holds one of 2048 x 2048, when it has the room
    texture_ = std::move(*made);
    clear();
}

GlyphAtlas::~GlyphAtlas() {
    forget_fonts();
}

void GlyphAtlas::forget_fonts() {
    for (const auto& [key, font] : fonts_) {
        cairo_scaled_font_destroy(font);
        cairo_scaled_font_destroy(std::get<0>(key));
    }
    fonts_.clear();
}

void GlyphAtlas::clear() {
    images_.clear();
    forget_fonts();  // numbers in cells have a new size at every zoom; only images_ names fonts by their addresses
    x_ = y_ = 4;
    row_height_ = 0;
    full_ = false;
    const std::vector<std::uint8_t> white(std::size_t{4} * 3 * 3, 255);
    texture_.update_rgba(0, 0, 3, 3, white.data());
}

void GlyphAtlas::begin_frame() {
    if (full_) clear();
}

cairo_scaled_font_t* GlyphAtlas::scaled(cairo_scaled_font_t* base, float scale, float angle) {
    const auto key = std::make_tuple(base, scale, angle);
    if (const auto found = fonts_.find(key); found != fonts_.end()) return found->second;
    cairo_matrix_t matrix, turn;
    cairo_scaled_font_get_font_matrix(base, &matrix);
    cairo_matrix_init_rotate(&turn, -static_cast<double>(angle) * std::numbers::pi / 180);
    cairo_matrix_scale(&turn, static_cast<double>(scale), static_cast<double>(scale));
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_scaled_font_get_font_options(base, options);
    cairo_scaled_font_t* font =
        cairo_scaled_font_create(cairo_scaled_font_get_font_face(base), &matrix, &turn, options);
    cairo_font_options_destroy(options);
    cairo_scaled_font_reference(base);  // its address is a key: it must not be given to another font
    return fonts_[key] = font;
}

const GlyphAtlas::Image* GlyphAtlas::find(const Glyph& glyph, const TextStyle& style, float pixels_per_point,
                                          int quarter_x, int quarter_y) {
    const float scale = pixels_per_point * style.size / (glyph.font != nullptr ? shaping_size : builtin_font_size);
    const Key key(glyph.font, glyph.index, scale, style.angle, quarter_x * 4 + quarter_y);
    auto found = images_.find(key);
    if (found == images_.end()) {
        const Vec2 offset{static_cast<float>(quarter_x) / 4, static_cast<float>(quarter_y) / 4};
        found = images_.emplace(key, rasterise(glyph, style, scale, offset)).first;
    }
    return found->second ? &*found->second : nullptr;
}

std::optional<GlyphAtlas::Image> GlyphAtlas::rasterise(const Glyph& glyph, const TextStyle& style, float scale,
                                                       Vec2 offset) {
    if (glyph.font == nullptr) {
        const BuiltInGlyph* source = builtin_glyph(static_cast<char32_t>(glyph.index));
        if (source->width == 0 || source->height == 0) return std::nullopt;
        std::vector<std::uint8_t> rgba;
        for (const std::uint8_t coverage : source->coverage) rgba.insert(rgba.end(), {255, 255, 255, coverage});
        Image image = place(source->width, source->height, rgba.data());
        image.x = source->x * scale;
        image.y = source->y * scale;
        image.width *= scale;
        image.height *= scale;
        return image;
    }
    cairo_scaled_font_t* font = scaled(glyph.font, scale, style.angle);
    // The scaled font's own transformation turns and scales positions too: give them before it.
    cairo_matrix_t ctm;
    cairo_scaled_font_get_ctm(font, &ctm);
    cairo_glyph_t at{glyph.index, 0, 0};
    cairo_text_extents_t extents;
    cairo_scaled_font_glyph_extents(font, &at, 1, &extents);
    if (extents.width <= 0 || extents.height <= 0) return std::nullopt;
    double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;  // of the turned box, pixels
    for (int corner = 0; corner < 4; ++corner) {
        double x = extents.x_bearing + ((corner & 1) != 0 ? extents.width : 0);
        double y = extents.y_bearing + ((corner & 2) != 0 ? extents.height : 0);
        cairo_matrix_transform_point(&ctm, &x, &y);
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
    }
    const int x0 = static_cast<int>(std::floor(left + static_cast<double>(offset.x))) - 1;
    const int y0 = static_cast<int>(std::floor(top + static_cast<double>(offset.y))) - 1;
    const int width = static_cast<int>(std::ceil(right + static_cast<double>(offset.x))) + 1 - x0;
    const int height = static_cast<int>(std::ceil(bottom + static_cast<double>(offset.y))) + 1 - y0;
    if (width <= 0 || height <= 0 || width > size / 2 || height > size / 2) return std::nullopt;

    cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t* cr = cairo_create(surface);
    cairo_translate(cr, -x0 + static_cast<double>(offset.x), -y0 + static_cast<double>(offset.y));
    cairo_transform(cr, &ctm);
    cairo_set_scaled_font(cr, font);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_show_glyphs(cr, &at, 1);
    cairo_surface_flush(surface);
    std::vector<std::uint8_t> rgba;
    bool colored = false;
    for (int row = 0; row < height; ++row) {
        const unsigned char* line = cairo_image_surface_get_data(surface) +
                                    static_cast<std::ptrdiff_t>(row) * cairo_image_surface_get_stride(surface);
        colored |= straighten(reinterpret_cast<const std::uint32_t*>(line), static_cast<std::size_t>(width), rgba);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);

    Image image = place(width, height, rgba.data());
    image.x = static_cast<float>(x0);
    image.y = static_cast<float>(y0);
    image.colored = colored;
    return image;
}

GlyphAtlas::Image GlyphAtlas::place(int width, int height, const std::uint8_t* rgba) {
    if (x_ + width + 1 > size) {
        x_ = 4;
        y_ += row_height_ + 1;
        row_height_ = 0;
    }
    // Nearly full: the next frame begins with an empty texture. Until then late glyphs overwrite the first rows below
    // the white patch, which is wrong for one frame only.
    if (y_ + height + 1 > size) {
        full_ = true;
        x_ = y_ = 4;
        row_height_ = 0;
    }
    texture_.update_rgba(x_, y_, width, height, rgba);
    Image image;
    const auto s = static_cast<float>(size);
    image.uv_min = {static_cast<float>(x_) / s, static_cast<float>(y_) / s};
    image.uv_max = {static_cast<float>(x_ + width) / s, static_cast<float>(y_ + height) / s};
    image.width = static_cast<float>(width);
    image.height = static_cast<float>(height);
    x_ += width + 1;
    row_height_ = std::max(row_height_, height);
    return image;
}

}  // namespace attnscope
