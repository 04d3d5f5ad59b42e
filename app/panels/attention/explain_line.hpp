// How one weight comes about, in the user's own numbers: as a drawn formula, and in words.
#pragma once

#include <optional>
#include <string>

#include "app/draw/canvas.hpp"
#include "app/draw/heatmap.hpp"
#include "app/panels/attention/breakdown.hpp"
#include "core/attention/explain.hpp"

namespace attnscope::attention_panel {

/// One cell of one head, for the line.
struct CellNumbers {
    std::string query, key;  // the tokens
    CellExplanation cell;
    ScoreKind kind = ScoreKind::scaled_dot;
    Index d = 0;                               // entries of the query
    std::string raw;                           // what the score function gives, and of what
    bool by_mask = true;                       // what hides a cell that is not visible; else the local window
    std::optional<double> without_first = {};  // the weight without the first key
    bool of_a = false;                         // whether a second map stands beside this one, which is A
    std::optional<std::string> second = {};    // what it is compared with
};
/// The numbers that follow from the query's and the key's vectors; the tokens are the caller's to name.
CellNumbers cell_numbers(const Eigen::Ref<const Eigen::RowVectorXf>& q, const Eigen::Ref<const Eigen::RowVectorXf>& k,
                         const AttentionOptions& options, const CellExplanation& cell);
void draw_numbers(Canvas& canvas, const Rect& area, const CellNumbers& numbers);
std::string numbers_in_words(const CellNumbers& numbers);

void draw_explain_line(Canvas& canvas, const Rect& area, const Shown& shown, const Labels& labels, const Cell& at);
std::string explain_in_words(const Shown& shown, const Labels& labels, const Cell& at);

}  // namespace attnscope::attention_panel
