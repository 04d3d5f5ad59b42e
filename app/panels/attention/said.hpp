// Sentences that stand in the window, in its language, and in files of data too, in English.
#pragma once

#include <string>

#include "app/language/language.hpp"

namespace attnscope::attention_panel {

enum class Reader { window, file };

/// A text marked translatable(), and as a format string the values it takes.
template <class... Values>
std::string said(Reader reader, const char* english, const Values&... values) {
    if (reader == Reader::file) return fmt::vformat(english, fmt::make_format_args(values...));
    return detail::tr_format(english, fmt::make_format_args(values...));
}

}  // namespace attnscope::attention_panel
