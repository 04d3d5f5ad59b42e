#include "app/state/snapshot.hpp"

#include <algorithm>
#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/binary_from_base64.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <cstdint>

namespace attnscope {
namespace {

namespace iterators = boost::archive::iterators;
using Encoder = iterators::base64_from_binary<iterators::transform_width<std::string::const_iterator, 6, 8>>;
using Decoder = iterators::transform_width<iterators::binary_from_base64<std::string::const_iterator>, 8, 6>;

bool is_base64_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// A number of four bytes, the highest first.
std::uint32_t number_in(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (const char c : bytes.substr(at, 4)) number = number << 8U | static_cast<unsigned char>(c);
    return number;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t most) {
    std::string line(text.substr(0, text.find('\0')));
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    std::size_t characters = 0, end = 0;
    while (end < line.size() && (!begins_character(line[end]) || characters++ < most)) ++end;
    line.resize(end);
    line.resize(line.find_last_not_of(' ') + 1);
    return line;
}

bool is_one_line(std::string_view text, std::size_t most) {
    return one_line(text, most) == text;
}

std::size_t text_bytes(const Snapshot& snapshot) {
    std::size_t bytes = snapshot.name.size() + snapshot.explain.size();
    for (const auto& [key, value] : snapshot.values)
        if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
    return bytes;
}

bool is_thumbnail(std::string_view bytes) {
    using namespace std::string_view_literals;
    // The signature, and the header chunk with its fixed length of 13, which stands first in every PNG file.
    constexpr std::string_view start = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"sv;
    if (bytes.size() > snapshot_thumbnail_max || bytes.size() < start.size() + 8 || !bytes.starts_with(start))
        return false;
    const auto fits = [](std::uint32_t side) { return side >= 1 && side <= snapshot_thumbnail_side_max; };
    return fits(number_in(bytes, start.size())) && fits(number_in(bytes, start.size() + 4));
}

std::string to_base64(std::string_view bytes) {
    // The iterators read whole groups of three bytes.
    const std::size_t padding = (3 - bytes.size() % 3) % 3;
    std::string padded(bytes);
    padded.append(padding, '\0');
    const std::string& whole = padded;
    std::string text(Encoder(whole.begin()), Encoder(whole.end()));
    std::fill(text.end() - static_cast<std::ptrdiff_t>(padding), text.end(), '=');
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string digits(text.substr(0, text.size() - padding));
    if (!std::ranges::all_of(digits, is_base64_digit)) return std::nullopt;
    digits.append(padding, 'A');
    const std::string& whole = digits;
    std::string bytes(Decoder(whole.begin()), Decoder(whole.end()));
    bytes.resize(bytes.size() - padding);
    if (to_base64(bytes) != text) return std::nullopt;  // bits behind the last byte
    return bytes;
}

}  // namespace attnscope
