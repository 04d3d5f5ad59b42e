// Text -> tokens, for any script, without a dictionary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"

namespace attnscope {

enum class Tokenizer { words, characters };

/// The tokens of a UTF-8 text, in order, at most max_tokens (>= 1) of them. O(bytes) time.
///
/// characters: units that a reader sees as one character; together they are the text again, byte by byte. A subset of
/// UAX #29 (extended grapheme clusters): a code point takes with it the combining marks, ZWJ, ZWNJ, variation
/// selectors, skin tones, tags, invisible format characters and Hangul vowels and finals that follow; ZWJ also joins
/// two pictographs; two regional indicators make a flag; CR LF is one. Left out: prepended marks, Indic conjuncts.
/// Departure: an invisible format character joins a neighbour instead of standing alone, since nobody could see it.
/// White space is kept as it is.
///
/// words: white space and controls separate. Punctuation marks, symbols and emoji are tokens of their own, and so is
/// each Han ideograph and Hiragana sign. Other runs are words: letters, marks, digits, '_', ZWNJ and ZWJ. Inside a
/// word, apostrophes, hyphens, Hebrew maqaf, geresh and gershayim, and the middle dot stay (don't, well-known), as do .
/// and , between two digits (3.14). Invisible format characters other than ZWNJ and ZWJ are dropped. Scripts that write
/// no spaces (Thai, Khmer, Katakana) give one token per run.
///
/// Errors: invalid UTF-8 (with the offset); no token at all; more than max_tokens (with the number found).
Result<std::vector<std::string>> tokenize(std::string_view text, Tokenizer tokenizer, Index max_tokens);

/// A token as a label: white space and nothing would not be seen.
std::string visible_token(const std::string& token);

}  // namespace attnscope
