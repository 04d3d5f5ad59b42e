#include "app/panels/attention/compute.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <limits>

#include "app/language/language.hpp"
#include "app/panels/attention/head.hpp"
#include "core/attention/summary.hpp"
#include "core/base/parallel.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index thumbnail = 64;
constexpr Index small_thumbnail = 24;  // where there are many maps
constexpr double most_kept_bytes = 256e6;

double largest_of(const Matrix& weights) {
    float largest = 0;
    for (Index i = 0; i < weights.size(); ++i)
        if (weights.data()[i] > largest) largest = weights.data()[i];  // false for NaN
    return static_cast<double>(largest);
}

// What can be read off a map of weights.
void measure(Shown& shown) {
    const Matrix& weights = *shown.weights;
    shown.distance = mean_distance(weights);
    shown.column_sums = column_sums(weights);
    shown.largest_weight = largest_of(weights);
    if (shown.second) shown.second->largest = largest_of(*shown.second->weights);
    if (!shown.scores) return;
    float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
    for (Index i = 0; i < shown.scores->size(); ++i) {
        const float score = shown.scores->data()[i];
        if (std::isnan(score)) continue;
        low = std::min(low, score);
        high = std::max(high, score);
    }
    if (low > high) return;
    shown.lowest_score = static_cast<double>(low);
    shown.highest_score = static_cast<double>(high);
}

Shown empty_shown(const Request& request, const Sides& sides) {
    Shown shown;
    shown.sides = sides;
    shown.head = request.head;
    shown.heads = heads_of(request);
    shown.layer = request.layer;
    shown.layers = layers_of(request);
    return shown;
}

Shown shown_of(const Request& request, const Sides& sides, Index head, HeadResult result) {
    Shown shown = empty_shown(request, sides);
    shown.head = head;
    if (result.scores.size() > 0) blank_masked(result.scores, result.input->options);
    if (result.input) shown.inputs.push_back(std::move(*result.input));
    shown.weights = std::make_shared<const Matrix>(std::move(result.weights));
    if (result.scores.size() > 0) shown.scores = std::make_shared<const Matrix>(std::move(result.scores));
    shown.output = std::move(result.output);
    shown.entropy_bits = std::move(result.entropy_bits);
    shown.masked_rows = result.masked_rows;
    shown.second = std::move(result.second);
    shown.without_first = request.exclude_first;
    measure(shown);
    return shown;
}

// The average treats a cell that a head masks as 0 there; a cell that all mask is masked.
class MeanMap {
public:
    void add(const Matrix& map) {
        if (count_ == 0) {
            sum_ = Matrix::Zero(map.rows(), map.cols());
            seen_ = Matrix::Zero(map.rows(), map.cols());
        }
        sum_.array() += map.array().isNaN().select(0.0F, map.array());
        seen_.array() += map.array().isNaN().select(Matrix::Zero(map.rows(), map.cols()).array(), 1.0F);
        ++count_;
    }
    Matrix take() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        return (seen_.array() > 0).select((sum_ / static_cast<float>(count_)).array(), nan);
    }

private:
    Matrix sum_, seen_;
    Index count_ = 0;
};

Result<Shown> compute_average(const Request& request, const Sides& sides, const Progress& progress) {
    Shown shown = empty_shown(request, sides);
    shown.head = 0;
    MeanMap mean, second_mean;
    std::vector<Matrix> outputs;
    std::optional<Second> second;
    for (Index head = 0; head < shown.heads; ++head) {
        Result<HeadResult> done = compute_head(request, sides, head, progress.silent());
        if (!done) return done.error();
        mean.add(done->weights);
        shown.masked_rows = done->masked_rows;
        if (done->input) {
            shown.inputs.push_back(std::move(*done->input));
            outputs.push_back(std::move(done->output));
        }
        if (done->second) {
            second_mean.add(*done->second->weights);
            const Index negative = (second ? second->negative : 0) + done->second->negative;
            const Index bad = (second ? second->bad_rows : 0) + done->second->bad_rows;
            second = Second{.first_name = done->second->first_name,
                            .name = done->second->name,
                            .negative = negative,
                            .bad_rows = bad};
        }
        progress.report(static_cast<double>(head + 1) / static_cast<double>(shown.heads));
    }
    if (second) {
        second->weights = std::make_shared<const Matrix>(second_mean.take());
        shown.second = std::move(second);
    }
    Matrix weights = mean.take();
    shown.entropy_bits = row_entropies(weights);
    shown.weights = std::make_shared<const Matrix>(std::move(weights));
    if (!outputs.empty()) {
        std::vector<const Matrix*> all;
        all.reserve(outputs.size());
        for (const Matrix& output : outputs) all.push_back(&output);
        shown.output = concat_heads(all);
    }
    shown.without_first = request.exclude_first;
    measure(shown);
    return shown;
}

