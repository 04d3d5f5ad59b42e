// Whatever the bytes are, parse_state() returns; and what it understood survives a round trip through format_state().
#include "app/state/state_file.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto state = parse_state(text, "fuzz.toml");
    if (!state) {
        check(state.error().what.starts_with("fuzz.toml:"), "an error names the file");
        check(state.error().what.find('\n') == std::string::npos, "an error is one line");
        return 0;
    }
    // Compared as text, because a NaN in a panel's values is unequal to itself.
    const std::string formatted = format_state(*state);
    const auto again = parse_state(formatted, "again.toml");
    check(again.has_value(), again ? "" : again.error().what);
    check(again->warnings.empty(), "nothing unknown is written");
    check(format_state(*again) == formatted, "a round trip changes nothing");
    return 0;
}
