// The numbers behind the attention panel's picture, for every head.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/panels/attention/attention_panel.hpp"
#include "core/io/csv.hpp"
#include "core/io/npy.hpp"

namespace attnscope::attention_panel {
namespace {

using Json = nlohmann::ordered_json;

struct AllHeads {
    Tokens tokens;
    std::vector<Attention> heads;
};

Result<AllHeads> compute_all(const Request& request, const Progress& progress) {
    Result<Tokens> tokens = make_tokens(request.tokens);
    if (!tokens) return tokens.error();
    AllHeads all;
    all.tokens = std::move(*tokens);
    AttentionOptions options = options_of(request);
    options.keep_scores = true;
    for (Index head = 0; head < request.heads; ++head) {
        const HeadInput in = make_head(request, all.tokens.vectors, head);
        Result<Attention> done = attention(in.q, in.k, in.v, options, progress.silent());
        if (!done) return done.error();
        all.heads.push_back(std::move(*done));
        // The rest of the time goes into writing the numbers.
        progress.report(0.3 * static_cast<double>(head + 1) / static_cast<double>(request.heads));
    }
    return all;
}

// nlohmann writes doubles: the shortest text that restores the float is shorter and says what it is.
void append_matrix(std::string& out, const Matrix& matrix) {
    out += '[';
    for (Index i = 0; i < matrix.rows(); ++i) {
        out += i == 0 ? "[" : ",\n[";
        for (Index j = 0; j < matrix.cols(); ++j) {
            if (j != 0) out += ',';
            out += format_float(matrix(i, j));
        }
        out += ']';
    }
    out += ']';
}

template <class Member>
void append_heads(std::string& out, const char* name, const AllHeads& all, Member member) {
    out += fmt::format(",\n\"{}\":[", name);
    for (std::size_t h = 0; h < all.heads.size(); ++h) {
        if (h != 0) out += ",\n";
        append_matrix(out, all.heads[h].*member);
    }
    out += ']';
}

Json parameters_json(const ParamList& params) {
    Json json = Json::object();
    for (const Param& param : params) std::visit([&](const auto& value) { json[param.key] = value; }, param.get());
    return json;
}

std::string to_json(const AllHeads& all, Json header) {
    const auto length = all.tokens.vectors.rows();
    header["shape"] = {
        {"heads", all.heads.size()}, {"queries", length}, {"keys", length}, {"dim", all.heads.front().output.cols()}};
    header["entropy_bits"] = Json::array();
    for (const Attention& head : all.heads)
        header["entropy_bits"].push_back(std::vector<double>(head.entropy_bits.begin(), head.entropy_bits.end()));
    std::string out = header.dump();
    out.pop_back();  // the closing brace: the large arrays follow
    append_heads(out, "weights", all, &Attention::weights);
    append_heads(out, "scores", all, &Attention::scores);
    append_heads(out, "output", all, &Attention::output);
    return out + "}\n";
}

std::string to_csv(const AllHeads& all) {
    std::string out = "head,query,key,query_token,key_token,score,weight\n";
    for (std::size_t h = 0; h < all.heads.size(); ++h) {
        const Attention& head = all.heads[h];
        for (Index i = 0; i < head.weights.rows(); ++i)
            for (Index j = 0; j < head.weights.cols(); ++j)
                out += fmt::format("{},{},{},{},{},{},{}\n", h + 1, i, j,
                                   csv_field(all.tokens.names[static_cast<std::size_t>(i)]),
                                   csv_field(all.tokens.names[static_cast<std::size_t>(j)]),
                                   format_float(head.scores(i, j)), format_float(head.weights(i, j)));
    }
    return out;
}

std::string to_npy(const AllHeads& all) {
    const Index length = all.tokens.vectors.rows();
    std::vector<float> values;
    values.reserve(all.heads.size() * static_cast<std::size_t>(length * length));
    for (const Attention& head : all.heads)
        values.insert(values.end(), head.weights.data(), head.weights.data() + head.weights.size());
    const Index shape[] = {static_cast<Index>(all.heads.size()), length, length};
    return format_npy(shape, values);
}

}  // namespace

Panel::DataJob AttentionPanel::data_job(DataFormat format) const {
    Params params = params_;  // describe() gives access to fields, so it needs a copy of its own
    Json parameters = parameters_json(attnscope::describe(params));
    return [format, wanted = request(), path = params_.source == Source::text ? params_.vectors : std::string(),
            parameters = std::move(parameters)](const Progress& progress) -> Result<std::string> {
        Request all_heads = wanted;
        if (!path.empty()) {
            Result<WordVectors> loaded = load_text_vectors(path);
            if (!loaded) return loaded.error();
            all_heads.tokens.vectors = std::make_shared<const WordVectors>(std::move(*loaded));
        }
        if (wanted.head > wanted.heads)
            return invalid_input(fmt::format("head: {} is out of range: there are {} heads (0 shows their average)",
                                             wanted.head, wanted.heads));
        const Result<AllHeads> all = compute_all(all_heads, progress);
        if (!all) return all.error();
        if (format == DataFormat::csv) return to_csv(*all);
        if (format == DataFormat::npy) return to_npy(*all);
        Json header = {
            {"panel", "attention"}, {"version", ATTNSCOPE_VERSION}, {"provenance", provenance_of(all_heads)}};
        header["parameters"] = parameters;
        header["tokens"] = all->tokens.names;
        header["invented"] = all->tokens.invented;
        return to_json(*all, std::move(header));
    };
}

}  // namespace attnscope::attention_panel
