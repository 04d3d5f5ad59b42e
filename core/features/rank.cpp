#include "core/features/rank.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr double rank_max_sigma = 1e30;  // far from the end of float, and far beyond what exp(S) bears

// Of the largest score: no singular value is above sqrt(Lq Lk) times the largest entry. One less, for rounding.
double rank_score_limit(Index queries, Index keys) {
    const double entries = static_cast<double>(queries) * static_cast<double>(keys);
    return std::log(std::numeric_limits<double>::max()) - 0.5 * std::log(entries) - 1;
}

std::optional<Error> rank_overflow(const MatrixD& scores) {
    Index query = 0, key = 0;
    const double largest = scores.maxCoeff(&query, &key);
    const double limit = rank_score_limit(scores.rows(), scores.cols());
    if (largest <= limit) return std::nullopt;
    return invalid_input(
        tr("the score q . k / sqrt(d) of query {} and key {} (counted from 0) is {:.6g}: exp of the scores goes "
           "beyond the range of double; shorter queries or keys, with no score above {:.6g}, are needed",
           query, key, largest, limit));
}

// The greatest eigenvalues of the symmetric matrix [0 M; M^T 0], whose others are the same with a minus, and zeros
// (Golub and Van Loan, Matrix Computations, 8.6). Eigen 3.4's divide and conquer (BDCSVD) would take half the time, but
// of exp(S) with scores that reach far it finds wrong values or none; its JacobiSVD takes fifteen times as long. Empty
// if the iteration finds no end.
VectorD rank_singular_values(const MatrixD& matrix) {
    const Index rows = matrix.rows(), columns = matrix.cols();
    MatrixD both = MatrixD::Zero(rows + columns, rows + columns);
    both.bottomLeftCorner(columns, rows) = matrix.transpose();  // the solver reads the lower half
    const Eigen::SelfAdjointEigenSolver<MatrixD> solver(both, Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success || !solver.eigenvalues().allFinite()) return {};
    return solver.eigenvalues().tail(std::min(rows, columns)).reverse().cwiseMax(0);  // a zero may come out below
}

// A zero matrix has the tolerance 0 and, since that is not above it, the rank 0.
Index rank_above_tolerance(const VectorD& values, Index longer_side) {
    const double tolerance = static_cast<double>(longer_side) * std::numeric_limits<double>::epsilon() * values(0);
    return (values.array() > tolerance).count();
}

Index rank_holding_99(const VectorD& values) {
    if (!(values(0) > 0)) return 0;
    const VectorD squares = (values / values(0)).array().square();  // relative: the squares themselves may overflow
    const double wanted = 0.99 * squares.sum();
    double held = 0;
    Index count = 0;
    while (count < squares.size() && held < wanted) held += squares(count++);
    return count;
}

// length x dim: a token's first entries are the same for every dim.
Matrix rank_tokens(Index length, Index dim, double sigma, std::uint64_t seed, std::string_view stream) {
    return random_normal(dim, length, sigma, seed, stable_hash(stream)).transpose();
}

}  // namespace

Result<RankFacts> rank_facts(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                             const Progress& progress) {
    check(q.rows() >= 1 && k.rows() >= 1 && q.cols() >= 1 && q.cols() == k.cols(),
          "queries and keys exist and are equally wide");
    check(q.allFinite() && k.allFinite(), "queries and keys are finite");
    if (progress.stopped()) return cancelled();
    const double root = std::sqrt(static_cast<double>(q.cols()));
    std::array<MatrixD, 2> matrices;  // S and exp(S)
    matrices[0] = q.cast<double>() * k.cast<double>().transpose() / root;
    if (std::optional<Error> error = rank_overflow(matrices[0])) return *std::move(error);
    // Not Eigen's own exp, whose vectorised form ends at exp(-709) instead of at 0.
    matrices[1] = matrices[0].unaryExpr([](double score) { return std::exp(score); });

    std::array<VectorD, 2> values;
    parallel_blocks(2, 1, progress, [&](Index begin, Index) {
        const std::size_t which = static_cast<std::size_t>(begin);
        values[which] = rank_singular_values(matrices[which]);
    });
    if (progress.stopped()) return cancelled();
    progress.report(1);
    for (const VectorD& found : values)
        if (found.size() == 0)
            return invalid_input(tr("the singular values of these scores cannot be found: smaller entries are needed"));
    const Index longer_side = std::max(q.rows(), k.rows());
    return RankFacts{.score_values = values[0],
                     .exp_values = values[1],
                     .score_rank = rank_above_tolerance(values[0], longer_side),
                     .exp_rank = rank_above_tolerance(values[1], longer_side),
                     .exp_99 = rank_holding_99(values[1])};
}

