// train_vectors CORPUS.txt OUT.bin NOTE: trains the word vectors that the program carries. Offline and deterministic:
// the same corpus gives the same file on the same machine and compiler.
//
// Corpus: the King James Version of the Bible, 1611, whose copyright is expired, as the Debian packages bible-kjv and
// bible-kjv-text (4.38) hold it; 31,102 verses, 4.4 MB. The text itself is no part of this repository:
//     apt install bible-kjv
//     bible -f gen1:1-rev22:21 </dev/null > kjv.txt
//     train_vectors kjv.txt assets/embedded/word_vectors.bin "King James Bible (Debian bible-kjv-text 4.38), PPMI +
//     SVD"
// A line's first field is dropped where it is a verse reference ("1Sa2:3"). It took 4.3 s on one core of a small
// virtual machine.
//
// Method (Levy, Goldberg, Dagan, "Improving distributional similarity with lessons learned from word embeddings",
// TACL 2015): co-occurrence in a symmetric window of 8 tokens, weight falling linearly with distance; positive
// pointwise mutual information with context counts to the power 0.75, M = max(0, ln(P(w,c) / (P(w) P_0.75(c)))); M ~ U
// S V^T with the 64 largest singular values, by randomized subspace iteration (Halko, Martinsson, Tropp, SIAM Review
// 2011); rows of U S^(1/4), less their mean, each scaled to built_in_norm. Exponents 0, 1/4, 1/2, windows 5, 6, 8 and
// subsampling of frequent words were compared by looking at neighbours; this choice keeps "," near "." and "king" near
// "kings".
#include <fmt/core.h>

#include <Eigen/Dense>
#include <Eigen/SparseCore>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "core/base/random.hpp"
#include "core/text/tokenizer.hpp"
#include "core/text/utf8.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope {
namespace {

constexpr std::size_t vocabulary_size = 5000;  // the most frequent words, and the example sentence's
constexpr std::string_view example = "the king and the queen ate bread and drank water in the month of march";
constexpr Index window = 8;
constexpr double context_power = 0.75;
constexpr double singular_power = 0.25;
constexpr Index dim = 64;
constexpr Index sketch = 96;  // columns of the random sketch: dim and some more
constexpr int iterations = 8;

using Sparse = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using Ids = std::vector<Index>;  // per token its word's number, or -1

struct Vocabulary {
    std::vector<std::string> words;  // by falling count, then by the bytes
    std::unordered_map<std::string, Index> number;
};

/// The line without its first field, where that is a verse reference: letters and digits, ':', digits.
std::string_view without_reference(std::string_view line) {
    const std::string_view field = line.substr(0, line.find(' '));
    const std::size_t colon = field.find(':');
    const auto is_number = [](char c) { return c >= '0' && c <= '9'; };
    if (colon == std::string_view::npos || colon + 1 == field.size()) return line;
    if (!std::all_of(field.begin() + static_cast<std::ptrdiff_t>(colon) + 1, field.end(), is_number)) return line;
    return line.substr(std::min(line.size(), field.size() + 1));
}

Result<std::vector<std::string>> read_corpus(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return io_error(path + ": cannot be opened");
    std::string text, line;
    while (std::getline(file, line)) {
        text += lower_case_utf8(without_reference(line));
        text += '\n';
    }
    if (file.bad()) return io_error(path + ": cannot be read");
    return tokenize(text, Tokenizer::words, Index{1} << 40);
}

Vocabulary make_vocabulary(const std::vector<std::string>& tokens) {
    std::map<std::string, Index> counts;
    for (const std::string& token : tokens) ++counts[token];
    std::vector<std::pair<std::string, Index>> order(counts.begin(), counts.end());
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    const std::vector<std::string> listed = *tokenize(example, Tokenizer::words, 100);
    const std::set<std::string> wanted(listed.begin(), listed.end());
    Vocabulary vocabulary;
    for (const auto& [word, count] : order) {
        if (vocabulary.words.size() >= vocabulary_size && !wanted.contains(word)) continue;
        vocabulary.number.emplace(word, static_cast<Index>(vocabulary.words.size()));
        vocabulary.words.push_back(word);
    }
    fmt::print("{} tokens, {} different words, {} in the vocabulary\n", tokens.size(), order.size(),
               vocabulary.words.size());
    return vocabulary;
}

Ids number_tokens(const std::vector<std::string>& tokens, const Vocabulary& vocabulary) {
    Ids ids;
    ids.reserve(tokens.size());
    for (const std::string& token : tokens) {
        const auto found = vocabulary.number.find(token);
        ids.push_back(found == vocabulary.number.end() ? -1 : found->second);
    }
    return ids;
}

/// The matrix M of the header comment. Counts are whole numbers, so that no order of summation matters.
Sparse positive_mutual_information(const Ids& ids, Index words) {
    std::vector<std::unordered_map<Index, Index>> together(static_cast<std::size_t>(words));
    for (std::size_t i = 0; i < ids.size(); ++i)
        for (Index offset = 1; offset <= window && i + static_cast<std::size_t>(offset) < ids.size(); ++offset) {
            const Index a = ids[i], b = ids[i + static_cast<std::size_t>(offset)];
            if (a < 0 || b < 0) continue;
            together[static_cast<std::size_t>(a)][b] += window + 1 - offset;
            together[static_cast<std::size_t>(b)][a] += window + 1 - offset;
        }
    VectorD count = VectorD::Zero(words);
    for (Index a = 0; a < words; ++a)
        for (const auto& [b, weight] : together[static_cast<std::size_t>(a)]) count[a] += static_cast<double>(weight);
    VectorD context = count.array().pow(context_power);
    context /= context.sum();

    std::vector<Eigen::Triplet<double, Index>> entries;
    for (Index a = 0; a < words; ++a)
        for (const auto& [b, weight] : together[static_cast<std::size_t>(a)]) {
            const double information = std::log(static_cast<double>(weight) / (count[a] * context[b]));
            if (information > 0) entries.emplace_back(a, b, information);
        }
    Sparse m(words, words);
    m.setFromTriplets(entries.begin(), entries.end());
    return m;
}

/// An orthonormal basis of the columns.
Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& columns) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(columns);
    return qr.householderQ() * Eigen::MatrixXd::Identity(columns.rows(), columns.cols());
}

