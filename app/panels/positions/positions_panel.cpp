#include "app/panels/positions/positions_panel.hpp"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>

#include "app/language/language.hpp"

namespace attnscope {
namespace positions_panel {
namespace {

constexpr int attention_heads = 16;  // the most that panel has

}  // namespace

PositionsPanel::PositionsPanel() : vectors_(waker()), job_(compute_shown, {.describe = in_words, .wake = waker()}) {}

PanelInfo PositionsPanel::info() const {
    return {.name = "positions",
            .title = "Positions",
            .help =
                "How a token knows where it stands: sinusoidal codes and their rivals, the one rotation that moves "
                "every position, RoPE and ALiBi.",
            .order = 20};
}

std::string PositionsPanel::source_text() const {
    if (params_.view == View::alibi) return tr("{} positions, {} heads", params_.length, params_.heads);
    return tr("{} positions, codes of {} entries", params_.length, params_.dim);
}

// The request, once the user's vectors are read where they are wanted; nothing until then.
Result<std::optional<Request>> PositionsPanel::request_with_vectors() {
    Result<Request> wanted = make_request(params_);
    if (!wanted) return wanted.error();
    const std::string file = params_.uses_text() ? params_.vectors : std::string();
    const Result<std::shared_ptr<const WordVectors>> own = vectors_.get(file);
    if (!own) return own.error();
    if (!file.empty() && *own == nullptr) return std::optional<Request>();
    wanted->vectors = *own;
    return std::optional(std::move(*wanted));
}

void PositionsPanel::update() {
    params_.follow_length();
    const Result<std::optional<Request>> wanted = request_with_vectors();
    error_.reset();
    if (!wanted) {
        error_ = wanted.error();
    } else if (*wanted && *wanted != cancelled_) {
        cancelled_.reset();
        newest_ = **wanted;
        job_.submit(**wanted);
    }
    const auto& computed = job_.poll();
    if (!error_) error_ = computed.error;
    if (!computed.value || computed.generation == generation_) return;
    generation_ = computed.generation;
    shown_ = computed.value;
    seconds_ = computed.seconds;
    hovered_.reset();
}

void PositionsPanel::wait() {
    update();
    vectors_.wait();
    update();
    job_.wait();
    update();
}

void PositionsPanel::cancel() {
    if (vectors_.stale()) params_.vectors.clear();
    cancelled_ = newest_;
    vectors_.cancel();
    job_.cancel();
}

// After the user has moved a control: what depends on another one follows it.
void PositionsPanel::agree() {
    params_.dim += params_.dim % 2;
    const int last = params_.length - 1;
    params_.position = std::min(params_.position, last);
    params_.key_position = std::min(params_.key_position, last);
    params_.pair = std::min(params_.pair, params_.dim / 2 - 1);
    params_.head = std::min(params_.head, params_.heads);
    // The offset stays as it is while there is room for it: whoever moves a position wants to see the same matrix.
    const int by =
        std::clamp(params_.view == View::rotation && params_.opposite ? -params_.offset : params_.offset, -last, last);
    params_.offset = std::clamp(params_.offset, -last, last);
    if (params_.view == View::rotation || params_.view == View::similarity)
        params_.position = std::clamp(params_.position, std::max(0, -by), std::min(last, last - by));
}

PanelStatus PositionsPanel::status() const {
    PanelStatus status;
    status.error = cancelled_
                       ? std::optional(Error{
                             ErrorCode::cancelled,
                             tr("cancelled: the picture is of the settings before; change anything to compute again")})
                       : error_;
    status.stale = job_.stale() || vectors_.stale();
    status.progress = vectors_.progress() ? vectors_.progress() : job_.progress();
    status.seconds = seconds_;
    if (!shown_) return status;
    const Request& r = shown_->request;
    const bool learned = r.code.kind == PositionKind::learned;
    status.provenance = learned                  ? tr("random table (seed {})", r.code.seed)
                        : r.view == View::rope   ? tr("random q, k (seed {})", r.code.seed)
                        : r.view == View::sum    ? tr("trained vectors, exact code")
                        : r.view == View::rivals ? tr("formulas; learned: random (seed {})", r.code.seed)
                                                 : tr("formula");
    if (r.view == View::rope && r.content == Content::sentence)
        status.provenance = tr("trained vectors; decay: random (seed {})", r.code.seed);
    if (r.vectors) status.provenance = tr("yours: {}", r.vectors->note());
    if (learned && (r.view == View::code || r.view == View::similarity) && r.code.rows < r.length)
        status.note = tr("the table ends: positions {} to {} have no code", r.code.rows, r.length - 1);
    if (r.code.kind == PositionKind::binary && r.code.dim < 14 && r.length > Index{1} << r.code.dim)
        status.note = tr("{} bits count to {}: codes repeat from there on", r.code.dim, Index{1} << r.code.dim);
    if (r.view == View::similarity && shown_->codes.rows() > shown_->similarity->picture->rows())
        status.note = tr("each pixel is the average of several cells");
    if ((r.view == View::alibi || (r.view == View::rope && r.content == Content::pair)) && r.length > most_mapped)
        status.note = tr("maps are of the first {} positions", most_mapped);
    return status;
}

int PositionsPanel::here() const {
    return std::clamp(params_.position, 0, std::max(static_cast<int>(shown_->positions()) - 1, 0));
}

int PositionsPanel::there() const {
    const bool back = shown_->request.view == View::rotation && params_.opposite;
    return std::clamp(here() + (back ? -params_.offset : params_.offset), 0,
                      std::max(static_cast<int>(shown_->positions()) - 1, 0));
}

int PositionsPanel::key_place() const {
    return std::clamp(params_.key_position, 0, std::max(static_cast<int>(shown_->positions()) - 1, 0));
}

int PositionsPanel::followed_pair() const {
    return std::clamp(params_.pair, 0, std::max(static_cast<int>(shown_->request.code.dim / 2) - 1, 0));
}

int PositionsPanel::followed_entry() const {
    return shown_->request.code.kind == PositionKind::sinusoidal ? 2 * followed_pair() : 0;
}

// The code as the attention panel's; with the sentence when it is what the code was added to.
void PositionsPanel::send() {
    SentSettings sent{.panel = "attention", .values = {}, .message = {}};
    const PositionKind kind = params_.view == View::rope    ? PositionKind::rope
                              : params_.view == View::alibi ? PositionKind::alibi
                              : params_.shows_encoding()    ? kind_of(params_.encoding)
                                                            : PositionKind::sinusoidal;
    const std::string name(position_names[static_cast<std::size_t>(kind)]);
    sent.values.emplace_back("position", name);
    if (kind == PositionKind::sinusoidal || kind == PositionKind::rope)
        sent.values.emplace_back("position_base", params_.base);
    if (kind == PositionKind::learned) {
        sent.values.emplace_back("position_rows", std::int64_t{params_.table});
        sent.values.emplace_back("seed", std::int64_t{params_.seed});
    }
    if (kind == PositionKind::alibi) {
        sent.values.emplace_back("heads", std::int64_t{std::min(params_.heads, attention_heads)});
        sent.values.emplace_back("head", std::int64_t{std::min(params_.head, attention_heads)});
    }
    if (params_.view == View::sum) sent.values.emplace_back("position_amount", params_.amount);
    if (params_.uses_text()) {
        sent.values.emplace_back("source", std::string("text"));
        sent.values.emplace_back("text", params_.text);
        sent.values.emplace_back("vectors", params_.vectors);
        sent.values.emplace_back("tokenizer",
                                 std::string(params_.tokenizer == Tokenizer::words ? "words" : "characters"));
    }
    sent.message = tr("Attention now uses the positions '{}' (Ctrl Z takes it back).", tr_in("choice", name));
    if (kind == PositionKind::alibi && params_.heads > attention_heads)
        sent.message.append(" ").append(tr("It has {} heads, as many as it can.", attention_heads));
    sent_ = std::move(sent);
}

bool PositionsPanel::key(const KeyPress& press) {
    if (press.control || press.alt) return false;
    const auto move = [](int& value, int by, int low, int high) { value = std::clamp(value + by, low, high); };
    const int last = params_.length - 1;
    switch (press.key) {
        case GLFW_KEY_LEFT:
        case GLFW_KEY_RIGHT: {
            const int by = press.key == GLFW_KEY_LEFT ? -1 : 1;
            if (press.shift)
                move(params_.offset, by, -last, last);
            else
                move(params_.position, by, 0, last);
            agree();
            return true;
        }
        case GLFW_KEY_UP:
        case GLFW_KEY_DOWN:
            move(params_.pair, press.key == GLFW_KEY_UP ? -1 : 1, 0, params_.dim / 2 - 1);
            return true;
        case GLFW_KEY_T:
            send();
            return true;
        case GLFW_KEY_ESCAPE:
            if (status().progress) {
                cancel();
                return true;
            }
            if (params_.pin_row < 0) return false;
            params_.pin_row = params_.pin_column = -1;
            return true;
        default:
            return false;
    }
}

std::vector<std::pair<std::string, std::string>> PositionsPanel::key_help() const {
    return {{"← →", tr("move the position (with Shift: change the offset)")},
            {"↑ ↓", tr("another pair of entries")},
            {"T", tr("send the code to the attention panel")},
            {"Esc", tr("stop a long computation, else unpin")}};
}

View2D* PositionsPanel::main_view() {
    return &views_[0].view;
}

}  // namespace positions_panel

std::unique_ptr<Panel> make_positions_panel() {
    return std::make_unique<positions_panel::PositionsPanel>();
}

}  // namespace attnscope
