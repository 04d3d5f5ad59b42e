#include "app/draw/canvas_file.hpp"

#include <cairo-pdf.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "app/draw/cairo_canvas.hpp"
#include "app/draw/png.hpp"
#include "app/draw/svg_canvas.hpp"
#include "app/language/language.hpp"

namespace attnscope {
namespace {

constexpr double largest_side = 16384;
constexpr double most_pixels = 128e6;

struct Figure {
    const FigureSize& size;
    TextShaper& shaper;
    const Theme& theme;
    const std::function<void(Canvas&)>& draw;

    void draw_on(Canvas& canvas) const {
        canvas.fill_rect(Rect::sized({}, static_cast<float>(size.width), static_cast<float>(size.height)),
                         theme.ground);
        draw(canvas);
    }
    double points_per_unit() const { return size.points_per_unit > 0 ? size.points_per_unit : 1; }
};

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

Result<void> check_size(FileFormat format, const FigureSize& size) {
    if (!(size.scale > 0) || !std::isfinite(size.scale))
        return invalid_input(tr("the scale of the figure is {}; it must be greater than 0", size.scale));
    const bool png = format == FileFormat::png;
    const double on_paper = size.points_per_unit > 0 ? size.points_per_unit : 1;
    const double width = png ? std::round(size.width * size.scale) : size.width * on_paper;
    const double height = png ? std::round(size.height * size.scale) : size.height * on_paper;
    if (width < 1 || height < 1)
        return invalid_input(png ? tr("the figure would be {} x {} pixels; each side needs at least 1", width, height)
                                 : tr("the figure would be {} x {} points; each side needs at least 1", width, height));
    if (width > largest_side || height > largest_side || width * height > most_pixels)
        return invalid_input(
            png ? tr("the figure would be {} x {} pixels; at most 16384 a side and 128 million in all are possible: "
                     "make it smaller or lower the scale",
                     width, height)
                : tr("the figure would be {} x {} points; at most 16384 a side and 128 million in all are possible: "
                     "make it smaller",
                     width, height));
    return {};
}

// cairo's pixels as colours, in place: red, green, blue and alpha in bytes, colours without alpha in them.
void to_colors(std::vector<Color>& pixels) {
    for (Color& color : pixels) {
        std::uint32_t p = 0;
        std::memcpy(&p, &color, 4);
        const std::uint32_t a = p >> 24U;
        const auto channel = [a, p](unsigned shift) {
            const std::uint32_t c = p >> shift & 255U;
            return static_cast<std::uint8_t>(a == 255 ? c : a == 0 ? 0 : std::min(255U, (c * 255U + a / 2U) / a));
        };
        color = {channel(16), channel(8), channel(0), static_cast<std::uint8_t>(a)};
    }
}

Result<std::string> png_bytes(const Figure& figure) {
    const int width = static_cast<int>(std::lround(figure.size.width * figure.size.scale));
    const int height = static_cast<int>(std::lround(figure.size.height * figure.size.scale));
    std::vector<Color> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), Color{0, 0, 0, 0});
    {
        const Surface surface(cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(pixels.data()),
                                                                  CAIRO_FORMAT_ARGB32, width, height, 4 * width),
                              cairo_surface_destroy);
        CairoCanvas canvas(surface.get(), figure.size.scale, figure.shaper, figure.theme);
        figure.draw_on(canvas);
        if (const auto finished = canvas.finish(); !finished) return finished.error();
    }
    to_colors(pixels);
    const double dots_per_inch =
        figure.size.points_per_unit > 0 ? figure.size.scale * 72 / figure.points_per_unit() : 0;
    return encode_png(width, height, pixels, dots_per_inch);
}

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
    try {
        static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
        return CAIRO_STATUS_SUCCESS;
    } catch (const std::bad_alloc&) {
        return CAIRO_STATUS_NO_MEMORY;
    }
}

Result<std::string> pdf_bytes(std::span<const Figure> pages) {
    std::string bytes;
    const Figure& first = pages.front();
    const double points = first.points_per_unit();
    const Surface surface(
        cairo_pdf_surface_create_for_stream(append, &bytes, first.size.width * points, first.size.height * points),
        cairo_surface_destroy);
    // Later versions let cairo compress the file's structure, which old printers and tools cannot read.
    cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_4);
    // cairo would write the time of the run.
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
    for (const Figure& page : pages) {
        CairoCanvas canvas(surface.get(), points, page.shaper, page.theme);
        page.draw_on(canvas);
        if (const auto finished = canvas.finish(); !finished) return finished.error();
        if (&page != &pages.back()) cairo_surface_show_page(surface.get());
    }
    cairo_surface_finish(surface.get());
    if (const cairo_status_t status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS)
        return Error{status == CAIRO_STATUS_NO_MEMORY ? ErrorCode::out_of_memory : ErrorCode::io,
                     tr("the PDF could not be made: {}", cairo_status_to_string(status))};
    return bytes;
}

Result<std::string> svg_bytes(const Figure& figure) {
    constexpr double cm_per_point = 2.54 / 72;
    SvgCanvas canvas({figure.size.width, figure.size.height, figure.size.points_per_unit * cm_per_point}, figure.shaper,
                     figure.theme);
    figure.draw_on(canvas);
    return canvas.finish();
}

}  // namespace

Result<FileFormat> format_of(std::string_view path) {
    const std::size_t slash = path.find_last_of('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const std::size_t dot = name.find_last_of('.');
    std::string extension(dot == std::string_view::npos || dot == 0 ? "" : name.substr(dot));
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (extension == ".png") return FileFormat::png;
    if (extension == ".svg") return FileFormat::svg;
    if (extension == ".pdf") return FileFormat::pdf;
    return invalid_input(
        extension.empty() ? tr("{}: the name of a picture must end in .png, .svg or .pdf", path)
                          : tr("{}: the name of a picture must end in .png, .svg or .pdf, not in {}", path, extension));
}

Result<std::string> draw_to_bytes(FileFormat format, const FigureSize& size, TextShaper& shaper, const Theme& theme,
                                  const std::function<void(Canvas&)>& draw) {
    if (const auto fits = check_size(format, size); !fits) return fits.error();
    const Figure figure{size, shaper, theme, draw};
    try {
        switch (format) {
            case FileFormat::png:
                return png_bytes(figure);
            case FileFormat::svg:
                return svg_bytes(figure);
            case FileFormat::pdf:
                break;
        }
        return pdf_bytes({&figure, 1});
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, tr("not enough memory for a figure of {} x {} points at scale {}",
                                                  size.width, size.height, size.scale)};
    }
}

Result<std::string> pages_to_pdf(const FigureSize& size, TextShaper& shaper, const Theme& theme,
                                 std::span<const std::function<void(Canvas&)>> pages) {
    check(!pages.empty(), "a PDF has a page");
    if (const auto fits = check_size(FileFormat::pdf, size); !fits) return fits.error();
    std::vector<Figure> figures;
    figures.reserve(pages.size());
    for (const auto& draw : pages) figures.push_back({size, shaper, theme, draw});
    try {
        return pdf_bytes(figures);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, tr("not enough memory for {} pages", pages.size())};
    }
}

}  // namespace attnscope
