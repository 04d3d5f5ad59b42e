#include "app/draw/text.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "app/draw/builtin_font.hpp"

namespace attnscope {
namespace {

constexpr float pango_unit = 1.0F / PANGO_SCALE;
// Both halves of the cache together hold at most twice this many texts, and glyphs, but for a text that alone has more.
constexpr std::size_t cache_half = 4096;
constexpr std::size_t cache_half_glyphs = 100'000;

template <class T>
std::shared_ptr<T> own(T* object) {
    return std::shared_ptr<T>(object, [](T* o) { g_object_unref(o); });
}

std::string valid_utf8(std::string_view text) {
    if (g_utf8_validate_len(text.data(), text.size(), nullptr) != 0) return std::string(text);
    char* made = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
    std::string result(made);
    g_free(made);
    return result;
}

bool any_system_font() {
    FcPattern* pattern = FcPatternCreate();
    FcObjectSet* objects = FcObjectSetBuild(FC_FAMILY, nullptr);
    FcFontSet* fonts = FcFontList(nullptr, pattern, objects);
    const bool found = fonts != nullptr && fonts->nfont > 0;
    if (fonts != nullptr) FcFontSetDestroy(fonts);
    FcObjectSetDestroy(objects);
    FcPatternDestroy(pattern);
    return found;
}

// The fonts' names, best first; the generic name at the end always finds something.
const char* families(Font font) {
    return font == Font::text ? "Inter,Noto Sans Hebrew,Noto Sans Arabic,DejaVu Sans,Noto Sans,sans-serif"
                              : "JetBrains Mono,Noto Sans Hebrew,Noto Sans Arabic,DejaVu Sans Mono,monospace";
}

PangoFontDescription* description_of(const TextStyle& style, float size) {
    PangoFontDescription* description = pango_font_description_new();
    pango_font_description_set_family_static(description, families(style.font));
    pango_font_description_set_weight(description, style.bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
    if (style.italic) pango_font_description_set_style(description, PANGO_STYLE_ITALIC);
    pango_font_description_set_absolute_size(description, std::round(static_cast<double>(size) * PANGO_SCALE));
    return description;
}

ShapedText shape_builtin(const std::string& text, const TextStyle& style) {
    ShapedText shaped;
    const float scale = style.size / builtin_font_size;
    shaped.ascent = builtin_font_ascent * scale;
    shaped.descent = (builtin_font_size - builtin_font_ascent) * scale;
    for (const char* c = text.c_str(); *c != '\0'; c = g_utf8_next_char(c)) {
        const char32_t code_point = g_utf8_get_char(c);
        shaped.glyphs.push_back({nullptr, code_point, {shaped.width, 0}});
        shaped.width += builtin_glyph(code_point)->advance * scale;
    }
    return shaped;
}

}  // namespace

struct TextShaper::Inside {
    using Key = std::string;  // the style's bytes, then the text
    std::unordered_map<Key, std::shared_ptr<const ShapedText>> newer, older;
    std::size_t newer_glyphs = 0;
    std::map<std::pair<Font, bool>, std::pair<float, float>> metrics;  // ascent, descent, of a size of 1
    std::shared_ptr<PangoFontMap> fonts;
    std::shared_ptr<PangoContext> context;
    bool system_fonts = any_system_font();

    std::pair<float, float> metrics_of(const TextStyle& style) {
        const std::pair key(style.font, style.bold);
        if (const auto found = metrics.find(key); found != metrics.end()) return found->second;
        PangoFontDescription* description = description_of(style, shaping_size);
        PangoFontMetrics* m = pango_context_get_metrics(context.get(), description, nullptr);
        const float unit = pango_unit / shaping_size;
        const std::pair<float, float> result(static_cast<float>(pango_font_metrics_get_ascent(m)) * unit,
                                             static_cast<float>(pango_font_metrics_get_descent(m)) * unit);
        pango_font_metrics_unref(m);
        pango_font_description_free(description);
        return metrics[key] = result;
    }

