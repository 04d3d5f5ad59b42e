#include "app/panels/attention/head.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/attention/hard.hpp"
#include "core/attention/summary.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"
#include "core/features/kernel_attention.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Result<MaskSpec> make_mask(const Request& request) {
    MaskSpec mask{request.mask, request.mask_size, nullptr};
    if (request.painted.empty()) return mask;
    Result<CellSet> hidden = CellSet::parse(request.painted);
    if (!hidden) return invalid_input(tr("painted: {}", hidden.error().what));
    if (!hidden->empty()) mask.hidden = std::make_shared<const CellSet>(std::move(*hidden));
    return mask;
}

// Shares of the keys that are drawn for each query: with many samples they are the weights.
Second sample_head(const Request& request, const HeadInput& input, const Matrix& weights, Index head) {
    Second second;
    Matrix shares = Matrix::Zero(weights.rows(), weights.cols());
    const std::uint64_t stream = stable_hash(fmt::format("samples of head {}", head));
    for (Index i = 0; i < weights.rows(); ++i) {
        const VectorD p = weights.row(i).cast<double>();
        if (request.select == Select::argmax) {
            if (const std::optional<Index> best = argmax_key(p)) shares(i, *best) = 1;
            continue;
        }
        const auto drawn = sample_keys(p, request.samples, request.seed, stream + static_cast<std::uint64_t>(i));
        for (const Index key : drawn) shares(i, key) += 1.0F / static_cast<float>(request.samples);
    }
    second.first_name = {.kind = MapName::soft};
    second.name = {.kind = request.select == Select::argmax ? MapName::argmax : MapName::samples,
                   .count = request.samples};
    second.output = shares * input.v;
    second.weights = std::make_shared<const Matrix>(std::move(shares));
    return second;
}

FeatureSpec features_of(const Request& request, Index head) {
    static_assert(static_cast<int>(Method::elu) == static_cast<int>(Estimator::elu) + 1);
    return {.estimator = static_cast<Estimator>(static_cast<int>(request.method) - 1),  // exact comes before them
            .features = request.features,
            .orthogonal = request.orthogonal,
            .seed = request.seed + static_cast<std::uint64_t>(head)};
}

Result<Second> approximate_head(const Request& request, const HeadInput& input, Index head, const Progress& progress) {
    KernelOptions options;
    options.features = features_of(request, head);
    options.temperature = input.options.temperature;
    options.scale = effective_scale(input.options, input.q.cols());
    options.mask = input.options.mask;
    options.keep_weights = true;
    Result<KernelAttention> done = kernel_attention(input.q, input.k, input.v, options, progress);
    if (!done) return done.error();
    Second second;
    second.first_name = {.kind = MapName::exact};
    second.name = {.kind = MapName::approximation, .method = request.method, .count = request.features};
    second.negative = done->negative_weights;
    second.bad_rows = done->bad_rows;
    second.output = std::move(done->output);
    second.weights = std::make_shared<const Matrix>(std::move(done->weights));
    return second;
}

Result<HeadResult> own_weights(const Request& request, Index head) {
    HeadResult result;
    result.weights = request.arrays->weights.slice(request.layer - 1, head);
    result.entropy_bits = row_entropies(result.weights);
    result.masked_rows = (result.weights.rowwise().lpNorm<1>().array() == 0).count();
    return result;
}

void leave_out_first_key(HeadResult& result) {
    result.weights = without_first_key(result.weights);
    result.entropy_bits = row_entropies(result.weights);
    if (result.second)
        result.second->weights = std::make_shared<const Matrix>(without_first_key(*result.second->weights));
}

Result<Sides> sides_of_arrays(const Arrays& arrays) {
    const auto side = [&](Index count) {
        Tokens tokens;
        const bool named = static_cast<Index>(arrays.tokens.size()) == count;
        for (Index i = 0; i < count; ++i)
            tokens.names.push_back(named ? visible_token(arrays.tokens[static_cast<std::size_t>(i)])
                                         : fmt::format("{}", i));
        tokens.invented.assign(static_cast<std::size_t>(count), false);
        return tokens;
    };
    return Sides{side(arrays.queries()), side(arrays.keys())};
}

}  // namespace

void blank_masked(Matrix& map, const AttentionOptions& options) {
    for (Index i = 0; i < map.rows(); ++i) {
        const KeyRange seen = visible_keys(options, i, map.cols());
        map.row(i).head(seen.begin).setConstant(nan);
        map.row(i).tail(map.cols() - seen.end).setConstant(nan);
        for (const KeyRange& hidden : hidden_keys(options.mask, i)) {
            const Index begin = std::min(hidden.begin, map.cols()), end = std::min(hidden.end, map.cols());
            map.row(i).segment(begin, end - begin).setConstant(nan);
        }
    }
}

HeadWeights head_weights(const Request& request, Index model_dim, Index head) {
    HeadSpec spec{.head = head, .heads = request.heads, .head_dim = request.dim, .seed = request.seed};
    Projections w = make_projections(request.projection, model_dim, spec);
    if (request.key_dim == request.dim) return {std::move(w.q), std::move(w.k), std::move(w.v)};
    spec.head_dim = request.key_dim;
    return {std::move(w.q), make_projections(request.projection, model_dim, spec).k, std::move(w.v)};
}

