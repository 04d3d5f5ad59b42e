// The attention panel: tokens attend to each other; heads, masks and temperature can be played with; one cell is pinned
// and explained.
#pragma once

#include <algorithm>
#include <optional>

#include "app/draw/heatmap.hpp"
#include "app/draw/plot.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/attention/compute.hpp"
#include "app/panels/panel.hpp"

namespace attnscope::attention_panel {

/// Where the numbers of a request come from, for the badge and for files.
std::string provenance_of(const Request& request);

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
    bool key(const KeyPress& press) override;
    std::vector<std::pair<std::string, std::string>> key_help() const override;
    void agree() override { params_.head = std::min(params_.head, params_.heads); }
    void source_edited(const std::string& before) override;
    DataJob data_job(DataFormat format) const override;

    Params& params() { return params_; }

private:
    Request request() const;
    std::optional<Request> request_with_vectors();
    std::optional<Cell> pinned() const;  // when it lies inside the shown map
    std::optional<Cell> explained() const { return pinned() ? pinned() : hovered_; }
    void pin(const Cell& cell);
    void move_pin(Index rows, Index columns);

    Heatmap make_map(const Theme& theme) const;
    void draw_title(Canvas& canvas, const Rect& area);
    void draw_map(Canvas& canvas, Interaction& interaction, const Rect& area, const Heatmap& map);
    void draw_strip(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_breakdown(Canvas& canvas, const Rect& area);
    void draw_heads_of_cell(Canvas& canvas, const Rect& area);
    void draw_row(Canvas& canvas, Interaction& interaction, const Rect& area);

    Params params_;
    JobSlot<std::string, std::shared_ptr<const WordVectors>> vectors_;  // of the user's file
    JobSlot<Request, Shown> shown_;
    JobSlot<Request, Strip> strip_;
    const JobSlot<Request, Shown>::Shown* map_ = nullptr;  // of the last update()
    const JobSlot<Request, Strip>::Shown* heads_ = nullptr;
    std::optional<Error> vectors_error_;
    std::string vectors_path_;  // of the file last asked for
    int head_before_average_ = 1;
    std::optional<Request> newest_;     // what update() last asked for
    std::optional<Request> cancelled_;  // not to be computed again until it changes
    std::vector<std::string> labels_;   // of the shown tokens
    std::uint64_t labels_generation_ = 0;
    HeatmapView view_;
    PlotView row_view_;
    std::optional<Cell> hovered_;
};

}  // namespace attnscope::attention_panel
