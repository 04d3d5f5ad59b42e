#include "app/draw/png.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "core/base/check.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr std::int64_t longest_side = 16384;
constexpr std::int64_t most_png_pixels = 128'000'000;

struct Sink {
    std::string bytes;
    bool out_of_memory = false;
};

// libpng is C: an exception must not fly through it.
void write_to_sink(png_structp png, png_bytep data, png_size_t size) {
    auto* sink = static_cast<Sink*>(png_get_io_ptr(png));
    try {
        sink->bytes.append(reinterpret_cast<const char*>(data), size);
    } catch (const std::bad_alloc&) {
        sink->out_of_memory = true;
    }
    if (sink->out_of_memory) png_error(png, "out of memory");
}

// In a function of its own, without objects that longjmp would skip.
struct Picture {
    int width, height;
    bool opaque;
    const Color* pixels;
    png_uint_32 dots_per_meter;  // 0: not said
};

bool write_png(png_structp png, png_infop info, const Picture& picture) {
    const auto [width, height, opaque, pixels, dots_per_meter] = picture;
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    // Fast settings: our pictures are flat, better ones cost five times the time for a tenth of the size.
    png_set_compression_level(png, 4);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE | PNG_FILTER_UP);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
                 opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    if (dots_per_meter > 0) png_set_pHYs(png, info, dots_per_meter, dots_per_meter, PNG_RESOLUTION_METER);
    png_write_info(png, info);
    if (opaque) png_set_filler(png, 0, PNG_FILLER_AFTER);
    for (int y = 0; y < height; ++y)
        png_write_row(png, reinterpret_cast<const png_byte*>(pixels + static_cast<std::ptrdiff_t>(y) * width));
    png_write_end(png, nullptr);
    return true;
}

}  // namespace

std::string encode_png(int width, int height, std::span<const Color> pixels, double dots_per_inch) {
    static_assert(sizeof(Color) == 4, "the pixels are handed to libpng as they are");
    check(width >= 1 && height >= 1 &&
              pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
          "encode_png() with width x height pixels");
    const auto dots_per_meter = static_cast<png_uint_32>(dots_per_inch > 0 ? dots_per_inch / 0.0254 + 0.5 : 0);
    const bool opaque = std::all_of(pixels.begin(), pixels.end(), [](Color c) { return c.a == 255; });
    Sink sink;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    bool written = false;
    if (info != nullptr) {
        png_set_write_fn(png, &sink, write_to_sink, nullptr);
        written = write_png(png, info, {width, height, opaque, pixels.data(), dots_per_meter});
    }
    png_destroy_write_struct(&png, &info);
    // With sizes as checked above nothing but memory can be missing.
    if (!written) throw std::bad_alloc();
    return std::move(sink.bytes);
}

Result<Image> decode_png(std::string_view bytes, std::string_view name) {
    png_image reader{};
    reader.version = PNG_IMAGE_VERSION;
    const auto refusal = [&](std::string_view why) {
        png_image_free(&reader);
        return invalid_input(tr("{}: not a readable PNG picture: {}", name, why));
    };
    if (png_image_begin_read_from_memory(&reader, bytes.data(), bytes.size()) == 0) return refusal(reader.message);
    const std::int64_t width = reader.width, height = reader.height;
    if (width > longest_side || height > longest_side || width * height > most_png_pixels)
        return refusal(tr("{} x {} pixels; at most 16384 a side and 128 million in all are read", width, height));
    // A byte of deflate holds at most 1032 bytes, a byte of pixels at most 8 pixels.
    if (width * height > static_cast<std::int64_t>(bytes.size()) * 1032 * 8)
        return refusal(tr("{} x {} pixels cannot be in {} bytes", width, height, bytes.size()));
    reader.format = PNG_FORMAT_RGBA;
    Image image{static_cast<int>(width), static_cast<int>(height), {}};
    try {
        image.pixels.resize(static_cast<std::size_t>(width * height));
    } catch (const std::bad_alloc&) {
        png_image_free(&reader);
        return Error{ErrorCode::out_of_memory, tr("{}: not enough memory for {} x {} pixels", name, width, height)};
    }
    if (png_image_finish_read(&reader, nullptr, image.pixels.data(), 0, nullptr) == 0) return refusal(reader.message);
    return image;
}

ImageDifference compare(const Image& a, const Image& b, int tolerance) {
    ImageDifference difference;
    if (a.width != b.width || a.height != b.height) {
        difference.largest = 255;
        difference.mean = 255;
        difference.differing = std::max(a.pixels.size(), b.pixels.size());
        return difference;
    }
    difference.picture = {a.width, a.height, std::vector<Color>(a.pixels.size())};
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) {
        const Color p = a.pixels[i], q = b.pixels[i];
        const int d[] = {std::abs(p.r - q.r), std::abs(p.g - q.g), std::abs(p.b - q.b), std::abs(p.a - q.a)};
        const int most = *std::max_element(std::begin(d), std::end(d));
        difference.largest = std::max(difference.largest, most);
        if (most > tolerance) ++difference.differing;
        sum += d[0] + d[1] + d[2] + d[3];
        const auto shown = [&](int channel) {
            return static_cast<std::uint8_t>(std::min(255, 4 * std::max(channel, d[3])));
        };
        difference.picture.pixels[i] = {shown(d[0]), shown(d[1]), shown(d[2]), 255};
    }
    if (!a.pixels.empty()) difference.mean = sum / (4 * static_cast<double>(a.pixels.size()));
    return difference;
}

}  // namespace attnscope
