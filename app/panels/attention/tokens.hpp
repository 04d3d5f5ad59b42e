// From what the user typed to vectors: the tokens on one side of attention, queries or keys.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/panels/attention/params.hpp"
#include "core/base/result.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope::attention_panel {

/// Where the tokens' vectors come from.
struct TokenRequest {
    Source source = Source::text;
    std::string text;
    Tokenizer tokenizer = Tokenizer::words;
    Index length = 0;
    std::uint64_t seed = 0;
    bool second = false;                         // the other side of cross-attention: other random vectors
    int shuffle = 0;                             // 0: the order as written
    std::shared_ptr<const WordVectors> vectors;  // null: the built-in ones
    friend bool operator==(const TokenRequest&, const TokenRequest&) = default;
};

struct Tokens {
    std::vector<std::string> names;  // as shown
    std::vector<bool> invented;      // not in the vocabulary: its vector comes from its letters
    Index invented_count = 0;
    Matrix vectors;  // L x D, without positions

    Index size() const { return static_cast<Index>(names.size()); }
};

/// Errors: those of tokenize().
Result<Tokens> make_tokens(const TokenRequest& request);

/// The order that `shuffle` gives to `count` tokens: result[i] is the token that stands at place i. 0: as they are.
std::vector<Index> shuffled_order(Index count, int shuffle);

/// Where the words of a text cut into characters begin: white space belongs to no word, and is left out.
struct WordGroup {
    std::string name;
    Index begin = 0, end = 0;
};
std::vector<WordGroup> word_groups(const std::vector<std::string>& characters);
/// The words as tokens, without vectors.
Tokens words_of(const std::vector<WordGroup>& groups);
/// A map of characters as one of words: weights to a word's characters are added, rows of its characters are averaged.
/// NaN counts as 0; where all is NaN it stays.
Matrix merge_map(const Matrix& map, const std::vector<WordGroup>& rows, const std::vector<WordGroup>& columns);

}  // namespace attnscope::attention_panel