    ShapedText shape(const std::string& text, const TextStyle& style) {
        ShapedText shaped;
        shaped.layout = own(pango_layout_new(context.get()));
        PangoLayout* layout = shaped.layout.get();
        pango_layout_set_single_paragraph_mode(layout, TRUE);
        PangoFontDescription* description = description_of(style, shaping_size);
        pango_layout_set_font_description(layout, description);
        pango_font_description_free(description);
        pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
        const auto [ascent, descent] = metrics_of(style);
        shaped.ascent = ascent * style.size;
        shaped.descent = descent * style.size;
        const float unit = pango_unit * style.size / shaping_size;
        float pen = 0;
        PangoLayoutLine* line = pango_layout_get_line_readonly(layout, 0);
        shaped.right_to_left = pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL;
        for (const GSList* node = line->runs; node != nullptr; node = node->next) {
            const auto* run = static_cast<const PangoGlyphItem*>(node->data);
            auto* font = PANGO_CAIRO_FONT(run->item->analysis.font);
            cairo_scaled_font_t* scaled = pango_cairo_font_get_scaled_font(font);
            for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
                const PangoGlyphInfo& info = run->glyphs->glyphs[i];
                // A character that no font has is left to its advance: there is nothing to draw it with.
                if (info.glyph != PANGO_GLYPH_EMPTY && (info.glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0U)
                    shaped.glyphs.push_back({scaled,
                                             info.glyph,
                                             {pen + static_cast<float>(info.geometry.x_offset) * unit,
                                              static_cast<float>(info.geometry.y_offset) * unit}});
                pen += static_cast<float>(info.geometry.width) * unit;
            }
        }
        shaped.width = pen;
        return shaped;
    }
};

TextShaper::TextShaper() : inside_(std::make_unique<Inside>()) {
    if (!inside_->system_fonts) return;
    inside_->fonts = own(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(inside_->fonts.get()), 72);
    inside_->context = own(pango_font_map_create_context(inside_->fonts.get()));
    // No hinting and no rounding: a text is exactly as wide at every scale and on paper.
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(inside_->context.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(inside_->context.get(), FALSE);
}

TextShaper::~TextShaper() = default;

bool TextShaper::has_system_fonts() const {
    return inside_->system_fonts;
}

std::shared_ptr<const ShapedText> TextShaper::shape(std::string_view text, const TextStyle& style) {
    Inside& in = *inside_;
    Inside::Key key;
    key.reserve(text.size() + 6);
    key.append(reinterpret_cast<const char*>(&style.size), sizeof style.size);
    key.push_back(
        static_cast<char>('0' + 2 * static_cast<int>(style.font) + (style.bold ? 1 : 0) + (style.italic ? 4 : 0)));
    key.append(text);
    if (const auto found = in.newer.find(key); found != in.newer.end()) return found->second;
    std::shared_ptr<const ShapedText> shaped;
    if (const auto found = in.older.find(key); found != in.older.end()) {
        shaped = found->second;
    } else {
        const std::string valid = valid_utf8(text);
        shaped =
            std::make_shared<const ShapedText>(in.system_fonts ? in.shape(valid, style) : shape_builtin(valid, style));
    }
    if (in.newer.size() >= cache_half || in.newer_glyphs >= cache_half_glyphs) {
        in.older = std::move(in.newer);
        in.newer.clear();
        in.newer_glyphs = 0;
    }
    in.newer_glyphs += shaped->glyphs.size();
    in.newer.emplace(std::move(key), shaped);
    return shaped;
}

std::string TextShaper::fit(std::string_view text, float width, const TextStyle& style) {
    const std::string valid = valid_utf8(text);
    // Ends of characters, so that none is cut in two. Of a long text only about twice as much as fits is looked at.
    std::vector<std::size_t> ends{0};
    const auto add_ends = [&](std::size_t count) {
        while (ends.size() <= count && ends.back() < valid.size())
            ends.push_back(static_cast<std::size_t>(g_utf8_next_char(valid.c_str() + ends.back()) - valid.c_str()));
    };
    for (std::size_t count = 256;; count *= 2) {
        add_ends(count);
        if (this->width(valid.substr(0, ends.back()), style) > width) break;
        if (ends.back() == valid.size()) return std::string(text);
    }
    std::size_t low = 0, high = ends.size() - 1;
    while (low < high) {
        const std::size_t middle = (low + high + 1) / 2;
        if (this->width(valid.substr(0, ends[middle]) + "…", style) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    if (low == 0 && this->width("…", style) > width) return {};
    return valid.substr(0, ends[low]) + "…";
}

namespace {

// What separates a piece from its neighbours: Pango then breaks its runs at the borders of spans, whatever they look
// like.
void mark_span(PangoAttrList* attributes, const TextSpan& span, float enlarged, std::size_t number, std::size_t begin) {
    PangoFontDescription* description = description_of(span.style, span.style.size * enlarged);
    const auto tone = static_cast<guint16>(number + 1);
    for (PangoAttribute* attribute :
         {pango_attr_font_desc_new(description), pango_attr_foreground_new(tone, tone, tone),
          pango_attr_rise_new(static_cast<int>(span.rise * enlarged * PANGO_SCALE))}) {
        attribute->start_index = static_cast<guint>(begin);
        attribute->end_index = static_cast<guint>(begin + span.text.size());
        pango_attr_list_insert(attributes, attribute);
    }
    pango_font_description_free(description);
}

// A run that goes from right to left keeps its direction when it is shaped alone: a bracket has none of its own.
std::string with_level(const std::string& text, int level) {
    constexpr std::string_view right_to_left_mark = "\u200F";
    return level % 2 == 0 ? text : std::string(right_to_left_mark) + text + std::string(right_to_left_mark);
}

// The run that is read last.
const PangoLayoutRun* last_run_of(const PangoLayoutLine* line) {
    const PangoLayoutRun* last = nullptr;
    for (const GSList* node = line->runs; node != nullptr; node = node->next) {
        const auto* run = static_cast<const PangoLayoutRun*>(node->data);
        if (last == nullptr || run->item->offset > last->item->offset) last = run;
    }
    return last;
}

// A piece that is shaped alone may come out narrower, where a neighbour's font was taken for it: the pieces of a line
// are moved together, towards where the line begins.
void close_gaps(TextShaper& shaper, TextLayout& layout) {
    std::map<float, std::vector<TextLayout::Piece*>> lines;
    for (TextLayout::Piece& piece : layout.pieces) lines[piece.box.min.y].push_back(&piece);
    for (auto& [y, pieces] : lines) {
        std::stable_sort(pieces.begin(), pieces.end(), [](const auto* a, const auto* b) { return a->at.x < b->at.x; });
        if (layout.right_to_left) std::reverse(pieces.begin(), pieces.end());
        float x = layout.right_to_left ? pieces.front()->box.max.x : pieces.front()->box.min.x;
        for (TextLayout::Piece* piece : pieces) {
            const float width = shaper.width(piece->text, piece->style);
            const float left = layout.right_to_left ? x - width : x;
            piece->at.x = left;
            piece->box = Rect::sized({left, piece->box.min.y}, width, piece->box.height());
            x = layout.right_to_left ? left : left + width;
        }
    }
}

TextLayout lay_out_builtin(TextShaper& shaper, std::span<const TextSpan> spans, float width) {
    TextLayout result;
    float x = 0, y = 0, size = 0;
    for (const TextSpan& span : spans) size = std::max(size, span.style.size);
    const float step = 1.4F * size;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        std::string_view text = spans[i].text;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size() - 1) + 1;
            const std::string word(text.substr(0, end));
            const float wide = shaper.width(word, spans[i].style);
            if (x > 0 && x + wide > width) {
                x = 0;
                y += step;
            }
            result.pieces.push_back(
                {{x, y + size - spans[i].rise}, word, spans[i].style, Rect::sized({x, y}, wide, step), i});
            x += wide;
            result.width = std::max(result.width, x);
            text.remove_prefix(end);
        }
    }
    result.height = y + step;
    return result;
}

void allow_no_break(PangoAttrList* attributes, std::size_t begin, std::size_t end) {
    PangoAttribute* const attribute = pango_attr_allow_breaks_new(FALSE);
    attribute->start_index = static_cast<guint>(begin);
    attribute->end_index = static_cast<guint>(end);
    pango_attr_list_insert(attributes, attribute);
}

// A number keeps its percent sign.
void keep_percents(PangoAttrList* attributes, std::string_view text) {
    for (std::size_t at = text.find(" %"); at != std::string_view::npos; at = text.find(" %", at + 2))
        allow_no_break(attributes, at, at + 2);
}

// Neighbours that are not to be broken are not, where they fit on a line together. `begins`: of each span in the text,
// and the text's end.
void keep_whole(TextShaper& shaper, PangoAttrList* attributes, std::span<const TextSpan> spans,
                const std::vector<std::size_t>& begins, float width) {
    for (std::size_t i = 0; i < spans.size();) {
        std::size_t end = i;
        float taken = 0;
        for (; end < spans.size() && spans[end].whole; ++end) taken += shaper.width(spans[end].text, spans[end].style);
        if (end > i && taken < width) allow_no_break(attributes, begins[i], begins[end]);
        i = std::max(end, i + 1);
    }
}

}  // namespace

TextLayout TextShaper::lay_out(std::span<const TextSpan> spans, float width) {
    if (!inside_->system_fonts) return lay_out_builtin(*this, spans, width);
    std::string text;
    std::vector<std::size_t> begins;
    float size = 0;
    for (const TextSpan& span : spans) size = std::max(size, span.style.size);
    if (!(size > 0)) return {};
    const float enlarged = shaping_size / size, unit = pango_unit / enlarged;
    PangoAttrList* attributes = pango_attr_list_new();
    for (const TextSpan& span : spans) {
        TextSpan valid = span;
        valid.text = valid_utf8(span.text);
        begins.push_back(text.size());
        mark_span(attributes, valid, enlarged, begins.size() - 1, text.size());
        text += valid.text;
    }
    begins.push_back(text.size());
    keep_whole(*this, attributes, spans, begins, width);
    keep_percents(attributes, text);
    begins.pop_back();
    const std::shared_ptr<PangoLayout> layout = own(pango_layout_new(inside_->context.get()));
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    pango_layout_set_attributes(layout.get(), attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_width(layout.get(), static_cast<int>(std::max(width, 1.0F) * enlarged * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);

    TextLayout result;
    result.right_to_left = pango_layout_line_get_resolved_direction(pango_layout_get_line_readonly(layout.get(), 0)) ==
                           PANGO_DIRECTION_RTL;
    // Lines are a fixed distance apart, so that a line of another script or with a superscript does not push its
    // neighbours.
    const float step = 1.4F * size, ascent = 1.05F * size;
    PangoLayoutIter* iter = pango_layout_get_iter(layout.get());
    int line = -1;
    const PangoLayoutLine* current = nullptr;
    do {
        if (pango_layout_iter_get_line_readonly(iter) != current) {
            current = pango_layout_iter_get_line_readonly(iter);
            ++line;
        }
        const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(iter);
        if (run == nullptr) continue;
        PangoRectangle logical;
        pango_layout_iter_get_run_extents(iter, nullptr, &logical);
        const auto begin = static_cast<std::size_t>(run->item->offset);
        const auto after = std::upper_bound(begins.begin(), begins.end(), begin);
        // Empty spans begin where the next one does: the last of those is the one with text.
        const auto span = static_cast<std::size_t>(after - begins.begin()) - 1;
        const float left = static_cast<float>(logical.x) * unit, wide = static_cast<float>(logical.width) * unit;
        const float top = static_cast<float>(line) * step;
        std::string piece = text.substr(begin, static_cast<std::size_t>(run->item->length));
        // A space where a line was broken takes no room any more; shaped alone it would.
        if (run == last_run_of(current)) piece.resize(piece.find_last_not_of(' ') + 1);
        result.pieces.push_back({{left, top + ascent - spans[span].rise},
                                 with_level(piece, run->item->analysis.level),
                                 spans[span].style,
                                 Rect::sized({left, top}, wide, step),
                                 span});
        result.width = std::max(result.width, left + wide);
    } while (pango_layout_iter_next_run(iter) != 0);
    pango_layout_iter_free(iter);
    result.height = static_cast<float>(line + 1) * step;
    close_gaps(*this, result);
    return result;
}

}  // namespace attnscope
