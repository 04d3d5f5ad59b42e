#include "app/cli/compute.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <new>
#include <stdexcept>

#include "app/cli/compute_options.hpp"
#include "core/attention/reference.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/linear.hpp"
#include "core/features/kernel_attention.hpp"
#include "core/io/array.hpp"
#include "core/io/file.hpp"
#include "core/io/npy.hpp"

namespace attnscope {
namespace {

Result<void> check_targets(const ComputeArguments& arguments) {
    for (const auto& [option, target] :
         {std::pair{"--out", &arguments.out}, std::pair{"--weights", &arguments.weights}}) {
        const bool left_out = target == &arguments.weights && target->empty();
        if (!left_out && *target != "-" && !target->ends_with(".npy"))
            return usage_error(fmt::format("{} '{}': a name that ends in .npy is needed, or - for standard output",
                                           option, printable(*target)));
    }
    std::error_code error;
    const auto real = [&](const std::string& name) { return std::filesystem::weakly_canonical(name, error); };
    if (arguments.out == arguments.weights ||
        (!arguments.weights.empty() && real(arguments.out) == real(arguments.weights)))
        return usage_error(fmt::format("--out and --weights are both '{}': two different targets are needed",
                                       printable(arguments.out)));
    return {};
}

/// One of q, k and v, seen as heads x rows x columns; an array of two dimensions is one head.
struct Input {
    std::string name;  // with its shape, for the error sentences: "q.npy [2, 5, 4]"
    Tensor tensor;
    Index heads = 1, rows = 0, columns = 0;

    Eigen::Map<const Matrix> head(Index h) const { return {tensor.values.data() + h * rows * columns, rows, columns}; }
};

Result<Input> load_input(const std::string& spec) {
    Result<Tensor> tensor = load_array(spec);
    if (!tensor) return tensor.error();
    Input input{fmt::format("{} {}", printable(spec, 1000), shape_text(tensor->shape)), *std::move(tensor)};
    const std::vector<Index>& shape = input.tensor.shape;
    if (shape.size() != 2 && shape.size() != 3)
        return invalid_input(
            fmt::format("{}: two or three dimensions are needed, [L, d] or [heads, L, d]", input.name));
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return invalid_input(
            fmt::format("{}: the array is empty, every length in its shape must be at least 1", input.name));
    if (Result<void> finite = require_finite(input.tensor, spec); !finite) return finite.error();
    input.heads = shape.size() == 3 ? shape[0] : 1;
    input.rows = shape[shape.size() - 2];
    input.columns = shape.back();
    return input;
}

Result<void> check_shapes(const Input& q, const Input& k, const Input& v, ScoreKind score) {
    for (const Input* other : {&k, &v})
        if (other->heads != q.heads)
            return invalid_input(fmt::format("{} has {} heads, {} has {}: q, k and v need the same number of heads",
                                             q.name, q.heads, other->name, other->heads));
    if (q.columns != k.columns && needs_equal_dims(score))
        return invalid_input(
            fmt::format("{} has vectors of {} entries, {} of {}: queries and keys need the same d "
                        "(but for --score general, additive, concat and sum)",
                        q.name, q.columns, k.name, k.columns));
    if (k.rows != v.rows)
        return invalid_input(
            fmt::format("{} has {} keys, {} has {} values: each key needs one value", k.name, k.rows, v.name, v.rows));
    return {};
}

struct Computed {
    std::vector<float> output, weights;  // all heads; weights only when they are wanted
    Index masked_rows = 0;               // of one head: the mask is the same for all
    Index bad_rows = 0;                  // of all heads: rows whose normaliser is not positive

