#include "app/lessons/markup.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "app/draw/rich_text.hpp"
#include "app/language/language.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::optional<std::size_t> read_index(std::string_view digits) {
    std::uint32_t number = 0;  // reads no sign
    const char* const last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, number);
    if (error != std::errc() || end != last) return std::nullopt;
    return number;
}

std::optional<Link> read_cell(std::string_view target) {
    const std::size_t comma = target.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const std::optional<std::size_t> row = read_index(target.substr(0, comma)),
                                     column = read_index(target.substr(comma + 1));
    if (!row || !column) return std::nullopt;
    return CellLink{*row, *column};
}

std::optional<Link> read_pointer(std::string_view pointer) {
    if (!pointer.starts_with('/')) return std::nullopt;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        const char next = i + 1 < pointer.size() ? pointer[i + 1] : ' ';
        if (static_cast<unsigned char>(pointer[i]) < 0x20 || (pointer[i] == '~' && next != '0' && next != '1'))
            return std::nullopt;
    }
    return NumberLink{std::string(pointer)};
}

std::optional<Link> read_target(std::string_view target) {
    constexpr std::string_view cell = "cell:";
    if (target.starts_with(cell)) return read_cell(target.substr(cell.size()));
    if (target.starts_with('=')) return read_pointer(target.substr(1));
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (target.empty() || !std::ranges::all_of(target, plain)) return std::nullopt;
    return ParamLink{std::string(target)};
}

class MarkupParser {
public:
    explicit MarkupParser(std::string_view text) : text_(text) {}

    Result<std::vector<MarkupParagraph>> parse() {
        while (at_ < text_.size() && !error_) step();
        end_paragraph();
        if (error_) return *error_;
        return std::move(paragraphs_);
    }

private:
    struct Style {
        bool bold = false, italic = false;
        std::size_t link = 0;  // the number of the link whose words these are; 0: of none
        bool operator==(const Style&) const = default;
    };

    void fail(std::string what) {
        if (!error_) error_ = invalid_input(std::move(what));
    }

    /// The text from there on, as an error shows it.
    std::string shown(std::size_t from) const {
        std::string excerpt(text_.substr(from, 48));
        std::ranges::replace_if(excerpt, is_space, ' ');
        return '"' + printable(excerpt, 32) + '"';
    }

    void step() {
        const char c = text_[at_];
        if (is_space(c)) {
            skip_space();
        } else if (c == '\\') {
            if (const std::optional<char> plain = take_escaped()) put(*plain);
        } else if (c == '*') {
            toggle();
        } else if (c == '`') {
            read_formula();
        } else if (c == '[') {
            begin_link();
        } else if (c == ']' && style_.link != 0) {
            end_link();
        } else {
            put(c);
            ++at_;
        }
    }

    /// The character behind the backslash that stands here. (Of one beyond ASCII the first byte; the others are no
    /// marks.)
    std::optional<char> take_escaped() {
        if (at_ + 1 == text_.size()) {
            fail(tr("{}: a backslash takes the next character as it is, and there is none; \\\\ is a plain backslash",
                    shown(at_)));
            return std::nullopt;
        }
        at_ += 2;
        return is_space(text_[at_ - 1]) ? ' ' : text_[at_ - 1];
    }

    /// Skips white space; true if there is an empty line in it.
    bool skip_blank() {
        int lines = 0;
        for (; at_ < text_.size() && is_space(text_[at_]); ++at_)
            if (text_[at_] == '\n') ++lines;
        return lines > 1;
    }

    void skip_space() {
        if (skip_blank())
            end_paragraph();
        else if (!spans_.empty() && !space_)
            space_ = style_;
    }

    void toggle() {
        const bool twice = text_.substr(at_, 2) == "**";
        bool& on = twice ? style_.bold : style_.italic;
        on = !on;
        if (on) (twice ? bold_from_ : italic_from_) = at_;
        at_ += twice ? 2 : 1;
    }

    void read_formula() {
        const std::size_t from = at_++;
        std::string formula;
        bool ended = false, space = false;
        const auto add = [&](char c) {
            if (space && !formula.empty()) formula += ' ';
            space = false;
            formula += c;
        };
        while (at_ < text_.size() && !ended && !error_) {
            const char c = text_[at_];
            if (is_space(c)) {
                if (skip_blank()) break;
                space = true;
            } else if (c == '\\') {
                if (const std::optional<char> plain = take_escaped()) add(*plain);
            } else {
                ended = c == '`';
                if (!ended) add(c);
                ++at_;
            }
        }
        if (!ended)
            return fail(
                tr("{}: this formula does not end; ` ends it in the same paragraph, and \\` is a plain "
                   "backquote",
                   shown(from)));
        if (formula.empty()) return fail(tr("{}: this formula is empty; \\` is a plain backquote", shown(from)));
        put_space();
        append_span(std::move(formula), true);
    }

