// The language of the interface: `tr` (core/base/tr.hpp) gives texts in the language chosen, from the gettext
// catalogues in assets/languages, which the program carries inside itself; those of right-to-left languages as
// laid_out_right_to_left().
//
//     tr("Nothing to undo.")
//     tr_in("choice", "none")    // a short word that needs its context
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/tr.hpp"

namespace attnscope {

enum class Language { english, persian, hebrew };
inline constexpr std::array<std::string_view, 3> language_codes{"en", "fa", "he"};
/// How each language calls itself.
inline constexpr std::array<std::string_view, 3> language_names{"English", "فارسی", "עברית"};

constexpr std::string_view code_of(Language language) {
    return language_codes[static_cast<std::size_t>(language)];
}
/// The language with this code, "fa"; nothing for any other text.
std::optional<Language> language_of_code(std::string_view code);
/// By the user's locale (LC_ALL, LC_MESSAGES, LANG: "fa_IR.UTF-8"); English where that says nothing we have.
Language language_of_system();

/// What tr() gives from now on, on every thread. Pictures drawn before keep their words.
void set_language(Language language);
Language current_language();
/// Whether the interface of this language is laid out from right to left.
constexpr bool right_to_left(Language language) {
    return language != Language::english;
}
inline bool right_to_left() {
    return right_to_left(current_language());
}

/// With a context: "label", "choice", "group" of parameters.
std::string tr_in(const char* context, std::string_view english);

/// Western digits as the digits of Persian prose: ۰۱۲۳۴۵۶۷۸۹, and between digits '.' as '٫'. Other languages:
/// unchanged.
std::string prose_digits(std::string_view text, Language language);

/// Text of a left-to-right kind, a formula or a name, inside a sentence of any direction: between the marks of Unicode
/// that keep it together (U+2066, U+2069).
std::string isolate(std::string_view text);
/// A text of a right-to-left language as it should be laid out: with U+200F in front where its first letter is of
/// another direction, and with each stretch of formulas, Latin names and numbers isolated, so that "exp(x·y) = −0.5"
/// and "FAVOR+" keep their order. A text without a right-to-left letter stays as it is.
std::string laid_out_right_to_left(std::string_view text);
/// Whether a letter of the text is Hebrew, Arabic or of another right-to-left script.
bool has_right_to_left(std::string_view text);

}  // namespace attnscope
