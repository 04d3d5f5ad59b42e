// The texts of lessons, taken apart: **bold**, *italic*, `formula`, [words](link), paragraphs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"

namespace attnscope {

/// What a link names: a parameter's control, a cell of the panel's map, a number of the step's data.
struct ParamLink {
    std::string key;
    bool operator==(const ParamLink&) const = default;
};
struct CellLink {
    std::size_t row = 0, column = 0;
    bool operator==(const CellLink&) const = default;
};
struct NumberLink {
    std::string pointer;  // RFC 6901, into the panel's data as JSON
    bool operator==(const NumberLink&) const = default;
};
using Link = std::variant<ParamLink, CellLink, NumberLink>;

/// A stretch of text of one kind.
struct MarkupSpan {
    std::string text;  // of a formula: as draw_formula() reads it
    bool bold = false, italic = false, formula = false;
    std::optional<Link> link;
    bool operator==(const MarkupSpan&) const = default;
};
using MarkupParagraph = std::vector<MarkupSpan>;

/// Empty lines separate paragraphs; all other white space is a single space, and none at a paragraph's ends. A
/// backslash takes the next character as it is, in formulas and targets too. No paragraph and no span is empty; the
/// spans of one link are neighbours, several where its words are marked. The text is UTF-8. Cost O(bytes). Errors
/// (invalid_input), which begin with what stands at the place: bold, italic or a formula that does not end in its
/// paragraph, a formula without content, a link without words, without target or within another, a target that is none,
/// a backslash at the end.
Result<std::vector<MarkupParagraph>> parse_markup(std::string_view text);
/// What of the screen lights up where the mouse rests on the link's words: a control or a cell. That of a number among
/// the data's weights or scores (/weights/HEAD/ROW/COLUMN) is its cell; other numbers have none.
std::optional<Link> place_of(const Link& link);
/// The text without its marks, paragraphs separated by an empty line: what the limits count, what a table of contents
/// and plain text show.
std::string plain_markup(const std::vector<MarkupParagraph>& paragraphs);

}  // namespace attnscope