    void add(const Matrix& head_output, const Matrix& head_weights, Index masked) {
        output.insert(output.end(), head_output.data(), head_output.data() + head_output.size());
        weights.insert(weights.end(), head_weights.data(), head_weights.data() + head_weights.size());
        masked_rows = masked;
    }
};

struct HeadArrays {
    Matrix q, k, v;
};

// Position codes are added, or q and k turned.
// A learned table is as long as it has to be.
HeadArrays with_positions(const Input& q, const Input& k, const Input& v, Index head, const ComputeOptions& options,
                          std::uint64_t seed) {
    const PositionKind position = options.position;
    HeadArrays arrays{q.head(head), k.head(head), v.head(head)};
    const auto code = [&](const Matrix& x) {
        return position_codes_float({.kind = position, .dim = x.cols(), .rows = x.rows(), .seed = seed}, x.rows());
    };
    arrays.q += code(arrays.q);
    arrays.k += code(arrays.k);
    if (position == PositionKind::rope) {
        arrays.q = rope(arrays.q);
        arrays.k = rope(arrays.k);
    }
    return arrays;
}

// One head without its weights: the map is never held, so that any length will do.
Result<void> stream_head(const HeadArrays& in, const AttentionOptions& options, Computed& computed) {
    const std::vector<double> slope{options.distance_slope};
    Matrix output(in.q.rows(), in.v.cols());
    std::vector<float> log_sum_exp(static_cast<std::size_t>(in.q.rows()));
    const Result<void> done = exact_attention(view_of(in.q), view_of(in.k), view_of(in.v),
                                              {.temperature = options.temperature,
                                               .scale = effective_scale(options, in.q.cols()),
                                               .mask = options.mask,
                                               .distance_slopes = slope},
                                              span_of(output), log_sum_exp);
    if (!done) return done.error();
    for (Index i = 0; i < output.rows(); ++i)
        if (!output.row(i).allFinite())
            return invalid_input(
                fmt::format("a score or the output of query {} (counted from 0) is beyond the range of float: smaller "
                            "arrays, a smaller scale or a higher temperature is needed",
                            i));
    computed.add(output, Matrix(), std::ranges::count(log_sum_exp, -std::numeric_limits<float>::infinity()));
    return {};
}

// The same for attention by features, which is then linear in the number of tokens; for the masks that it can have.
bool can_stream_features(const MaskSpec& mask) {
    return mask.kind == MaskKind::none || mask.kind == MaskKind::padding || mask.kind == MaskKind::causal;
}
Result<void> stream_features(const HeadArrays& in, const ComputeOptions& options, Computed& computed) {
    const FeatureSpec& spec = options.features;
    const AttentionOptions& attention = options.attention;
    const Matrix projections = spec.estimator == Estimator::elu
                                   ? Matrix()
                                   : draw_projections(spec.features, in.q.cols(), spec.orthogonal, spec.seed);
    Matrix output(in.q.rows(), in.v.cols());
    const Result<LinearReport> done = linear_attention(view_of(in.q), view_of(in.k), view_of(in.v), projections,
                                                       {.estimator = spec.estimator,
                                                        .temperature = attention.temperature,
                                                        .scale = effective_scale(attention, in.q.cols()),
                                                        .mask = attention.mask},
                                                       span_of(output));
    if (!done) return done.error();
    Index masked = 0;
    for (Index i = 0; i < in.q.rows(); ++i) masked += sees_any(attention.mask, i, in.k.rows()) ? 0 : 1;
    computed.add(output, Matrix(), masked);
    computed.bad_rows += done->bad_rows;
    return {};
}

Result<void> compute_head(const HeadArrays& in, const ComputeOptions& options, bool want_weights, Computed& computed) {
    if (options.method == ComputeMethod::reference) {
        const Result<ReferenceAttention> done =
            reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), options.attention);
        if (!done) return done.error();
        computed.add(done->output.cast<float>(), want_weights ? Matrix(done->weights.cast<float>()) : Matrix(),
                     done->masked_rows);
        return {};
    }
    if (options.method == ComputeMethod::features) {
        if (!want_weights && can_stream_features(options.attention.mask)) return stream_features(in, options, computed);
        KernelOptions kernel{.features = options.features,
                             .temperature = options.attention.temperature,
                             .scale = effective_scale(options.attention, in.q.cols()),
                             .mask = options.attention.mask,
                             .keep_weights = want_weights};
        const Result<KernelAttention> done = kernel_attention(in.q, in.k, in.v, kernel);
        if (!done) return done.error();
        computed.add(done->output, done->weights, done->masked_rows);
        computed.bad_rows += done->bad_rows;
        return {};
    }
    const bool plain = options.attention.score == ScoreKind::scaled_dot || options.attention.score == ScoreKind::dot;
    if (plain && !want_weights) return stream_head(in, options.attention, computed);
    const Result<Attention> done = attention(in.q, in.k, in.v, options.attention);
    if (!done) return done.error();
    computed.add(done->output, want_weights ? done->weights : Matrix(), done->masked_rows);
    return {};
}