Result<Shown> compute_one(const Request& request, const Sides& sides, Index head, const Progress& progress) {
    if (head == 0) return compute_average(request, sides, progress);
    Result<HeadResult> done = compute_head(request, sides, head - 1, progress);
    if (!done) return done.error();
    return shown_of(request, sides, head, std::move(*done));
}

Result<void> add_other_head(const Request& request, const Progress& progress, Shown& shown) {
    Request other = request;
    other.head = *request.other_head;
    other.other_head.reset();
    Result<Shown> computed = compute_one(other, shown.sides, other.head, progress.silent());
    if (!computed) return computed.error();
    // Of an approximation, or of samples, two heads are compared as they come out.
    Second second;
    if (shown.second) {
        second.first = shown.second->weights;
        second.first_name = second.name = shown.second->name;
    }
    second.first_name.head = request.head;
    second.name.head = other.head;
    second.weights = computed->second ? computed->second->weights : computed->weights;
    second.largest = std::max(largest_of(*second.weights), second.first ? largest_of(*second.first) : 0.0);
    shown.second = std::move(second);
    return {};
}

// How far the weights of shuffled tokens are from those of the tokens as written, once both are in the same order.
Result<void> add_movement(const Request& request, const Progress& progress, Shown& shown) {
    Request written = request;
    written.queries.shuffle = 0;
    if (written.keys) written.keys->shuffle = 0;
    const Result<Sides> sides = make_sides(written);
    if (!sides) return sides.error();
    const Result<Shown> before = compute_one(written, *sides, request.head, progress.silent());
    if (!before) return before.error();
    const Matrix &a = *before->weights, &b = *shown.weights;
    const std::vector<Index> rows = shuffled_order(a.rows(), request.queries.shuffle);
    const std::vector<Index> columns = shuffled_order(a.cols(), request.queries.shuffle);
    double moved = 0;
    for (Index i = 0; i < b.rows(); ++i)
        for (Index j = 0; j < b.cols(); ++j) {
            const float was = a(rows[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(j)]);
            const float is = b(i, j);
            const double change = static_cast<double>((std::isnan(is) ? 0 : is) - (std::isnan(was) ? 0 : was));
            moved = std::max(moved, std::abs(change));
        }
    shown.moved = moved;
    return {};
}

Result<void> add_multi_head(const Request& request, const Progress& progress, Shown& shown) {
    MultiHead all;
    const Index shown_head = std::max<Index>(shown.head, 1) - 1;
    std::vector<Matrix> outputs;
    for (Index head = 0; head < shown.heads; ++head) {
        Result<HeadResult> done = compute_head(request, shown.sides, head, progress.silent());
        if (!done) return done.error();
        outputs.push_back(done->second && done->second->output.size() > 0 ? std::move(done->second->output)
                                                                          : std::move(done->output));
    }
    std::vector<const Matrix*> pointers;
    pointers.reserve(outputs.size());
    for (const Matrix& output : outputs) pointers.push_back(&output);
    const Result<HeadInput> input = make_head(request, shown.sides, shown_head);
    if (!input) return input.error();
    const auto keep = [](Matrix matrix) { return std::make_shared<const Matrix>(std::move(matrix)); };
    all.q = keep(input->q);
    all.k_transposed = keep(input->k.transpose());
    all.v = keep(input->v);
    all.weights = shown.second ? shown.second->weights : shown.weights;
    if (shown.head > 0) all.head_output = keep(outputs[static_cast<std::size_t>(shown_head)]);
    all.concat = keep(concat_heads(pointers));
    const Index value_dim = outputs.front().cols();
    Index model_dim = all.concat->cols();
    if (request.arrays == nullptr) {
        Result<Matrix> queries = with_positions(request, shown.sides.queries.vectors),
                       keys = with_positions(request, shown.sides.keys.vectors);
        if (!queries) return queries.error();
        if (!keys) return keys.error();
        all.x_queries = keep(std::move(*queries));
        all.x_keys = keep(std::move(*keys));
        model_dim = all.x_queries->cols();
        HeadWeights weights = head_weights(request, model_dim, shown_head);
        all.w_q = keep(std::move(weights.q));
        all.w_k = keep(std::move(weights.k));
        all.w_v = keep(std::move(weights.v));
    }
    all.w_o = keep(output_projection(shown.heads, value_dim, model_dim, request.seed));
    all.y = keep(*all.concat * *all.w_o);
    all.costs = attention_costs({.queries = all.concat->rows(),
                                 .keys = shown.sides.keys.size(),
                                 .model_dim = model_dim,
                                 .heads = shown.heads,
                                 .key_dim = input->q.cols(),
                                 .value_dim = value_dim});
    shown.multi_head = std::move(all);
    return {};
}

