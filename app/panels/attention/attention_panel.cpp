#include "app/panels/attention/attention_panel.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/attention/explain_line.hpp"
#include "core/io/csv.hpp"

namespace attnscope {
namespace attention_panel {
namespace {

std::vector<std::string> labels_of(const Tokens& tokens) {
    std::vector<std::string> labels = tokens.names;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (tokens.invented[i]) labels[i] += "*";
    return labels;
}

bool is_cross(const Shown& shown) {
    return shown.sides.keys.names != shown.sides.queries.names;
}

// Of both sides, where there are two.
Index token_count(const Shown& shown) {
    if (shown.huge) return shown.huge->tokens;
    return shown.sides.queries.size() + (is_cross(shown) ? shown.sides.keys.size() : 0);
}
Index invented_tokens(const Shown& shown) {
    if (shown.huge) return shown.huge->invented;
    return shown.sides.queries.invented_count + (is_cross(shown) ? shown.sides.keys.invented_count : 0);
}

Request without_choice_of_head(Request request) {
    request.head = 1;
    request.layer = 1;
    request.other_head.reset();
    request.whole_output = false;
    return request;
}

}  // namespace

AttentionPanel::AttentionPanel()
    : vectors_(waker()),
      arrays_(load_arrays, {.describe = [](const ArraysRequest&) { return tr("these arrays"); }, .wake = waker()}),
      map_job_(compute_shown, {.describe = in_words, .wake = waker()}),
      strip_job_(compute_strip, {.describe = in_words, .wake = waker()}) {}

PanelInfo AttentionPanel::info() const {
    return {.name = "attention",
            .title = "Attention",
            .help =
                "Tokens attend to each other: scores, masks, heads, positions, approximations, on real text or on "
                "your own arrays.",
            .order = 10};
}

std::string AttentionPanel::source_text() const {
    const auto name = [](const std::string& path) {
        return path.empty() ? tr("no file yet") : std::filesystem::path(path).filename().string();
    };
    if (params_.source == Source::weights) return tr("your weights: {}", name(params_.weights_file));
    if (params_.source == Source::qkv)
        return tr("your arrays: Q {}, K {}, V {}", name(params_.q_file), name(params_.k_file), name(params_.v_file));
    std::string text = tr("{} random tokens, each a vector from N(0, 1), seed {}", params_.length, params_.seed);
    if (params_.keys == Keys::second) text += "; " + tr("{} other ones as keys", params_.key_length);
    return text;
}

void AttentionPanel::show(std::shared_ptr<const Shown> shown, double seconds) {
    seconds_ = seconds;
    if (shown == shown_) return;
    shown_ = std::move(shown);
    ++generation_;
    hovered_.reset();
    row_labels_ = labels_of(shown_->sides.queries);
    column_labels_ = labels_of(shown_->sides.keys);
    threshold_shown_ = -1;
    params_.huge = shown_->huge != nullptr;
    if (!shown_->huge) huge_.reset();
}

void AttentionPanel::update() {
    const std::optional<Request> wanted = request_with_files();
    strip_ = &strip_job_.poll();
    bool kept = false;
    if (wanted && wanted != cancelled_) {
        cancelled_.reset();
        if (wanted != newest_) drop_error_.reset();  // the user has gone on
        newest_ = wanted;
        const Request all = without_choice_of_head(*wanted);
        strip_job_.submit(all);
        kept = !strip_job_.stale() && strip_->value && !strip_->value->full.empty() && wanted->head >= 1 &&
               wanted->head <= strip_->value->heads && !wanted->other_head && !wanted->whole_output &&
               *strip_->request == all;
        if (kept) {  // every head is there already: nothing is computed
            map_job_.cancel();
            shown_request_ = wanted;
            show(strip_->value->full[static_cast<std::size_t>(wanted->head - 1)], strip_->seconds);
        } else {
            map_job_.submit(*wanted);
        }
    }
    const auto& computed = map_job_.poll();
    error_ = kept ? std::nullopt : computed.error;
    if (!kept && computed.value && computed.generation != seen_) {
        seen_ = computed.generation;
        shown_request_ = *computed.request;
        show(computed.value, computed.seconds);
    }
    hide_small_weights();
    update_huge();
}

// The map that is drawn with a threshold: computed here since it is a matter of looking, not of attention.
void AttentionPanel::hide_small_weights() {
    if (!shown_ || shown_->huge || threshold_shown_ == params_.threshold) return;
    threshold_shown_ = params_.threshold;
    above_threshold_.reset();
    hidden_share_ = 0;
    if (params_.threshold <= 0) return;
    auto map = std::make_shared<Matrix>(*shown_->weights);
    double hidden = 0, all = 0;
    for (Index i = 0; i < map->size(); ++i) {
        float& weight = map->data()[i];
        if (std::isnan(weight)) continue;
        all += static_cast<double>(weight);
        if (static_cast<double>(weight) >= params_.threshold) continue;
        hidden += static_cast<double>(weight);
        weight = std::numeric_limits<float>::quiet_NaN();
    }
    hidden_share_ = all > 0 ? hidden / all : 0;
    above_threshold_ = std::move(map);
}

// The request, once the user's files are read where they are wanted; until then what is shown stays.
std::optional<Request> AttentionPanel::request_with_files() {
    Request wanted = request_of(params_);
    file_error_.reset();
    const std::string vectors = params_.source == Source::text ? params_.vectors : std::string();
    const Result<std::shared_ptr<const WordVectors>> own = vectors_.get(vectors);
    if (!own) file_error_ = own.error();
    if (!own || (!vectors.empty() && *own == nullptr)) return std::nullopt;
    wanted.queries.vectors = *own;
    if (wanted.keys) wanted.keys->vectors = *own;
    if (params_.from_tokens()) {
        cancelled_files_.reset();
    } else {
        const ArraysRequest files = arrays_request(params_);
        if (files == cancelled_files_) return std::nullopt;
        cancelled_files_.reset();
        arrays_.submit(files);
        const auto& loaded = arrays_.poll();
        if (loaded.error) file_error_ = loaded.error;
        if (loaded.error || !loaded.value || *loaded.request != files) return std::nullopt;
        wanted.arrays = loaded.value;
    }
    return wanted;
}

void AttentionPanel::wait() {
    update();
    vectors_.wait();
    arrays_.wait();
    update();
    map_job_.wait();
    strip_job_.wait();
    update();
    if (huge_) huge_->wait();
}

void AttentionPanel::cancel() {
    if (huge_ && !map_job_.stale() && !vectors_.stale() && !arrays_.stale()) {
        huge_->cancel();  // its picture is of these settings, as far as it is
        return;
    }
    if (vectors_.stale()) params_.vectors.clear();
    if (arrays_.stale()) cancelled_files_ = arrays_request(params_);
    cancelled_ = newest_;
    vectors_.cancel();
    arrays_.cancel();
    map_job_.cancel();
    strip_job_.cancel();
}

void AttentionPanel::agree() {
    params_.head = std::min<int>(params_.head, static_cast<int>(params_.from_tokens() ? params_.heads : heads()));
    params_.other_head =
        std::min<int>(params_.other_head, static_cast<int>(params_.from_tokens() ? params_.heads : heads()));
    if (params_.source == Source::weights && shown_ && shown_request_ && shown_request_->source == Source::weights)
        params_.layer = std::min<int>(params_.layer, static_cast<int>(shown_->layers));
    if (params_.has_inputs() && !params_.method_possible()) params_.method = Method::exact;
    if (!params_.has_inputs()) params_.show = Show::weights;
}

PanelStatus AttentionPanel::status() const {
    PanelStatus status;
    if (cancelled_ || cancelled_files_)
        status.error = Error{ErrorCode::cancelled,
                             tr("cancelled: the picture is of the settings before; change anything to compute again")};
    status.stale = map_job_.stale() || strip_job_.stale() || vectors_.stale() || arrays_.stale();
    status.progress = vectors_.progress() ? vectors_.progress() : arrays_.progress();
    if (!status.progress) status.progress = map_job_.progress();
    if (!status.progress) status.progress = strip_job_.progress();
    for (const std::optional<Error>* error : {&drop_error_, &file_error_, &error_})
        if (*error && !status.error) status.error = *error;
    status.seconds = seconds_;
    if (huge_) {
        status.stale = status.stale || huge_->stale();
        if (!status.progress) status.progress = huge_->progress();
        if (!status.error) status.error = huge_->error();
        status.seconds = huge_->seconds();
    }
    // Of what is shown, which may be older than the parameters.
    status.provenance = provenance_of(shown_request_ ? *shown_request_ : request_of(params_), Reader::window);
    if (shown_ && invented_tokens(*shown_) * 2 > token_count(*shown_))
        status.provenance += " · " + tr("{} of {} made from letters", invented_tokens(*shown_), token_count(*shown_));
    if (shown_) status.note = about();
    return status;
}

// What the user should know about the shown result.
std::string AttentionPanel::about() const {
    const Shown& shown = *shown_;
    std::string note;
    const auto add = [&](const std::string& text) {
        if (!note.empty()) note += " · ";
        note += text;
    };
    if (huge_) add(huge_->note());
    if (shown.masked_rows == 1)
        add(tr("1 of {} queries sees no key: weights and output are 0", shown.weights->rows()));
    else if (shown.masked_rows > 1)
        add(tr("{} of {} queries see no key: weights and output are 0", shown.masked_rows, shown.weights->rows()));
    if (shown.second && shown.second->negative > 0)
        add(tr("{} of {} approximate weights are negative (marked)", shown.second->negative, shown.weights->size()));
    if (shown.second && shown.second->bad_rows > 0)
        add(tr("{} rows have a normaliser that is not positive", shown.second->bad_rows));
    if (shown.moved)
        add(*shown.moved < 1e-5
                ? tr("shuffled: every weight moved with its words and nothing else changed (at most {})",
                     short_number(*shown.moved, 2))
                : tr("shuffled: weights changed by up to {}: this attention knows the order",
                     short_number(*shown.moved, 3)));
    if (above_threshold_) add(tr("{:.1f} % of all weight is below the threshold", hidden_share_ * 100));
    if (!shown.inputs.empty() && shown.inputs.front().options.local)
        add(tr(
            "p marks the predicted positions; weights times the Gaussian sum to less than 1; entropy is of each row by "
            "its sum"));
    if (shown.without_first) add(tr("the first key is left out for viewing only: the output is that of all keys"));
    if (shown.merged) add(tr("white space belongs to no word, so rows sum to less than 1"));
    if (shown_request_ && shown_request_->arrays == nullptr && !shown.inputs.empty() &&
        shown_request_->projection == ProjectionKind::identity &&
        shown.inputs.front().q.cols() >= shown.sides.queries.vectors.cols())
        add(tr("tokens have D = {} entries: every head takes them all, and is the same",
               shown.sides.queries.vectors.cols()));
    if (const Index invented = invented_tokens(shown); invented > 0)
        add(tr("* not in the vocabulary: {} of {} tokens have vectors made from their letters", invented,
               token_count(shown)));
    if (shown_request_ && shown_request_->arrays && shown_request_->arrays->odd_row)
        add(note_of(*shown_request_->arrays, Reader::window));
    return note;
}

std::optional<Cell> AttentionPanel::pinned() const {
    if (!shown_ || params_.pin_query < 0 || params_.pin_key < 0) return std::nullopt;
    if (params_.pin_query >= shown_->queries() || params_.pin_key >= shown_->keys()) return std::nullopt;
    return Cell{params_.pin_query, params_.pin_key};
}

std::string AttentionPanel::explain_text() const {
    if (!explained() || !shown_) return {};
    if (huge_) {
        const std::optional<CellNumbers> numbers = huge_->explained();
        return numbers ? numbers_in_words(*numbers) : std::string();
    }
    return explain_in_words(*shown_, {row_labels_, column_labels_}, *explained());
}

std::string AttentionPanel::copy_text() const {
    if (!shown_) return {};
    if (huge_) return explain_text();
    const Matrix& values = params_.show == Show::scores && shown_->scores ? *shown_->scores : *shown_->weights;
    std::string text;
    for (const std::string& label : column_labels_) text += "\t" + label;
    text += "\n";
    for (Index i = 0; i < values.rows(); ++i) {
        text += row_labels_[static_cast<std::size_t>(i)];
        for (Index j = 0; j < values.cols(); ++j) {
            text += '\t';
            if (!std::isnan(values(i, j))) text += format_float(values(i, j));
        }
        text += "\n";
    }
    return text;
}

void AttentionPanel::draw_explain(Canvas& canvas, const Rect& area) {
    if (!shown_) return;
    if (!explained()) {
        draw_line_middle(canvas, area, tr("Click a cell to pin it: how its weight comes about is written here."),
                         {.color = canvas.theme().quiet, .size = 14});
        return;
    }
    if (huge_)
        draw_huge_explain(canvas, area);
    else
        draw_explain_line(canvas, area, *shown_, {row_labels_, column_labels_}, *explained());
}

}  // namespace attention_panel

std::unique_ptr<Panel> make_attention_panel() {
    return std::make_unique<attention_panel::AttentionPanel>();
}

}  // namespace attnscope