Result<Computed> compute_heads(const Input& q, const Input& k, const Input& v, const ComputeArguments& arguments,
                               ComputeOptions options) {
    const auto weights = score_weights({.kind = options.attention.score,
                                        .file = arguments.score_weights,
                                        .heads = q.heads,
                                        .query_dim = q.columns,
                                        .key_dim = k.columns,
                                        .seed = arguments.seed});
    if (!weights) return weights.error();
    Computed computed;
    for (Index h = 0; h < q.heads; ++h) {
        options.attention.score_weights = (*weights)[static_cast<std::size_t>(h)];
        if (options.position == PositionKind::alibi) options.attention.distance_slope = alibi_slope(h, q.heads);
        options.features.seed = arguments.seed + static_cast<std::uint64_t>(h);
        const HeadArrays head = with_positions(q, k, v, h, options, arguments.seed);
        if (const Result<void> done = compute_head(head, options, !arguments.weights.empty(), computed); !done) {
            const Error& error = done.error();
            return q.heads == 1 ? error : Error{error.code, fmt::format("head {}: {}", h, error.what)};
        }
    }
    return computed;
}

std::string notes_of(const Computed& computed, const Input& q, const ComputeArguments& arguments,
                     const ComputeOptions& options) {
    std::string notes;
    const auto add = [&](const std::string& note) { notes += (notes.empty() ? "" : "; ") + note; };
    if (has_weights(options.attention.score) && arguments.score_weights.empty())
        add(fmt::format("score weights: random, seed {}", arguments.seed));
    if (computed.masked_rows > 0)
        add(fmt::format("{} of {} rows{} see no key: their weights and outputs are 0", computed.masked_rows, q.rows,
                        q.heads > 1 ? " of each head" : ""));
    if (computed.bad_rows > 0)
        add(fmt::format("{} rows in all have a normaliser that is not positive: their weights mean nothing",
                        computed.bad_rows));
    return notes;
}

/// The bytes of one result file, of the rank of q.
std::string result_file(const Input& q, Index columns, const std::vector<float>& values) {
    std::vector<Index> shape = q.tensor.shape;
    shape.back() = columns;
    return format_npy(shape, values);
}

Result<std::string> run(const ComputeArguments& arguments) {
    const Result<ComputeOptions> options = parse_options(arguments);
    if (!options) return options.error();
    if (Result<void> targets = check_targets(arguments); !targets) return targets.error();
    const Result<Input> q = load_input(arguments.q);
    if (!q) return q.error();
    const Result<Input> k = load_input(arguments.k);
    if (!k) return k.error();
    const Result<Input> v = load_input(arguments.v);
    if (!v) return v.error();
    if (Result<void> fit = check_shapes(*q, *k, *v, options->attention.score); !fit) return fit.error();

    const bool want_weights = !arguments.weights.empty();
    const Result<Computed> computed = compute_heads(*q, *k, *v, arguments, *options);
    if (!computed) return computed.error();

    // Both files are made in memory before the first is written: from here on only the system can refuse.
    const std::string output = result_file(*q, v->columns, computed->output);
    const std::string weights = want_weights ? result_file(*q, k->rows, computed->weights) : std::string{};
    if (want_weights)
        if (Result<void> written = write_output(arguments.weights, weights); !written) return written.error();
    if (Result<void> written = write_output(arguments.out, output); !written) return written.error();
    return notes_of(*computed, *q, arguments, *options);
}

}  // namespace

Result<std::string> run_compute_attention(const ComputeArguments& arguments) {
    const Error no_memory{ErrorCode::out_of_memory, "not enough memory for these arrays and their weights"};
    try {
        return run(arguments);
    } catch (const std::bad_alloc&) {
        return no_memory;
    } catch (const std::length_error&) {  // a vector that is asked for more than there are addresses
        return no_memory;
    }
}

}  // namespace attnscope
