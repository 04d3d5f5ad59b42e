#include "app/panels/attention/request.hpp"

#include "app/language/language.hpp"

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
    const Index most = request.limits.held;
    if (request.whole_output)
        return invalid_input(
            tr("view: every matrix of multi-head attention is shown only up to {} tokens; beyond, view=map is needed",
               most));
    if (request.other_head)
        return invalid_input(tr("view: two heads are compared only up to {} tokens; beyond, view=map is needed", most));
    if (request.head == 0)
        return invalid_input(
            tr("head: the average of all heads is shown only up to {} tokens; beyond, one head (1 or more) is needed",
               most));
    if (request.score == ScoreKind::additive || request.score == ScoreKind::concat)
        return invalid_input(tr(
            "score: hyperbolic tangents are summed only up to {} tokens; beyond, scaled_dot, dot, general, cosine or "
            "sum is needed",
            most));
    if (request.select != Select::soft)
        return invalid_input(
            tr("select: hard, argmax and local attention are shown only up to {} tokens; beyond, select=soft is needed",
               most));
    if (request.method != Method::exact)
        return invalid_input(
            tr("method: approximations are shown only up to {} tokens; beyond, method=exact is needed", most));
    if (!request.painted.empty())
        return invalid_input(
            tr("painted: single cells are hidden only up to {} tokens; beyond, an empty list is needed", most));
    if (request.exclude_first)
        return invalid_input(
            tr("exclude_first: the first key is left out only up to {} tokens; beyond, exclude_first=false is needed",
               most));
    if (request.merge_words)
        return invalid_input(tr(
            "merge_words: characters are merged into words only up to {} tokens; beyond, merge_words=false is needed",
            most));
    return {};
}

Result<Index> token_count(const TokenRequest& side, Index enough) {
    if (side.source == Source::random) return side.length;
    if (static_cast<Index>(side.text.size()) <= enough) return enough;  // no token is less than a byte
    const Result<std::vector<std::string>> cut = tokenize(side.text, side.tokenizer, most_tokens);
    if (!cut) return side.second ? invalid_input(tr("second text: {}", cut.error().what)) : cut.error();
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
            tr("{}: {} is out of range: there are {} heads (0 shows their average)", key, value, heads));
    };
    if (request.head > heads) return outside("head", request.head);
    if (request.other_head && *request.other_head > heads) return outside("other_head", *request.other_head);
    if (request.layer > layers)
        return invalid_input(tr("layer: {} is out of range: there are {} layers", request.layer, layers));
    const Result<bool> huge = is_huge(request);
    if (!huge) return huge.error();
    if (*huge)
        if (const Result<void> possible = check_huge(request); !possible) return possible.error();
    if (request.method == Method::exact) return {};
    if (request.score != ScoreKind::scaled_dot && request.score != ScoreKind::dot)
        return invalid_input(
            tr("method: features approximate the exponential of a dot product; score=scaled_dot or "
               "score=dot is needed, or method=exact"));
    if (request.position == PositionKind::alibi)
        return invalid_input(
            tr("method: features cannot carry ALiBi's bias; another position is needed, or method=exact"));
    if (request.select != Select::soft)
        return invalid_input(
            tr("method: an approximation is shown beside soft attention; select=soft is needed, or "
               "method=exact"));
    return {};
}

std::string provenance_of(const Request& request, Reader reader) {
    if (request.source == Source::weights) return said(reader, translatable("weights: yours"));
    std::string text;
    if (request.source == Source::qkv)
        text = said(reader, translatable("Q, K, V: yours"));
    else if (request.source == Source::random)
        text = said(reader, translatable("vectors: random, seed {}"), request.seed);
    else if (request.queries.vectors)
        text = said(reader, translatable("vectors: yours"));
    else
        text = said(reader, translatable("vectors: trained on public-domain text"));
    std::string drawn;
    const auto add = [&](const std::string& what) {
        drawn = drawn.empty() ? what : said(reader, translatable("{}, {}"), drawn, what);
    };
    if (request.arrays == nullptr && request.projection != ProjectionKind::identity)
        add(said(reader, translatable("projections")));
    if (has_weights(request.score)) add(said(reader, translatable("score weights")));
    if (request.select == Select::local) add(said(reader, translatable("window centres")));
    if (request.select == Select::hard) add(said(reader, translatable("samples")));
    if (request.method != Method::exact && request.method != Method::elu) add(said(reader, translatable("features")));
    if (request.whole_output) add("W_O");
    if (!drawn.empty()) text += " · " + said(reader, translatable("{}: random, seed {}"), drawn, request.seed);
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
        return tr("L = {}, {} heads, d = {}", request.queries.length, request.heads, request.dim);
    return request.source == Source::text ? tr("this text, {} heads, d = {}", heads_of(request), request.dim)
                                          : tr("these arrays, {} heads, d = {}", heads_of(request), request.dim);
}

}  // namespace attnscope::attention_panel
