// The timing panel: what the length of a sequence costs, measured on the user's machine while it is looked at.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/plot.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/panel.hpp"
#include "app/panels/timing/layer_times.hpp"
#include "app/panels/timing/params.hpp"
#include "app/panels/timing/sweep_job.hpp"

namespace attnscope::timing_panel {

class TimingPanel final : public Panel {
public:
    TimingPanel();

    PanelInfo info() const override;
    void draw_icon(Canvas& canvas, const Rect& rect, Color color) const override;
    void describe(Describe& description) override { params_.describe(description); }
    std::string source_text() const override;
    void update() override;
    void wait() override;
    void cancel() override;
    void left() override;
    PanelStatus status() const override;
    void draw(Canvas& canvas, Interaction& interaction, const Rect& area) override;
    void draw_explain(Canvas& canvas, const Rect& area) override;
    std::string explain_text() const override;
    View2D* main_view() override;
    bool key(const KeyPress& press) override;
    std::vector<std::pair<std::string, std::string>> key_help() const override;
    void agree() override;
    DataJob data_job(DataFormat format) const override;

    Params& params() { return params_; }
    const std::shared_ptr<const TimingReport>& report() const { return report_; }
    /// Shows these numbers and measures nothing from now on: a picture of real times is another one every time.
    void show_instead(TimingReport report, LayerTimes layers);

private:
    std::string explained() const;   // as draw_formula() wants it
    std::string title_note() const;  // what is being measured, with the time left

    void draw_title(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_chips(Canvas& canvas, Interaction& interaction, const Rect& row);  // a chip for each method
    // These are drawn when there is a report with at least one series.
    void draw_time(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_memory(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_operations(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_layers(Canvas& canvas, Interaction& interaction, const Rect& area);  // layers_ may be null
    void draw_paths(Canvas& canvas, Interaction& interaction, const Rect& area);

    Params params_;
    SweepJob sweep_;
    JobSlot<LayersRequest, LayerTimes> layers_job_;
    std::shared_ptr<const TimingReport> report_;
    std::shared_ptr<const LayerTimes> layers_;
    std::optional<Error> error_;
    std::optional<LayersRequest> layers_newest_, layers_cancelled_;
    bool fixed_ = false;  // show_instead() was called

    std::array<PlotView, 6> plots_;
};

/// How a method, a layer looks in every picture.
Color color_of(TimedMethod method, const Theme& theme);
Color color_of(LayerKind kind, const Theme& theme);
std::string label_of(TimedMethod method);  // "exact, streaming", "materialised L × L"
std::string label_of(LayerKind kind);      // "self-attention", "LSTM"
/// "1.25 ms", "830 µs", "12.0 s"; "4.00 MB", "1.00 GB".
std::string time_text(double seconds);
std::string bytes_text(double bytes);
std::string length_text(double length);  // "262,144"

}  // namespace attnscope::timing_panel
