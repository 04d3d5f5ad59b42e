#include "core/base/tr.hpp"

#include <atomic>

namespace attnscope {
namespace {

std::string in_english(const char* english, const fmt::format_args* values) {
    return values == nullptr ? english : fmt::vformat(english, *values);
}

std::atomic<Translator>& current() {
    static std::atomic<Translator> translator{in_english};
    return translator;
}

}  // namespace

void set_translator(Translator translator) {
    current().store(translator);
}

std::string tr(const char* english) {
    return current().load()(english, nullptr);
}

std::string tr_text(std::string_view english) {
    return tr(std::string(english).c_str());
}

std::string detail::tr_format(const char* english, const fmt::format_args& values) {
    return current().load()(english, &values);
}

}  // namespace attnscope
