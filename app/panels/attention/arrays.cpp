#include "app/panels/attention/arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>

#include "app/language/language.hpp"
#include "core/base/parallel.hpp"
#include "core/io/array.hpp"
#include "core/io/file.hpp"
#include "core/io/safetensors.hpp"
#include "core/text/token_list.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index most_held = MapLimits{}.held;  // of finished weights, which are held whole

// What an array may be.
struct Bounds {
    Index dimensions, rows;
};

Result<Stack> load_stack(const std::string& spec, std::string_view role, const Bounds& most) {
    if (spec.empty())
        return invalid_input(tr(
            "{}: no file is named yet: drop one on the window or type its path (F.npy or F.safetensors:NAME)", role));
    Result<Tensor> tensor = load_array(spec);
    if (!tensor) return tensor.error();
    const std::vector<Index>& shape = tensor->shape;
    const std::string name = fmt::format("{} {} {}", role, printable(spec, 1000), shape_text(shape));
    if (tensor->rank() < 2 || tensor->rank() > most.dimensions)
        return invalid_input(
            tr("{}: 2 to {} dimensions are needed, the last two queries or keys by entries", name, most.dimensions));
    if (tensor->size() == 0) return invalid_input(tr("{}: the array is empty, every length must be at least 1", name));
    if (const Result<void> finite = require_finite(*tensor, spec); !finite) return finite.error();
    Stack stack;
    const std::size_t rank = shape.size();
    stack.layers = rank > 3 ? shape[rank - 4] : 1;
    stack.heads = rank > 2 ? shape[rank - 3] : 1;
    stack.rows = shape[rank - 2];
    stack.columns = shape[rank - 1];
    stack.tensor = std::move(*tensor);
    if (stack.rows > most.rows)
        return invalid_input(tr("{}: {} rows; at most {} tokens can be shown", name, stack.rows, most.rows));
    return stack;
}

Result<void> load_inputs(const ArraysRequest& request, const Progress& progress, Arrays& arrays) {
    const std::array<std::pair<const std::string*, Stack*>, 3> all{
        {{&request.q, &arrays.q}, {&request.k, &arrays.k}, {&request.v, &arrays.v}}};
    const char* const roles[] = {"Q", "K", "V"};
    for (std::size_t i = 0; i < all.size(); ++i) {
        Result<Stack> loaded = load_stack(*all[i].first, roles[i], {3, most_tokens});
        if (!loaded) return loaded.error();
        *all[i].second = std::move(*loaded);
        if (progress.stopped()) return cancelled();
        progress.report(static_cast<double>(i + 1) / 3);
    }
    if (arrays.k.heads != arrays.q.heads || arrays.v.heads != arrays.q.heads)
        return invalid_input(tr("Q has {} heads, K {} and V {}: equally many are needed", arrays.q.heads,
                                arrays.k.heads, arrays.v.heads));
    if (arrays.v.rows != arrays.k.rows)
        return invalid_input(tr("K has {} rows and V {}: equally many are needed", arrays.k.rows, arrays.v.rows));
    return {};
}

// The first row of a map that is no distribution.
std::optional<Index> odd_row(const Eigen::Ref<const Matrix>& map) {
    constexpr float allowed = 1e-2F;  // half precision and many keys
    for (Index i = 0; i < map.rows(); ++i) {
        const float sum = map.row(i).sum(), least = map.row(i).minCoeff();
        const bool sees_no_key = sum == 0 && least == 0;
        if (!sees_no_key && (least < 0 || std::abs(sum - 1) > allowed)) return i;
    }
    return std::nullopt;
}

// Attention that a model dumped should consist of distributions.
std::optional<OddRow> first_odd_row(const Stack& weights, const Progress& progress) {
    const Index count = weights.layers * weights.heads;
    std::vector<std::optional<Index>> odd(static_cast<std::size_t>(count));
    parallel_blocks(count, 1, progress, [&](Index at, Index) {
        odd[static_cast<std::size_t>(at)] = odd_row(weights.slice(at / weights.heads, at % weights.heads));
    });
    for (Index at = 0; at < count; ++at) {
        const std::optional<Index> row = odd[static_cast<std::size_t>(at)];
        if (!row) continue;
        const auto map = weights.slice(at / weights.heads, at % weights.heads);
        return OddRow{at / weights.heads + 1, at % weights.heads + 1, *row, map.row(*row).sum(),
                      map.row(*row).minCoeff() < 0};
    }
    return std::nullopt;
}

