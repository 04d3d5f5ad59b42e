// What the attention panel is asked to compute: its parameters as plain values, without what only looking needs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/panels/attention/arrays.hpp"
#include "app/panels/attention/params.hpp"
#include "app/panels/attention/tokens.hpp"

namespace attnscope::attention_panel {

struct Request {
    Source source = Source::text;
    TokenRequest queries;
    std::optional<TokenRequest> keys;      // of cross-attention
    std::shared_ptr<const Arrays> arrays;  // of Source::qkv and Source::weights
    std::uint64_t seed = 0;
    Index heads = 1, head = 1 /* from 1; 0 = average */, layer = 1;
    std::optional<Index> other_head;  // to be compared with
    Index dim = 1, key_dim = 1;
    ProjectionKind projection = ProjectionKind::identity;
    PositionKind position = PositionKind::none;
    double position_amount = 1, position_base = default_base;
    Index position_rows = 0;  // of learned codes
    ScoreKind score = ScoreKind::scaled_dot;
    double score_scale = 1;
    Index score_hidden = 1;
    double temperature = 1;
    MaskKind mask = MaskKind::none;
    Index mask_size = 0;
    std::string painted;
    Select select = Select::soft;
    Index samples = 1;
    double half_width = 1;
    Method method = Method::exact;
    Index features = 1;
    bool orthogonal = true;
    bool merge_words = false, exclude_first = false, whole_output = false;
    MapLimits limits;
    friend bool operator==(const Request&, const Request&) = default;
};

/// The request of these parameters; files are not read yet: vectors and arrays are null. Parameters that do nothing in
/// these settings do not count, so that changing them computes nothing.
Request request_of(const Params& params);

/// head, other_head or layer out of range; settings that exclude each other, or that a map of this size cannot have;
/// a text that tokenize() refuses.
Result<void> check_request(const Request& request);

/// Whether the map is too large to hold. Random tokens and arrays say how many they are; a text is cut into tokens for
/// that when it has more bytes than the limit. Errors: those of tokenize().
Result<bool> is_huge(const Request& request);

/// Where the numbers of a request come from, for the badge and for files.
std::string provenance_of(const Request& request, Reader reader);

/// How many heads and layers there are to choose from.
Index heads_of(const Request& request);
Index layers_of(const Request& request);

/// The request as a few words, for "not enough memory for ...".
std::string in_words(const Request& request);

}  // namespace attnscope::attention_panel
