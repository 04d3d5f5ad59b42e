// Attention whose map is too large to hold: what any part of the map is computed from.
#pragma once

#include <memory>

#include "app/draw/axis_labels.hpp"
#include "app/panels/attention/request.hpp"
#include "core/attention/attention.hpp"
#include "core/base/progress.hpp"
#include "core/engine/map.hpp"

namespace attnscope::attention_panel {

/// A matrix in memory that somebody shares: q and k may be the same one, or a part of the user's file.
class SharedMatrix {
public:
    SharedMatrix() = default;
    explicit SharedMatrix(Matrix matrix);
    /// `owner` keeps the entries alive.
    SharedMatrix(std::shared_ptr<const void> owner, const Eigen::Map<const Matrix>& entries);

    Eigen::Map<const Matrix> get() const { return {data_, rows_, columns_}; }
    Index rows() const { return rows_; }
    Index cols() const { return columns_; }
    HeadsView view() const { return view_of(data_, 1, rows_, columns_); }
    const float* data() const { return data_; }

private:
    std::shared_ptr<const void> owner_;
    const float* data_ = nullptr;
    Index rows_ = 0, columns_ = 0;
};

/// One head.
struct HugeInput {
    AxisLabels rows, columns;           // the tokens
    Index tokens = 0, invented = 0;     // of both sides, where there are two
    SharedMatrix q, k, v;               // q: Lq x d_q, k: Lk x d_k, v: Lk x d_v
    SharedMatrix product_q, product_k;  // the same, or what the score function makes of them: the score is their
                                        // product; see score_block.hpp
    AttentionOptions options;           // without a local window, hidden cells and hyperbolic tangents
    bool exact_overview = true;         // not too many tokens for one

    Index queries() const { return q.rows(); }
    Index keys() const { return k.rows(); }
    /// For map.hpp; refers to this object.
    MapInput map() const;
};

/// Errors: those of check_request(), make_tokens(), validate_map(). Memory: the tokens' vectors while it works, then q,
/// k and v, of those that are equal one.
Result<std::shared_ptr<const HugeInput>> make_huge_input(const Request& request, const Progress& progress);

}  // namespace attnscope::attention_panel
