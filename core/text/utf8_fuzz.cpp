// Any bytes: validation, decoding and both tokenizers agree with each other and never read beyond the text.
#include <cstdint>

#include "core/base/check.hpp"
#include "core/text/tokenizer.hpp"
#include "core/text/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const std::string text(data, data + size);
    const Result<std::u32string> codes = decode_utf8(text);
    const Result<std::vector<std::string>> words = tokenize(text, Tokenizer::words, 4096);
    const Result<std::vector<std::string>> characters = tokenize(text, Tokenizer::characters, 4096);
    static_cast<void>(lower_case_utf8(text));
    if (!codes) {
        check(!words && !characters, "a tokenizer took text that is not UTF-8");
        return 0;
    }
    std::string again;
    for (const char32_t code : *codes) append_utf8(again, code);
    check(again == text, "decoding and encoding changed the text");
    if (words)
        for (const std::string& word : *words) check(!word.empty() && validate_utf8(word).has_value(), "a broken word");
    if (characters) {
        std::string joined;
        for (const std::string& character : *characters) joined += character;
        check(joined == text, "the characters are not the text");
    }
    return 0;
}
