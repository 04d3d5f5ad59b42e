#include "app/panels/attention/huge_input.hpp"

#include <algorithm>

#include "app/language/language.hpp"
#include "app/panels/attention/head.hpp"
#include "core/base/check.hpp"
#include "core/base/parallel.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index rows_at_once = 1024;  // are transformed in double

// Takes the names out of the tokens: there may be a million.
AxisLabels take_labels(const TokenRequest& request, Tokens& tokens) {
    if (request.source == Source::random && request.shuffle == 0) return AxisLabels::numbers(tokens.size());
    for (std::size_t i = 0; i < tokens.names.size(); ++i)
        if (tokens.invented[i]) tokens.names[i] += "*";
    return {std::move(tokens.names)};
}

AxisLabels labels_of(const Arrays& arrays, Index count) {
    if (static_cast<Index>(arrays.tokens.size()) != count) return AxisLabels::numbers(count);
    std::vector<std::string> names;
    names.reserve(arrays.tokens.size());
    for (const std::string& token : arrays.tokens) names.push_back(visible_token(token));
    return {std::move(names)};
}

bool same(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

// What is made of each row alone.
template <class Make>
SharedMatrix each_row(const SharedMatrix& x, Index columns, const Progress& progress, const Make& make) {
    Matrix made(x.rows(), columns);
    parallel_blocks(x.rows(), rows_at_once, progress, [&](Index begin, Index end) {
        const MatrixD rows = x.get().middleRows(begin, end - begin).cast<double>();
        made.middleRows(begin, end - begin) = make(rows).template cast<float>();
    });
    return SharedMatrix(std::move(made));
}

// The score as a product of vectors, like ScoreBlock; for equal q and k once, where it is symmetric.
void make_products(HugeInput& in, const Progress& progress) {
    in.product_q = in.q;
    in.product_k = in.k;
    const bool same = in.q.data() == in.k.data();
    if (in.options.score == ScoreKind::general) {
        const MatrixD w = in.options.score_weights->w_q.cast<double>();
        in.product_q = each_row(in.q, w.cols(), progress, [&](const MatrixD& q) -> MatrixD { return q * w; });
    } else if (in.options.score == ScoreKind::cosine) {
        const auto normalized = [](MatrixD x) {
            x.rowwise().normalize();  // leaves a row of zeros as it is
            return x;
        };
        in.product_q = each_row(in.q, in.q.cols(), progress, normalized);
        in.product_k = same ? in.product_q : each_row(in.k, in.k.cols(), progress, normalized);
    } else if (in.options.score == ScoreKind::sum) {
        in.product_q = each_row(in.q, 2, progress, [](const MatrixD& q) -> MatrixD {
            return (MatrixD(q.rows(), 2) << q.rowwise().sum(), VectorD::Ones(q.rows())).finished();
        });
        in.product_k = each_row(in.k, 2, progress, [](const MatrixD& k) -> MatrixD {
            return (MatrixD(k.rows(), 2) << VectorD::Ones(k.rows()), k.rowwise().sum()).finished();
        });
    }
}

// The user's arrays are looked at where they are; only what positions change is copied.
Result<void> take_arrays(const Request& request, Index head, HugeInput& in) {
    const Arrays& arrays = *request.arrays;
    in.rows = labels_of(arrays, arrays.queries());
    in.columns = labels_of(arrays, arrays.keys());
    const auto shared = [&](const Stack& stack) { return SharedMatrix(request.arrays, stack.slice(0, head)); };
    const bool changes = request.position != PositionKind::none && request.position != PositionKind::alibi;
    const auto placed = [&](const Stack& stack) -> Result<SharedMatrix> {
        if (!changes) return shared(stack);
        Result<Matrix> moved = with_positions(request, stack.slice(0, head));
        if (!moved) return moved.error();
        return SharedMatrix(request.position == PositionKind::rope ? rope(*moved, request.position_base)
                                                                   : std::move(*moved));
    };
    Result<SharedMatrix> q = placed(arrays.q);
    if (!q) return q.error();
    Result<SharedMatrix> k = placed(arrays.k);
    if (!k) return k.error();
    in.q = std::move(*q);
    in.k = std::move(*k);
    in.v = shared(arrays.v);
    return {};
}

SharedMatrix turned(const Request& request, const SharedMatrix& x) {
    return request.position == PositionKind::rope ? SharedMatrix(rope(x.get(), request.position_base)) : x;
}

Result<void> take_tokens(const Request& request, Index head, HugeInput& in, const Progress& progress) {
    Result<Tokens> queries = make_tokens(request.queries);
    if (!queries) return queries.error();
    in.tokens = queries->size();
    in.invented = queries->invented_count;
    in.rows = in.columns = take_labels(request.queries, *queries);
    progress.report(0.4);
    if (progress.stopped()) return cancelled();
    Result<Matrix> x = with_positions(request, std::move(queries->vectors));
    if (!x) return x.error();
    const HeadWeights w = head_weights(request, x->cols(), head);
    const SharedMatrix q{Matrix(*x * w.q)};
    if (request.keys) {
        Result<Tokens> keys = make_tokens(*request.keys);
        if (!keys) return keys.error();
        in.tokens += keys->size();
        in.invented += keys->invented_count;
        in.columns = take_labels(*request.keys, *keys);
        x = with_positions(request, std::move(keys->vectors));
        if (!x) return x.error();
    }
    progress.report(0.6);
    if (progress.stopped()) return cancelled();
    const SharedMatrix k = !request.keys && same(w.k, w.q) ? q : SharedMatrix(Matrix(*x * w.k));
    in.v = same(w.v, w.k) ? k : SharedMatrix(Matrix(*x * w.v));
    x->resize(0, 0);
    in.q = turned(request, q);
    in.k = k.data() == q.data() ? in.q : turned(request, k);
    return {};
}

}  // namespace

