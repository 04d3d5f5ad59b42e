// The positions panel: codes that tell a token where it stands, the rotation that moves them, and what else does the
// job.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/compare.hpp"
#include "app/draw/heatmap.hpp"
#include "app/draw/plot.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/own_vectors.hpp"
#include "app/panels/panel.hpp"
#include "app/panels/positions/compute.hpp"

namespace attnscope::positions_panel {

class PositionsPanel final : public Panel {
public:
    PositionsPanel();

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
    std::string explain_text() const override;
    View2D* main_view() override;
    std::optional<Heatmap> comparable(const Theme& theme) const override;
    bool key(const KeyPress& press) override;
    std::vector<std::pair<std::string, std::string>> key_help() const override;
    void agree() override;
    std::optional<SentSettings> take_sent() override { return std::exchange(sent_, std::nullopt); }
    DataJob data_job(DataFormat format) const override;

    Params& params() { return params_; }
    const std::shared_ptr<const Shown>& shown() const { return shown_; }

private:
    /// How the matrices of this picture are coloured: from -most to most, or with 0 in the middle.
    Heatmap map_of(const Theme& theme, Picture picture, double low, double high, int slot) const;
    Heatmap code_map(const Theme& theme, Picture picture, double largest, int slot) const;
    void take_click(const HeatmapEvents& events, int slot);
    void send();
    Result<std::optional<Request>> request_with_vectors();

    void draw_title(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_code(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_waves(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_counter(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_rivals(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_criteria(Canvas& canvas, const Rect& area);
    void draw_rotation(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_clocks(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_product(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_rotation_facts(Canvas& canvas, const Rect& area);
    void draw_similarity(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_rope(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_rope_score(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_rope_decay(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_alibi(Canvas& canvas, Interaction& interaction, const Rect& area);
    void draw_sum(Canvas& canvas, Interaction& interaction, const Rect& area);

    // What is looked at, within what is shown: settings may have gone on, or be refused.
    int here() const;
    int there() const;  // where the rotation carries the position
    int key_place() const;
    int followed_pair() const;
    int followed_entry() const;     // of it, or the first one of codes that have no pairs
    std::string explained() const;  // as draw_formula() wants it
    std::string explain_cell(const Cell& cell) const;
    std::string explain_code(Index position, Index entry) const;
    std::string explain_rotation() const;
    std::string explain_rope() const;
    std::vector<int> lanes() const;  // the entries drawn as waves

    Params params_;
    OwnVectors vectors_;
    JobSlot<Request, Shown> job_;
    std::shared_ptr<const Shown> shown_;
    std::uint64_t generation_ = 0;
    double seconds_ = 0;
    std::optional<Error> error_;
    std::optional<Request> newest_, cancelled_;
    std::optional<SentSettings> sent_;

    static constexpr std::size_t slots = 6;
    std::array<HeatmapView, slots> views_;
    PlotView waves_view_, dots_view_, distance_view_, score_view_, decay_view_, slopes_view_;
    CompareView compare_view_;
    std::optional<Cell> hovered_;  // of the view's first picture
    std::optional<int> dragged_;   // the number line's mark that the mouse moves
    // Pictures of what follows the mouse: made again only when it does.
    Picture counter_, product_;
    std::pair<int, int> counter_of_{-1, -1};
    std::array<int, 4> product_of_{-1, 0, 0, 0};
    std::uint64_t counter_generation_ = 0, product_generation_ = 0;
};

}  // namespace attnscope::positions_panel
