// A map too large to hold, as it is seen: its overview as it grows, the part that is zoomed into, two rows. It computes
// on threads of its own and always has a picture; what is newer and finer is laid over what was there.
#pragma once

#include <optional>
#include <string>

#include "app/draw/heatmap.hpp"
#include "app/draw/plot.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/attention/explain_line.hpp"
#include "app/panels/attention/huge_compute.hpp"

namespace attnscope::attention_panel {

class HugeMapView {
public:
    /// wake: called on a worker's thread when there is something new.
    explicit HugeMapView(const std::function<void()>& wake);

    struct Wanted {
        std::shared_ptr<const HugeInput> input;
        Reduce reduce = Reduce::average;
        std::optional<Cell> pinned, hovered;
    };
    /// Once a frame: asks for what is missing, takes what is there.
    void update(const Wanted& wanted);
    /// Blocks until nothing is missing.
    void wait();
    /// Stops everything; what is there of the overview stays, and no more of it is computed for this input. A part is
    /// computed again when another is looked at.
    void cancel();

    bool stale() const;
    std::optional<float> progress() const;
    std::optional<Error> error() const;
    double seconds() const;
    /// What a pixel shows, of what is in sight, and how exactly.
    std::string note() const;

    const HugeInput& input() const { return *wanted_.input; }
    /// The weight of one cell; NaN where it is masked, nothing while its row's sum is not known.
    std::optional<double> weight(const Cell& cell) const;
    /// How the weight of the pinned cell (else the hovered one) comes about, with the names of its tokens. While its
    /// row is being computed: that of the cell before.
    std::optional<CellNumbers> explained() const;

    // The map and what stands beside it.
    HeatmapEvents draw_map(Canvas& canvas, Interaction& interaction, const Rect& area, const Params& params);
    void draw_received(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_row(Canvas& canvas, Interaction& interaction, const Rect& area, const Params& params);
    /// What draw_map() draws.
    Heatmap heatmap(const Theme& theme, const Params& params) const;
    std::vector<std::string> heading_pieces() const;

private:
    using RowSlot = JobSlot<RowRequest, HugeRow>;
    struct ShownPart {
        MapPart part;
        Index samples = 0;
        MapPixels pixels;
        std::uint64_t generation = 0;
        double seconds = 0;
    };

    void begin(const Wanted& wanted);
    void take_overview();
    void take_part();
    void ask_for_part();
    void update_rows();
    void look(const HeatmapView& view, const Rect& cells, float pixels_per_point);
    const HugeRow* row(Index index) const;
    bool part_in_sight() const { return wanted_part_ && shown_part_ && shown_part_->part == *wanted_part_; }

    JobSlot<OverviewRequest, Overview> overview_job_;
    JobSlot<PartRequest, MapPixels> part_job_;
    RowSlot pinned_job_, hovered_job_;
    const RowSlot::Shown *pinned_row_ = nullptr, *hovered_row_ = nullptr;  // of the last update()

    Wanted wanted_;
    std::optional<Cell> explained_, pointed_;  // the newest whose rows are there
    OverviewRequest overview_request_;
    bool stopped_ = false;  // by the user
    std::uint64_t growth_seen_ = 0;
    std::shared_ptr<const Overview> overview_;  // of the input as it is; null while it grows
    double overview_seconds_ = 0;
    std::optional<Error> overview_error_, part_error_;
    MapPixels base_;  // the newest picture of the whole map
    std::uint64_t generation_ = 0;
    std::shared_ptr<KnownRows> known_;
    std::optional<MapPart> wanted_part_, stopped_part_;
    std::optional<PartRequest> refined_;  // the finer picture that was asked for last
    std::optional<ShownPart> shown_part_;
    std::uint64_t part_seen_ = 0;  // the generation of part_job_'s result taken last
    double low_ = 0, high_ = 1;    // what the colours span
    HeatmapView view_;
    PlotView received_view_, row_view_;
};

}  // namespace attnscope::attention_panel
