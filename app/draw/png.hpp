// PNG files in memory: written for figures, read and compared for the golden pictures.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/draw/geometry.hpp"
#include "core/base/result.hpp"

namespace attnscope {

struct Image {
    int width = 0, height = 0;
    std::vector<Color> pixels;  // row by row from the top, width x height

    Color at(int x, int y) const {
        return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    }
};

/// The complete bytes of a PNG file, 8 bits a channel: RGB when every pixel is opaque, else RGBA. The same pixels give
/// the same bytes: no time, no program name in it. width, height >= 1 and width x height pixels, else a broken
/// invariant; std::bad_alloc without memory.
/// `dots_per_inch` > 0 is written as the resolution (in whole pixels a metre).
std::string encode_png(int width, int height, std::span<const Color> pixels, double dots_per_inch = 0);

/// Any PNG as 8-bit RGBA. Refuses what libpng finds damaged, more than 16384 pixels a side or 128 million pixels in
/// all, and sizes that the bytes cannot hold. `name` names the file in the error.
Result<Image> decode_png(std::string_view bytes, std::string_view name);

/// How two pictures of the same size differ, channel by channel (alpha too). Of different sizes: everything differs.
struct ImageDifference {
    int largest = 0;            // 0..255
    double mean = 0;            // over all channels
    std::size_t differing = 0;  // pixels with a channel that differs by more than the tolerance
    Image picture;              // |a - b|, four times enlarged, opaque; empty for different sizes
};
ImageDifference compare(const Image& a, const Image& b, int tolerance = 0);

}  // namespace attnscope
