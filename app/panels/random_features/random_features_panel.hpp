// The random-features panel: softmax against its linear approximations, where they are good and where they break.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/heatmap.hpp"
#include "app/draw/plot.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/own_vectors.hpp"
#include "app/panels/panel.hpp"
#include "app/panels/random_features/compute.hpp"
#include "app/panels/random_features/curves.hpp"

namespace attnscope::random_features_panel {

class RandomFeaturesPanel final : public Panel {
public:
    RandomFeaturesPanel();

    PanelInfo info() const override;
    void draw_icon(Canvas& canvas, const Rect& rect, Color color) const override;
    void describe(Describe& description) override { params_.describe(description); }
    std::string source_key() const override { return params_.uses_text() ? "text" : ""; }
    std::string source_text() const override;
    void update() override;
    void wait() override;
    void cancel() override;
    PanelStatus status() const override;
    void draw(Canvas& canvas, Interaction& interaction, const Rect& area) override;
    void draw_explain(Canvas& canvas, const Rect& area) override;
    /// Of the factoring: the two orders, and the ranks; of the failures: the chosen one without the list.
    std::vector<std::string> parts() const override;
    void draw_part(std::string_view part, Canvas& canvas, Interaction& interaction, const Rect& area) override;
    std::string explain_text() const override;
    View2D* main_view() override;
    bool key(const KeyPress& press) override;
    std::vector<std::pair<std::string, std::string>> key_help() const override;
    void agree() override;
    DataJob data_job(DataFormat format) const override;

    Params& params() { return params_; }
    const std::shared_ptr<const Shown>& shown() const { return shown_; }
    const CurveSet& curves() const { return curves_; }

private:
    bool shows_curves() const { return params_.view == View::curves; }
    std::string explained() const;  // as draw_formula() wants it
    void redraw();                  // another seed
    void look_at_a_corner();
    std::optional<Cell> pinned_cell() const;
    bool move_pin(int key);
    Result<std::shared_ptr<const WordVectors>> wanted_vectors(bool& waiting);
    void update_curves(const std::shared_ptr<const WordVectors>& vectors);
    void update_view(const std::shared_ptr<const WordVectors>& vectors);
    void forget_view();

    void draw_title(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_curves(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_chips(Canvas& canvas, Interaction& interaction, Rect& row);
    // Each of these is drawn when shown_ has the facts of its view.
    void draw_variance(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_kernel(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_plane(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_matrices(Canvas& canvas, Interaction& interaction, const Rect& area);
    Heatmap weights_map(const Theme& theme, const Picture& picture, int slot) const;
    void draw_scatter(Canvas& canvas, Interaction& interaction, const Rect& area);
    void mark_broken_rows(Canvas& canvas, const Rect& cells, const HeatmapView& view);
    void draw_matrix_facts(Canvas& canvas, const Rect& area);
    void draw_failures(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_failure(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_factoring(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_ranks(Canvas& canvas, Interaction& interaction, const Rect& area);
    void choose_failure(FailureMode mode);
    void take_setting(FailureMode mode);  // the sliders as in a failure's picture

    Params params_;
    OwnVectors vectors_;
    JobSlot<Request, Shown> job_;
    CurveJob curve_job_;
    CurveSet curves_;  // as far as they are
    std::shared_ptr<const Shown> shown_;
    std::optional<View> shown_view_;  // of shown_, or of what was forgotten: it is looked at as before
    std::uint64_t generation_ = 0;
    double seconds_ = 0;
    std::optional<Error> error_;
    std::optional<Request> newest_, cancelled_;
    std::optional<CurvesRequest> newest_curves_, curves_cancelled_;
    Index matrix_tokens_ = 0;  // of the matrices whose corner was looked at first

    std::array<HeatmapView, 4> views_;
    std::array<PlotView, 4> plots_;
    std::array<PlotView, 2 * failure_mode_names.size()> failure_plots_;  // two for each failure
    std::array<PlotView, 3> factoring_plots_;
    HeatmapView variance_view_;
    std::array<PlotView, 3> variance_plots_;
    std::array<PlotView, 3> kernel_plots_;
    double plane_reach_ = 0;       // kernel: the plane's half width, which stays while a tip is dragged
    std::optional<Cell> hovered_;  // of the view's first heatmap
    std::optional<int> dragged_;   // kernel: 0 x, 1 y while the mouse moves it
    std::string readout_;          // of the curve's point under the mouse
};

/// How a method looks in every picture: its colour, and iid dashed where both are shown.
Color color_of(FeatureMethod method, const Theme& theme);
/// What the method is, in a sentence.
std::string help_of(FeatureMethod method);
/// "trig, orthogonal".
std::string label_of(FeatureMethod method, bool orthogonal);

}  // namespace attnscope::random_features_panel
