// The attention panel while it shows a map too large to hold: HugeMapView computes and draws, the panel says where.
#include "app/draw/reading_order.hpp"
#include "app/language/language.hpp"
#include "app/panels/attention/attention_panel.hpp"
#include "app/panels/attention/explain_line.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float side_needs = 700;       // of width, for what stands beside the map
constexpr float breakdown_needs = 430;  // of height

}  // namespace

void AttentionPanel::update_huge() {
    if (!shown_ || !shown_->huge) return;
    if (!huge_) huge_ = std::make_unique<HugeMapView>(waker());
    huge_->update({shown_->huge, params_.reduce, pinned(), hovered_});
}

void AttentionPanel::draw_huge(Canvas& canvas, Interaction& interaction, const Rect& area) {
    Rect inside = area;
    Rect below = inside;
    const bool wide = inside.width() >= side_needs;
    const bool has_breakdown = wide && inside.height() >= breakdown_needs;
    if (has_breakdown) {
        below = inside.cut_bottom(std::clamp(inside.height() * 0.31F, 160.0F, 320.0F));
        inside.cut_bottom(12);
    }
    if (wide) {
        const float used = heatmap_width(canvas, huge_->heatmap(canvas.theme(), params_), inside.height());
        Rect side = inside.cut_right(std::max(inside.width() * 0.27F, inside.width() - used));
        side.cut_left(24);
        huge_->draw_received(canvas, interaction, side);
    }
    draw_huge_map(canvas, interaction, inside);
    if (has_breakdown) huge_->draw_row(canvas, interaction, below, params_);
}

void AttentionPanel::draw_huge_map(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const HeatmapEvents events = huge_->draw_map(canvas, interaction, area, params_);
    hovered_ = events.hovered;
    if (events.clicked) pin(*events.clicked);
}

void AttentionPanel::draw_huge_explain(Canvas& canvas, const Rect& area) {
    if (const std::optional<CellNumbers> numbers = huge_->explained()) {
        draw_numbers(canvas, area, *numbers);
        return;
    }
    draw_line_middle(canvas, area, tr("computing this query's row …"), {.color = canvas.theme().quiet, .size = 14});
}

}  // namespace attnscope::attention_panel
