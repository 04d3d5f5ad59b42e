#include "app/panels/attention/compute.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/attention/summary.hpp"
#include "core/base/random.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index thumbnail = 64;
constexpr Index random_dim = 64;

const WordVectors& table_of(const TokenRequest& request) {
    return request.vectors ? *request.vectors : built_in_vectors();
}

// White space would be an empty label.
std::string visible_name(const std::string& token) {
    if (token == " ") return "␣";
    if (token == "\n" || token == "\r\n") return "↵";
    if (token == "\t") return "⇥";
    return token;
}

// A masked cell is no number: it is drawn as masked, not as a small weight.
void blank_masked(Matrix& map, const MaskSpec& mask) {
    for (Index i = 0; i < map.rows(); ++i) {
        const KeyRange seen = visible_keys(mask, i, map.cols());
        map.row(i).head(seen.begin).setConstant(std::numeric_limits<float>::quiet_NaN());
        map.row(i).tail(map.cols() - seen.end).setConstant(std::numeric_limits<float>::quiet_NaN());
    }
}

// The same for a thumbnail of a map of `length` rows and columns: a cell all of whose area is masked. With every mask
// there is, the visible keys of later queries begin and end later or at the same place.
void blank_masked_thumbnail(Matrix& map, const MaskSpec& mask, Index length) {
    const Index rows = map.rows(), columns = map.cols();
    for (Index i = 0; i < rows; ++i) {
        const Index first = i * length / rows, last = std::max(first, ((i + 1) * length + rows - 1) / rows - 1);
        const Index begin = visible_keys(mask, first, length).begin, end = visible_keys(mask, last, length).end;
        for (Index j = 0; j < columns; ++j)
            if ((j + 1) * length <= begin * columns || j * length >= end * columns)
                map(i, j) = std::numeric_limits<float>::quiet_NaN();
    }
}

void measure_scores(Shown& shown) {
    float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
    for (Index i = 0; i < shown.scores->rows(); ++i) {
        const KeyRange seen = visible_keys(shown.options.mask, i, shown.scores->cols());
        if (seen.empty()) continue;
        const auto row = shown.scores->row(i).segment(seen.begin, seen.size());
        low = std::min(low, row.minCoeff());
        high = std::max(high, row.maxCoeff());
    }
    if (low <= high) {
        shown.lowest_score = static_cast<double>(low);
        shown.highest_score = static_cast<double>(high);
    }
}

double entropy_bits(const Eigen::Ref<const Eigen::RowVectorXf>& weights) {
    double sum = 0;
    for (const float w : weights)
        if (w > 0) sum -= static_cast<double>(w) * std::log2(static_cast<double>(w));
    return std::max(sum, 0.0);
}

Result<void> compute_one(const Request& request, const Progress& progress, Shown& shown) {
    shown.inputs.push_back(make_head(request, shown.tokens.vectors, request.head - 1));
    const HeadInput& in = shown.inputs.front();
    AttentionOptions options = shown.options;
    options.keep_scores = true;
    Result<Attention> done = attention(in.q, in.k, in.v, options, progress);
    if (!done) return done.error();
    shown.largest_weight = static_cast<double>(done->weights.maxCoeff());
    shown.masked_rows = done->masked_rows;
    shown.entropy_bits = std::move(done->entropy_bits);
    shown.output = std::move(done->output);
    blank_masked(done->weights, options.mask);
    blank_masked(done->scores, options.mask);
    shown.weights = std::make_shared<const Matrix>(std::move(done->weights));
    shown.scores = std::make_shared<const Matrix>(std::move(done->scores));
    measure_scores(shown);
    return {};
}

