// The attention panel: tokens attend to each other, or to a second text, or arrays of the user's do; scores, masks,
// heads, positions and approximations can be played with; one cell is pinned and explained.
#pragma once

#include <algorithm>
#include <optional>

#include "app/draw/compare.hpp"
#include "app/draw/heatmap.hpp"
#include "app/draw/plot.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/attention/breakdown.hpp"
#include "app/panels/attention/compute.hpp"
#include "app/panels/attention/huge_map_view.hpp"
#include "app/panels/own_vectors.hpp"
#include "app/panels/panel.hpp"

namespace attnscope::attention_panel {

/// The colours of weights up to `largest`.
ColorRange weight_range(const Params& params, double largest);

class AttentionPanel final : public Panel {
public:
    AttentionPanel();

    PanelInfo info() const override;
    void draw_icon(Canvas& canvas, const Rect& rect, Color color) const override;
    void describe(Describe& description) override { params_.describe(description); }
    std::string source_key() const override { return params_.source == Source::text ? "text" : ""; }
    std::string source_text() const override;
    void update() override;
    void wait() override;
    void cancel() override;
    PanelStatus status() const override;
    void draw(Canvas& canvas, Interaction& interaction, const Rect& area) override;
    void draw_explain(Canvas& canvas, const Rect& area) override;
    std::string explain_text() const override;
    std::string copy_text() const override;
    View2D* main_view() override { return &view_.view; }
    std::optional<Heatmap> comparable(const Theme& theme) const override;
    void comparison_clicked(const Cell& cell) override { pin(cell); }
    std::vector<std::string> parts() const override;
    void draw_part(std::string_view part, Canvas& canvas, Interaction& interaction, const Rect& area) override;
    bool drop_file(const std::string& path) override;
    std::string drop_help() const override;
    bool key(const KeyPress& press) override;
    std::vector<std::pair<std::string, std::string>> key_help() const override;
    void agree() override;
    void source_edited(const std::string& before) override;
    DataJob data_job(DataFormat format) const override;

    Params& params() { return params_; }

private:
    std::optional<Request> request_with_files();
    bool files_ready(Request& wanted);
    void show(std::shared_ptr<const Shown> shown, double seconds);
    void make_labels();
    void hide_small_weights();
    Index heads() const { return shown_ ? shown_->heads : params_.heads; }
    std::optional<Cell> pinned() const;  // when it lies inside the shown map
    std::optional<Cell> explained() const { return pinned() ? pinned() : hovered_; }
    /// The cell whose numbers are written beside the map: what the mouse is over, else the pinned one.
    std::optional<Cell> pointed() const { return hovered_ ? hovered_ : pinned(); }
    void pin(const Cell& cell);
    void move_pin(Index rows, Index columns);
    void shuffle();  // another order
    void paint(const std::optional<Cell>& cell);

    Heatmap make_map(const Theme& theme) const;
    Heatmap map_of(const Theme& theme, std::shared_ptr<const Matrix> values) const;
    void draw_title(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_buttons(Canvas& canvas, Interaction& interaction, Rect& rest);
    void draw_heading(Canvas& canvas, const Rect& rest);
    std::vector<std::string> heading_pieces() const;
    void draw_pictures(Canvas& canvas, Interaction& interaction, const Rect& area, bool wide);
    void draw_map(Canvas& canvas, Interaction& interaction, const Rect& area, const Heatmap& map);
    void draw_second(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_side(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_strip(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_breakdown_strip(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_heads_of_cell(Canvas& canvas, const Rect& area);
    void draw_received(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_head_numbers(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_gradient(Canvas& canvas, Interaction& interaction, const Rect& area);
    std::string about() const;
    // Of a map too large to hold:
    void update_huge();
    void draw_huge(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_huge_map(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_huge_explain(Canvas& canvas, const Rect& area);

    Params params_;
    OwnVectors vectors_;
    JobSlot<ArraysRequest, Arrays> arrays_;
    JobSlot<Request, Shown> map_job_;
    JobSlot<Request, Strip> strip_job_;
    const JobSlot<Request, Strip>::Shown* strip_ = nullptr;  // of the last update()

    std::shared_ptr<const Shown> shown_;  // what is drawn
    std::unique_ptr<HugeMapView> huge_;   // when that is a map too large to hold
    std::uint64_t generation_ = 0;        // of shown_
    std::uint64_t seen_ = 0;              // the generation of map_job_'s result taken last
    double seconds_ = 0;
    std::optional<Error> error_;
    std::optional<Error> file_error_, drop_error_;
    std::shared_ptr<const Arrays> arrays_shown_;  // the newest that were read
    int head_before_average_ = 1;
    std::optional<Request> newest_;  // what update() last asked for
    std::optional<Request> shown_request_;
    std::optional<Request> cancelled_;                     // not to be computed again until it changes
    std::optional<ArraysRequest> cancelled_files_;         // not to be read again until they change
    std::vector<std::string> row_labels_, column_labels_;  // of the shown tokens
    std::shared_ptr<const Matrix> above_threshold_;        // the weights without the small ones; null: all are shown
    double threshold_shown_ = -1, hidden_share_ = 0;
    HeatmapView view_;
    CompareView compare_view_;
    PlotView row_view_, received_view_, heads_view_, distance_view_, gradient_view_;
    BreakdownMemory breakdown_;
    std::optional<Cell> hovered_;
    std::optional<bool> painting_;  // while the mouse is down: whether cells are being hidden or shown
    std::optional<Cell> painted_last_;
};

}  // namespace attnscope::attention_panel
