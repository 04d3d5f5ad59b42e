// Where the caret of a text field stands, and which byte lies under a point.
#include <pango/pangocairo.h>

#include <algorithm>

#include "app/draw/builtin_font.hpp"
#include "app/draw/text.hpp"

namespace attnscope {
namespace {

// What one of Pango's units is in a text of this size.
float caret_unit(float size) {
    return size / shaping_size / PANGO_SCALE;
}

}  // namespace

CaretMap TextShaper::carets(std::string_view text, const TextStyle& style) {
    CaretMap map;
    map.text = shape(text, style);
    map.bytes = text;
    map.size = style.size;
    return map;
}

float CaretMap::caret_x(std::size_t byte) const {
    if (!text->layout)
        return static_cast<float>(g_utf8_pointer_to_offset(bytes.c_str(), bytes.c_str() + byte)) *
               builtin_glyph(U' ')->advance * size / builtin_font_size;
    PangoRectangle strong;
    pango_layout_get_cursor_pos(text->layout.get(), static_cast<int>(byte), &strong, nullptr);
    return static_cast<float>(strong.x) * caret_unit(size);
}

std::size_t CaretMap::byte_at(float x) const {
    if (!text->layout) {
        const float advance = builtin_glyph(U' ')->advance * size / builtin_font_size;
        const long count = g_utf8_strlen(bytes.c_str(), static_cast<gssize>(bytes.size()));
        const long index = std::clamp(static_cast<long>(x / advance + 0.5F), 0L, count);
        return static_cast<std::size_t>(g_utf8_offset_to_pointer(bytes.c_str(), index) - bytes.c_str());
    }
    int index = 0, trailing = 0;
    pango_layout_xy_to_index(text->layout.get(), static_cast<int>(x / caret_unit(size)), 0, &index, &trailing);
    const char* at = bytes.c_str() + index;
    for (int i = 0; i < trailing && *at != '\0'; ++i) at = g_utf8_next_char(at);
    return static_cast<std::size_t>(at - bytes.c_str());
}

std::vector<std::pair<float, float>> CaretMap::stretches(std::size_t begin, std::size_t end) const {
    if (!text->layout) return {{caret_x(begin), caret_x(end)}};
    int* ranges = nullptr;
    int count = 0;
    pango_layout_line_get_x_ranges(pango_layout_get_line_readonly(text->layout.get(), 0), static_cast<int>(begin),
                                   static_cast<int>(end), &ranges, &count);
    std::vector<std::pair<float, float>> result;
    result.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        result.emplace_back(static_cast<float>(ranges[2 * i]) * caret_unit(size),
                            static_cast<float>(ranges[2 * i + 1]) * caret_unit(size));
    g_free(ranges);
    return result;
}

}  // namespace attnscope