Result<void> load_tokens(const std::string& path, Arrays& arrays) {
    if (path.empty()) return {};
    Result<std::vector<std::string>> tokens = load_token_list(path, most_tokens);
    if (!tokens) return tokens.error();
    const auto count = static_cast<Index>(tokens->size());
    if (count != arrays.keys() && count != arrays.queries())
        return invalid_input(tr("{}: {} tokens for arrays of {} queries and {} keys", printable(path, 1000), count,
                                arrays.queries(), arrays.keys()));
    arrays.tokens = std::move(*tokens);
    return {};
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

// "model.layer0.query" and "q": the last part of the name says what it is.
DroppedAs role_of(const std::string& name) {
    const std::string whole = lower(name);
    const std::size_t cut = whole.find_last_of("._-/ ");
    const std::string last = cut == std::string::npos ? whole : whole.substr(cut + 1);
    if (last == "q" || last == "query" || last == "queries") return DroppedAs::q;
    if (last == "k" || last == "key" || last == "keys") return DroppedAs::k;
    if (last == "v" || last == "value" || last == "values") return DroppedAs::v;
    return DroppedAs::weights;
}

Dropped sort_arrays(const std::vector<ArrayInfo>& arrays) {
    Dropped dropped;
    for (const ArrayInfo& array : arrays) {
        const bool inputs = array.shape.size() == 2 || array.shape.size() == 3;
        const DroppedAs role = role_of(array.name);
        if (inputs && role == DroppedAs::q && dropped.q.empty()) dropped.q = array.name;
        if (inputs && role == DroppedAs::k && dropped.k.empty()) dropped.k = array.name;
        if (inputs && role == DroppedAs::v && dropped.v.empty()) dropped.v = array.name;
        const bool better =
            dropped.weights_name.empty() || (lower(array.name).find("att") != std::string::npos &&
                                             lower(dropped.weights_name).find("att") == std::string::npos);
        if (role == DroppedAs::weights && array.shape.size() >= 2 && array.shape.size() <= 4 && better)
            dropped.weights_name = array.name;
    }
    if (!dropped.q.empty() && !dropped.k.empty() && !dropped.v.empty())
        dropped.as = DroppedAs::qkv_of_one_file;
    else if (!dropped.weights_name.empty())
        dropped.as = DroppedAs::weights;
    return dropped;
}

}  // namespace

ArraysRequest arrays_request(const Params& params) {
    ArraysRequest request;
    request.source = params.source;
    request.tokens = params.tokens_file;
    if (params.source == Source::weights) {
        request.weights = params.weights_file;
    } else {
        request.q = params.q_file;
        request.k = params.k_file;
        request.v = params.v_file;
    }
    return request;
}

Result<Arrays> load_arrays(const ArraysRequest& request, const Progress& progress) {
    Arrays arrays;
    if (request.source == Source::qkv) {
        if (const Result<void> loaded = load_inputs(request, progress, arrays); !loaded) return loaded.error();
    } else {
        Result<Stack> loaded = load_stack(request.weights, tr("weights"), {4, most_held});
        if (!loaded) return loaded.error();
        arrays.weights = std::move(*loaded);
        if (arrays.weights.columns > most_held)
            return invalid_input(tr("{}: {} keys; at most {} tokens can be shown", printable(request.weights, 1000),
                                    arrays.weights.columns, most_held));
        arrays.odd_row = first_odd_row(arrays.weights, progress);
    }
    if (const Result<void> named = load_tokens(request.tokens, arrays); !named) return named.error();
    return arrays;
}

std::string note_of(const Arrays& arrays, Reader reader) {
    if (!arrays.odd_row) return {};
    const OddRow& odd = *arrays.odd_row;
    const char* const text =
        odd.negative
            ? translatable(
                  "these are no attention weights as they are: layer {}, head {}, row {} sums to {:.4g} and has "
                  "negative entries")
            : translatable("these are no attention weights as they are: layer {}, head {}, row {} sums to {:.4g}");
    return said(reader, text, odd.layer, odd.head, odd.row, odd.sum);
}

Result<Dropped> look_at_dropped(const std::string& path) {
    const std::filesystem::path file(path);
    const std::string extension = lower(file.extension().string());
    Dropped dropped;
    if (extension == ".txt" || extension == ".json") dropped.as = DroppedAs::tokens;
    if (extension == ".npy") dropped.as = role_of(file.stem().string());
    if (extension != ".safetensors") return dropped;
    const Result<std::vector<ArrayInfo>> arrays = list_safetensors(file);
    if (!arrays) return arrays.error();
    return sort_arrays(*arrays);
}

}  // namespace attnscope::attention_panel
