#include "app/cli/compute_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/io/array.hpp"
#include "core/io/file.hpp"
#include "core/io/safetensors.hpp"

namespace attnscope {
namespace {

// exact, reference, and then the estimators of random features.
constexpr auto methods = [] {
    std::array<std::string_view, estimator_names.size() + 2> names{"exact", "reference"};
    std::copy(estimator_names.begin(), estimator_names.end(), names.begin() + 2);
    return names;
}();

template <std::size_t N>
Result<std::size_t> find_name(const std::array<std::string_view, N>& names, const char* option, std::string_view name) {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == name) return i;
    return usage_error(
        fmt::format("{} '{}' is not known: one of {} is needed", option, printable(name, 80), fmt::join(names, ", ")));
}

Result<MaskSpec> parse_mask(std::string_view text) {
    if (text == "none") return MaskSpec{};
    if (text == "causal") return MaskSpec{MaskKind::causal};
    constexpr std::pair<std::string_view, MaskKind> sized[] = {{"window:", MaskKind::window},
                                                               {"padding:", MaskKind::padding},
                                                               {"prefix:", MaskKind::prefix},
                                                               {"block:", MaskKind::block}};
    for (const auto& [name, kind] : sized) {
        if (!text.starts_with(name)) continue;
        const std::string_view number = text.substr(name.size());
        Index size = -1;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), size);
        if (error == std::errc{} && end == number.data() + number.size() && size >= (kind == MaskKind::block ? 1 : 0))
            return MaskSpec{kind, size};
    }
    return usage_error(
        fmt::format("mask '{}' is not known: none, causal, window:W, padding:N, prefix:P or block:B is "
                    "needed, with a whole number from 0 (block: 1) up",
                    printable(text, 80)));
}

Result<void> check_features(const ComputeArguments& arguments, const ComputeOptions& options) {
    if (options.method != ComputeMethod::features) return {};
    const ScoreKind score = options.attention.score;
    if (score != ScoreKind::scaled_dot && score != ScoreKind::dot)
        return usage_error(
            fmt::format("--method {} approximates softmax of a dot product: --score scaled_dot or dot "
                        "is needed",
                        arguments.method));
    if (options.position == PositionKind::alibi)
        return usage_error(
            fmt::format("--method {} cannot carry ALiBi's bias: another --position is needed", arguments.method));
    return {};
}

struct Needed {
    const char* name;
    std::vector<Index> shape;  // -1: any length, the same wherever it stands
};

std::string words(const std::vector<Index>& shape) {
    std::vector<std::string> parts;
    parts.reserve(shape.size());
    for (const Index n : shape) parts.push_back(n < 0 ? "h" : fmt::format("{}", n));
    return fmt::format("[{}]", fmt::join(parts, ", "));
}

// One array of the file; `heads` when it has them in front, else 1.
struct Part {
    Tensor tensor;
    Index heads = 1;

    Eigen::Map<const Matrix> slice(Index head, Index rows, Index columns) const {
        return {tensor.values.data() + (heads == 1 ? 0 : head) * rows * columns, rows, columns};
    }
};

Result<Part> load_part(const ScoreWeightsRequest& request, const Needed& needed, Index& hidden) {
    Result<Tensor> tensor = load_safetensors(request.file, needed.name);
    if (!tensor) return tensor.error();
    const std::string name = fmt::format("{}:{}", printable(request.file, 1000), needed.name);
    if (const Result<void> finite = require_finite(*tensor, name); !finite) return finite.error();
    Part part;
    const std::vector<Index>& shape = tensor->shape;
    const bool with_heads = shape.size() == needed.shape.size() + 1 && shape[0] == request.heads;
    bool fits = with_heads || shape.size() == needed.shape.size();
    for (std::size_t i = 0; fits && i < needed.shape.size(); ++i) {
        const Index length = shape[i + (with_heads ? 1 : 0)];
        if (needed.shape[i] >= 0) {
            fits = length == needed.shape[i];
            continue;
        }
        if (hidden < 0) hidden = length;
        fits = length == hidden && hidden > 0;
    }
    if (!fits)
        return invalid_input(fmt::format("{} has shape {}: {} is needed{}, or the same with {} heads in front", name,
                                         shape_text(shape), words(needed.shape),
                                         hidden > 0 ? fmt::format(" with h = {}", hidden) : "", request.heads));
    part.heads = with_heads ? request.heads : 1;
    part.tensor = std::move(*tensor);
    return part;
}

