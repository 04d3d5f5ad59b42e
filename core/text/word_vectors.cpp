#include "core/text/word_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "assets/embedded.hpp"
#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

double squared_norm(const Matrix& rows, Index i) {
    return rows.row(i).cast<double>().squaredNorm();
}

double root_mean_squared_norm(const Matrix& rows) {
    double sum = 0;
    for (Index i = 0; i < rows.rows(); ++i) sum += squared_norm(rows, i);
    return sum > 0 ? std::sqrt(sum / static_cast<double>(rows.rows())) : std::sqrt(static_cast<double>(rows.cols()));
}

/// Calls use(ngram) for the n-grams, n = 3..5, of '<' + token + '>' in lower case.
template <class Use>
void for_each_ngram(std::string_view token, const Use& use) {
    std::string marked("<");
    marked += lower_case_utf8(token);
    marked += '>';
    std::vector<std::size_t> starts;
    for (const CodePoint& point : CodePoints(marked)) starts.push_back(point.offset);
    starts.push_back(marked.size());
    for (std::size_t n = 3; n <= 5; ++n)
        for (std::size_t i = 0; i + n < starts.size(); ++i)
            use(std::string_view(marked).substr(starts[i], starts[i + n] - starts[i]));
}

VectorD ngram_vector(std::string_view token, Index dim, double norm) {
    constexpr std::uint64_t ngram_stream = 0x6E6772616D73;  // "ngrams"
    const double unit_variance = std::sqrt(12.0);
    VectorD sum = VectorD::Zero(dim);
    for_each_ngram(token, [&](std::string_view ngram) {
        Random random(stable_hash(ngram), ngram_stream);
        for (Index j = 0; j < dim; ++j) sum[j] += unit_variance * (random.uniform() - 0.5);
    });
    const double length = sum.norm();
    check(length > 0, "ngram_vector: an empty token");
    return sum * (norm / length);
}

}  // namespace

WordVectors::WordVectors(std::vector<std::string> words, Matrix rows, std::string note)
    : words_(std::move(words)), rows_(std::move(rows)), note_(std::move(note)) {
    check(rows_.rows() >= 1 && rows_.cols() >= 1, "WordVectors: an empty table");
    check(static_cast<Index>(words_.size()) == rows_.rows(), "WordVectors: not one row per word");
    // min and max propagate no NaN reliably: compare each number instead.
    const bool in_range = (rows_.array().abs() <= largest_component).all();
    check(in_range, "WordVectors: a component is not finite or too large");
    index_.reserve(words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const bool is_new = index_.emplace(words_[i], static_cast<Index>(i)).second;
        check(is_new && !words_[i].empty(), "WordVectors: an empty or repeated word");
    }
    typical_norm_ = root_mean_squared_norm(rows_);
}

std::optional<Index> WordVectors::find(std::string_view word) const {
    auto found = index_.find(word);
    if (found == index_.end()) found = index_.find(lower_case_utf8(word));
    if (found == index_.end()) return std::nullopt;
    return found->second;
}

std::vector<Neighbour> WordVectors::nearest(Index i, Index n) const {
    check(i >= 0 && i < size() && n >= 0, "WordVectors::nearest: no such word, or a negative number of neighbours");
    const VectorD x = rows_.row(i).cast<double>();
    std::vector<Neighbour> all;
    all.reserve(static_cast<std::size_t>(size()));
    for (Index j = 0; j < size(); ++j) {
        if (j == i) continue;
        const double dot = rows_.row(j).cast<double>().dot(x);
        const double norms = std::sqrt(squared_norm(rows_, j) * x.squaredNorm());
        all.push_back({j, norms > 0 ? std::clamp(dot / norms, -1.0, 1.0) : 0.0});
    }
    const auto kept = std::min(static_cast<std::ptrdiff_t>(n), static_cast<std::ptrdiff_t>(all.size()));
    std::partial_sort(all.begin(), all.begin() + kept, all.end(), [](const Neighbour& a, const Neighbour& b) {
        return a.cosine != b.cosine ? a.cosine > b.cosine : a.word < b.word;
    });
    all.resize(static_cast<std::size_t>(kept));
    return all;
}

std::vector<Neighbour> WordVectors::nearest(std::string_view word, Index n) const {
    const std::optional<Index> i = find(word);
    return i ? nearest(*i, n) : std::vector<Neighbour>{};
}

const WordVectors& built_in_vectors() {
    static const WordVectors vectors = [] {
        Result<WordVectors> parsed = parse_vectors(embedded("assets/embedded/word_vectors.bin"));
        check(parsed.has_value(), parsed ? "" : parsed.error().what);
        return std::move(parsed).value();
    }();
    return vectors;
}

double built_in_norm(Index dim) {
    return std::sqrt(static_cast<double>(dim) / 2);
}

Embedded embed(const std::vector<std::string>& tokens, const WordVectors& vectors) {
    const auto count = static_cast<Index>(tokens.size());
    check(count >= 1, "embed: no token");
    Embedded result{Matrix(count, vectors.dim()), std::vector<TokenOrigin>(tokens.size(), TokenOrigin::vocabulary)};
    for (Index i = 0; i < count; ++i) {
        const std::string& token = tokens[static_cast<std::size_t>(i)];
        if (const std::optional<Index> known = vectors.find(token)) {
            result.vectors.row(i) = vectors.rows().row(*known);
            continue;
        }
        const VectorD x = ngram_vector(token, vectors.dim(), vectors.typical_norm());
        result.vectors.row(i) = x.transpose().cast<float>();
        result.origin[static_cast<std::size_t>(i)] = TokenOrigin::ngrams;
    }
    return result;
}

}  // namespace attnscope
