// What the attention panel computes, away from the screen: pure functions of a request.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/panels/attention/params.hpp"
#include "core/attention/attention.hpp"
#include "core/base/progress.hpp"
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
    std::shared_ptr<const WordVectors> vectors;  // null: the built-in ones
    friend bool operator==(const TokenRequest&, const TokenRequest&) = default;
};

struct Request {
    TokenRequest tokens;
    Index heads = 1, head = 1 /* from 1; 0 = average */, dim = 1;
    ProjectionKind projection = ProjectionKind::identity;
    double temperature = 1;
    MaskSpec mask;
    friend bool operator==(const Request&, const Request&) = default;
};

struct Tokens {
    std::vector<std::string> names;  // as shown
    std::vector<bool> invented;      // not in the vocabulary: its vector comes from its letters
    Index invented_count = 0;
    Matrix vectors;  // L x D
};

/// One head's queries, keys and values, L x d each.
struct HeadInput {
    Matrix q, k, v;
};

/// The map that is shown, and all that hovering and pinning need.
struct Shown {
    Tokens tokens;
    AttentionOptions options;
    Index head = 1, heads = 1;
    std::vector<HeadInput> inputs;          // of the shown head; of every head for the average
    std::shared_ptr<const Matrix> weights;  // L x L; masked cells are NaN
    std::shared_ptr<const Matrix> scores;   // L x L; masked cells are NaN; null for the average
    Matrix output;                          // L x d; of the average: the heads' outputs side by side, L x (heads d)
    VectorD entropy_bits;                   // L
    double largest_weight = 0;
    double lowest_score = 0, highest_score = 0;
    Index masked_rows = 0;

    double weight(Index query, Index key) const;  // 0 where masked
};

/// All heads, small.
struct Strip {
    std::vector<std::shared_ptr<const Matrix>> maps;  // area averages of the weights; NaN where all is masked
    std::vector<double> largest;                      // of each map
    std::vector<double> mean_entropy_bits;
};

/// One head in full, as `data` writes it.
Result<Tokens> make_tokens(const TokenRequest& request);
HeadInput make_head(const Request& request, const Matrix& vectors, Index head /* from 0 */);
AttentionOptions options_of(const Request& request);

/// Errors: those of tokenize() and attention(); head > heads.
Result<Shown> compute_shown(const Request& request, const Progress& progress);
/// The same request's heads as small maps; `head` does not matter.
Result<Strip> compute_strip(const Request& request, const Progress& progress);

/// The request as a few words, for "not enough memory for ...".
std::string in_words(const Request& request);

}  // namespace attnscope::attention_panel
