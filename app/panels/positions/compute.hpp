// What the positions panel computes, off the window's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/panels/positions/params.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/positions/criteria.hpp"
#include "core/positions/rope_decay.hpp"
#include "core/positions/rotation.hpp"
#include "core/positions/similarity.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope::positions_panel {

using Picture = std::shared_ptr<const Matrix>;

inline std::vector<double> values_of(const VectorD& v) {
    return {v.begin(), v.end()};
}

/// Maps of all pairs of positions (RoPE, ALiBi) are drawn of the first so many.
constexpr Index most_mapped = 512;

/// Of the rivals so many entries are drawn: five pictures stand side by side.
constexpr Index most_rival_entries = 128;

/// How many random q and k RoPE's decay is the mean of.
constexpr Index rope_draws = 24;

/// q and k of Content::pair, from N(0, 1).
std::pair<VectorD, VectorD> rope_pair(Index dim, std::uint64_t seed);

/// The parameters that results depend on; what only looking needs, and what the view does not use, is not in it.
struct Request {
    View view = View::code;
    PositionCode code;
    Index length = 2;
    Index offset = 0, second_offset = 0;
    bool opposite = false;
    Content content = Content::pair;
    std::string text;
    Tokenizer tokenizer = Tokenizer::words;
    std::shared_ptr<const WordVectors> vectors;  // null: the built-in ones
    double amount = 1;
    Index heads = 1, head = 1;

    friend bool operator==(const Request&, const Request&) = default;
};

/// Errors (invalid_input): an odd width; a position, offset, pair or head that is not there.
Result<Request> make_request(const Params& params);
/// The same errors for what every view looks at together: for numbers of all of them.
Result<void> check_all(const Params& params);
std::string in_words(const Request& request);

/// One code of View::rivals.
struct RivalPicture {
    PositionKind kind = PositionKind::sinusoidal;
    Picture codes;  // n x d, at most most_rival_entries wide; NaN where it has no row
    double largest = 1;
};

struct RotationFacts {
    Picture matrix;            // M: d x d
    double residual = 0;       // over every position of the text
    double far_residual = 0;   // at position 10^6
    double orthogonality = 0;  // the largest |entry| of M^T M - 1
    double group = 0;          // the largest |entry| of M_b M_delta - M_(delta + b)
};

struct SimilarityFacts {
    Picture picture;  // p_i . p_j, in at most so many pixels as fit the screen
    OffsetDots dots;
    std::optional<Index> rise;  // last_before_rise() of the mean
};

struct RopeFacts {
    RopeDecay decay;
    VectorD q, k;           // of Content::pair
    Picture without, with;  // scores q.k / sqrt(d), m down and n across
};

struct AlibiFacts {
    std::vector<double> slopes;
    Picture bias, weights;  // of the head, causal: what is not seen is NaN
};

struct SumFacts {
    Picture x, p, sum;      // T x D
    Picture before, after;  // attention of the tokens to each other, without and with positions
};

struct Shown {
    Request request;
    MatrixD codes;       // as many rows as the code has, at most n
    Picture picture;     // n x d: NaN where there is no row
    double largest = 1;  // |entry| of them
    std::vector<RivalPicture> rivals;
    std::vector<Judgement> judgements;
    std::optional<RotationFacts> rotation;
    std::optional<SimilarityFacts> similarity;
    std::optional<RopeFacts> rope;
    std::optional<AlibiFacts> alibi;
    std::optional<SumFacts> sum;
    std::vector<std::string> tokens;  // of View::sum and of RoPE on a sentence

    Index positions() const { return request.length; }
};

Result<Shown> compute_shown(const Request& request, const Progress& progress);

}  // namespace attnscope::positions_panel