PositionCode position_code(const Request& request, Index dim) {
    return {.kind = request.position,
            .dim = dim,
            .base = request.position_base,
            .rows = request.position_rows,
            .seed = request.seed};
}

Result<Matrix> with_positions(const Request& request, Matrix vectors) {
    const PositionCode code = position_code(request, vectors.cols());
    if (const Result<void> coded = validate(code, vectors.rows()); !coded) return coded.error();
    const bool adds_nothing = request.position == PositionKind::none || request.position == PositionKind::rope ||
                              request.position == PositionKind::alibi;
    if (!adds_nothing)
        vectors += static_cast<float>(request.position_amount) * position_codes_float(code, vectors.rows());
    return vectors;
}

Result<AttentionOptions> head_options(const Request& request, Index query_dim, Index key_dim, Index head) {
    Result<MaskSpec> mask = make_mask(request);
    if (!mask) return mask.error();
    AttentionOptions options;
    options.temperature = request.temperature;
    options.mask = std::move(*mask);
    options.score = request.score;
    if (has_weights(request.score)) {
        const ScoreShape shape{.query_dim = query_dim, .key_dim = key_dim, .hidden = request.score_hidden};
        options.score_weights = std::make_shared<const ScoreWeights>(make_score_weights(
            request.score, shape, request.score_scale, request.seed + static_cast<std::uint64_t>(head)));
    }
    if (request.position == PositionKind::alibi) options.distance_slope = alibi_slope(head, heads_of(request));
    return options;
}

Result<Sides> make_sides(const Request& request) {
    if (request.arrays) return sides_of_arrays(*request.arrays);
    Result<Tokens> queries = make_tokens(request.queries);
    if (!queries) return queries.error();
    Result<Tokens> keys = request.keys ? make_tokens(*request.keys) : queries;
    if (!keys) return keys.error();
    return Sides{std::move(*queries), std::move(*keys)};
}

Result<HeadInput> make_head(const Request& request, const Sides& sides, Index head) {
    HeadInput input;
    const bool own = request.source == Source::qkv;  // there are no tokens to add codes to
    Result<Matrix> keys = with_positions(request, own ? request.arrays->k.slice(0, head) : sides.keys.vectors);
    if (!keys) return keys.error();
    Result<Matrix> queries = own            ? with_positions(request, request.arrays->q.slice(0, head))
                             : request.keys ? with_positions(request, sides.queries.vectors)
                                            : keys;
    if (!queries) return queries.error();
    if (own) {
        input.q = std::move(*queries);
        input.k = std::move(*keys);
        input.v = request.arrays->v.slice(0, head);
    } else {
        const HeadWeights w = head_weights(request, queries->cols(), head);
        input.q = *queries * w.q;
        input.k = *keys * w.k;
        input.v = *keys * w.v;
    }
    if (request.position == PositionKind::rope) {
        input.q = rope(input.q, request.position_base);
        input.k = rope(input.k, request.position_base);
    }
    Result<AttentionOptions> options = head_options(request, input.q.cols(), input.k.cols(), head);
    if (!options) return options.error();
    input.options = std::move(*options);
    if (request.select == Select::local)
        input.options.local = std::make_shared<const LocalWindow>(
            LocalWindow{predicted_centers(input.q, input.k.rows(), request.seed + static_cast<std::uint64_t>(head)),
                        request.half_width});
    return input;
}

namespace {

// A row that sums to 0 stays as it is.
Matrix rows_by_their_sums(Matrix weights) {
    for (Index i = 0; i < weights.rows(); ++i)
        if (const float sum = weights.row(i).sum(); sum > 0) weights.row(i) /= sum;
    return weights;
}

}  // namespace

Result<HeadResult> compute_head(const Request& request, const Sides& sides, Index head, const Progress& progress) {
    if (request.source == Source::weights) {
        Result<HeadResult> own = own_weights(request, head);
        if (own && request.exclude_first) leave_out_first_key(*own);
        return own;
    }
    Result<HeadInput> input = make_head(request, sides, head);
    if (!input) return input.error();
    AttentionOptions options = input->options;
    options.keep_scores = true;
    Result<Attention> done = attention(input->q, input->k, input->v, options, progress);
    if (!done) return done.error();
    HeadResult result;
    if (request.select == Select::hard || request.select == Select::argmax) {
        result.second = sample_head(request, *input, done->weights, head);
    } else if (request.method != Method::exact) {
        Result<Second> second = approximate_head(request, *input, head, progress.silent());
        if (!second) return second.error();
        result.second = std::move(*second);
    }
    if (result.second) {
        Matrix map = *result.second->weights;
        blank_masked(map, options);
        result.second->weights = std::make_shared<const Matrix>(std::move(map));
    }
    result.masked_rows = done->masked_rows;
    // The Gaussian of local attention takes a part of each row away: what is shown is a distribution again by its sum.
    result.entropy_bits =
        options.local ? row_entropies(rows_by_their_sums(done->weights)) : std::move(done->entropy_bits);
    result.output = std::move(done->output);
    blank_masked(done->weights, options);
    result.weights = std::move(done->weights);
    result.scores = std::move(done->scores);
    result.input = std::move(*input);
    if (request.exclude_first) leave_out_first_key(result);
    return result;
}

}  // namespace attnscope::attention_panel
