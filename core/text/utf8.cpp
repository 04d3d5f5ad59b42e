#include "core/text/utf8.hpp"

#include "core/base/check.hpp"
#include "core/base/tr.hpp"
#include "core/text/unicode.hpp"

namespace attnscope {
namespace {

unsigned byte_at(std::string_view text, std::size_t offset) {
    return static_cast<unsigned char>(text[offset]);
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t offset) {
    check(offset < text.size(), "code_point_at: the offset is beyond the text");
    const auto fault = [offset](const char* why) { return CodePoint{0xFFFD, offset, 1, why}; };
    const unsigned lead = byte_at(text, offset);
    if (lead < 0x80) return {lead, offset, 1, nullptr};
    if (lead < 0xC0) return fault(translatable("continues a character that did not begin"));
    if (lead < 0xC2) return fault(translatable("begins an overlong form"));
    if (lead > 0xF4) return fault(translatable("never occurs in UTF-8"));

    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (offset + i >= text.size())
            return fault(translatable("begins a character that the end of the text cuts short"));
        const unsigned next = byte_at(text, offset + i);
        if ((next & 0xC0) != 0x80) return fault(translatable("begins a character that the next one cuts short"));
        code = (code << 6) | (next & 0x3F);
    }
    if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000))
        return fault(translatable("begins an overlong form"));
    if (code >= 0xD800 && code <= 0xDFFF) return fault(translatable("begins a surrogate (U+D800 to U+DFFF)"));
    if (code > 0x10FFFF) return fault(translatable("begins a number above U+10FFFF"));
    return {code, offset, length, nullptr};
}

Result<void> validate_utf8(std::string_view text, std::string_view what) {
    for (std::size_t offset = 0; offset < text.size();) {
        const CodePoint point = code_point_at(text, offset);
        if (point.fault != nullptr)
            return invalid_input(tr("{} is not valid UTF-8: byte 0x{:02X} at offset {} {}; save it as UTF-8",
                                    what.empty() ? tr("the text") : std::string(what), byte_at(text, offset), offset,
                                    tr(point.fault)));
        offset += point.length;
    }
    return {};
}

Result<std::u32string> decode_utf8(std::string_view text, std::string_view what) {
    if (const Result<void> valid = validate_utf8(text, what); !valid) return valid.error();
    std::u32string codes;
    codes.reserve(text.size());
    for (const CodePoint& point : CodePoints(text)) codes.push_back(point.code);
    return codes;
}

void append_utf8(std::string& text, char32_t code) {
    check(code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF), "append_utf8: not a Unicode scalar value");
    const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (code < 0x80) {
        put(code);
        return;
    }
    const int following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr char32_t lead[] = {0x00, 0xC0, 0xE0, 0xF0};
    put(lead[following] | (code >> (6 * following)));
    for (int i = following - 1; i >= 0; --i) put(0x80 | (code >> (6 * i) & 0x3F));
}

std::string encode_utf8(char32_t code) {
    std::string text;
    append_utf8(text, code);
    return text;
}

std::string lower_case_utf8(std::string_view text) {
    std::string lower;
    lower.reserve(text.size());
    for (const CodePoint& point : CodePoints(text)) {
        if (point.fault != nullptr)
            lower.push_back(text[point.offset]);
        else
            append_utf8(lower, lower_case(point.code));
    }
    return lower;
}

}  // namespace attnscope
