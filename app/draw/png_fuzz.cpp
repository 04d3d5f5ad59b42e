// Whatever the bytes are, decode_png() returns; and a picture that it reads is the same after encode_png().
#include "app/draw/png.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Result<Image> image = decode_png(bytes, "fuzz.png");
    if (!image) {
        check(image.error().what.starts_with("fuzz.png:"), "an error names the file");
        return 0;
    }
    check(image->pixels.size() == static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height),
          "as many pixels as it says");
    if (image->pixels.size() > 100'000) return 0;  // encoding it would be all that is done
    const Result<Image> again = decode_png(encode_png(image->width, image->height, image->pixels), "again.png");
    check(again.has_value(), again ? "" : again.error().what);
    check(again->pixels == image->pixels, "a round trip changes nothing");
    return 0;
}
