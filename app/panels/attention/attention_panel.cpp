#include "app/panels/attention/attention_panel.hpp"

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "app/panels/attention/explain_line.hpp"

namespace attnscope {
namespace attention_panel {
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

Result<std::shared_ptr<const WordVectors>> load_vectors(const std::string& path) {
    Result<WordVectors> loaded = load_text_vectors(path);
    if (!loaded) return loaded.error();
    return std::shared_ptr<const WordVectors>(std::make_shared<const WordVectors>(std::move(*loaded)));
}

}  // namespace

std::string provenance_of(const Request& request) {
    const bool is_random = request.tokens.source == Source::random;
    std::string text = is_random                ? fmt::format("vectors: random, seed {}", request.tokens.seed)
                       : request.tokens.vectors ? std::string("vectors: yours")
                                                : std::string("vectors: trained on public-domain text");
    if (request.projection != ProjectionKind::identity)
        text += fmt::format(" · projections: random, seed {}", request.tokens.seed);
    return text;
}

AttentionPanel::AttentionPanel()
    : vectors_([](const std::string& path, const Progress&) { return load_vectors(path); },
               {.describe = [](const std::string& path) { return path; }, .wake = waker()}),
      shown_(compute_shown, {.describe = in_words, .wake = waker()}),
      strip_(compute_strip, {.describe = in_words, .wake = waker()}) {}

PanelInfo AttentionPanel::info() const {
    return {.name = "attention",
            .title = "Attention",
            .help = "Tokens attend to each other: softmax attention on real text, head by head.",
            .order = 10};
}

std::string AttentionPanel::source_text() const {
    return fmt::format("{} random tokens, each a vector from N(0, 1), seed {}", params_.length, params_.seed);
}

Request AttentionPanel::request() const {
    Request r;
    r.tokens.source = params_.source;
    r.tokens.seed = static_cast<std::uint64_t>(params_.seed);
    if (params_.source == Source::text) {
        r.tokens.text = params_.text;
        r.tokens.tokenizer = params_.tokenizer;
    } else {
        r.tokens.length = params_.length;
    }
    r.heads = params_.heads;
    r.head = params_.head;
    r.dim = params_.dim;
    r.projection = params_.projection;
    r.temperature = params_.temperature;
    r.mask.kind = params_.mask;
    if (params_.mask == MaskKind::window) r.mask.window = params_.window;
    return r;
}

void AttentionPanel::update() {
    if (std::optional<Request> wanted = request_with_vectors(); wanted && wanted != cancelled_) {
        cancelled_.reset();
        newest_ = wanted;
        shown_.submit(*wanted);
        wanted->head = 1;  // the strip is the same whichever head is shown
        strip_.submit(std::move(*wanted));
    }
    map_ = &shown_.poll();
    heads_ = &strip_.poll();
    if (map_->value && map_->generation != labels_generation_) {
        labels_generation_ = map_->generation;
        labels_ = map_->value->tokens.names;
        for (std::size_t i = 0; i < labels_.size(); ++i)
            if (map_->value->tokens.invented[i]) labels_[i] += "*";
        hovered_.reset();
    }
}

// The request, once the user's own vectors are read where they are wanted; until then what is shown stays.
std::optional<Request> AttentionPanel::request_with_vectors() {
    Request wanted = request();
    vectors_error_.reset();
    if (params_.vectors.empty()) {
        if (!vectors_path_.empty()) vectors_.cancel();  // naming a file again reads it again
        vectors_path_.clear();
        return wanted;
    }
    if (params_.source != Source::text) return wanted;
    vectors_path_ = params_.vectors;
    vectors_.submit(vectors_path_);
    const auto& loaded = vectors_.poll();
    if (loaded.error) {
        vectors_error_ = loaded.error;
        return std::nullopt;
    }
    if (!loaded.value || *loaded.request != vectors_path_) return std::nullopt;
    wanted.tokens.vectors = *loaded.value;
    return wanted;
}

void AttentionPanel::wait() {
    update();
    vectors_.wait();
    update();
    shown_.wait();
    strip_.wait();
    update();
}

void AttentionPanel::cancel() {
    if (vectors_.stale()) params_.vectors.clear();
    cancelled_ = newest_;
    vectors_.cancel();
    shown_.cancel();
    strip_.cancel();
}

PanelStatus AttentionPanel::status() const {
    PanelStatus status;
    if (cancelled_)
        status.error = Error{ErrorCode::cancelled,
                             "cancelled: the picture is of the settings before; change anything to compute again"};
    status.stale = shown_.stale() || strip_.stale() || vectors_.stale();
    status.progress = vectors_.progress() ? vectors_.progress() : shown_.progress();
    if (!status.progress) status.progress = strip_.progress();
    if (vectors_error_ && !status.error) status.error = vectors_error_;
    if (map_ != nullptr && map_->error && !status.error) status.error = map_->error;
    if (map_ != nullptr) status.seconds = map_->seconds;
    // Of what is shown, which may be older than the parameters.
    status.provenance = provenance_of(map_ != nullptr && map_->request ? *map_->request : request());
    if (map_ != nullptr && map_->value) {
        const Shown& shown = *map_->value;
        if (shown.masked_rows > 0)
            status.note = fmt::format("{} of {} queries see no key: their weights and outputs are 0", shown.masked_rows,
                                      shown.weights->rows());
        else if (shown.tokens.invented_count > 0)
            status.note = fmt::format("* not in the vocabulary: {} of {} tokens have vectors made from their letters",
                                      shown.tokens.invented_count, labels_.size());
    }
    return status;
}

std::optional<Cell> AttentionPanel::pinned() const {
    if (map_ == nullptr || !map_->value || params_.pin_query < 0 || params_.pin_key < 0) return std::nullopt;
    const Matrix& weights = *map_->value->weights;
    if (params_.pin_query >= weights.rows() || params_.pin_key >= weights.cols()) return std::nullopt;
    return Cell{params_.pin_query, params_.pin_key};
}

void AttentionPanel::pin(const Cell& cell) {
    params_.pin_query = static_cast<int>(cell.row);
    params_.pin_key = static_cast<int>(cell.column);
}

void AttentionPanel::move_pin(Index rows, Index columns) {
    if (map_ == nullptr || !map_->value) return;
    const Matrix& weights = *map_->value->weights;
    const Cell from = explained().value_or(Cell{0, 0});
    pin({std::clamp<Index>(from.row + rows, 0, weights.rows() - 1),
         std::clamp<Index>(from.column + columns, 0, weights.cols() - 1)});
}

bool AttentionPanel::key(const KeyPress& press) {
    const Index step = press.shift ? 10 : 1;
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
            if (params_.pin_query < 0) return false;
            params_.pin_query = params_.pin_key = -1;
            return true;
        case GLFW_KEY_LEFT_BRACKET:
        case GLFW_KEY_PAGE_UP:
            params_.head = params_.head <= 1 ? params_.heads : params_.head - 1;
            return true;
        case GLFW_KEY_RIGHT_BRACKET:
        case GLFW_KEY_PAGE_DOWN:
            params_.head = params_.head >= params_.heads ? 1 : params_.head + 1;
            return true;
        case GLFW_KEY_A:
            if (press.control) return false;
            if (params_.head != 0) {
                head_before_average_ = params_.head;
                params_.head = 0;
            } else {
                params_.head = std::min(head_before_average_, params_.heads);
            }
            return true;
        default:
            return false;
    }
}

