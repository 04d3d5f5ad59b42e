// What the user does to the attention panel beside its controls: keys, the pin, painting, typing, dropped files.
#include <GLFW/glfw3.h>

#include <limits>

#include "app/language/language.hpp"
#include "app/panels/attention/attention_panel.hpp"

namespace attnscope::attention_panel {
namespace {

// Where the word of the old token `index` stands among the new ones: tokens before and after the edit keep theirs.
Index follow(Index index, const std::vector<std::string>& before, const std::vector<std::string>& after) {
    const auto old_size = static_cast<Index>(before.size()), new_size = static_cast<Index>(after.size());
    const Index both = std::min(old_size, new_size);
    const auto at = [](const std::vector<std::string>& list, Index i) -> const std::string& {
        return list[static_cast<std::size_t>(i)];
    };
    Index same = 0;
    while (same < both && at(before, same) == at(after, same)) ++same;
    if (index < same) return index;
    Index tail = 0;
    while (tail < both - same && at(before, old_size - 1 - tail) == at(after, new_size - 1 - tail)) ++tail;
    return index >= old_size - tail ? index + new_size - old_size : index;
}

}  // namespace

void AttentionPanel::pin(const Cell& cell) {
    params_.pin_query = static_cast<int>(cell.row);
    params_.pin_key = static_cast<int>(cell.column);
}

void AttentionPanel::move_pin(Index rows, Index columns) {
    if (!shown_) return;
    const Cell from = explained().value_or(Cell{0, 0});
    pin({std::clamp<Index>(from.row + rows, 0, shown_->queries() - 1),
         std::clamp<Index>(from.column + columns, 0, shown_->keys() - 1)});
}

void AttentionPanel::shuffle() {
    params_.shuffle = params_.shuffle == std::numeric_limits<int>::max() ? 1 : params_.shuffle + 1;
}

bool AttentionPanel::key(const KeyPress& press) {
    const Index step = press.shift ? 10 : 1;
    const auto count = static_cast<int>(heads());
    switch (press.key) {
        case GLFW_KEY_UP:
            move_pin(-step, 0);
            return true;
        case GLFW_KEY_DOWN:
            move_pin(step, 0);
            return true;
        case GLFW_KEY_LEFT:
            move_pin(0, -step);
            return true;
        case GLFW_KEY_RIGHT:
            move_pin(0, step);
            return true;
        case GLFW_KEY_ESCAPE:
            if (status().progress) {
                cancel();
                return true;
            }
            if (params_.pin_query < 0) return false;
            params_.pin_query = params_.pin_key = -1;
            return true;
        case GLFW_KEY_LEFT_BRACKET:
        case GLFW_KEY_PAGE_UP:
            params_.head = params_.head <= 1 ? count : params_.head - 1;
            return true;
        case GLFW_KEY_RIGHT_BRACKET:
        case GLFW_KEY_PAGE_DOWN:
            params_.head = params_.head >= count ? 1 : params_.head + 1;
            return true;
        case GLFW_KEY_A:
            if (press.control || huge_) return false;
            if (params_.head != 0) {
                head_before_average_ = params_.head;
                params_.head = 0;
            } else {
                params_.head = std::min(head_before_average_, count);
            }
            return true;
        case GLFW_KEY_S:
            if (!params_.from_tokens()) return false;
            if (press.shift)
                params_.shuffle = 0;
            else
                shuffle();
            return true;
        case GLFW_KEY_P:
            if (!params_.has_inputs() || !params_.one_map() || huge_) return false;
            params_.paint = !params_.paint;
            return true;
        default:
            return false;
    }
}

std::vector<std::pair<std::string, std::string>> AttentionPanel::key_help() const {
    return {{tr("click a cell"), tr("pin it: its computation is written below")},
            {tr("arrow keys"), tr("move the pinned cell (Shift: by ten)")},
            {"Esc", tr("stop a long computation, else unpin")},
            {"[   ]   Page Up/Down", tr("previous, next head")},
            {"A", tr("average of all heads, and back")},
            {"S   Shift S", tr("shuffle the tokens, back to the order as written")},
            {"P", tr("paint the mask with the mouse, and stop painting")}};
}

void AttentionPanel::source_edited(const std::string& before) {
    constexpr std::size_t most_bytes = 1U << 16U;  // of more, cutting into tokens would hold up the typing
    if (params_.pin_query < 0 || std::max(before.size(), params_.text.size()) > most_bytes) return;
    const auto old_tokens = tokenize(before, params_.tokenizer, most_tokens);
    const auto new_tokens = tokenize(params_.text, params_.tokenizer, most_tokens);
    if (!old_tokens || !new_tokens || params_.shuffle != 0) return;
    params_.pin_query = static_cast<int>(std::max<Index>(0, follow(params_.pin_query, *old_tokens, *new_tokens)));
    if (params_.keys == Keys::same)
        params_.pin_key = static_cast<int>(std::max<Index>(0, follow(params_.pin_key, *old_tokens, *new_tokens)));
}

bool AttentionPanel::drop_file(const std::string& path) {
    drop_error_.reset();
    const Result<Dropped> looked = look_at_dropped(path);
    if (!looked) {
        drop_error_ = looked.error();
        return true;
    }
    const auto array = [&](const std::string& name) { return name.empty() ? path : path + ":" + name; };
    switch (looked->as) {
        case DroppedAs::nothing:
            return false;
        case DroppedAs::tokens:
            if (params_.from_tokens()) return false;
            params_.tokens_file = path;
            return true;
        case DroppedAs::weights:
            params_.source = Source::weights;
            params_.weights_file = array(looked->weights_name);
            params_.tokens_file.clear();
            params_.head = params_.layer = 1;
            break;
        case DroppedAs::qkv_of_one_file:
            params_.source = Source::qkv;
            params_.q_file = array(looked->q);
            params_.k_file = array(looked->k);
            params_.v_file = array(looked->v);
            params_.tokens_file.clear();
            params_.head = 1;
            break;
        case DroppedAs::q:
        case DroppedAs::k:
        case DroppedAs::v:
            params_.source = Source::qkv;
            (looked->as == DroppedAs::q   ? params_.q_file
             : looked->as == DroppedAs::k ? params_.k_file
                                          : params_.v_file) = path;
            break;
    }
    return true;
}

std::string AttentionPanel::drop_help() const {
    return tr("arrays (.npy, .safetensors) and, beside arrays, their tokens (.txt, .json)");
}

// The first cell of a stroke says whether the stroke hides or shows; cells the mouse jumped over are painted too.
void AttentionPanel::paint(const std::optional<Cell>& cell) {
    if (!cell) {
        painting_.reset();
        return;
    }
    Result<CellSet> cells = CellSet::parse(params_.painted);
    if (!cells) return;  // the text typed by hand is wrong, and status() says so
    if (!painting_) {
        painting_ = !cells->contains(cell->row, cell->column);
        painted_last_ = *cell;
    }
    const Cell from = *painted_last_;
    const Index steps = std::max<Index>({std::abs(cell->row - from.row), std::abs(cell->column - from.column), 1});
    for (Index s = 0; s <= steps; ++s) {
        const Index row = from.row + (cell->row - from.row) * s / steps,
                    column = from.column + (cell->column - from.column) * s / steps;
        cells->set(row, {column, column + 1}, *painting_);
    }
    painted_last_ = *cell;
    params_.painted = cells->to_text();
}

}  // namespace attnscope::attention_panel
