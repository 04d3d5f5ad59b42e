// The scores of a block of queries in float: the part of attention() that knows the score functions.
#pragma once

#include "core/attention/attention.hpp"
#include "core/attention/softmax_row.hpp"

namespace attnscope {

/// Queries are worked on in blocks of at most this many, while their scores are in the cache: a whole number of the
/// engine's tiles for each instruction set.
inline constexpr Index query_block = 96;

/// All score functions but `additive` and `concat` are one matrix product of what is made of the queries and of the
/// keys once: both are transformed in double precision and rounded once.
class ScoreBlock {
public:
    /// Valid input of attention(). Refers to q, k and options, which must live as long.
    ScoreBlock(const Eigen::Ref<const Matrix>& q, const Eigen::Ref<const Matrix>& k, const AttentionOptions& options);

    /// Lk, filled up to whole tiles.
    Index padded_keys() const { return padded_keys_; }

    /// An empty matrix of the size that compute() writes the block's queries to.
    Matrix make_queries() const { return {query_block, width_}; }

    /// Writes the scores s_ij of the queries begin .. end-1, at most query_block, and the keys in `tiles` to the rows
    /// from 0 on of `scores` (query_block x padded_keys()). Rows beyond the last query and columns beyond the last key
    /// hold anything. A score depends on nothing but its query and key, bit by bit.
    void compute(KeyRange queries, KeyRange tiles, Matrix& scratch, Matrix& scores) const;

private:
    MatrixD transformed_queries(const Eigen::Ref<const MatrixD>& q) const;
    MatrixD transformed_keys(const Eigen::Ref<const MatrixD>& k) const;
    void add_tanh(const Matrix& queries, Index rows, KeyRange tiles, Matrix& scores) const;
    void subtract_penalties(KeyRange queries, KeyRange tiles, Matrix& scores) const;

    const Eigen::Ref<const Matrix>& q_;
    const AttentionOptions& options_;
    const double factor_;  // of the raw score: scale / T
    const bool uses_tanh_;
    const Index padded_keys_;
    MatrixD w_q_, w_k_;  // the score's weights; empty where it has none
    Vector w_v_;         // times factor_
    Index width_ = 0;    // entries of a transformed query
    Matrix keys_;        // padded_keys_ x width_; width_ x padded_keys_ for tanh, which adds along the keys
    Vector penalties_;   // of the distances 0, 1, ..., divided by T; empty when there are none
};

}  // namespace attnscope