/// U S^singular_power for the `dim` largest singular values of m; the largest component of each column is positive.
Eigen::MatrixXd leading_factors(const Sparse& m) {
    const Sparse transposed = m.transpose();
    const Matrix start = random_normal(m.cols(), sketch, 1.0, 1, stable_hash("train_vectors sketch"));
    Eigen::MatrixXd q = orthonormal(m * start.cast<double>());
    for (int i = 0; i < iterations; ++i) {
        const Eigen::MatrixXd z = orthonormal(transposed * q);
        q = orthonormal(m * z);
    }
    const Eigen::MatrixXd b = transposed * q;  // words x sketch, (Q^T M)^T
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> gram(b.transpose() * b);
    const Eigen::MatrixXd vectors = gram.eigenvectors().rowwise().reverse().leftCols(dim);
    const VectorD singular = gram.eigenvalues().reverse().head(dim).cwiseMax(0.0).cwiseSqrt();
    fmt::print("singular values {:.1f}, {:.1f}, {:.1f} ... {:.1f}\n", singular[0], singular[1], singular[2],
               singular[dim - 1]);
    Eigen::MatrixXd u = q * vectors;
    for (Index j = 0; j < dim; ++j) {
        Index largest = 0;
        u.col(j).cwiseAbs().maxCoeff(&largest);
        const double sign = u(largest, j) < 0 ? -1.0 : 1.0;
        u.col(j) *= sign * std::pow(singular[j], singular_power);
    }
    return u;
}

Matrix finished_rows(Eigen::MatrixXd x) {
    const Eigen::RowVectorXd mean = x.colwise().mean();
    x.rowwise() -= mean;
    x.rowwise().normalize();
    x *= built_in_norm(dim);
    return x.cast<float>();
}

void print_neighbours(const WordVectors& vectors) {
    for (const char* word : {"king", "queen", "bread", "water", "month", "mother", "daughter", "seven", "sword",
                             "silver", "sheep", "ship", "river", "the", ",", "ate", "march"}) {
        fmt::print("{:9}", word);
        for (const Neighbour& neighbour : vectors.nearest(word, 10))
            fmt::print(" {} {:.2f}", vectors.word(neighbour.word), neighbour.cosine);
        fmt::print("\n");
    }
}

Result<void> train(const std::string& corpus, const std::string& out, const std::string& note) {
    const auto start = std::chrono::steady_clock::now();
    const Result<std::vector<std::string>> tokens = read_corpus(corpus);
    if (!tokens) return tokens.error();
    Vocabulary vocabulary = make_vocabulary(*tokens);
    if (static_cast<Index>(vocabulary.words.size()) < sketch)
        return invalid_input(
            fmt::format("{}: {} different words, at least {} are needed", corpus, vocabulary.words.size(), sketch));
    const Ids ids = number_tokens(*tokens, vocabulary);
    const Sparse m = positive_mutual_information(ids, static_cast<Index>(vocabulary.words.size()));
    const WordVectors vectors(std::move(vocabulary.words), finished_rows(leading_factors(m)), note);
    print_neighbours(vectors);
    const std::string bytes = write_vectors(vectors);
    std::ofstream file(out, std::ios::binary);
    file << bytes;
    file.close();
    if (!file) return io_error(out + ": cannot be written");
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("{}: {} bytes, {:.1f} s\n", out, bytes.size(), seconds.count());
    return {};
}

}  // namespace
}  // namespace attnscope

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: train_vectors CORPUS.txt OUT.bin NOTE\n");
        return 2;
    }
    const attnscope::Result<void> trained = attnscope::train(argv[1], argv[2], argv[3]);
    if (!trained) std::fprintf(stderr, "train_vectors: error: %s\n", trained.error().what.c_str());
    return trained ? 0 : 1;
}
