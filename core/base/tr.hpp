// What the program says to a person, in the language of the interface. Texts stand in the code in English; `tr` gives
// them in the language chosen (app/language/language.hpp has the catalogues), and .ci/messages collects them.
//
//     tr("Nothing to undo.")
//     tr("Saved {} of {} files.", done, all)    // {} as in fmt; a translation may put them in another order, {1}
//
// Numbers, units of formulas, keys of parameters and what goes into files stay as they are.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace attnscope {

/// A text, and the values of a format string or null, in the language of the interface. Called on any thread.
using Translator = std::string (*)(const char* english, const fmt::format_args* values);
/// What tr() uses from now on, on every thread. Before the first call texts stay English.
void set_translator(Translator translator);

/// The text in the current language, or as it is where the catalogue lacks it.
std::string tr(const char* english);
/// The same of a text that is known at run time only: what a parameter was declared with.
std::string tr_text(std::string_view english);

/// Marks a text for the catalogues that is given to tr() elsewhere, where it is shown: an entry of a table.
constexpr const char* translatable(const char* english) {
    return english;
}

namespace detail {
std::string tr_format(const char* english, const fmt::format_args& values);
}

/// A format string (fmt) with its values. What a catalogue has in its place takes the same values.
template <class First, class... Rest>
std::string tr(fmt::format_string<First, Rest...> english, First&& first, Rest&&... rest) {
    const fmt::string_view text = english;  // of a literal: it ends with a zero
    return detail::tr_format(text.data(), fmt::make_format_args(first, rest...));
}

}  // namespace attnscope
