// Word vectors: a table of words with one vector each, trained, the user's own, or made from a word's letters.
// Convention of scale, for the built-in table: every row has the norm given by built_in_norm(dim) below.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"

namespace attnscope {

struct Neighbour {
    Index word = 0;
    double cosine = 0;  // in [-1, 1]; 0 against a zero vector
};

class WordVectors {
public:
    /// words: distinct, not empty, as many as rows; rows: at least 1 x 1, finite, absolute values at most
    /// largest_component. Anything else is a broken invariant: readers check first. `note` says where the numbers are
    /// from.
    WordVectors(std::vector<std::string> words, Matrix rows, std::string note);

    static constexpr float largest_component = 1e9F;  // keeps every dot product far from overflow

    Index size() const { return rows_.rows(); }
    Index dim() const { return rows_.cols(); }
    const Matrix& rows() const { return rows_; }  // size() x dim()
    const std::string& word(Index i) const { return words_[static_cast<std::size_t>(i)]; }
    const std::string& note() const { return note_; }
    /// Root of the mean squared norm of the rows; sqrt(dim) where all rows are zero.
    double typical_norm() const { return typical_norm_; }

    /// The word itself, else its simple lower case (lower_case_utf8). O(length).
    std::optional<Index> find(std::string_view word) const;

    /// The n words of the largest cosine with the i-th, without itself, best first; equal cosines in table order. Fewer
    /// than n where the table is smaller. O(size * dim).
    std::vector<Neighbour> nearest(Index i, Index n) const;
    /// As above; nothing where find(word) finds nothing.
    std::vector<Neighbour> nearest(std::string_view word, Index n) const;

    /// How many repeated words the reader dropped (it keeps the first).
    Index duplicates = 0;

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::vector<std::string> words_;
    Matrix rows_;
    std::string note_;
    std::unordered_map<std::string, Index, Hash, std::equal_to<>> index_;
    double typical_norm_ = 0;
};

// ---- The asset's own format --------------------------------------------------------------------------------------
// Little-endian: "AttnVec" and a zero byte; u32 version (1), words, dim, bytes of the note, bytes of the words; the
// note (UTF-8); the words, each ended by '\n'; words x dim IEEE half-precision numbers, row by row. Nothing follows.

/// Errors name the field and the byte offset: not this format, another version, sizes that do not add up to the number
/// of bytes there, bad UTF-8, an empty or repeated word, a number that is not finite. O(bytes).
Result<WordVectors> parse_vectors(std::string_view bytes);
/// The same way back; components are rounded to half precision (relative error 2^-11). The note and the words must not
/// hold what the format cannot carry ('\n' in a word, a component above 65504): a broken invariant.
std::string write_vectors(const WordVectors& vectors);

// ---- The text format of GloVe and fastText -----------------------------------------------------------------------

constexpr std::size_t largest_text_vectors = std::size_t{1} << 30;  // bytes

/// One line per word, `word v1 v2 ... vd`, separated by spaces or tabs, LF or CRLF; empty lines are skipped. A first
/// line of two whole numbers is a header `count dim`, which must then be right. A repeated word keeps its first vector
/// and is counted in `duplicates`. `name` names the contents in errors and becomes the note. Errors name the line:
/// another number of values than the first line has, something that is not a number, NaN, infinity, an absolute value
/// above WordVectors::largest_component, bad UTF-8; no word at all; more than largest_text_vectors. O(bytes) time;
/// memory at most about twice the bytes.
Result<WordVectors> read_text_vectors(std::string_view contents, std::string_view name);
/// The same for a file; also: cannot be opened or read, is no regular file, is too large (checked before reading).
Result<WordVectors> load_text_vectors(const std::string& path);

// ---- Built-in vectors and tokens -> vectors ----------------------------------------------------------------------

/// The vectors that this project trained (README.md here says how); parsed at the first call, a few milliseconds.
const WordVectors& built_in_vectors();

/// Every built-in row has this norm, up to the rounding of half precision: sqrt(dim / 2), so that components are about
/// +-0.7 and a token's score with itself, x.x / sqrt(dim) = sqrt(dim) / 2, is 4 at dim 64. With norm sqrt(dim) it would
/// be 8, and a row of softmax weights gave its own token 0.95 to 0.99: an identity matrix to the eye. Here it gives
/// about 0.7.
double built_in_norm(Index dim);

enum class TokenOrigin { vocabulary, ngrams };

struct Embedded {
    Matrix vectors;  // tokens x dim
    std::vector<TokenOrigin> origin;
};

/// The vector of each token: from the table where find() finds it, else from its letters, x = s * sum over g of r(g): g
/// are the character n-grams, n = 3..5, of '<' + token in lower case + '>'; r(g) is dim numbers of mean 0 and variance
/// 1 (uniform: five times as fast as normal, and the sum is near normal), from the stream seeded by stable_hash(g); s
/// makes the norm typical_norm(). So unknown words that share most letters get close vectors, and a token's vector
/// depends on nothing but the token, dim and typical_norm(). At least one token; tokens are valid UTF-8 and not empty.
/// O(letters * dim): about 2 us per letter at dim 64. After the idea of Bojanowski, Grave, Joulin, Mikolov, "Enriching
/// word vectors with subword information" (TACL 2017), with random instead of trained n-grams.
Embedded embed(const std::vector<std::string>& tokens, const WordVectors& vectors);

}  // namespace attnscope
