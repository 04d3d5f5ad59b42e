// The one text function's inside: shaping by Pango (any script, either direction), measured in points, the same for
// every backend. With no font on the system it falls back to the built-in font.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/draw/geometry.hpp"

using PangoLayout = struct _PangoLayout;  // NOLINT(bugprone-reserved-identifier): Pango's own name
using cairo_scaled_font_t = struct _cairo_scaled_font;

namespace attnscope {

/// Every text is shaped at this size (points) and scaled to its own: nothing is hinted, so that changes nothing, while
/// each size that Pango is asked for costs it some 20 ms to choose fonts for, which it then keeps (half a megabyte) for
/// good.
constexpr float shaping_size = 16;

enum class Font { text, mono };
enum class Align { left, center, right };

struct TextStyle {
    Color color = {};
    float size = 13;  // points
    Font font = Font::text;
    bool bold = false;
    bool italic = false;
    Align align = Align::left;  // where the given position lies in the text
    float angle = 0;            // degrees, counter-clockwise, about the given position
};

/// One glyph of a shaped text, relative to the start of its baseline, y down.
struct Glyph {
    cairo_scaled_font_t* font = nullptr;  // at shaping_size, upright; null: a built-in glyph
    unsigned long index = 0;              // in the font; for a built-in glyph the code point
    Vec2 at;
};

/// A shaped line of text.
struct ShapedText {
    float width = 0;
    float ascent = 0, descent = 0;  // of the font, so that lines of one style share a height
    std::vector<Glyph> glyphs;
    bool right_to_left = false;           // the whole, by its first letter that has a direction
    std::shared_ptr<PangoLayout> layout;  // at shaping_size; null with the built-in font
};

/// Where the caret stands and which byte lies under a point: for text fields.
struct CaretMap {
    float caret_x(std::size_t byte) const;
    std::size_t byte_at(float x) const;
    /// The stretches [left, right) that the bytes [begin, end) cover: more than one where directions mix.
    std::vector<std::pair<float, float>> stretches(std::size_t begin, std::size_t end) const;
    std::shared_ptr<const ShapedText> text;
    std::string bytes;
    float size = 13;
};

/// A stretch of a paragraph. Sub- and superscripts are of a smaller size, with the baseline `rise` points higher.
struct TextSpan {
    std::string text;
    TextStyle style;
    float rise = 0;
    bool whole = false;  // not broken between lines, together with its neighbours that are; where they fit on one
};

/// A paragraph broken into lines: its pieces where they are drawn, each of one style and one direction.
struct TextLayout {
    struct Piece {
        Vec2 at;           // where its baseline begins, from the layout's upper left corner
        std::string text;  // to be drawn from there by Canvas::place_text()
        TextStyle style;
        Rect box;          // the height of its line and its own width
        std::size_t span;  // which stretch it is of
    };
    std::vector<Piece> pieces;
    float width = 0, height = 0;
    bool right_to_left = false;  // its lines begin at the right
};

class TextShaper {
public:
    TextShaper();
    ~TextShaper();
    TextShaper(const TextShaper&) = delete;
    TextShaper& operator=(const TextShaper&) = delete;

    /// Shapes one line; invalid UTF-8 is shown as U+FFFD. Cached: asking again for the same text costs a look-up.
    std::shared_ptr<const ShapedText> shape(std::string_view text, const TextStyle& style);
    float width(std::string_view text, const TextStyle& style) { return shape(text, style)->width; }
    /// The longest beginning of the text, with an ellipsis, that is at most `width` wide; nothing where not even that
    /// fits.
    std::string fit(std::string_view text, float width, const TextStyle& style);
    /// Breaks a paragraph at spaces into lines of at most `width`; a word longer than that is broken inside. The spans
    /// are one text: directions run through all of them, and its first letter with a direction says where lines begin.
    /// Lines are 1.4 times the largest size apart. Not cached.
    TextLayout lay_out(std::span<const TextSpan> spans, float width);
    CaretMap carets(std::string_view text, const TextStyle& style);

    /// False when no font was found on the system and the built-in one is used.
    bool has_system_fonts() const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace attnscope
