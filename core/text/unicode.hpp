// The few properties of code points that the tokenizers and the look-up of words need.
// Source: the Unicode Character Database, through unicode_tables.py; unassigned code points may count as anything.
#pragma once

#include <cstddef>
#include <cstdint>

namespace attnscope {

constexpr bool within(char32_t code, char32_t first, char32_t last) {
    return first <= code && code <= last;
}

/// White_Space of the Unicode data: spaces, tab, line and paragraph ends; not ZWSP (U+200B), which is a format
/// character.
bool is_white_space(char32_t code);
/// C0 and C1 controls and DEL, white space among them.
bool is_control(char32_t code);
/// Combining marks (categories Mn, Mc, Me): accents, Hebrew and Arabic points, Indic vowel signs, variation selectors.
bool is_mark(char32_t code);
/// Punctuation and symbols (categories P and S) except connectors such as '_', which are part of words.
bool is_symbol(char32_t code);
/// Invisible format characters (category Cf) that only steer the layout: direction marks and isolates, byte order mark,
/// soft hyphen, ZWSP, word joiner. Not ZWJ and ZWNJ, tags (emoji flags) and the visible Arabic number signs.
bool is_invisible_format(char32_t code);
/// Written without spaces between words, one sign at a time: Han ideographs and Hiragana.
bool is_ideograph(char32_t code);
/// Pictures that ZWJ joins to one emoji: a few whole blocks, somewhat more than the property Extended_Pictographic.
bool is_pictograph(char32_t code);
bool is_digit(char32_t code);  // ASCII, Arabic-Indic and extended Arabic-Indic (Persian) digits

/// The simple lower case: one code point to one code point, no locale, no context (final sigma stays sigma; U+0130,
/// whose lower case needs two code points, stays). Everything else is returned as it is. Cost: a binary search.
char32_t lower_case(char32_t code);

namespace detail {
struct CodeRange {
    std::uint32_t first, last;
};
struct LowerRun {
    std::uint32_t first, last, step;
    std::int32_t delta;
};
// Each sorted and without overlap.
extern const CodeRange mark_ranges[], symbol_ranges[], format_ranges[];
extern const LowerRun lower_runs[];
extern const std::size_t mark_ranges_size, symbol_ranges_size, format_ranges_size, lower_runs_size;
}  // namespace detail

}  // namespace attnscope