Result<void> merge_words(Shown& shown) {
    const std::vector<WordGroup> rows = word_groups(shown.sides.queries.names),
                                 columns = word_groups(shown.sides.keys.names);
    if (rows.empty() || columns.empty())
        return invalid_input(tr("merge_words: the text holds no word, only white space"));
    shown.weights = std::make_shared<const Matrix>(merge_map(*shown.weights, rows, columns));
    if (shown.second)
        shown.second->weights = std::make_shared<const Matrix>(merge_map(*shown.second->weights, rows, columns));
    if (shown.second && shown.second->first)
        shown.second->first = std::make_shared<const Matrix>(merge_map(*shown.second->first, rows, columns));
    shown.entropy_bits = row_entropies(*shown.weights);
    shown.scores.reset();
    shown.inputs.clear();
    shown.sides = {words_of(rows), words_of(columns)};
    shown.merged = true;
    measure(shown);
    return {};
}

// The small pictures' masks: a cell all of whose area is masked.
Matrix thumbnail_of(const Matrix& map, Index size) {
    if (!map.hasNaN()) return downsample_mean(map, size, size);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const Matrix filled = map.array().isNaN().select(0.0F, map.array());
    Matrix small = downsample_mean(filled, size, size);
    const Matrix seen = map.array().isNaN().select(Matrix::Zero(map.rows(), map.cols()).array(), 1.0F);
    return (downsample_mean(seen, size, size).array() > 0).select(small.array(), nan);
}

// Without the head.
std::string kind_title(const MapName& name, Reader reader) {
    constexpr const char* methods[] = {"exact", "trig", "positive", "hyperbolic", "elu + 1"};
    switch (name.kind) {
        case MapName::weights:
            break;
        case MapName::soft:
            return said(reader, translatable("soft"));
        case MapName::argmax:
            return "argmax";
        case MapName::samples:
            return name.count == 1 ? said(reader, translatable("mean of 1 sample"))
                                   : said(reader, translatable("mean of {} samples"), name.count);
        case MapName::exact:
            return said(reader, translatable("exact"));
        case MapName::approximation: {
            const std::string method = methods[static_cast<std::size_t>(name.method)];
            return name.method == Method::elu ? method : fmt::format("{}, m = {}", method, name.count);
        }
    }
    return {};
}

}  // namespace

std::string title_of(const MapName& name, Reader reader) {
    std::string kind = kind_title(name, reader);
    if (!name.head) return kind;
    const std::string head =
        *name.head == 0 ? said(reader, translatable("average")) : said(reader, translatable("head {}"), *name.head);
    return kind.empty() ? head : head + ", " + kind;
}

double Shown::weight(Index query, Index key) const {
    const float w = (*weights)(query, key);
    return std::isnan(w) ? 0 : static_cast<double>(w);
}

bool Shown::masked(Index query, Index key) const {
    return std::isnan((*weights)(query, key));
}

