#include "app/draw/svg_canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "app/draw/finite.hpp"
#include "app/draw/png.hpp"
#include "core/base/check.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

// At most three decimals, no zeros at the end, always a point (fmt ignores the locale).
std::string number(double value) {
    check(std::isfinite(value), "an SVG number that is not finite");
    std::string text = fmt::format("{:.3f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

// As the content of an element: XML's own characters escaped, those that XML cannot hold shown as U+FFFD.
std::string escaped(std::string_view text) {
    std::string result;
    for (const CodePoint point : CodePoints(text)) {
        const char32_t c = point.code;
        if (c == U'&') {
            result += "&amp;";
        } else if (c == U'<') {
            result += "&lt;";
        } else if (c == U'>') {
            result += "&gt;";
        } else if (c == U'\t' || c == U'\n' || c == U'\r') {
            result += ' ';
        } else if (point.fault != nullptr || c < 0x20 || c == 0xFFFE || c == 0xFFFF) {
            result += "\uFFFD";
        } else {
            result += text.substr(point.offset, point.length);
        }
    }
    return result;
}

std::string base64(std::string_view bytes) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t at) {
            return at < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])) : 0U;
        };
        const std::uint32_t three = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
        text += digits[three >> 18U];
        text += digits[three >> 12U & 63U];
        text += i + 1 < bytes.size() ? digits[three >> 6U & 63U] : '=';
        text += i + 2 < bytes.size() ? digits[three & 63U] : '=';
    }
    return text;
}

Box box_of(const Rect& rect) {
    return {rect.min.x, rect.min.y, rect.max.x, rect.max.y};
}

// Some viewers (librsvg among them) blur an enlarged image whatever it asks for. Each cell as a block of equal pixels,
// about two a point, keeps that blur to the cells' very borders; the image stays exact.
CellImage enlarged(CellImage image) {
    constexpr double pixels_per_point = 2, most = 1200;
    if (image.pixels.empty()) return image;
    const auto factor = [&](double points, Index cells) {
        const double wanted = std::min(points * pixels_per_point, most) / static_cast<double>(cells);
        return std::max<Index>(1, static_cast<Index>(wanted));
    };
    const Index across = factor(image.place.right - image.place.left, image.width);
    const Index down = factor(image.place.bottom - image.place.top, image.height);
    if (across * down == 1) return image;
    CellImage large{image.place, image.width * across, image.height * down, {}};
    large.pixels.reserve(static_cast<std::size_t>(large.width * large.height));
    for (Index y = 0; y < large.height; ++y)
        for (Index x = 0; x < large.width; ++x)
            large.pixels.push_back(image.pixels[static_cast<std::size_t>(y / down * image.width + x / across)]);
    return large;
}

}  // namespace

SvgCanvas::SvgCanvas(const SvgSize& size, TextShaper& shaper, const Theme& theme) : Canvas(shaper, theme) {
    const auto on_page = [&](double units) {
        return size.cm_per_unit > 0 ? number(units * size.cm_per_unit) + "cm" : number(units);
    };
    fmt::format_to(std::back_inserter(svg_),
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                   "version=\"1.1\" width=\"{2}\" height=\"{3}\" viewBox=\"0 0 {0} {1}\" "
                   "font-family=\"Inter, sans-serif\" stroke-linejoin=\"round\">\n",
                   number(size.width), number(size.height), on_page(size.width), on_page(size.height));
}

std::string SvgCanvas::finish() {
    check(clips_ == 0, "SvgCanvas::finish() with clips left");
    svg_ += "</svg>\n";
    return std::move(svg_);
}

// ` fill="#rrggbb"`, with its opacity where it is not 1; `what` is fill or stroke.
void SvgCanvas::paint(const char* what, Color color) {
    fmt::format_to(std::back_inserter(svg_), " {}=\"#{:02x}{:02x}{:02x}\"", what, color.r, color.g, color.b);
    if (color.a != 255) fmt::format_to(std::back_inserter(svg_), " {}-opacity=\"{}\"", what, number(color.a / 255.0));
}

void SvgCanvas::points(std::span<const Vec2> points) {
    svg_ += " points=\"";
    for (std::size_t i = 0; i < points.size(); ++i)
        fmt::format_to(std::back_inserter(svg_), "{}{},{}", i == 0 ? "" : " ", number(points[i].x),
                       number(points[i].y));
    svg_ += '"';
}

void SvgCanvas::rect(const Box& box, float radius) {
    const double width = box.right - box.left, height = box.bottom - box.top;
    fmt::format_to(std::back_inserter(svg_), "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(box.left),
                   number(box.top), number(width), number(height));
    if (radius > 0)
        fmt::format_to(std::back_inserter(svg_), " rx=\"{}\"",
                       number(std::min<double>(radius, std::min(width, height) / 2)));
}