std::vector<std::pair<std::string, std::string>> AttentionPanel::key_help() const {
    return {{"click a cell", "pin it: its computation is written below"},
            {"arrow keys", "move the pinned cell (Shift: by ten)"},
            {"Esc", "unpin"},
            {"[   ]   Page Up/Down", "previous, next head"},
            {"A", "average of all heads, and back"}};
}

void AttentionPanel::source_edited(const std::string& before) {
    if (params_.pin_query < 0) return;
    const auto old_tokens = tokenize(before, params_.tokenizer, most_tokens);
    const auto new_tokens = tokenize(params_.text, params_.tokenizer, most_tokens);
    if (!old_tokens || !new_tokens) return;
    params_.pin_query = static_cast<int>(std::max<Index>(0, follow(params_.pin_query, *old_tokens, *new_tokens)));
    params_.pin_key = static_cast<int>(std::max<Index>(0, follow(params_.pin_key, *old_tokens, *new_tokens)));
}

std::string AttentionPanel::explain_text() const {
    if (!explained() || map_ == nullptr || !map_->value) return {};
    return explain_in_words(*map_->value, labels_, *explained());
}

void AttentionPanel::draw_explain(Canvas& canvas, const Rect& area) {
    if (map_ == nullptr || !map_->value) return;
    if (!explained()) {
        canvas.text_middle({area.min.x, area.center().y},
                           "Click a cell to pin it: how its weight comes about is written here.",
                           {.color = canvas.theme().quiet, .size = 14});
        return;
    }
    draw_explain_line(canvas, area, *map_->value, labels_, *explained());
}

}  // namespace attention_panel

std::unique_ptr<Panel> make_attention_panel() {
    return std::make_unique<attention_panel::AttentionPanel>();
}

}  // namespace attnscope
