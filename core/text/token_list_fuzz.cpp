// Any bytes are a list of tokens or an error; a list written one a line reads back the same where no token has a line
// end in it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/check.hpp"
#include "core/text/token_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto tokens = attnscope::parse_token_list({reinterpret_cast<const char*>(data), size}, "tokens", 1000);
    if (!tokens) {
        attnscope::check(!tokens.error().what.empty(), "an error says what is wrong");
        return 0;
    }
    attnscope::check(!tokens->empty() && tokens->size() <= 1000, "as many tokens as were asked for");
    // "[" first, and a carriage return last, mean something else.
    std::string lines;
    for (const std::string& token : *tokens) {
        if (token.find('\n') != std::string::npos || token.ends_with('\r')) return 0;
        lines += token + "\n";
    }
    const std::size_t first = lines.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || lines[first] == '[') return 0;
    const auto again = attnscope::parse_token_list(lines, "tokens", 1000);
    attnscope::check(again.has_value() && *again == *tokens, "one a line, they are read again");
    return 0;
}
