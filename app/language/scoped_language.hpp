// A language for a while: for tests, and for what is drawn in another language than the window's.
#pragma once

#include "app/language/language.hpp"

namespace attnscope {

class ScopedLanguage {
public:
    explicit ScopedLanguage(Language language) : before_(current_language()) { set_language(language); }
    ~ScopedLanguage() { set_language(before_); }
    ScopedLanguage(const ScopedLanguage&) = delete;
    ScopedLanguage& operator=(const ScopedLanguage&) = delete;

private:
    Language before_;
};

}  // namespace attnscope
