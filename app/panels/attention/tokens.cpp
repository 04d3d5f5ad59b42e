#include "app/panels/attention/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "app/language/language.hpp"
#include "core/base/random.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index random_dim = 64;

const WordVectors& table_of(const TokenRequest& request) {
    return request.vectors ? *request.vectors : built_in_vectors();
}

Result<Tokens> tokens_in_order(const TokenRequest& request) {
    Tokens tokens;
    if (request.source == Source::random) {
        tokens.vectors = random_normal(request.length, random_dim, 1, request.seed,
                                       stable_hash(request.second ? "random keys" : "random tokens"));
        for (Index i = 0; i < request.length; ++i) tokens.names.push_back(fmt::format("{}", i));
        tokens.invented.assign(static_cast<std::size_t>(request.length), false);
        return tokens;
    }
    const Result<std::vector<std::string>> cut = tokenize(request.text, request.tokenizer, most_tokens);
    if (!cut) return request.second ? invalid_input(tr("second text: {}", cut.error().what)) : cut.error();
    Embedded embedded = embed(*cut, table_of(request));
    tokens.vectors = std::move(embedded.vectors);
    for (const TokenOrigin origin : embedded.origin) {
        tokens.invented.push_back(origin == TokenOrigin::ngrams);
        tokens.invented_count += origin == TokenOrigin::ngrams ? 1 : 0;
    }
    for (const std::string& name : *cut) tokens.names.push_back(visible_token(name));
    return tokens;
}

}  // namespace

std::vector<Index> shuffled_order(Index count, int shuffle) {
    std::vector<Index> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), Index{0});
    if (shuffle == 0) return order;
    Random random(static_cast<std::uint64_t>(shuffle), stable_hash("shuffle"));
    for (std::size_t i = order.size(); i > 1; --i)  // Fisher and Yates
        std::swap(order[i - 1], order[static_cast<std::size_t>(random.uniform() * static_cast<double>(i))]);
    return order;
}

Result<Tokens> make_tokens(const TokenRequest& request) {
    Result<Tokens> written = tokens_in_order(request);
    if (!written || request.shuffle == 0) return written;
    const Tokens& from = *written;
    Tokens tokens;
    tokens.invented_count = from.invented_count;
    tokens.vectors.resize(from.vectors.rows(), from.vectors.cols());
    for (const Index i : shuffled_order(from.size(), request.shuffle)) {
        tokens.vectors.row(tokens.size()) = from.vectors.row(i);
        tokens.names.push_back(from.names[static_cast<std::size_t>(i)]);
        tokens.invented.push_back(from.invented[static_cast<std::size_t>(i)]);
    }
    return tokens;
}

Matrix merge_map(const Matrix& map, const std::vector<WordGroup>& rows, const std::vector<WordGroup>& columns) {
    Matrix merged(static_cast<Index>(rows.size()), static_cast<Index>(columns.size()));
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < columns.size(); ++j) {
            const auto block = map.block(rows[i].begin, columns[j].begin, rows[i].end - rows[i].begin,
                                         columns[j].end - columns[j].begin);
            const bool all_masked = block.array().isNaN().all();
            const float sum = block.array().isNaN().select(0.0F, block.array()).sum();
            merged(static_cast<Index>(i), static_cast<Index>(j)) =
                all_masked ? std::numeric_limits<float>::quiet_NaN() : sum / static_cast<float>(block.rows());
        }
    return merged;
}

Tokens words_of(const std::vector<WordGroup>& groups) {
    Tokens tokens;
    for (const WordGroup& group : groups) tokens.names.push_back(group.name);
    tokens.invented.assign(groups.size(), false);
    return tokens;
}

std::vector<WordGroup> word_groups(const std::vector<std::string>& characters) {
    std::vector<WordGroup> groups;
    bool inside = false;
    for (std::size_t i = 0; i < characters.size(); ++i) {
        const std::string& c = characters[i];
        const bool blank = c == "␣" || c == "↵" || c == "⇥";
        if (blank) {
            inside = false;
            continue;
        }
        if (!inside) groups.push_back({{}, static_cast<Index>(i), static_cast<Index>(i)});
        inside = true;
        groups.back().name += c;
        groups.back().end = static_cast<Index>(i) + 1;
    }
    return groups;
}

}  // namespace attnscope::attention_panel