SharedMatrix::SharedMatrix(Matrix matrix) {
    auto owned = std::make_shared<const Matrix>(std::move(matrix));
    data_ = owned->data();
    rows_ = owned->rows();
    columns_ = owned->cols();
    owner_ = std::move(owned);
}

SharedMatrix::SharedMatrix(std::shared_ptr<const void> owner, const Eigen::Map<const Matrix>& entries)
    : owner_(std::move(owner)), data_(entries.data()), rows_(entries.rows()), columns_(entries.cols()) {}

MapInput HugeInput::map() const {
    MapInput map;
    map.q = product_q.view();
    map.k = product_k.view();
    map.temperature = options.temperature;
    map.scale = effective_scale(options, q.cols());
    map.mask = options.mask;
    map.distance_slope = options.distance_slope;
    return map;
}

Result<std::shared_ptr<const HugeInput>> make_huge_input(const Request& request, const Progress& progress) {
    check(request.head >= 1, "a map too large to hold is of one head");
    const Index head = request.head - 1;
    auto in = std::make_shared<HugeInput>();
    const Result<void> taken =
        request.arrays ? take_arrays(request, head, *in) : take_tokens(request, head, *in, progress);
    if (!taken) return taken.error();
    progress.report(0.9);
    Result<AttentionOptions> options = head_options(request, in->q.cols(), in->k.cols(), head);
    if (!options) return options.error();
    in->options = std::move(*options);
    if (needs_equal_dims(request.score) && in->q.cols() != in->k.cols())
        return invalid_input(tr("score: queries have {} entries and keys {}: {} needs equally many", in->q.cols(),
                                in->k.cols(), score_names[static_cast<std::size_t>(request.score)]));
    make_products(*in, progress);
    if (progress.stopped()) return cancelled();
    in->exact_overview = std::max(in->queries(), in->keys()) <= request.limits.exact;
    if (const Result<void> valid = validate_map(in->map()); !valid) return valid.error();
    return std::shared_ptr<const HugeInput>(std::move(in));
}

}  // namespace attnscope::attention_panel
