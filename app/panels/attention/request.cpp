#include "app/panels/attention/request.hpp"

#include <fmt/format.h>

namespace attnscope::attention_panel {

Request request_of(const Params& params) {
    Request r;
    r.source = params.source;
    r.seed = static_cast<std::uint64_t>(params.seed);
    r.head = params.head;
    r.layer = params.source == Source::weights ? params.layer : 1;
    if (params.view == View::heads) r.other_head = params.other_head;
    r.whole_output = params.view == View::output;
    r.exclude_first = params.exclude_first;
    r.limits = params.limits;
    if (params.from_tokens()) {
        r.queries.source = params.source;
        r.queries.seed = r.seed;
        r.queries.shuffle = params.shuffle;
        if (params.source == Source::text) {
            r.queries.text = params.text;
            r.queries.tokenizer = params.tokenizer;
            r.merge_words = params.tokenizer == Tokenizer::characters && params.merge_words;
        } else {
            r.queries.length = params.length;
        }
        if (params.keys == Keys::second) {
            r.keys = r.queries;
            r.keys->second = true;
            r.keys->text = params.source == Source::text ? params.key_text : "";
            r.keys->length = params.source == Source::random ? params.key_length : 0;
        }
        r.heads = params.heads;
        r.dim = params.dim;
        r.key_dim = params.widths_may_differ() && params.key_dim > 0 ? params.key_dim : params.dim;
        r.projection = params.projection;
    }
    if (!params.has_inputs()) return r;
    r.position = params.position;
    r.position_amount = params.position_amount;
    if (params.has_base()) r.position_base = params.position_base;
    if (params.position == PositionKind::learned) r.position_rows = params.position_rows;
    r.score = params.score;
    r.temperature = params.temperature;
    if (params.has_score_weights()) {
        r.score_scale = params.score_scale;
        r.score_hidden = params.score_hidden;
    }
    r.mask = params.mask;
    r.mask_size = params.mask == MaskKind::padding  ? params.padding
                  : params.mask == MaskKind::window ? params.window
                  : params.mask == MaskKind::prefix ? params.prefix
                  : params.mask == MaskKind::block  ? params.block
                                                    : 0;
    r.painted = params.painted;
    r.select = params.select;
    if (params.select == Select::hard) r.samples = params.samples;
    if (params.select == Select::local) r.half_width = params.half_width;
    r.method = params.method;
    if (params.method != Method::exact) {
        r.features = params.features;
        r.orthogonal = params.orthogonal;
    }
    return r;
}

namespace {

// The settings that need the whole map at once.
Result<void> check_huge(const Request& request) {
    const auto refuse = [&](const char* key, std::string_view what, const char* right) {
        return invalid_input(
            fmt::format("{}: {} only up to {} tokens; beyond, {} is needed", key, what, request.limits.held, right));
    };
    if (request.whole_output) return refuse("view", "every matrix of multi-head attention is shown", "view=map");
    if (request.other_head) return refuse("view", "two heads are compared", "view=map");
    if (request.head == 0) return refuse("head", "the average of all heads is shown", "one head (1 or more)");
    if (request.score == ScoreKind::additive || request.score == ScoreKind::concat)
        return refuse("score", "hyperbolic tangents are summed", "scaled_dot, dot, general, cosine or sum");
    if (request.select != Select::soft)
        return refuse("select", "hard, argmax and local attention are shown", "select=soft");
    if (request.method != Method::exact) return refuse("method", "approximations are shown", "method=exact");
    if (!request.painted.empty()) return refuse("painted", "single cells are hidden", "an empty list");
    if (request.exclude_first) return refuse("exclude_first", "the first key is left out", "exclude_first=false");
    if (request.merge_words) return refuse("merge_words", "characters are merged into words", "merge_words=false");
    return {};
}

Result<Index> token_count(const TokenRequest& side, Index enough) {
    if (side.source == Source::random) return side.length;
    if (static_cast<Index>(side.text.size()) <= enough) return enough;  // no token is less than a byte
    const Result<std::vector<std::string>> cut = tokenize(side.text, side.tokenizer, most_tokens);
    if (!cut) return side.second ? invalid_input("second text: " + cut.error().what) : cut.error();
    return static_cast<Index>(cut->size());
}

}  // namespace

Result<bool> is_huge(const Request& request) {
    const Index held = request.limits.held;
    if (request.arrays)
        return request.source == Source::qkv && std::max(request.arrays->queries(), request.arrays->keys()) > held;
    const Result<Index> queries = token_count(request.queries, held);
    if (!queries) return queries.error();
    if (*queries > held || !request.keys) return *queries > held;
    const Result<Index> keys = token_count(*request.keys, held);
    if (!keys) return keys.error();
    return *keys > held;
}

Result<void> check_request(const Request& request) {
    const Index heads = heads_of(request), layers = layers_of(request);
    const auto outside = [&](const char* key, Index value) {
        return invalid_input(
            fmt::format("{}: {} is out of range: there are {} heads (0 shows their average)", key, value, heads));
    };
    if (request.head > heads) return outside("head", request.head);
    if (request.other_head && *request.other_head > heads) return outside("other_head", *request.other_head);
    if (request.layer > layers)
        return invalid_input(fmt::format("layer: {} is out of range: there are {} layers", request.layer, layers));
    const Result<bool> huge = is_huge(request);
    if (!huge) return huge.error();
    if (*huge)
        if (const Result<void> possible = check_huge(request); !possible) return possible.error();
    if (request.method == Method::exact) return {};
    if (request.score != ScoreKind::scaled_dot && request.score != ScoreKind::dot)
        return invalid_input(
            "method: features approximate the exponential of a dot product; score=scaled_dot or "
            "score=dot is needed, or method=exact");
    if (request.position == PositionKind::alibi)
        return invalid_input("method: features cannot carry ALiBi's bias; another position is needed, or method=exact");
    if (request.select != Select::soft)
        return invalid_input(
            "method: an approximation is shown beside soft attention; select=soft is needed, or "
            "method=exact");
    return {};
}

std::string provenance_of(const Request& request) {
    if (request.source == Source::weights) return "weights: yours";
    std::string text = request.source == Source::qkv      ? std::string("Q, K, V: yours")
                       : request.source == Source::random ? fmt::format("vectors: random, seed {}", request.seed)
                       : request.queries.vectors          ? std::string("vectors: yours")
                                                          : std::string("vectors: trained on public-domain text");
    std::string drawn;
    const auto add = [&](const char* what) {
        if (!drawn.empty()) drawn += ", ";
        drawn += what;
    };
    if (request.arrays == nullptr && request.projection != ProjectionKind::identity) add("projections");
    if (has_weights(request.score)) add("score weights");
    if (request.select == Select::local) add("window centres");
    if (request.select == Select::hard) add("samples");
    if (request.method != Method::exact && request.method != Method::elu) add("features");
    if (request.whole_output) add("W_O");
    if (!drawn.empty()) text += fmt::format(" · {}: random, seed {}", drawn, request.seed);
    return text;
}

Index heads_of(const Request& request) {
    return request.arrays ? request.arrays->heads() : request.heads;
}

Index layers_of(const Request& request) {
    return request.arrays ? request.arrays->layers() : 1;
}

std::string in_words(const Request& request) {
    if (request.source == Source::random)
        return fmt::format("L = {}, {} heads, d = {}", request.queries.length, request.heads, request.dim);
    return fmt::format("{}, {} heads, d = {}", request.source == Source::text ? "this text" : "these arrays",
                       heads_of(request), request.dim);
}

}  // namespace attnscope::attention_panel
