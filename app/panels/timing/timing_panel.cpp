#include "app/panels/timing/timing_panel.hpp"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>

#include "app/language/language.hpp"
#include "core/timing/machine.hpp"

namespace attnscope {
namespace timing_panel {

TimingPanel::TimingPanel() : sweep_(waker()), layers_job_(measure_layers, {.describe = {}, .wake = waker()}) {}

PanelInfo TimingPanel::info() const {
    return {
        .name = "timing",
        .title = "Timing",
        .help =
            "What length costs: time, memory and operations of exact and linear attention, measured on this machine, "
            "and layers compared.",
        .order = 40};
}

std::string TimingPanel::source_text() const {
    if (fixed_) return tr("made-up times");
    const int cores = processor_cores();
    return cores == 1 ? tr("{} (1 core)", processor_name()) : tr("{} ({} cores)", processor_name(), cores);
}

void TimingPanel::show_instead(TimingReport report, LayerTimes layers) {
    fixed_ = true;
    report_ = std::make_shared<const TimingReport>(std::move(report));
    layers_ = std::make_shared<const LayerTimes>(std::move(layers));
}

void TimingPanel::update() {
    error_.reset();
    if (fixed_) return;
    // One thing is measured at a time.
    if (params_.measures_sweep()) {
        if (layers_job_.stale()) layers_job_.cancel();
        const Result<SweepRequest> wanted = make_sweep(params_);
        if (!wanted) {
            error_ = wanted.error();
            return;
        }
        sweep_.submit(*wanted);
        if (std::shared_ptr<const TimingReport> newer = sweep_.newer()) {
            // Until there is a first point, the curves before are better than none.
            if (!newer->series.empty() || !report_) report_ = std::move(newer);
        }
        error_ = sweep_.error();
        return;
    }
    if (sweep_.stale()) sweep_.cancel();  // what was measured is kept
    if (params_.view != View::layers) return;
    if (params_.window % 2 == 0) {
        error_ =
            invalid_input(tr("the window r is {}: it must be odd, a token and as many on either side", params_.window));
        return;
    }
    const LayersRequest wanted{params_.layer_dim, params_.kernel, params_.window};
    if (layers_cancelled_ != wanted) {
        layers_cancelled_.reset();
        layers_newest_ = wanted;
        layers_job_.submit(wanted);
    }
    const auto& measured = layers_job_.poll();
    error_ = measured.error;
    if (measured.value) layers_ = measured.value;
}

void TimingPanel::wait() {
    update();
    if (fixed_) return;
    if (params_.measures_sweep())
        sweep_.wait();
    else
        layers_job_.wait();
    update();
}

void TimingPanel::cancel() {
    if (params_.measures_sweep()) {
        sweep_.pause();
    } else {
        layers_cancelled_ = layers_newest_;
        layers_job_.cancel();
    }
}

// What other panels compute would be measured too; what is missing follows when the user comes back.
void TimingPanel::left() {
    sweep_.cancel();
    layers_job_.cancel();
}

PanelStatus TimingPanel::status() const {
    PanelStatus status;
    const bool sweeps = params_.measures_sweep();
    status.error = error_;
    if (!sweeps && layers_cancelled_)
        status.error = Error{ErrorCode::cancelled, tr("cancelled: change anything to measure again")};
    status.stale = !fixed_ && (sweeps ? sweep_.stale() : layers_job_.stale());
    if (!fixed_) status.progress = sweeps ? sweep_.progress() : layers_job_.progress();
    status.seconds = sweeps ? sweep_.seconds() : 0;
    status.provenance = params_.view == View::paths ? tr("formulas") : fixed_ ? tr("example") : tr("measured here");
    if (!sweeps || !report_) return status;
    if (sweep_.paused())
        status.note = tr("paused: space goes on");
    else if (report_->busy_points > 0)
        status.note = tr("the machine was busy at {} of {} points", report_->busy_points, report_->points);
    return status;
}

bool TimingPanel::key(const KeyPress& press) {
    if (press.control || press.alt) return false;
    const auto move = [](int& value, int by, int low, int high) { value = std::clamp(value + by, low, high); };
    switch (press.key) {
        case GLFW_KEY_SPACE:
            if (!params_.measures_sweep()) return false;
            sweep_.paused() ? sweep_.resume() : sweep_.pause();
            return true;
        case GLFW_KEY_R:
            if (params_.measures_sweep()) {
                sweep_.measure_again();
            } else {
                layers_job_.cancel();
                layers_cancelled_.reset();
            }
            return true;
        case GLFW_KEY_LEFT:
        case GLFW_KEY_RIGHT: {
            const bool more = press.key == GLFW_KEY_RIGHT;
            if (params_.view == View::paths)
                move(params_.step, more ? 1 : -1, 0, std::max(params_.path_tokens - 1, 0));
            else if (params_.view == View::layers)
                params_.layer_length = std::clamp(more ? params_.layer_length * 2 : params_.layer_length / 2, 1, 8192);
            else
                params_.length = std::clamp(more ? params_.length * 2 : params_.length / 2, 128, 262144);
            return true;
        }
        case GLFW_KEY_ESCAPE:
            if (!status().progress) return false;
            cancel();
            return true;
        default:
            return false;
    }
}

std::vector<std::pair<std::string, std::string>> TimingPanel::key_help() const {
    return {{"← →", tr("half, or twice the length (paths: a step)")},
            {"Space", tr("pause the sweep, and go on")},
            {"R", tr("measure again")},
            {"Esc", tr("stop measuring")}};
}

// After the user has moved a control: what depends on another one follows it.
void TimingPanel::agree() {
    params_.window |= 1;
    params_.step = std::min(params_.step, std::max(params_.path_tokens - 1, 0));
}

View2D* TimingPanel::main_view() {
    return &plots_[0].view;
}

}  // namespace timing_panel

std::unique_ptr<Panel> make_timing_panel() {
    return std::make_unique<timing_panel::TimingPanel>();
}

}  // namespace attnscope