Result<std::vector<RankPoint>> rank_by_width(Index length, const std::vector<Index>& dims, double sigma,
                                             std::uint64_t seed, const Progress& progress) {
    check(length >= 1 && std::all_of(dims.begin(), dims.end(), [](Index dim) { return dim >= 1; }),
          "at least one token, and widths of at least 1");
    if (!(sigma >= 0 && sigma <= rank_max_sigma))
        return invalid_input(
            tr("the standard deviation of queries and keys is {}: it must be 0 .. {}", sigma, rank_max_sigma));
    if (progress.stopped()) return cancelled();
    if (dims.empty()) return std::vector<RankPoint>();
    const Index widest = *std::max_element(dims.begin(), dims.end());
    const Matrix q = rank_tokens(length, widest, sigma, seed, "rank by width, queries");
    const Matrix k = rank_tokens(length, widest, sigma, seed, "rank by width, keys");

    std::vector<RankPoint> points(dims.size());
    std::vector<std::optional<Error>> errors(dims.size());
    std::atomic<Index> done = 0;
    const Index count = static_cast<Index>(dims.size());
    parallel_blocks(count, 1, progress, [&](Index begin, Index) {
        const std::size_t i = static_cast<std::size_t>(begin);
        const Result<RankFacts> facts = rank_facts(q.leftCols(dims[i]), k.leftCols(dims[i]), progress.silent());
        if (facts)
            points[i] = {dims[i], facts->score_rank, facts->exp_rank, facts->exp_99};
        else
            errors[i] = facts.error();
        progress.report(static_cast<double>(++done) / static_cast<double>(count));
    });
    if (progress.stopped()) return cancelled();
    for (std::size_t i = 0; i < dims.size(); ++i)
        if (errors[i]) return Error{errors[i]->code, tr("at width {}: {}", dims[i], errors[i]->what)};
    return points;
}

OrderCost weights_first_cost(Index length, Index dim) {
    check(length >= 0 && dim >= 1, "no negative length, and a width of at least 1");
    const double l = static_cast<double>(length), d = static_cast<double>(dim);
    return {.operations = 4 * l * l * d, .floats = l * l + l * d};
}

OrderCost keys_first_cost(Index length, Index dim, Index features, Index feature_dim) {
    check(length >= 0 && dim >= 1 && features >= 0 && feature_dim >= 0, "no negative count, and a width of at least 1");
    const double l = static_cast<double>(length), d = static_cast<double>(dim);
    const double m = static_cast<double>(features), r = static_cast<double>(feature_dim);
    const double making = 4 * l * m * d, products = 4 * l * r * d, normaliser = 4 * l * r;
    return {.operations = making + products + normaliser, .floats = l * r + r * d + l * d};
}

// Both counts are equal where 4 L^2 d = 4 L (m d + r d + r).
double break_even_length(Index dim, Index features, Index feature_dim) {
    check(dim >= 1 && features >= 0 && feature_dim >= 0, "no negative count, and a width of at least 1");
    const double r = static_cast<double>(feature_dim);
    return static_cast<double>(features) + r + r / static_cast<double>(dim);
}

}  // namespace attnscope
