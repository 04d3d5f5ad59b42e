#include "core/text/unicode.hpp"

#include <algorithm>

namespace attnscope {
namespace {

/// The range that holds the code point, or null.
template <class Range>
const Range* find_range(const Range* ranges, std::size_t size, char32_t code) {
    const Range* end = ranges + size;
    const Range* found = std::lower_bound(ranges, end, code, [](const Range& r, char32_t c) { return r.last < c; });
    return found != end && found->first <= code ? found : nullptr;
}

}  // namespace

bool is_white_space(char32_t code) {
    return within(code, 0x09, 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
           within(code, 0x2000, 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
           code == 0x3000;
}

bool is_control(char32_t code) {
    return code < 0x20 || within(code, 0x7F, 0x9F);
}

bool is_mark(char32_t code) {
    return code >= 0x300 && find_range(detail::mark_ranges, detail::mark_ranges_size, code) != nullptr;
}

bool is_symbol(char32_t code) {
    return find_range(detail::symbol_ranges, detail::symbol_ranges_size, code) != nullptr;
}

bool is_invisible_format(char32_t code) {
    if (code < 0xAD || code == 0x200C || code == 0x200D || within(code, 0xE0020, 0xE007F)) return false;
    const bool visible = within(code, 0x600, 0x605) || code == 0x6DD || code == 0x70F || within(code, 0x890, 0x891) ||
                         code == 0x8E2 || code == 0x110BD || code == 0x110CD;
    return !visible && find_range(detail::format_ranges, detail::format_ranges_size, code) != nullptr;
}

bool is_ideograph(char32_t code) {
    return within(code, 0x3005, 0x3007) || within(code, 0x3041, 0x309F) || within(code, 0x3400, 0x4DBF) ||
           within(code, 0x4E00, 0x9FFF) || within(code, 0xF900, 0xFAFF) || within(code, 0x20000, 0x3FFFD);
}

bool is_pictograph(char32_t code) {
    return code == 0xA9 || code == 0xAE || code == 0x203C || code == 0x2049 || within(code, 0x2190, 0x2BFF) ||
           code == 0x3030 || code == 0x303D || code == 0x3297 || code == 0x3299 || within(code, 0x1F000, 0x1FAFF);
}

bool is_digit(char32_t code) {
    return within(code, '0', '9') || within(code, 0x660, 0x669) || within(code, 0x6F0, 0x6F9);
}

char32_t lower_case(char32_t code) {
    if (code < 0x80) return within(code, 'A', 'Z') ? code + 0x20 : code;
    const detail::LowerRun* run = find_range(detail::lower_runs, detail::lower_runs_size, code);
    if (run == nullptr || (code - run->first) % run->step != 0) return code;
    return static_cast<char32_t>(static_cast<std::int32_t>(code) + run->delta);
}

}  // namespace attnscope
