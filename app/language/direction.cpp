// Where directions mix: formulas and names inside sentences of right-to-left languages.
#include <algorithm>
#include <vector>

#include "app/language/language.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

constexpr std::string_view right_to_left_mark = "\u200F";
constexpr char32_t zero_width_non_joiner = 0x200C;

struct Letter {
    char32_t code;
    std::size_t begin, end;  // bytes
};

// Digits and their separators are not: they go from left to right in every script.
bool is_right_to_left(char32_t c) {
    if ((c >= 0x660 && c <= 0x66C) || (c >= 0x6F0 && c <= 0x6F9)) return false;
    return (c >= 0x590 && c <= 0x8FF) || c == 0x200F || c == zero_width_non_joiner || (c >= 0xFB1D && c <= 0xFDFF) ||
           (c >= 0xFE70 && c <= 0xFEFF);
}

bool is_isolate(char32_t c) {
    return c >= 0x2066 && c <= 0x2069;
}

bool is_digit(char32_t c) {
    return (c >= U'0' && c <= U'9') || (c >= 0x6F0 && c <= 0x6F9);
}

bool is_word(char32_t c) {
    return is_digit(c) || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') ||
           (c >= 0xC0 && c <= 0x52F && c != 0xD7 && c != 0xF7) || (c >= 0x2070 && c <= 0x209C) ||
           (c >= 0xBC && c <= 0xBE) || c == 0x221E || (c >= 0x1D00 && c <= 0x1DBF) || (c >= 0x1E00 && c <= 0x1FFF);
}

bool is_opening(char32_t c) {
    return c == U'(' || c == U'[' || c == U'{' || c == U'«';
}

bool is_closing(char32_t c) {
    return c == U')' || c == U']' || c == U'}' || c == U'»';
}

bool ends_sentence(char32_t c) {
    return c == U' ' || c == U'.' || c == U',' || c == U';' || c == U':' || c == U'!' || c == U'?' || c == U'…' ||
           c == U'"' || c == U'\n' || c == U'«' || c == U'»';
}

class Stretch {
public:
    Stretch(const std::vector<Letter>& letters, std::size_t begin, std::size_t end)
        : letters_(&letters), begin_(begin), end_(end) {
        for (bool changed = true; changed && begin_ < end_;) {
            const std::size_t before = end_ - begin_;
            trim_ends();
            trim_words();
            changed = end_ - begin_ != before;
        }
    }

    std::size_t begin() const { return begin_; }
    std::size_t end() const { return end_; }
    // A lone word or number needs no help.
    bool has_name() const {
        for (std::size_t i = begin_; i < end_; ++i)
            if (is_word(at(i)) && !is_digit(at(i))) return true;
        return false;
    }
    bool wants_isolation() const {
        bool word = false, other = false;
        for (std::size_t i = begin_; i < end_; ++i) (is_word(at(i)) ? word : other) = true;
        return word && other;
    }

private:
    char32_t at(std::size_t i) const { return (*letters_)[i].code; }

    // Punctuation at the ends is the sentence's.
    void trim_ends() {
        while (begin_ < end_ && ends_sentence(at(begin_))) ++begin_;
        while (begin_ < end_ && ends_sentence(at(end_ - 1))) --end_;
    }

    // "= 0.5" after a word of the language: the sign stands between the two, it does not belong to the number.
    void trim_words() {
        std::size_t i = begin_;
        while (i < end_ && !is_word(at(i)) && !is_opening(at(i)) && at(i) != U' ') ++i;
        if (i < end_ && at(i) == U' ') begin_ = i;
        i = end_;
        while (i > begin_ && !is_word(at(i - 1)) && !is_closing(at(i - 1)) && at(i - 1) != U' ') --i;
        if (i > begin_ && at(i - 1) == U' ') end_ = i;
    }

    const std::vector<Letter>* letters_;
    std::size_t begin_, end_;
};

// Where a bracket stands whose partner is outside of the run: it belongs to the sentence.
std::vector<std::size_t> lone_brackets(const std::vector<Letter>& letters, std::size_t begin, std::size_t end) {
    std::vector<std::size_t> open, lone;
    for (std::size_t i = begin; i < end; ++i) {
        if (is_opening(letters[i].code)) {
            open.push_back(i);
        } else if (is_closing(letters[i].code)) {
            if (open.empty())
                lone.push_back(i);
            else
                open.pop_back();
        }
    }
    lone.insert(lone.end(), open.begin(), open.end());
    std::sort(lone.begin(), lone.end());
    return lone;
}

// A list of names is read in the sentence's direction: it parts at commas that no bracket holds.
std::vector<Stretch> stretches_of(const std::vector<Letter>& letters, std::size_t begin, std::size_t end) {
    const std::vector<std::size_t> lone = lone_brackets(letters, begin, end);
    std::vector<Stretch> stretches;
    int depth = 0;
    std::size_t from = begin;
    const auto part_at = [&](std::size_t i) {
        stretches.emplace_back(letters, from, i);
        from = i + 1;
    };
    for (std::size_t i = begin; i < end; ++i) {
        const char32_t c = letters[i].code;
        if (std::binary_search(lone.begin(), lone.end(), i)) {
            part_at(i);
            continue;
        }
        depth += is_opening(c) ? 1 : is_closing(c) ? -1 : 0;
        const bool space_follows = i + 1 < end && letters[i + 1].code == U' ';
        if (depth == 0 && (c == U',' || c == U';' || c == U':' || c == U'.') && space_follows) part_at(i);
    }
    stretches.emplace_back(letters, from, end);
    return stretches;
}

std::vector<Letter> letters_of(std::string_view text) {
    std::vector<Letter> letters;
    letters.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        letters.push_back({point.code, at, at + point.length});
        at += point.length;
    }
    return letters;
}

}  // namespace

std::string isolate(std::string_view text) {
    return "\u2066" + std::string(text) + "\u2069";
}

bool has_right_to_left(std::string_view text) {
    const std::vector<Letter> letters = letters_of(text);
    return std::any_of(letters.begin(), letters.end(), [](const Letter& letter) {
        return is_right_to_left(letter.code) && letter.code != zero_width_non_joiner;
    });
}

std::string laid_out_right_to_left(std::string_view text) {
    if (!has_right_to_left(text)) return std::string(text);
    const std::vector<Letter> letters = letters_of(text);
    const bool isolated =
        std::any_of(letters.begin(), letters.end(), [](const Letter& letter) { return is_isolate(letter.code); });
    std::string result(is_right_to_left(letters.front().code) ? std::string_view() : right_to_left_mark);
    if (isolated) return result.append(text);  // whoever wrote the marks knows better
    for (std::size_t i = 0; i < letters.size();) {
        std::size_t end = i;
        const bool language = is_right_to_left(letters[i].code);
        while (end < letters.size() && is_right_to_left(letters[end].code) == language) ++end;
        std::size_t done = letters[i].begin;
        if (!language)
            for (const std::vector<Stretch> parts = stretches_of(letters, i, end); const Stretch& stretch : parts) {
                // The names of a list would pull the commas between them into their own direction.
                if (!stretch.wants_isolation() && !(parts.size() > 1 && stretch.has_name())) continue;
                const std::size_t from = letters[stretch.begin()].begin, to = letters[stretch.end() - 1].end;
                result.append(text.substr(done, from - done)).append(isolate(text.substr(from, to - from)));
                done = to;
            }
        result.append(text.substr(done, letters[end - 1].end - done));
        i = end;
    }
    return result;
}

}  // namespace attnscope