Result<std::vector<std::shared_ptr<const ScoreWeights>>> load_weights(const ScoreWeightsRequest& request) {
    const Index dq = request.query_dim, dk = request.key_dim;
    const bool general = request.kind == ScoreKind::general, concat = request.kind == ScoreKind::concat;
    std::vector<Needed> needed;
    if (general) needed = {{"w", {dq, dk}}};
    if (concat) needed = {{"w", {-1, dq + dk}}, {"w_v", {-1}}};
    if (!general && !concat) needed = {{"w_q", {-1, dq}}, {"w_k", {-1, dk}}, {"w_v", {-1}}};
    Index hidden = -1;
    std::vector<Part> parts;
    for (const Needed& each : needed) {
        Result<Part> part = load_part(request, each, hidden);
        if (!part) return part.error();
        parts.push_back(std::move(*part));
    }
    std::vector<std::shared_ptr<const ScoreWeights>> all;
    for (Index head = 0; head < request.heads; ++head) {
        auto weights = std::make_shared<ScoreWeights>();
        if (general) {
            weights->w_q = parts[0].slice(head, dq, dk);
        } else {
            weights->w_q = concat ? Matrix(parts[0].slice(head, hidden, dq + dk).leftCols(dq))
                                  : Matrix(parts[0].slice(head, hidden, dq));
            weights->w_k = concat ? Matrix(parts[0].slice(head, hidden, dq + dk).rightCols(dk))
                                  : Matrix(parts[1].slice(head, hidden, dk));
            weights->w_v = parts.back().slice(head, hidden, 1);
        }
        all.push_back(std::move(weights));
    }
    return all;
}

}  // namespace

Result<ComputeOptions> parse_options(const ComputeArguments& arguments) {
    const Result<MaskSpec> mask = parse_mask(arguments.mask);
    if (!mask) return mask.error();
    const Result<std::size_t> score = find_name(score_names, "--score", arguments.score);
    if (!score) return score.error();
    const Result<std::size_t> position = find_name(position_names, "--position", arguments.position);
    if (!position) return position.error();
    const Result<std::size_t> method = find_name(methods, "--method", arguments.method);
    if (!method) return method.error();
    ComputeOptions options;
    options.attention.temperature = arguments.temperature;
    options.attention.scale = arguments.scale;
    options.attention.mask = *mask;
    options.attention.score = static_cast<ScoreKind>(*score);
    options.position = static_cast<PositionKind>(*position);
    options.method = *method < 2 ? static_cast<ComputeMethod>(*method) : ComputeMethod::features;
    if (*method >= 2)
        options.features = {.estimator = static_cast<Estimator>(*method - 2),
                            .features = arguments.features,
                            .orthogonal = arguments.orthogonal,
                            .seed = arguments.seed};
    if (!arguments.score_weights.empty() && !has_weights(options.attention.score))
        return usage_error(fmt::format("--score-weights: the score {} has none", arguments.score));
    if (const Result<void> fits = check_features(arguments, options); !fits) return fits.error();
    return options;
}

Result<std::vector<std::shared_ptr<const ScoreWeights>>> score_weights(const ScoreWeightsRequest& request) {
    std::vector<std::shared_ptr<const ScoreWeights>> all(static_cast<std::size_t>(request.heads));
    if (!has_weights(request.kind)) return all;
    if (!request.file.empty()) return load_weights(request);
    for (std::size_t head = 0; head < all.size(); ++head)
        all[head] = std::make_shared<const ScoreWeights>(
            make_score_weights(request.kind, {.query_dim = request.query_dim, .key_dim = request.key_dim}, 1,
                               request.seed + static_cast<std::uint64_t>(head)));
    return all;
}

}  // namespace attnscope
