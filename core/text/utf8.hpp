// UTF-8 (RFC 3629; Unicode 15, table 3-7): what is legal, and the way to code points and back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace attnscope {

/// A code point and where its bytes stand. `fault` is null, or says why the bytes there are not UTF-8; then code is
/// U+FFFD and length 1.
struct CodePoint {
    char32_t code = 0;
    std::size_t offset = 0;  // in bytes, from the start of the text
    std::size_t length = 0;  // in bytes, 1..4
    const char* fault = nullptr;
};

/// The code point that begins at text[offset]; offset < text.size(). Overlong forms, surrogates, values above U+10FFFF
/// and cut sequences are faults.
CodePoint code_point_at(std::string_view text, std::size_t offset);

/// Nothing, or an error that names the first bad byte, its offset and what is wrong with it. `what` names the text in
/// the sentence ("the text"). O(bytes).
Result<void> validate_utf8(std::string_view text, std::string_view what = {});

/// All code points, or the error of validate_utf8.
Result<std::u32string> decode_utf8(std::string_view text, std::string_view what = {});

/// Appends the one to four bytes of a code point. Not a surrogate and at most U+10FFFF, else a broken invariant.
void append_utf8(std::string& text, char32_t code);
std::string encode_utf8(char32_t code);

/// The text with every code point in its simple lower case (lower_case in unicode.hpp). Faulty bytes stay as they are.
std::string lower_case_utf8(std::string_view text);

/// for (const CodePoint point : CodePoints(text)) ...; faulty bytes come one by one as U+FFFD with their fault.
class CodePoints {
public:
    explicit CodePoints(std::string_view text) : text_(text) {}

    class Iterator {
    public:
        Iterator(std::string_view text, std::size_t offset) : text_(text), offset_(offset) { read(); }
        const CodePoint& operator*() const { return point_; }
        const CodePoint* operator->() const { return &point_; }
        Iterator& operator++() {
            offset_ += point_.length;
            read();
            return *this;
        }
        bool operator==(const Iterator& other) const { return offset_ == other.offset_; }

    private:
        void read() {
            if (offset_ < text_.size()) point_ = code_point_at(text_, offset_);
        }
        std::string_view text_;
        std::size_t offset_;
        CodePoint point_;
    };

    Iterator begin() const { return {text_, 0}; }
    Iterator end() const { return {text_, text_.size()}; }

private:
    std::string_view text_;
};

}  // namespace attnscope