Result<void> compute_average(const Request& request, const Progress& progress, Shown& shown) {
    const Index length = shown.tokens.vectors.rows();
    Matrix mean = Matrix::Zero(length, length);
    shown.output.resize(length, request.heads * request.dim);
    for (Index head = 0; head < request.heads; ++head) {
        shown.inputs.push_back(make_head(request, shown.tokens.vectors, head));
        const HeadInput& in = shown.inputs.back();
        const Result<Attention> done = attention(in.q, in.k, in.v, shown.options, progress.silent());
        if (!done) return done.error();
        mean += done->weights;
        shown.output.middleCols(head * request.dim, request.dim) = done->output;
        shown.masked_rows = done->masked_rows;
        progress.report(static_cast<double>(head + 1) / static_cast<double>(request.heads));
    }
    mean /= static_cast<float>(request.heads);
    shown.largest_weight = static_cast<double>(mean.maxCoeff());
    shown.entropy_bits.resize(length);
    for (Index i = 0; i < length; ++i) shown.entropy_bits(i) = entropy_bits(mean.row(i));
    blank_masked(mean, shown.options.mask);
    shown.weights = std::make_shared<const Matrix>(std::move(mean));
    return {};
}

}  // namespace

double Shown::weight(Index query, Index key) const {
    const float w = (*weights)(query, key);
    return std::isnan(w) ? 0 : static_cast<double>(w);
}

Result<Tokens> make_tokens(const TokenRequest& request) {
    Tokens tokens;
    if (request.source == Source::random) {
        tokens.vectors = random_normal(request.length, random_dim, 1, request.seed, stable_hash("random tokens"));
        for (Index i = 0; i < request.length; ++i) tokens.names.push_back(fmt::format("{}", i));
        tokens.invented.assign(static_cast<std::size_t>(request.length), false);
        return tokens;
    }
    const Result<std::vector<std::string>> cut = tokenize(request.text, request.tokenizer, most_tokens);
    if (!cut) return cut.error();
    Embedded embedded = embed(*cut, table_of(request));
    tokens.vectors = std::move(embedded.vectors);
    for (const TokenOrigin origin : embedded.origin) {
        tokens.invented.push_back(origin == TokenOrigin::ngrams);
        tokens.invented_count += origin == TokenOrigin::ngrams ? 1 : 0;
    }
    for (const std::string& name : *cut) tokens.names.push_back(visible_name(name));
    return tokens;
}

HeadInput make_head(const Request& request, const Matrix& vectors, Index head) {
    const Projections w =
        make_projections(request.projection, vectors.cols(),
                         {.head = head, .heads = request.heads, .head_dim = request.dim, .seed = request.tokens.seed});
    return {vectors * w.q, vectors * w.k, vectors * w.v};
}

AttentionOptions options_of(const Request& request) {
    return {.temperature = request.temperature, .mask = request.mask};
}

Result<Shown> compute_shown(const Request& request, const Progress& progress) {
    if (request.head > request.heads)
        return invalid_input(fmt::format("head: {} is out of range: there are {} heads (0 shows their average)",
                                         request.head, request.heads));
    Result<Tokens> tokens = make_tokens(request.tokens);
    if (!tokens) return tokens.error();
    Shown shown;
    shown.tokens = std::move(*tokens);
    shown.options = options_of(request);
    shown.head = request.head;
    shown.heads = request.heads;
    const Result<void> done =
        request.head == 0 ? compute_average(request, progress, shown) : compute_one(request, progress, shown);
    if (!done) return done.error();
    return shown;
}

Result<Strip> compute_strip(const Request& request, const Progress& progress) {
    const Result<Tokens> tokens = make_tokens(request.tokens);
    if (!tokens) return tokens.error();
    AttentionOptions options = options_of(request);
    options.need_output = false;
    Strip strip;
    for (Index head = 0; head < request.heads; ++head) {
        const HeadInput in = make_head(request, tokens->vectors, head);
        const Result<Attention> done = attention(in.q, in.k, in.v, options, progress.silent());
        if (!done) return done.error();
        auto map = std::make_shared<Matrix>(downsample_mean(done->weights, thumbnail, thumbnail));
        strip.largest.push_back(static_cast<double>(map->maxCoeff()));
        blank_masked_thumbnail(*map, options.mask, done->weights.rows());
        strip.mean_entropy_bits.push_back(done->entropy_bits.mean());
        strip.maps.push_back(std::move(map));
        progress.report(static_cast<double>(head + 1) / static_cast<double>(request.heads));
    }
    return strip;
}

std::string in_words(const Request& request) {
    return request.tokens.source == Source::random
               ? fmt::format("L = {}, {} heads, d = {}", request.tokens.length, request.heads, request.dim)
               : fmt::format("this text, {} heads, d = {}", request.heads, request.dim);
}

}  // namespace attnscope::attention_panel
