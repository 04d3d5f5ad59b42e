#include "app/panels/random_features/random_features_panel.hpp"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>

#include "app/language/language.hpp"

namespace attnscope {
namespace random_features_panel {

RandomFeaturesPanel::RandomFeaturesPanel()
    : vectors_(waker()), job_(compute_shown, {.describe = in_words, .wake = waker()}), curve_job_(waker()) {}

PanelInfo RandomFeaturesPanel::info() const {
    return {.name = "random_features",
            .title = "Features",
            .help =
                "Softmax against random features (Performer, FAVOR+): error curves, where which estimator is better, "
                "and how they break.",
            .order = 30};
}

std::string RandomFeaturesPanel::source_text() const {
    const Params& p = params_;
    if (p.view == View::failures) return tr("each failure has its own random input");
    if (p.view == View::variance || p.view == View::kernel || (shows_curves() && p.metric == ErrorMetric::kernel))
        return tr("two vectors of {} entries at an angle of {:.2f} rad", p.dim, p.angle);
    return tr("{} random tokens of {} entries, σ = {:.3g}", p.length, p.dim, p.sigma);
}

// The user's own vectors, where words are looked at; `waiting` while they are being read.
Result<std::shared_ptr<const WordVectors>> RandomFeaturesPanel::wanted_vectors(bool& waiting) {
    const std::string file = params_.uses_text() ? params_.vectors : std::string();
    Result<std::shared_ptr<const WordVectors>> own = vectors_.get(file);
    waiting = own && !file.empty() && *own == nullptr;
    return own;
}

void RandomFeaturesPanel::update_curves(const std::shared_ptr<const WordVectors>& vectors) {
    Result<CurvesRequest> wanted = make_curves_request(params_);
    if (!wanted) {
        error_ = wanted.error();
        return;
    }
    wanted->setting.input.vectors = vectors;
    if (curves_cancelled_ != *wanted) {
        curves_cancelled_.reset();
        newest_curves_ = *wanted;
        curve_job_.submit(*wanted);
    }
    if (std::optional<CurveSet> newer = curve_job_.newer()) {
        // Until a first sample is there, the curves before are better than none.
        if (newer->done > 0 || curves_.curves.empty()) curves_ = *std::move(newer);
    }
    error_ = curve_job_.error();
}

void RandomFeaturesPanel::update_view(const std::shared_ptr<const WordVectors>& vectors) {
    Result<Request> wanted = make_request(params_);
    if (!wanted) {
        error_ = wanted.error();
    } else {
        wanted->input.vectors = vectors;
        if (cancelled_ != *wanted) {
            cancelled_.reset();
            newest_ = *wanted;
            job_.submit(*wanted);
        }
    }
    const auto& computed = job_.poll();
    if (!error_) error_ = computed.error;
    if (!computed.value || computed.generation == generation_) return;
    const bool other_view = shown_view_ != computed.value->request.view;
    shown_view_ = computed.value->request.view;
    generation_ = computed.generation;
    shown_ = computed.value;
    seconds_ = computed.seconds;
    hovered_.reset();
    if (other_view) dragged_.reset();  // not in the middle of dragging, whose results these are
    if (shown_->matrices && (other_view || matrix_tokens_ != shown_->matrices->tokens)) look_at_a_corner();
}

// Matrices of many tokens take hundreds of megabytes; to compute them again takes less time than to find the view.
void RandomFeaturesPanel::forget_view() {
    job_.forget();
    cancelled_.reset();  // there is nothing left that could stay
    shown_.reset();
    generation_ = job_.poll().generation;
}

// Of many tokens a corner, so that single weights are seen; a double click shows them all.
void RandomFeaturesPanel::look_at_a_corner() {
    constexpr Index corner = 48;
    matrix_tokens_ = shown_->matrices->tokens;
    for (HeatmapView& view : views_) {
        view.view = {};
        if (matrix_tokens_ <= 2 * corner) continue;
        view.view.x = view.view.y = {0, static_cast<double>(corner)};
        view.view.touched = true;
    }
}

void RandomFeaturesPanel::update() {
    error_.reset();
    bool waiting = false;
    const Result<std::shared_ptr<const WordVectors>> vectors = wanted_vectors(waiting);
    if (!vectors) {
        error_ = vectors.error();
        return;
    }
    if (waiting) return;
    if (shows_curves()) {
        if (shown_ || job_.stale()) forget_view();
        update_curves(*vectors);
    } else {
        if (curve_job_.stale()) curve_job_.cancel();  // what is done is kept
        update_view(*vectors);
    }
}

void RandomFeaturesPanel::wait() {
    update();
    vectors_.wait();
    update();
    if (shows_curves())
        curve_job_.wait();
    else
        job_.wait();
    update();
}

void RandomFeaturesPanel::cancel() {
    if (vectors_.stale()) params_.vectors.clear();
    vectors_.cancel();
    if (shows_curves()) {
        curves_cancelled_ = newest_curves_;
        curve_job_.cancel();
    } else {
        cancelled_ = newest_;
        job_.cancel();
    }
}

void RandomFeaturesPanel::redraw() {
    params_.seed = params_.seed < 2147483647 ? params_.seed + 1 : 0;
}

// After the user has moved a control: what depends on another one follows it.
void RandomFeaturesPanel::agree() {
    params_.features_to = std::max(params_.features_to, params_.features_from);
}

PanelStatus RandomFeaturesPanel::status() const {
    PanelStatus status;
    const bool cancelled = shows_curves() ? curves_cancelled_.has_value() : cancelled_.has_value();
    if (cancelled)
        status.error = Error{
            ErrorCode::cancelled,
            shows_curves() ? tr("cancelled: what has been computed is shown; change anything to go on")
                           : tr("cancelled: the picture is of the settings before; change anything to compute again")};
    else
        status.error = error_;
    status.stale = vectors_.stale() || (shows_curves() ? curve_job_.stale() : job_.stale());
    status.progress = vectors_.progress() ? vectors_.progress()
                      : shows_curves()    ? curve_job_.progress()
                                          : job_.progress();
    status.seconds = shows_curves() ? curve_job_.seconds() : seconds_;
    const Input& input = shows_curves() ? curves_.request.setting.input : shown_ ? shown_->request.input : Input();
    const bool words = input.source == Source::text;
    const int seed = shows_curves() ? curves_.request.setting.seed : shown_ ? shown_->request.seed : params_.seed;
    if (!words)
        status.provenance = tr("random (seed {})", seed);
    else if (input.vectors)
        status.provenance = tr("yours: {}; draws: random (seed {})", input.vectors->note(), seed);
    else
        status.provenance = tr("trained vectors; draws: random (seed {})", seed);
    if (!shows_curves() && shown_) {
        const View view = shown_->request.view;
        if (view == View::matrices && params_.length > most_matrix_tokens && !words)
            status.note = tr("the matrices are of the first {} tokens", most_matrix_tokens);
        if (view == View::factoring && shown_->request.length > most_rank_tokens)
            status.note = tr("the ranks are of the first {} tokens", most_rank_tokens);
        if (view == View::variance) status.provenance = tr("formula; histograms: random (seed {})", seed);
        if (view == View::failures && shown_->request.failure == FailureMode::overflow)
            status.provenance = tr("computed in float");
    }
    return status;
}

bool RandomFeaturesPanel::key(const KeyPress& press) {
    if (press.control || press.alt) return false;
    switch (press.key) {
        case GLFW_KEY_R:
            redraw();
            return true;
        case GLFW_KEY_UP:
        case GLFW_KEY_DOWN:
            if (move_pin(press.key)) return true;
            if (params_.view != View::failures) return false;
            choose_failure(static_cast<FailureMode>(
                std::clamp(static_cast<int>(params_.failure) + (press.key == GLFW_KEY_DOWN ? 1 : -1), 0,
                           static_cast<int>(failure_mode_names.size()) - 1)));
            return true;
        case GLFW_KEY_LEFT:
        case GLFW_KEY_RIGHT: {
            if (move_pin(press.key)) return true;
            const bool more = press.key == GLFW_KEY_RIGHT;
            params_.features = std::clamp(more ? params_.features * 2 : params_.features / 2, 1, most_features);
            return true;
        }
        case GLFW_KEY_ESCAPE:
            if (status().progress) {
                cancel();
                return true;
            }
            if (!pinned_cell()) return false;
            params_.pin_row = params_.pin_column = -1;
            return true;
        default:
            return false;
    }
}

std::optional<Cell> RandomFeaturesPanel::pinned_cell() const {
    if (params_.view != View::matrices || !shown_ || !shown_->matrices) return std::nullopt;
    const Index tokens = shown_->matrices->tokens;
    const bool inside =
        params_.pin_row >= 0 && params_.pin_row < tokens && params_.pin_column >= 0 && params_.pin_column < tokens;
    return inside ? std::optional(Cell{params_.pin_row, params_.pin_column}) : std::nullopt;
}

// The arrows move a pinned weight; false when there is none.
bool RandomFeaturesPanel::move_pin(int key) {
    if (!pinned_cell()) return false;
    const int last = static_cast<int>(shown_->matrices->tokens) - 1;
    const int down = key == GLFW_KEY_DOWN ? 1 : key == GLFW_KEY_UP ? -1 : 0;
    const int right = key == GLFW_KEY_RIGHT ? 1 : key == GLFW_KEY_LEFT ? -1 : 0;
    params_.pin_row = std::clamp(params_.pin_row + down, 0, last);
    params_.pin_column = std::clamp(params_.pin_column + right, 0, last);
    return true;
}

std::vector<std::pair<std::string, std::string>> RandomFeaturesPanel::key_help() const {
    return {{"R", tr("draw new random numbers")},
            {"← →", tr("half, or twice as many features m")},
            {"↑ ↓", tr("another failure")},
            {tr("arrow keys"), tr("move the pinned weight of the matrices")},
            {"Esc", tr("stop a long computation, else unpin")}};
}

View2D* RandomFeaturesPanel::main_view() {
    switch (params_.view) {
        case View::curves:
            return &plots_[0].view;
        case View::variance:
            return &variance_view_.view;
        case View::kernel:
            return &kernel_plots_[0].view;
        case View::matrices:
            return &views_[0].view;
        case View::failures:
        case View::factoring:
            break;
    }
    return nullptr;
}

}  // namespace random_features_panel

std::unique_ptr<Panel> make_random_features_panel() {
    return std::make_unique<random_features_panel::RandomFeaturesPanel>();
}

}  // namespace attnscope
