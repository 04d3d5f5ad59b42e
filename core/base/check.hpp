// check(condition, what): a broken invariant ends the program with its source location. Never for bad user input.
#pragma once

#include <string_view>

namespace attnscope {

/// std::source_location, which clang 14 does not have with this standard library.
struct SourcePlace {
    const char* file;
    int line;
    const char* function;

    static constexpr SourcePlace current(const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                                         const char* function = __builtin_FUNCTION()) {
        return {file, line, function};
    }
};

[[noreturn]] void check_failed(std::string_view what, SourcePlace where);

inline void check(bool condition, std::string_view what, SourcePlace where = SourcePlace::current()) {
    if (!condition) check_failed(what, where);
}

}  // namespace attnscope
