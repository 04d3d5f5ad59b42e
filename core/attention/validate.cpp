#include "core/attention/validate.hpp"

#include <fmt/format.h>

#include <cmath>

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
        return invalid_input(fmt::format("the {} are empty ({}): attention needs at least one row and one column", name,
                                         shape<Scalar>(x)));
    if (const std::optional<Cell> cell = first_not_finite<Scalar>(x))
        return invalid_input(
            fmt::format("the {} hold {} at row {}, column {} (counted from 0): every entry must be finite", name,
                        x(cell->row, cell->col), cell->row, cell->col));
    return std::nullopt;
}

std::optional<Error> fault_of(const AttentionOptions& options, Index d) {
    if (!(options.temperature > 0) || !std::isfinite(options.temperature))
        return invalid_input(
            fmt::format("the temperature is {}: it must be a finite number above 0", options.temperature));
    if (options.scale && !std::isfinite(*options.scale))
        return invalid_input(fmt::format("the scale is {}: it must be a finite number", *options.scale));
    if (!std::isfinite(effective_scale(options, d) / options.temperature))
        return invalid_input(
            fmt::format("the scale {} divided by the temperature {} is beyond the range of double: "
                        "a smaller scale or a higher temperature is needed",
                        effective_scale(options, d), options.temperature));
    if (options.mask.kind == MaskKind::window && options.mask.window < 0)
        return invalid_input(fmt::format("the mask's window is {}: it must be 0 or more", options.mask.window));
    return std::nullopt;
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
    if (q.cols() != k.cols())
        return invalid_input(fmt::format("the queries are {} and the keys {}: they must have equally many columns",
                                         shape<Scalar>(q), shape<Scalar>(k)));
    if (options.need_output && k.rows() != v.rows())
        return invalid_input(fmt::format("the keys are {} and the values {}: they must have equally many rows",
                                         shape<Scalar>(k), shape<Scalar>(v)));
    if (const auto fault = fault_of<Scalar>(q, "queries")) return *fault;
    if (const auto fault = fault_of<Scalar>(k, "keys")) return *fault;
    if (options.need_output)
        if (const auto fault = fault_of<Scalar>(v, "values")) return *fault;
    if (const auto fault = fault_of(options, q.cols())) return *fault;
    return {};
}

Error score_out_of_range(Index query, Index key) {
    return invalid_input(
        fmt::format("the score of query {} and key {} (counted from 0) is beyond the range of float: "
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