    void begin_link() {
        if (style_.link != 0) return fail(tr("{}: a link within a link; \\[ is a plain bracket", shown(at_)));
        style_.link = ++links_;
        link_from_ = at_++;
    }

    void end_link() {
        ++at_;
        if (at_ == text_.size() || text_[at_] != '(') return fail_without_target();
        std::string target;
        for (++at_; !error_ && at_ < text_.size() && text_[at_] != ')';)
            if (text_[at_] != '\\')
                target += text_[at_++];
            else if (const std::optional<char> plain = take_escaped())
                target += *plain;
        if (error_) return;
        if (at_ == text_.size()) return fail_without_target();
        ++at_;
        const std::optional<Link> link = read_target(target);
        if (!link)
            return fail(tr("{}: ({}) is no target; it is the key of a parameter, cell:2,5 or =/weights/0/2/5",
                           shown(link_from_), printable(target, 60)));
        bool words = false;
        for (std::size_t i = spans_.size(); i > 0 && links_of_spans_[i - 1] == style_.link; --i) {
            spans_[i - 1].link = link;
            words = true;
        }
        if (!words) return fail(tr("{}: this link has no words; it is written [words](target)", shown(link_from_)));
        style_.link = 0;
        if (space_) space_->link = 0;  // behind the link's words, not one of them
    }

    void fail_without_target() {
        fail(tr("{}: this link has no target; it is written [words](target), and \\[ is a plain bracket",
                shown(link_from_)));
    }

    void put(char c) {
        put_space();
        put_plain(c, style_);
    }

    /// The white space that was skipped, now that something follows it.
    void put_space() {
        if (space_) put_plain(' ', *space_);
        space_.reset();
    }

    void put_plain(char c, const Style& style) {
        if (spans_.empty() || spans_.back().formula || spans_.back().bold != style.bold ||
            spans_.back().italic != style.italic || links_of_spans_.back() != style.link) {
            spans_.push_back({.text = {}, .bold = style.bold, .italic = style.italic, .link = {}});
            links_of_spans_.push_back(style.link);
        }
        spans_.back().text += c;
    }

    void append_span(std::string text, bool formula) {
        spans_.push_back(
            {.text = std::move(text), .bold = style_.bold, .italic = style_.italic, .formula = formula, .link = {}});
        links_of_spans_.push_back(style_.link);
    }

    void end_paragraph() {
        if (style_.bold)
            fail(tr("{}: this bold text does not end; ** ends it in the same paragraph, and \\* is a plain star",
                    shown(bold_from_)));
        if (style_.italic)
            fail(tr("{}: this italic text does not end; * ends it in the same paragraph, and \\* is a plain star",
                    shown(italic_from_)));
        if (style_.link != 0) fail_without_target();
        if (!spans_.empty()) paragraphs_.push_back(std::move(spans_));
        spans_.clear();
        links_of_spans_.clear();
        space_.reset();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<MarkupParagraph> paragraphs_;
    MarkupParagraph spans_;                    // of the paragraph at hand
    std::vector<std::size_t> links_of_spans_;  // the number of each one's link
    Style style_;                              // of what follows
    std::optional<Style> space_;               // white space was skipped that had this style
    std::size_t links_ = 0, bold_from_ = 0, italic_from_ = 0, link_from_ = 0;
    std::optional<Error> error_;
};

}  // namespace

Result<std::vector<MarkupParagraph>> parse_markup(std::string_view text) {
    return MarkupParser(text).parse();
}

std::optional<Link> place_of(const Link& link) {
    const auto* const number = std::get_if<NumberLink>(&link);
    if (number == nullptr) return link;
    std::string_view rest = number->pointer;
    for (const std::string_view matrices : {"/weights/", "/scores/"}) {
        if (!rest.starts_with(matrices)) continue;
        rest.remove_prefix(matrices.size());
        const std::size_t row = rest.find('/'), column = rest.rfind('/');
        if (row == std::string_view::npos || row == column || !read_index(rest.substr(0, row))) return std::nullopt;
        const std::optional<std::size_t> i = read_index(rest.substr(row + 1, column - row - 1)),
                                         j = read_index(rest.substr(column + 1));
        if (i && j) return CellLink{*i, *j};
        return std::nullopt;
    }
    return std::nullopt;
}

std::string plain_markup(const std::vector<MarkupParagraph>& paragraphs) {
    std::string plain;
    for (const MarkupParagraph& paragraph : paragraphs) {
        if (!plain.empty()) plain += "\n\n";
        for (const MarkupSpan& span : paragraph) plain += span.formula ? plain_formula(span.text) : span.text;
    }
    return plain;
}

}  // namespace attnscope
