// The numbers behind the attention panel's picture, for every head.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/language/language.hpp"
#include "app/panels/attention/attention_panel.hpp"
#include "app/panels/attention/head.hpp"
#include "app/state/list_json.hpp"
#include "core/attention/summary.hpp"
#include "core/io/csv.hpp"
#include "core/io/npy.hpp"

namespace attnscope::attention_panel {
namespace {

using Json = nlohmann::ordered_json;

struct AllHeads {
    Sides sides;
    std::vector<HeadResult> heads;  // of the chosen layer
};

Result<AllHeads> compute_all(const Request& request, const Progress& progress) {
    Result<Sides> sides = make_sides(request);
    if (!sides) return sides.error();
    AllHeads all;
    all.sides = std::move(*sides);
    const Index heads = heads_of(request);
    for (Index head = 0; head < heads; ++head) {
        Result<HeadResult> done = compute_head(request, all.sides, head, progress.silent());
        if (!done) return done.error();
        all.heads.push_back(std::move(*done));
        // The rest of the time goes into writing the numbers.
        progress.report(0.3 * static_cast<double>(head + 1) / static_cast<double>(heads));
    }
    return all;
}

// As the picture shows them: words, whose scores and outputs there are not.
Result<void> merge_all(AllHeads& all) {
    const std::vector<WordGroup> rows = word_groups(all.sides.queries.names),
                                 columns = word_groups(all.sides.keys.names);
    if (rows.empty() || columns.empty())
        return invalid_input(tr("merge_words: the text holds no word, only white space"));
    for (HeadResult& head : all.heads) {
        head.weights = merge_map(head.weights, rows, columns);
        head.entropy_bits = row_entropies(head.weights);
        head.scores.resize(0, 0);
        head.output.resize(0, 0);
        if (!head.second) continue;
        head.second->weights = std::make_shared<const Matrix>(merge_map(*head.second->weights, rows, columns));
        head.second->output.resize(0, 0);
    }
    all.sides = {words_of(rows), words_of(columns)};
    return {};
}

// nlohmann writes doubles: the shortest text that restores the float is shorter and says what it is.
void append_matrix(std::string& out, const Matrix& matrix, const char* masked) {
    out += '[';
    for (Index i = 0; i < matrix.rows(); ++i) {
        out += i == 0 ? "[" : ",\n[";
        for (Index j = 0; j < matrix.cols(); ++j) {
            if (j != 0) out += ',';
            // A masked weight is 0; scores are those before the mask.
            out += std::isnan(matrix(i, j)) ? masked : format_float(matrix(i, j));
        }
        out += ']';
    }
    out += ']';
}

// Of every head; nothing where the heads have no such matrix.
template <class Get>
void append_heads(std::string& out, const char* name, const AllHeads& all, const char* masked, Get get) {
    const Matrix* first = get(all.heads.front());
    if (first == nullptr || first->size() == 0) return;
    out += fmt::format(",\n\"{}\":[", name);
    for (std::size_t h = 0; h < all.heads.size(); ++h) {
        if (h != 0) out += ",\n";
        append_matrix(out, *get(all.heads[h]), masked);
    }
    out += ']';
}

const Matrix* second_of(const HeadResult& head) {
    return head.second ? head.second->weights.get() : nullptr;
}

// What the window says beside the picture.
Json notes_of(const Request& request, const AllHeads& all) {
    Json notes = Json::array();
    Index bad = 0;
    for (const HeadResult& head : all.heads) bad += head.second ? head.second->bad_rows : 0;
    if (bad > 0) notes.push_back(fmt::format("{} rows have a normaliser that is not positive", bad));
    if (request.exclude_first)
        notes.push_back("weights leave out the first key; scores and output are those of all keys");
    if (request.arrays && request.arrays->odd_row) notes.push_back(note_of(*request.arrays, Reader::file));
    return notes;
}

std::string json_of(const AllHeads& all, Json header) {
    const Matrix& weights = all.heads.front().weights;
    header["shape"] = {{"heads", all.heads.size()}, {"queries", weights.rows()}, {"keys", weights.cols()}};
    if (all.heads.front().output.size() > 0) header["shape"]["dim"] = all.heads.front().output.cols();
    header["entropy_bits"] = Json::array();
    for (const HeadResult& head : all.heads)
        header["entropy_bits"].push_back(std::vector<double>(head.entropy_bits.begin(), head.entropy_bits.end()));
    if (const auto& second = all.heads.front().second) header["compared_with"] = title_of(second->name, Reader::file);
    std::string out = header.dump();
    out.pop_back();  // the closing brace: the large arrays follow
    append_heads(out, "weights", all, "0", [](const HeadResult& h) { return &h.weights; });
    append_heads(out, "scores", all, "0", [](const HeadResult& h) { return &h.scores; });
    append_heads(out, "compared_weights", all, "0", second_of);
    append_heads(out, "output", all, "0", [](const HeadResult& h) { return &h.output; });
    append_heads(out, "compared_output", all, "0",
                 [](const HeadResult& h) { return h.second ? &h.second->output : nullptr; });
    return out + "}\n";
}

std::string to_csv(const AllHeads& all) {
    const bool scores = all.heads.front().scores.size() > 0, second = all.heads.front().second.has_value();
    std::string out = "head,query,key,query_token,key_token";
    out += fmt::format("{},weight{}\n", scores ? ",score" : "", second ? ",compared_weight" : "");
    const auto number = [](float value, const char* masked) {
        return std::isnan(value) ? std::string(masked) : format_float(value);
    };
    for (std::size_t h = 0; h < all.heads.size(); ++h) {
        const HeadResult& head = all.heads[h];
        for (Index i = 0; i < head.weights.rows(); ++i)
            for (Index j = 0; j < head.weights.cols(); ++j) {
                out += fmt::format("{},{},{},{},{}", h + 1, i, j,
                                   csv_field(all.sides.queries.names[static_cast<std::size_t>(i)]),
                                   csv_field(all.sides.keys.names[static_cast<std::size_t>(j)]));
                if (scores) out += fmt::format(",{}", number(head.scores(i, j), ""));
                out += fmt::format(",{}", number(head.weights(i, j), "0"));
                if (second) out += fmt::format(",{}", number((*head.second->weights)(i, j), "0"));
                out += '\n';
            }
    }
    return out;
}

std::string to_npy(const AllHeads& all) {
    const Matrix& first = all.heads.front().weights;
    std::vector<float> values;
    values.reserve(all.heads.size() * static_cast<std::size_t>(first.size()));
    for (const HeadResult& head : all.heads)
        for (Index i = 0; i < head.weights.size(); ++i) {
            const float weight = head.weights.data()[i];
            values.push_back(std::isnan(weight) ? 0 : weight);
        }
    const Index shape[] = {static_cast<Index>(all.heads.size()), first.rows(), first.cols()};
    return format_npy(shape, values);
}

}  // namespace

Panel::DataJob AttentionPanel::data_job(DataFormat format) const {
    Params params = params_;  // describe() gives access to fields, so it needs a copy of its own
    Json parameters = values_json(attnscope::describe(params));
    const std::string vectors = params_.source == Source::text ? params_.vectors : std::string();
    return [format, wanted = request_of(params_), vectors, files = arrays_request(params_),
            from_tokens = params_.from_tokens(),
            parameters = std::move(parameters)](const Progress& progress) -> Result<std::string> {
        Request all_heads = wanted;
        if (!vectors.empty()) {
            Result<WordVectors> loaded = load_text_vectors(vectors);
            if (!loaded) return loaded.error();
            all_heads.queries.vectors = std::make_shared<const WordVectors>(std::move(*loaded));
            if (all_heads.keys) all_heads.keys->vectors = all_heads.queries.vectors;
        }
        if (!from_tokens) {
            Result<Arrays> loaded = load_arrays(files, progress.silent());
            if (!loaded) return loaded.error();
            all_heads.arrays = std::make_shared<const Arrays>(std::move(*loaded));
        }
        if (const Result<void> fits = check_request(all_heads); !fits) return fits.error();
        const Result<bool> huge = is_huge(all_heads);
        if (!huge) return huge.error();
        if (*huge)
            return invalid_input(
                tr("data: the weights of more than {} tokens are too many for a file; `attnscope compute "
                   "attention` writes the output of any number of them, `attnscope render` the picture",
                   all_heads.limits.held));
        Result<AllHeads> all = compute_all(all_heads, progress);
        if (!all) return all.error();
        if (all_heads.merge_words)
            if (const Result<void> merged = merge_all(*all); !merged) return merged.error();
        if (format == DataFormat::csv) return to_csv(*all);
        if (format == DataFormat::npy) return to_npy(*all);
        Json header = {{"panel", "attention"},
                       {"version", ATTNSCOPE_VERSION},
                       {"provenance", provenance_of(all_heads, Reader::file)}};
        header["parameters"] = parameters;
        header["tokens"] = all->sides.queries.names;
        if (all_heads.keys || all->sides.keys.names != all->sides.queries.names)
            header["key_tokens"] = all->sides.keys.names;
        header["invented"] = all->sides.queries.invented;
        if (all_heads.keys) header["key_invented"] = all->sides.keys.invented;
        if (const Json notes = notes_of(all_heads, *all); !notes.empty()) header["notes"] = notes;
        return json_of(*all, std::move(header));
    };
}

}  // namespace attnscope::attention_panel
