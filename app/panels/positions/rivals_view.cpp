// Five codes beside each other, and the table that judges them.
#include <fmt/format.h>

#include <algorithm>

#include "app/draw/ticks.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {

void PositionsPanel::draw_rivals(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    constexpr float table_needs = 252;
    Rect row = rest.cut_top(std::min(rest.height() * 0.47F, rest.height() - table_needs));
    rest.cut_top(14);
    const float width = row.width() / static_cast<float>(shown_->rivals.size());
    for (std::size_t k = 0; k < shown_->rivals.size(); ++k) {
        const RivalPicture& rival = shown_->rivals[k];
        Rect place = row.cut_left(width);
        place.cut_right(k + 1 < shown_->rivals.size() ? 24 : 0);
        const Rect title = place.cut_top(22);
        const bool chosen = kind_of(params_.encoding) == rival.kind;
        const std::string name(position_names[static_cast<std::size_t>(rival.kind)]);
        const Pointer pointer = interaction.area("rival " + name, title);
        if (pointer.clicked) params_.encoding = static_cast<Encoding>(k);
        if (pointer.hovered) interaction.tooltip("Chooses this code for the other pictures.");
        const TextStyle style{.color = chosen ? t.query : t.text, .size = 15, .bold = true};
        canvas.text({title.min.x + 30, title.min.y + 15}, canvas.shaper().fit(name, title.width() - 30, style), style);
        Heatmap map = code_map(t, rival.codes, rival.largest, static_cast<int>(k));
        map.pinned.reset();
        map.column_title = k == 0 ? "entry →" : "";
        map.row_title = k == 0 ? "← position" : "";
        map.value_title = "";
        map.color_bar = false;
        if (k > 0) map.row_labels = map.column_labels = AxisLabels();
        PrefixedInteraction own(interaction, name + " ");
        draw_heatmap(canvas, own, place, map, views_[k]);
    }
    draw_criteria(canvas, rest);
}

// A row for each code, a column for each criterion: whether it holds, and the number that says so.
void PositionsPanel::draw_criteria(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    static constexpr std::array<const char*, criterion_names.size()> titles{"unique", "equal steps", "defined beyond n",
                                                                            "bounded", "deterministic"};
    constexpr float head = 58;
    Rect rest = area;
    const Rect note = rest.cut_bottom(44);
    const Rect names = rest.cut_left(112);
    const float width = rest.width() / static_cast<float>(titles.size());
    const float height = std::min(52.0F, (rest.height() - head) / static_cast<float>(rival_codes.size()));
    if (height < 20 || shown_->judgements.size() != titles.size() * rival_codes.size()) return;
    const TextStyle title{.color = t.text, .size = 14, .bold = true}, small{.color = t.quiet, .size = 11.5F};
    for (std::size_t c = 0; c < titles.size(); ++c) {
        const float x = rest.min.x + width * static_cast<float>(c);
        canvas.text({x, rest.min.y + 14}, canvas.shaper().fit(titles[c], width - 8, title), title);
        draw_paragraph(canvas, {{x, rest.min.y + 20}, {x + width - 14, rest.min.y + head - 2}},
                       shown_->judgements[c].measure, small);
    }
    for (std::size_t k = 0; k < shown_->judgements.size(); ++k) {
        const Judgement& j = shown_->judgements[k];
        const std::size_t line = k / titles.size();
        const float y = rest.min.y + head + height * static_cast<float>(line);
        const float x = rest.min.x + width * static_cast<float>(k % titles.size());
        const float middle = y + height / 2;
        if (k % titles.size() == 0) {
            canvas.fill_rect({{names.min.x, y - 0.5F}, {rest.max.x, y + 0.5F}}, t.line);
            canvas.text_middle({names.min.x, middle}, position_names[static_cast<std::size_t>(j.encoding)], title);
        }
        canvas.text_middle({x, middle}, j.holds ? "✓" : "✗",
                           {.color = j.holds ? t.query : t.key, .size = 16, .bold = true});
        const std::string value = short_number(j.value, 4);
        const TextStyle number{.color = t.text, .size = 14, .font = Font::mono};
        // What was measured is said above; what differs from that stands below the number, or beside it.
        const std::string& usual = shown_->judgements[k % titles.size()].measure;
        const std::string other = j.measure == usual                    ? ""
                                  : j.measure.starts_with(usual + ", ") ? j.measure.substr(usual.size() + 2)
                                                                        : j.measure;
        const bool below = !other.empty() && height >= 34;
        canvas.text_middle({x + 22, middle - (below ? 8.0F : 0.0F)}, canvas.shaper().fit(value, width - 30, number),
                           number);
        if (below) {
            canvas.text({x + 22, middle + 14}, canvas.shaper().fit(other, width - 30, small), small);
        } else if (!other.empty()) {
            const float beside = 30 + canvas.shaper().width(value, number);
            canvas.text_middle({x + beside, middle}, canvas.shaper().fit(other, width - beside - 6, small), small);
        }
    }
    draw_paragraph(canvas, note,
                   "“Defined beyond n” says only that longer texts have codes. Models trained with "
                   "sinusoidal codes on n positions still do poorly beyond them (Press, Smith, Lewis 2022).",
                   {.color = t.quiet, .size = 12.5F});
}

}  // namespace attnscope::positions_panel
