#include "core/text/tokenizer.hpp"

#include <optional>

#include "core/base/check.hpp"
#include "core/base/tr.hpp"
#include "core/text/unicode.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

constexpr char32_t zwnj = 0x200C, zwj = 0x200D;

bool is_regional_indicator(char32_t code) {
    return within(code, 0x1F1E6, 0x1F1FF);
}

/// Hangul vowels and finals, which continue the syllable before them.
bool is_jamo_tail(char32_t code) {
    return within(code, 0x1160, 0x11FF) || within(code, 0xD7B0, 0xD7FB);
}

bool is_hangul(char32_t code) {
    return within(code, 0x1100, 0x11FF) || within(code, 0xA960, 0xA97C) || within(code, 0xAC00, 0xD7FB);
}

bool extends(char32_t code) {
    return is_mark(code) || code == zwnj || code == zwj || within(code, 0x1F3FB, 0x1F3FF) ||
           within(code, 0xE0020, 0xE007F) || is_invisible_format(code) || code == 0xE33 || code == 0xEB3;
}

bool is_joiner(char32_t code) {
    return code == zwnj || code == zwj || is_invisible_format(code);
}

/// One character as a reader sees it.
struct Unit {
    std::string_view bytes;
    char32_t base = 0;  // its first visible code point
};

/// The unit that begins at text[offset]; the text is valid.
Unit unit_at(std::string_view text, std::size_t offset) {
    CodePoint point = code_point_at(text, offset);
    std::size_t end = offset + point.length;
    const auto next = [&]() -> std::optional<CodePoint> {
        if (end >= text.size()) return std::nullopt;
        return code_point_at(text, end);
    };
    while (is_invisible_format(point.code) && next()) {  // at the very start of the text: it joins what follows
        point = *next();
        end += point.length;
    }
    const char32_t base = point.code;
    char32_t last = base;
    bool flag_open = is_regional_indicator(base);
    for (std::optional<CodePoint> following = next(); following; following = next()) {
        const char32_t code = following->code;
        const bool crlf = last == '\r' && code == '\n';
        const bool flag = flag_open && is_regional_indicator(code);
        const bool emoji = last == zwj && is_pictograph(base) && is_pictograph(code);
        const bool syllable = is_hangul(last) && is_jamo_tail(code);
        const bool attached = extends(code) && !is_control(base);
        if (!crlf && !flag && !emoji && !syllable && !attached) break;
        flag_open = flag_open && !flag;
        last = code;
        end += following->length;
    }
    return {text.substr(offset, end - offset), base};
}

enum class Kind { separator, alone, joins_words, joins_digits, digit, letter };

Kind kind_of(const Unit& unit) {
    const char32_t base = unit.base;
    if (is_control(base)) return Kind::separator;
    if (is_white_space(base) || is_joiner(base)) {
        for (const CodePoint& point : CodePoints(unit.bytes))
            if (!is_white_space(point.code) && !is_joiner(point.code)) return Kind::alone;  // an accent over a space
        return Kind::separator;
    }
    switch (base) {
        case '\'':
        case '-':
        case 0xB7:    // middle dot, Catalan
        case 0x5BE:   // Hebrew maqaf
        case 0x5F3:   // Hebrew geresh
        case 0x5F4:   // Hebrew gershayim
        case 0x2010:  // hyphen
        case 0x2011:  // hyphen that does not break
        case 0x2019:  // right single quotation mark as apostrophe
            return Kind::joins_words;
        case '.':
        case ',':
        case 0x66B:  // Arabic decimal separator
        case 0x66C:  // Arabic thousands separator
            return Kind::joins_digits;
        default:
            break;
    }
    if (is_ideograph(base) || is_symbol(base) || is_pictograph(base)) return Kind::alone;
    return is_digit(base) ? Kind::digit : Kind::letter;
}

/// Collects tokens, or only counts them once they are too many.
class Tokens {
public:
    explicit Tokens(Index limit) : limit_(limit) {}
    void add(std::string token) {
        if (count_ < limit_) tokens_.push_back(std::move(token));
        ++count_;
    }
    Result<std::vector<std::string>> take() {
        if (count_ == 0) return invalid_input(tr("the text is empty: type at least one word"));
        if (count_ > limit_)
            return invalid_input(tr("the text has {} tokens, the limit is {}: shorten the text", count_, limit_));
        return std::move(tokens_);
    }

private:
    Index limit_;
    Index count_ = 0;
    std::vector<std::string> tokens_;
};

void append_visible(std::string& word, const Unit& unit) {
    for (const CodePoint& point : CodePoints(unit.bytes))
        if (!is_invisible_format(point.code)) word.append(unit.bytes.substr(point.offset, point.length));
}

void add_words(std::string_view text, Tokens& tokens) {
    std::string word;
    Kind last = Kind::separator;  // of the unit before, where it belongs to `word`
    const auto finish = [&] {
        if (!word.empty()) tokens.add(std::move(word));
        word.clear();
        last = Kind::separator;
    };
    std::size_t offset = 0;
    while (offset < text.size()) {
        const Unit unit = unit_at(text, offset);
        offset += unit.bytes.size();
        Kind kind = kind_of(unit);
        if (kind == Kind::joins_words || kind == Kind::joins_digits) {
            const Kind next = offset < text.size() ? kind_of(unit_at(text, offset)) : Kind::separator;
            const bool digits = last == Kind::digit && next == Kind::digit;
            const bool letters = (last == Kind::digit || last == Kind::letter) &&
                                 (next == Kind::digit || next == Kind::letter) && kind == Kind::joins_words;
            kind = digits || letters ? Kind::letter : Kind::alone;
        }
        if (kind == Kind::separator || kind == Kind::alone) finish();
        if (kind != Kind::separator) append_visible(word, unit);
        if (kind == Kind::alone) finish();
        last = word.empty() ? Kind::separator : kind;
    }
    finish();
}

void add_characters(std::string_view text, Tokens& tokens) {
    for (std::size_t offset = 0; offset < text.size();) {
        const Unit unit = unit_at(text, offset);
        tokens.add(std::string(unit.bytes));
        offset += unit.bytes.size();
    }
}

}  // namespace

Result<std::vector<std::string>> tokenize(std::string_view text, Tokenizer tokenizer, Index max_tokens) {
    check(max_tokens >= 1, "tokenize: max_tokens must be at least 1");
    if (const Result<void> valid = validate_utf8(text); !valid) return valid.error();
    Tokens tokens(max_tokens);
    if (tokenizer == Tokenizer::words)
        add_words(text, tokens);
    else
        add_characters(text, tokens);
    return tokens.take();
}

std::string visible_token(const std::string& token) {
    if (token == " ") return "␣";
    if (token == "\n" || token == "\r\n") return "↵";
    if (token == "\t") return "⇥";
    return token.empty() ? "∅" : token;
}

}  // namespace attnscope
