#include "core/attention/score_block.hpp"

#include <algorithm>
#include <cmath>

#include "core/engine/product.hpp"

namespace attnscope {
namespace {

// Rows begin .. begin+rows-1 of x in double, with rows of zeros where x has no more: products of one shape only.
MatrixD padded_rows(const Eigen::Ref<const Matrix>& x, Index begin, Index rows) {
    const Index real = std::min(rows, x.rows() - begin);
    MatrixD padded(rows, x.cols());
    padded.topRows(real) = x.middleRows(begin, real).cast<double>();
    padded.bottomRows(rows - real).setZero();
    return padded;
}

MatrixD unit_rows(MatrixD x) {
    for (Index i = 0; i < x.rows(); ++i) x.row(i).normalize();  // leaves a row of zeros as it is
    return x;
}

}  // namespace

ScoreBlock::ScoreBlock(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k,
                       const AttentionOptions& options)
    : q_(q),
      options_(options),
      factor_(effective_scale(options, q.cols()) / options.temperature),
      uses_tanh_(options.score == ScoreKind::additive || options.score == ScoreKind::concat),
      padded_keys_((k.rows() + key_tile - 1) / key_tile * key_tile) {
    if (has_weights(options.score)) {
        w_q_ = options.score_weights->w_q.cast<double>();
        w_k_ = options.score_weights->w_k.cast<double>();
        w_v_ = (options.score_weights->w_v.cast<double>() * factor_).cast<float>();
    }
    for (Index begin = 0; begin < padded_keys_; begin += key_tile) {
        const Matrix tile = transformed_keys(padded_rows(k, begin, key_tile)).cast<float>();
        if (begin == 0) {
            width_ = tile.cols();
            keys_.resize(uses_tanh_ ? width_ : padded_keys_, uses_tanh_ ? padded_keys_ : width_);
        }
        if (uses_tanh_)
            keys_.middleCols(begin, key_tile) = tile.transpose();
        else
            keys_.middleRows(begin, key_tile) = tile;
    }
    if (options.distance_slope > 0) {
        const Index count = std::max(q.rows(), padded_keys_);
        const double slope = options.distance_slope / options.temperature;
        penalties_ = (VectorD::LinSpaced(count, 0, static_cast<double>(count - 1)) * slope).cast<float>();
    }
}

void ScoreBlock::compute(KeyRange queries, KeyRange tiles, Matrix& scratch, Matrix& scores) const {
    scratch = transformed_queries(padded_rows(q_, queries.begin, query_block)).cast<float>();
    if (uses_tanh_) {
        add_tanh(scratch, queries.size(), tiles, scores);
    } else if (!tiles.empty()) {
        const Index first = tiles.begin * key_tile, count = tiles.size() * key_tile;
        const HeadsSpan out{&scores(0, first), 1, queries.size(), count, scores.outerStride(), 0};
        transposed_product(view_of(scratch.topRows(queries.size())), view_of(keys_.middleRows(first, count)), out);
    }
    if (penalties_.size() > 0) subtract_penalties(queries, tiles, scores);
}

// What a query's side of the score is, times factor_ unless that stands at the sum of the hyperbolic tangents.
MatrixD ScoreBlock::transformed_queries(const Eigen::Ref<const MatrixD>& q) const {
    switch (options_.score) {
        case ScoreKind::scaled_dot:
        case ScoreKind::dot:
            return q * factor_;
        case ScoreKind::general:
            return q * w_q_ * factor_;
        case ScoreKind::cosine:
            return unit_rows(q) * factor_;
        case ScoreKind::sum:
            return (MatrixD(q.rows(), 2) << q.rowwise().sum(), VectorD::Ones(q.rows())).finished() * factor_;
        case ScoreKind::additive:
        case ScoreKind::concat:
            return q * w_q_.transpose();
    }
    return {};
}

MatrixD ScoreBlock::transformed_keys(const Eigen::Ref<const MatrixD>& k) const {
    switch (options_.score) {
        case ScoreKind::scaled_dot:
        case ScoreKind::dot:
        case ScoreKind::general:
            return k;
        case ScoreKind::cosine:
            return unit_rows(k);
        case ScoreKind::sum:
            return (MatrixD(k.rows(), 2) << VectorD::Ones(k.rows()), k.rowwise().sum()).finished();
        case ScoreKind::additive:
        case ScoreKind::concat:
            return k * w_k_.transpose();
    }
    return {};
}

// Tile by tile along the keys, so that tanh is computed of whole, aligned vectors only: the bits of a score do not
// depend on where its key stands.
void ScoreBlock::add_tanh(const Matrix& queries, Index rows, KeyRange tiles, Matrix& scores) const {
    using Tile = Eigen::Map<Eigen::Array<float, key_tile, 1>, Eigen::Aligned16>;
    using KeyTile = Eigen::Map<const Eigen::Array<float, key_tile, 1>, Eigen::Aligned16>;
    for (Index t = tiles.begin; t < tiles.end; ++t)
        for (Index i = 0; i < rows; ++i) {
            Tile sum(scores.row(i).data() + t * key_tile);
            sum.setZero();
            for (Index h = 0; h < width_; ++h)
                sum += w_v_(h) * (queries(i, h) + KeyTile(keys_.row(h).data() + t * key_tile)).tanh();
        }
}

void ScoreBlock::subtract_penalties(KeyRange queries, KeyRange tiles, Matrix& scores) const {
    const Index begin = tiles.begin * key_tile, end = tiles.end * key_tile;
    for (Index i = queries.begin; i < queries.end; ++i) {
        const Index later = std::clamp(i + 1, begin, end);  // the first key after query i
        auto row = scores.row(i - queries.begin);
        // A query may stand before all of these keys, or behind them.
        if (later > begin)
            row.segment(begin, later - begin) -= penalties_.segment(i + 1 - later, later - begin).reverse().transpose();
        if (later < end) row.segment(later, end - later) -= penalties_.segment(later - i, end - later).transpose();
    }
}

}  // namespace attnscope
