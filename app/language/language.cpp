#include "app/language/language.hpp"

#include <algorithm>
#include <atomic>
#include <boost/locale/gnu_gettext.hpp>
#include <cstdlib>
#include <locale>
#include <memory>
#include <vector>

#include "assets/embedded.hpp"

namespace attnscope {
namespace {

using Facet = boost::locale::message_format<char>;

// Boost reads the catalogue's format; the bytes are those the program carries inside itself.
std::locale catalogue_of(Language language) {
    namespace gettext = boost::locale::gnu_gettext;
    gettext::messages_info info;
    info.language = code_of(language);
    info.encoding = "UTF-8";
    info.paths.emplace_back("assets");
    info.domains.emplace_back("attnscope");
    info.callback = [language](const std::string&, const std::string&) {
        const std::string_view bytes = embedded("assets/languages/" + std::string(code_of(language)) + ".mo");
        return std::vector<char>(bytes.begin(), bytes.end());
    };
    return {std::locale::classic(), gettext::create_messages_facet<char>(info)};
}

struct Catalogues {
    // Indexed by Language; English has none.
    std::array<std::locale, 3> locales{std::locale::classic(), catalogue_of(Language::persian),
                                       catalogue_of(Language::hebrew)};
};

std::atomic<Language>& chosen() {
    static std::atomic<Language> language{Language::english};
    return language;
}

// Null: the text stays as it is. What is returned lives as long as the program.
const char* look_up(const char* context, const char* english) {
    const Language language = chosen().load();
    if (language == Language::english || *english == '\0') return nullptr;
    static const Catalogues catalogues;
    const std::locale& locale = catalogues.locales[static_cast<std::size_t>(language)];
    return std::has_facet<Facet>(locale) ? std::use_facet<Facet>(locale).get(0, context, english) : nullptr;
}

std::string with_direction(std::string text) {
    return right_to_left() ? laid_out_right_to_left(text) : std::move(text);
}

std::string translate(const char* english, const fmt::format_args* values) {
    const char* const found = look_up(nullptr, english);
    const char* const text = found == nullptr ? english : found;
    std::string filled = values == nullptr ? text : fmt::vformat(text, *values);
    return found == nullptr ? filled : with_direction(std::move(filled));
}

}  // namespace

std::optional<Language> language_of_code(std::string_view code) {
    const auto* const found = std::find(language_codes.begin(), language_codes.end(), code);
    if (found == language_codes.end()) return std::nullopt;
    return static_cast<Language>(found - language_codes.begin());
}

Language language_of_system() {
    for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* const value = std::getenv(variable);
        if (value == nullptr || *value == '\0') continue;
        const std::string_view locale = value;
        const std::string_view code = locale.substr(0, locale.find_first_of("_.@"));
        return language_of_code(code == "iw" ? "he" : code).value_or(Language::english);
    }
    return Language::english;
}

void set_language(Language language) {
    chosen().store(language);
    set_translator(translate);
}

Language current_language() {
    return chosen().load();
}

std::string tr_in(const char* context, std::string_view english) {
    const char* const found = look_up(context, std::string(english).c_str());
    return found == nullptr ? std::string(english) : with_direction(found);
}

std::string prose_digits(std::string_view text, Language language) {
    std::string result;
    const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (language == Language::persian && digit(i))
            result.append({'\xDB', static_cast<char>(0xB0 + (text[i] - '0'))});
        else if (language == Language::persian && text[i] == '.' && i > 0 && digit(i - 1) && digit(i + 1))
            result += "٫";
        else
            result += text[i];
    }
    return result;
}

}  // namespace attnscope
