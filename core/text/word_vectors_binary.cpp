// The reader and the writer of the asset's format (described in word_vectors.hpp).
#include <fmt/core.h>

#include <Eigen/Core>
#include <array>
#include <cmath>
#include <cstdint>
#include <unordered_set>

#include "core/base/check.hpp"
#include "core/text/utf8.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope {
namespace {

constexpr std::string_view magic("AttnVec\0", 8);
constexpr std::size_t header_size = 8 + 5 * 4;
constexpr std::uint32_t largest_dim = 65536;

std::uint32_t read_u32(std::string_view bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
    return value;
}

void write_u32(std::string& bytes, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
}

struct Header {
    std::uint32_t words = 0, dim = 0, note_bytes = 0, words_bytes = 0;
    std::size_t words_at() const { return header_size + note_bytes; }
    std::size_t rows_at() const { return words_at() + words_bytes; }
};

Error damaged(std::string what) {
    return invalid_input("word vectors: " + std::move(what));
}

Result<Header> read_header(std::string_view bytes) {
    if (bytes.size() < header_size)
        return damaged(fmt::format("{} bytes are too few, the header alone has {}", bytes.size(), header_size));
    if (bytes.substr(0, magic.size()) != magic) return damaged("offset 0: the file does not begin with \"AttnVec\"");
    if (const std::uint32_t version = read_u32(bytes, 8); version != 1)
        return damaged(fmt::format("offset 8: version {} is unknown, this program reads version 1", version));
    const Header h{read_u32(bytes, 12), read_u32(bytes, 16), read_u32(bytes, 20), read_u32(bytes, 24)};
    if (h.words == 0) return damaged("offset 12: the number of words is 0, at least 1 is needed");
    if (h.dim == 0 || h.dim > largest_dim)
        return damaged(fmt::format("offset 16: {} dimensions, must be 1 to {}", h.dim, largest_dim));
    // 2^32 words x 2^16 dimensions x 2 bytes stays below 2^64: the sum cannot wrap.
    const std::uint64_t expected =
        std::uint64_t{header_size} + h.note_bytes + h.words_bytes + std::uint64_t{h.words} * h.dim * 2;
    if (expected != bytes.size())
        return damaged(
            fmt::format("the header (offset 12 to 27) describes {} bytes, the file has {}: it is cut or damaged",
                        expected, bytes.size()));
    return h;
}

Result<std::vector<std::string>> read_words(std::string_view bytes, const Header& h) {
    const std::string_view text = bytes.substr(h.words_at(), h.words_bytes);
    std::vector<std::string> words;
    std::unordered_set<std::string_view> seen;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        const std::size_t at = h.words_at() + begin;
        if (end == std::string_view::npos)
            return damaged(fmt::format("offset {}: the last word has no end of line", at));
        const std::string_view word = text.substr(begin, end - begin);
        if (word.empty()) return damaged(fmt::format("offset {}: an empty word", at));
        if (const Result<void> valid = validate_utf8(word, "the word"); !valid)
            return damaged(fmt::format("offset {}: {}", at, valid.error().what));
        if (!seen.insert(word).second) return damaged(fmt::format("offset {}: \"{}\" stands there twice", at, word));
        words.emplace_back(word);
        begin = end + 1;
    }
    if (words.size() != h.words)
        return damaged(fmt::format("offset 12: the header says {} words, there are {}", h.words, words.size()));
    return words;
}

Result<Matrix> read_rows(std::string_view bytes, const Header& h) {
    Matrix rows(static_cast<Index>(h.words), static_cast<Index>(h.dim));
    const char* at = bytes.data() + h.rows_at();
    float* out = rows.data();
    for (Index i = 0; i < rows.size(); ++i, at += 2) {
        const auto bits = static_cast<std::uint16_t>(static_cast<unsigned char>(at[0]) |
                                                     static_cast<unsigned>(static_cast<unsigned char>(at[1])) << 8);
        out[i] = Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(bits));
        if (!std::isfinite(out[i]))
            return damaged(fmt::format("offset {}: component {} of word {} is not finite",
                                       static_cast<std::size_t>(at - bytes.data()), i % rows.cols(), i / rows.cols()));
    }
    return rows;
}

}  // namespace

Result<WordVectors> parse_vectors(std::string_view bytes) {
    const Result<Header> header = read_header(bytes);
    if (!header) return header.error();
    const std::string_view note = bytes.substr(header_size, header->note_bytes);
    if (const Result<void> valid = validate_utf8(note, "the note"); !valid)
        return damaged(fmt::format("offset {}: {}", header_size, valid.error().what));
    Result<std::vector<std::string>> words = read_words(bytes, *header);
    if (!words) return words.error();
    Result<Matrix> rows = read_rows(bytes, *header);
    if (!rows) return rows.error();
    return WordVectors(std::move(words).value(), std::move(rows).value(), std::string(note));
}

std::string write_vectors(const WordVectors& vectors) {
    std::string words;
    for (Index i = 0; i < vectors.size(); ++i) {
        check(vectors.word(i).find('\n') == std::string::npos, "write_vectors: a word with an end of line");
        words += vectors.word(i) + '\n';
    }
    std::string bytes(magic);
    for (const std::size_t field : {std::size_t{1}, static_cast<std::size_t>(vectors.size()),
                                    static_cast<std::size_t>(vectors.dim()), vectors.note().size(), words.size()}) {
        check(field <= UINT32_MAX, "write_vectors: too much for the format");
        write_u32(bytes, static_cast<std::uint32_t>(field));
    }
    bytes += vectors.note() + words;
    const Matrix& rows = vectors.rows();
    for (Index i = 0; i < rows.size(); ++i) {
        const Eigen::half half(rows.data()[i]);
        check(Eigen::half_impl::isfinite(half), "write_vectors: a component beyond half precision");
        const auto bits = Eigen::numext::bit_cast<std::uint16_t>(half);
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(bits & 0xFFU)));
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(bits >> 8)));
    }
    return bytes;
}

}  // namespace attnscope