void SvgCanvas::fill_rect(const Rect& area, Color color, float radius) {
    if (!drawable(area)) return;
    rect(box_of(area), radius);
    paint("fill", color);
    svg_ += "/>\n";
}

void SvgCanvas::stroke_rect(const Rect& area, Color color, float width, float radius) {
    if (!drawable(area) || !(width > 0)) return;
    if (width >= std::min(area.width(), area.height()) / 2) return fill_rect(area, color, radius);
    rect(box_of(area.inset(width / 2)), radius - width / 2);
    svg_ += " fill=\"none\"";
    paint("stroke", color);
    if (!(radius > 0)) svg_ += " stroke-linejoin=\"miter\"";
    fmt::format_to(std::back_inserter(svg_), " stroke-width=\"{}\"/>\n", number(width));
}

void SvgCanvas::polyline(std::span<const Vec2> line, Color color, float width) {
    if (!(width > 0)) return;
    each_run(line, [&](std::span<const Vec2> run) {
        svg_ += "<polyline fill=\"none\"";
        paint("stroke", color);
        fmt::format_to(std::back_inserter(svg_), " stroke-width=\"{}\"", number(width));
        points(run);
        svg_ += "/>\n";
    });
}

void SvgCanvas::fill_polygon(std::span<const Vec2> corners, Color color) {
    if (corners.size() < 3 || !std::all_of(corners.begin(), corners.end(), finite)) return;
    svg_ += "<polygon";
    paint("fill", color);
    points(corners);
    svg_ += "/>\n";
}

void SvgCanvas::fill_circle(Vec2 center, float radius, Color color) {
    if (!finite(center) || !std::isfinite(radius) || !(radius > 0)) return;
    fmt::format_to(std::back_inserter(svg_), "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"", number(center.x), number(center.y),
                   number(radius));
    paint("fill", color);
    svg_ += "/>\n";
}

void SvgCanvas::cells(const Rect& area, const CellPicture& picture) {
    const CellPlacement placement(area, picture);
    const CellImage image = enlarged(cell_image(placement, picture));
    if (image.pixels.empty()) return;
    const std::string png = encode_png(static_cast<int>(image.width), static_cast<int>(image.height), image.pixels);
    const Box &place = image.place, &covered = placement.covered();
    const bool cut = place.left < covered.left || place.top < covered.top || place.right > covered.right ||
                     place.bottom > covered.bottom;
    if (cut) begin_clip(covered);
    // Viewers that know `pixelated` take it, older ones `crisp-edges` or, of SVG 1.1, `optimizeSpeed`.
    fmt::format_to(std::back_inserter(svg_),
                   "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
                   "image-rendering=\"optimizeSpeed\" style=\"image-rendering:crisp-edges;image-rendering:pixelated\" "
                   "xlink:href=\"data:image/png;base64,{}\"/>\n",
                   number(place.left), number(place.top), number(place.right - place.left),
                   number(place.bottom - place.top), base64(png));
    if (cut) svg_ += "</g>\n";
}

// A group that is limited to the box; the same box is defined once.
void SvgCanvas::begin_clip(const Box& box) {
    const std::string key = fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(box.left),
                                        number(box.top), number(box.right - box.left), number(box.bottom - box.top));
    const auto [found, is_new] = clip_ids_.emplace(key, static_cast<int>(clip_ids_.size()));
    if (is_new)
        fmt::format_to(std::back_inserter(svg_), "<clipPath id=\"clip{}\"><rect {}/></clipPath>\n", found->second, key);
    fmt::format_to(std::back_inserter(svg_), "<g clip-path=\"url(#clip{})\">\n", found->second);
}

void SvgCanvas::push_clip(const Rect& area) {
    begin_clip(drawable(area) ? box_of(area) : Box{});  // an empty rectangle hides everything
    ++clips_;
}

void SvgCanvas::pop_clip() {
    check(clips_ > 0, "SvgCanvas::pop_clip() without push_clip()");
    --clips_;
    svg_ += "</g>\n";
}

void SvgCanvas::draw_text(Vec2 at, std::string_view text, const ShapedText&, const TextStyle& style) {
    if (!finite(at) || !std::isfinite(style.angle)) return;
    fmt::format_to(std::back_inserter(svg_), "<text x=\"{}\" y=\"{}\" font-size=\"{}\"", number(at.x), number(at.y),
                   number(style.size));
    if (style.font == Font::mono) svg_ += " font-family=\"JetBrains Mono, monospace\"";
    if (style.bold) svg_ += " font-weight=\"600\"";
    if (style.italic) svg_ += " font-style=\"italic\"";
    paint("fill", style.color);
    if (style.angle != 0)
        fmt::format_to(std::back_inserter(svg_), " transform=\"rotate({} {} {})\"", number(-style.angle), number(at.x),
                       number(at.y));
    svg_ += " style=\"unicode-bidi:plaintext\" xml:space=\"preserve\">";
    svg_ += escaped(text);
    svg_ += "</text>\n";
}

}  // namespace attnscope
