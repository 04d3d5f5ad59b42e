#include "core/attention/validate.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/tr.hpp"
#include "core/engine/score_factors.hpp"

namespace attnscope {
namespace {

template <class Scalar>
using AnyMatrix = Eigen::Ref<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

template <class Scalar>
std::string shape(const AnyMatrix<Scalar>& x) {
    return fmt::format("{} x {}", x.rows(), x.cols());
}

template <class Scalar>
std::optional<Error> fault_of(const AnyMatrix<Scalar>& x, const char* name) {
    if (x.rows() == 0 || x.cols() == 0)
        return invalid_input(
            tr("the {} are empty ({}): attention needs at least one row and one column", tr(name), shape<Scalar>(x)));
    if (const std::optional<Cell> cell = first_not_finite<Scalar>(x))
        return invalid_input(tr("the {} hold {} at row {}, column {} (counted from 0): every entry must be finite",
                                tr(name), x(cell->row, cell->col), cell->row, cell->col));
    return std::nullopt;
}

std::optional<Error> fault_of(const LocalWindow& local, Index queries) {
    if (local.centers.size() != queries)
        return invalid_input(
            tr("the local window has {} centres for {} queries: each query needs one", local.centers.size(), queries));
    for (Index i = 0; i < queries; ++i)
        if (!std::isfinite(local.centers(i)))
            return invalid_input(tr("the local window's centre of query {} (counted from 0) is {}: it must be finite",
                                    i, local.centers(i)));
    if (!(local.half_width > 0) || !std::isfinite(local.half_width))
        return invalid_input(
            tr("the local window's half width is {}: it must be a finite number above 0", local.half_width));
    return std::nullopt;
}

struct Shape {
    Index rows, cols;
};

std::optional<Error> fault_of_weights(const Eigen::Ref<const Matrix>& w, const char* name, Shape expected) {
    if (w.rows() != expected.rows || w.cols() != expected.cols)
        return invalid_input(tr("the score weights {} are {}: they must be {} x {}", name, shape<float>(w),
                                expected.rows, expected.cols));
    if (const std::optional<Cell> cell = first_not_finite<float>(w))
        return invalid_input(
            tr("the score weights {} hold {} at row {}, column {} (counted from 0): every entry must be finite", name,
               w(cell->row, cell->col), cell->row, cell->col));
    return std::nullopt;
}

// d_q and d_k: entries of a query and of a key.
std::optional<Error> fault_of_score(const AttentionOptions& options, Index d_q, Index d_k) {
    if (!has_weights(options.score)) return std::nullopt;
    const bool general = options.score == ScoreKind::general;
    if (!options.score_weights)
        return invalid_input(
            tr("the score has no weights: for queries of {} and keys of {} entries it needs {}", d_q, d_k,
               general ? tr("w_q of {} x {}", d_q, d_k) : tr("w_q of h x {}, w_k of h x {} and w_v of h", d_q, d_k)));
    const ScoreWeights& w = *options.score_weights;
    if (general) return fault_of_weights(w.w_q, "w_q", {d_q, d_k});
    const Index hidden = w.w_v.size();
    if (hidden == 0) return invalid_input(tr("the score weights w_v are empty: they must have at least one entry"));
    if (auto fault = fault_of_weights(w.w_v, "w_v", {hidden, 1})) return fault;
    if (auto fault = fault_of_weights(w.w_q, "w_q", {hidden, d_q})) return fault;
    return fault_of_weights(w.w_k, "w_k", {hidden, d_k});
}

}  // namespace

template <class Scalar>
std::optional<Cell> first_not_finite(const AnyMatrix<Scalar>& x) {
    for (Index i = 0; i < x.rows(); ++i) {
        if (all_finite(x.row(i))) continue;
        for (Index j = 0; j < x.cols(); ++j)
            if (!std::isfinite(x(i, j))) return Cell{i, j};
    }
    return std::nullopt;
}

template <class Scalar>
Result<void> validate_attention(const AnyMatrix<Scalar>& q, const AnyMatrix<Scalar>& k, const AnyMatrix<Scalar>& v,
                                const AttentionOptions& options) {
    if (needs_equal_dims(options.score) && q.cols() != k.cols())
        return invalid_input(tr("the queries are {} and the keys {}: this score needs equally many columns in both",
                                shape<Scalar>(q), shape<Scalar>(k)));
    if (options.need_output && k.rows() != v.rows())
        return invalid_input(tr("the keys are {} and the values {}: they must have equally many rows", shape<Scalar>(k),
                                shape<Scalar>(v)));
    if (const auto fault = fault_of<Scalar>(q, translatable("queries"))) return *fault;
    if (const auto fault = fault_of<Scalar>(k, translatable("keys"))) return *fault;
    if (options.need_output)
        if (const auto fault = fault_of<Scalar>(v, translatable("values"))) return *fault;
    if (auto valid =
            validate_factors({effective_scale(options, q.cols()), options.temperature, options.distance_slope});
        !valid)
        return valid;
    if (auto valid = validate_mask(options.mask); !valid) return valid;
    if (options.local)
        if (const auto fault = fault_of(*options.local, q.rows())) return *fault;
    if (const auto fault = fault_of_score(options, q.cols(), k.cols())) return *fault;
    return {};
}

Error score_out_of_range(Index query, Index key) {
    return invalid_input(
        tr("the score of query {} and key {} (counted from 0) is beyond the range of float: "
           "smaller queries and keys, a smaller scale or a higher temperature is needed",
           query, key));
}

template std::optional<Cell> first_not_finite<float>(const AnyMatrix<float>&);
template std::optional<Cell> first_not_finite<double>(const AnyMatrix<double>&);
template Result<void> validate_attention<float>(const AnyMatrix<float>&, const AnyMatrix<float>&,
                                                const AnyMatrix<float>&, const AttentionOptions&);
template Result<void> validate_attention<double>(const AnyMatrix<double>&, const AnyMatrix<double>&,
                                                 const AnyMatrix<double>&, const AttentionOptions&);

}  // namespace attnscope
