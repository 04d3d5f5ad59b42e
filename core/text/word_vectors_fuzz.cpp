// Any bytes as both formats of word vectors; what is accepted must survive being written, and serve look-ups.
#include <cstdint>

#include "core/base/check.hpp"
#include "core/text/word_vectors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const std::string bytes(data, data + size);
    if (const Result<WordVectors> vectors = parse_vectors(bytes); vectors) {
        check(write_vectors(*vectors) == bytes, "writing what was read changed it");
        static_cast<void>(vectors->nearest(Index{0}, 3));
    }
    if (const Result<WordVectors> vectors = read_text_vectors(bytes, "fuzz"); vectors) {
        check(vectors->find(vectors->word(0)) == Index{0}, "the first word is not found");
        const Embedded embedded = embed({vectors->word(0), "unknown word"}, *vectors);
        check(embedded.vectors.allFinite(), "a vector that is not finite");
    }
    return 0;
}
