#include "app/cli/compute.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "core/attention/attention.hpp"
#include "core/io/array.hpp"
#include "core/io/file.hpp"
#include "core/io/npy.hpp"

namespace attnscope {
namespace {

Result<MaskSpec> parse_mask(std::string_view text) {
    if (text == "none") return MaskSpec{MaskKind::none, 0};
    if (text == "causal") return MaskSpec{MaskKind::causal, 0};
    constexpr std::string_view window = "window:";
    if (text.starts_with(window)) {
        const std::string_view number = text.substr(window.size());
        Index width = -1;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), width);
        if (error == std::errc{} && end == number.data() + number.size() && width >= 0)
            return MaskSpec{MaskKind::window, width};
    }
    return usage_error(fmt::format(
        "mask '{}' is not known: none, causal or window:W is needed, W a whole number from 0 up", printable(text, 80)));
}

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

Result<void> check_shapes(const Input& q, const Input& k, const Input& v) {
    for (const Input* other : {&k, &v})
        if (other->heads != q.heads)
            return invalid_input(fmt::format("{} has {} heads, {} has {}: q, k and v need the same number of heads",
                                             q.name, q.heads, other->name, other->heads));
    if (q.columns != k.columns)
        return invalid_input(fmt::format("{} has vectors of {} entries, {} of {}: queries and keys need the same d",
                                         q.name, q.columns, k.name, k.columns));
    if (k.rows != v.rows)
        return invalid_input(
            fmt::format("{} has {} keys, {} has {} values: each key needs one value", k.name, k.rows, v.name, v.rows));
    return {};
}

struct Computed {
    std::vector<float> output, weights;  // all heads; weights only when they are wanted
    Index masked_rows = 0;               // of one head: the mask is the same for all
};

Result<Computed> compute_heads(const Input& q, const Input& k, const Input& v, const AttentionOptions& options,
                               bool want_weights) {
    Computed computed;
    for (Index h = 0; h < q.heads; ++h) {
        const Result<Attention> head = attention(q.head(h), k.head(h), v.head(h), options);
        if (!head) {
            const Error& error = head.error();
            return q.heads == 1 ? error : Error{error.code, fmt::format("head {}: {}", h, error.what)};
        }
        computed.output.insert(computed.output.end(), head->output.data(), head->output.data() + head->output.size());
        if (want_weights)
            computed.weights.insert(computed.weights.end(), head->weights.data(),
                                    head->weights.data() + head->weights.size());
        computed.masked_rows = head->masked_rows;
    }
    return computed;
}

/// The bytes of one result file, of the rank of q.
std::string result_file(const Input& q, Index columns, const std::vector<float>& values) {
    std::vector<Index> shape = q.tensor.shape;
    shape.back() = columns;
    return format_npy(shape, values);
}

Result<std::string> run(const ComputeArguments& arguments) {
    const Result<MaskSpec> mask = parse_mask(arguments.mask);
    if (!mask) return mask.error();
    if (Result<void> targets = check_targets(arguments); !targets) return targets.error();
    const Result<Input> q = load_input(arguments.q);
    if (!q) return q.error();
    const Result<Input> k = load_input(arguments.k);
    if (!k) return k.error();
    const Result<Input> v = load_input(arguments.v);
    if (!v) return v.error();
    if (Result<void> fit = check_shapes(*q, *k, *v); !fit) return fit.error();

    AttentionOptions options;
    options.temperature = arguments.temperature;
    options.scale = arguments.scale;
    options.mask = *mask;
    const bool want_weights = !arguments.weights.empty();
    const Result<Computed> computed = compute_heads(*q, *k, *v, options, want_weights);
    if (!computed) return computed.error();

    // Both files are made in memory before the first is written: from here on only the system can refuse.
    const std::string output = result_file(*q, v->columns, computed->output);
    const std::string weights = want_weights ? result_file(*q, k->rows, computed->weights) : std::string{};
    if (want_weights)
        if (Result<void> written = write_output(arguments.weights, weights); !written) return written.error();
    if (Result<void> written = write_output(arguments.out, output); !written) return written.error();
    if (computed->masked_rows == 0) return std::string{};
    return fmt::format("{} of {} rows{} see no key: their weights and outputs are 0", computed->masked_rows, q->rows,
                       q->heads > 1 ? " of each head" : "");
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