Result<Shown> compute_shown(const Request& request, const Progress& progress) {
    if (const Result<void> fits = check_request(request); !fits) return fits.error();
    const Result<bool> huge = is_huge(request);
    if (!huge) return huge.error();
    if (*huge) {
        Result<std::shared_ptr<const HugeInput>> input = make_huge_input(request, progress);
        if (!input) return input.error();
        Shown shown = empty_shown(request, {});
        shown.huge = std::move(*input);
        return shown;
    }
    const Result<Sides> sides = make_sides(request);
    if (!sides) return sides.error();
    Result<Shown> shown = compute_one(request, *sides, request.head, progress);
    if (!shown) return shown;
    Result<void> done;
    if (request.other_head) done = add_other_head(request, progress, *shown);
    if (done && request.queries.shuffle != 0 && request.arrays == nullptr)
        done = add_movement(request, progress, *shown);
    if (done && request.whole_output && request.source != Source::weights)
        done = add_multi_head(request, progress, *shown);
    if (done && request.merge_words) done = merge_words(*shown);
    if (!done) return done.error();
    return shown;
}

Result<Strip> compute_strip(const Request& shown_request, const Progress& progress) {
    Request request = shown_request;
    request.head = request.layer = 1;
    request.other_head.reset();
    request.whole_output = false;
    if (const Result<void> fits = check_request(request); !fits) return fits.error();
    Strip strip;
    strip.layers = layers_of(request);
    strip.heads = heads_of(request);
    const Result<bool> huge = is_huge(request);
    if (!huge) return huge.error();
    if (*huge) return strip;
    const Result<Sides> sides = make_sides(request);
    if (!sides) return sides.error();
    const Index count = strip.layers * strip.heads;
    const auto size = static_cast<std::size_t>(count);
    strip.maps.resize(size);
    strip.largest.resize(size);
    strip.mean_entropy_bits.resize(size);
    strip.mean_distance.resize(size);
    const double cells = static_cast<double>(sides->queries.size()) * static_cast<double>(sides->keys.size());
    const bool keep = request.arrays == nullptr && request.queries.shuffle == 0 &&
                      cells * static_cast<double>(count) * 12 <= most_kept_bytes;
    if (keep) strip.full.resize(size);
    std::vector<std::optional<Error>> errors(size);
    std::atomic<Index> ready = 0;
    const auto one = [&](Index index) {
        const auto at = static_cast<std::size_t>(index);
        Request wanted = request;
        wanted.layer = index / strip.heads + 1;
        wanted.head = index % strip.heads + 1;
        Result<HeadResult> done = compute_head(wanted, *sides, wanted.head - 1, progress.silent());
        if (!done) {
            errors[at] = done.error();
            return;
        }
        std::shared_ptr<Shown> shown;  // only where it is kept, or merged
        if (keep || wanted.merge_words) {
            shown = std::make_shared<Shown>(shown_of(wanted, *sides, wanted.head, std::move(*done)));
            if (wanted.merge_words)
                if (const Result<void> merged = merge_words(*shown); !merged) errors[at] = merged.error();
        }
        const Matrix& weights = shown ? *shown->weights : done->weights;
        strip.maps[at] =
            std::make_shared<const Matrix>(thumbnail_of(weights, count > 32 ? small_thumbnail : thumbnail));
        const float largest = strip.maps[at]->array().isNaN().select(0.0F, strip.maps[at]->array()).maxCoeff();
        strip.largest[at] = static_cast<double>(largest);
        strip.mean_entropy_bits[at] = (shown ? shown->entropy_bits : done->entropy_bits).mean();
        strip.mean_distance[at] = mean_distance(weights).mean();
        if (keep) strip.full[at] = std::move(shown);
        progress.report(static_cast<double>(++ready) / static_cast<double>(count));
    };
    if (request.source == Source::weights) {  // many maps, little work for each
        parallel_blocks(count, 1, progress, [&](Index begin, Index) { one(begin); });
    } else {
        for (Index index = 0; index < count && !progress.stopped(); ++index) one(index);
    }
    if (progress.stopped()) return cancelled();
    for (std::optional<Error>& error : errors)
        if (error) return std::move(*error);
    return strip;
}

}  // namespace attnscope::attention_panel
