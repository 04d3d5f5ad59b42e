// Five codes beside each other, and the table that judges them.

#include <algorithm>
#include <limits>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

// How many positions a code has at all.
Index rival_end(const PositionCode& code, PositionKind kind) {
    if (kind == PositionKind::learned) return code.rows;
    if (kind == PositionKind::binary && code.dim < 62) return Index{1} << code.dim;
    return std::numeric_limits<Index>::max();
}

// What a criterion's number is: Judgement::measure says the same in English.
std::string measure_text(Criterion criterion, Index end) {
    constexpr Index long_text = 1'000'000;
    switch (criterion) {
        case Criterion::unique:
            return tr("smallest distance of two codes");
        case Criterion::equal_steps:
            return tr("step from 0 to 1 in a text of 2n ÷ of n");
        case Criterion::generalises:
            return tr("part of the positions n … 2n−1 that have a code of their own");
        case Criterion::bounded:
            return tr("largest |entry| up to position {}", std::min(long_text, end) - 1);
        case Criterion::deterministic:
            return tr("largest difference of two seeds' codes");
    }
    return {};
}

// What a code's number is instead, or only in part.
std::string other_measure_text(const Judgement& j, const Request& r) {
    constexpr Index compared = 512;
    const Index end = rival_end(r.code, j.encoding);
    switch (j.criterion) {
        case Criterion::unique:
            return tr("the first {}", std::min({r.length, end, compared}));
        case Criterion::generalises:
            return tr("none from {} on", end);
        case Criterion::bounded:
            return j.encoding == PositionKind::learned ? tr("of the table") : measure_text(j.criterion, end);
        default:
            return measure_text(j.criterion, end);
    }
}

}  // namespace

void PositionsPanel::draw_rivals(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    constexpr float table_needs = 268;
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
        const Pointer pointer = interaction.press_area("rival " + name, title);
        if (pointer.clicked) params_.encoding = static_cast<Encoding>(k);
        if (pointer.hovered) interaction.tooltip(tr("Chooses this code for the other pictures."));
        const TextStyle style{.color = chosen ? t.query : t.text, .size = 15, .bold = true};
        draw_line(canvas, {{title.min.x + 30, title.min.y}, title.max}, title.min.y + 15, tr_in("choice", name), style);
        Heatmap map = code_map(t, rival.codes, rival.largest, static_cast<int>(k));
        map.pinned.reset();
        map.column_title = k == 0 ? tr("entry →") : "";
        map.row_title = k == 0 ? tr("← position") : "";
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
    static constexpr std::array<const char*, criterion_names.size()> titles{
        translatable("unique"), translatable("equal steps"), translatable("defined beyond n"), translatable("bounded"),
        translatable("deterministic")};
    const TextStyle title{.color = t.text, .size = 14, .bold = true}, small{.color = t.quiet, .size = 11.5F};
    if (shown_->judgements.size() != titles.size() * rival_codes.size()) return;
    Rect rest = area;
    const Rect note = rest.cut_bottom(44);
    const Rect names = rest.cut_left(112);
    const float width = rest.width() / static_cast<float>(titles.size());
    const auto measure_of = [&](std::size_t c) {
        return measure_text(shown_->judgements[c].criterion,
                            rival_end(shown_->request.code, shown_->judgements[c].encoding));
    };
    // As high as the highest title with what is measured below it.
    float title_height = 0, measure_height = 0;
    for (std::size_t c = 0; c < titles.size(); ++c) {
        title_height = std::max(title_height, paragraph_height(canvas, width - 10, tr(titles[c]), title));
        measure_height = std::max(measure_height, paragraph_height(canvas, width - 14, measure_of(c), small));
    }
    const float head = title_height + measure_height + 8;
    const float height = std::min(52.0F, (rest.height() - head) / static_cast<float>(rival_codes.size()));
    if (height < 20) return;
    const auto place = [&](float from, float until, float top, float bottom) {
        return in_reading_order({{from, top}, {until, bottom}}, area);
    };
    for (std::size_t c = 0; c < titles.size(); ++c) {
        const float x = rest.min.x + width * static_cast<float>(c);
        draw_paragraph(canvas, place(x, x + width - 10, rest.min.y, rest.min.y + title_height + 2), tr(titles[c]),
                       title);
        draw_paragraph(canvas, place(x, x + width - 14, rest.min.y + title_height, rest.min.y + head), measure_of(c),
                       small);
    }
    for (std::size_t k = 0; k < shown_->judgements.size(); ++k) {
        const Judgement& j = shown_->judgements[k];
        const std::size_t line = k / titles.size();
        const float y = rest.min.y + head + height * static_cast<float>(line);
        const float x = rest.min.x + width * static_cast<float>(k % titles.size());
        const float middle = y + height / 2;
        if (k % titles.size() == 0) {
            canvas.fill_rect({{area.min.x, y - 0.5F}, {area.max.x, y + 0.5F}}, t.line);
            draw_entry_middle(canvas, place(names.min.x, names.max.x, y, y + height),
                              tr_in("choice", position_names[static_cast<std::size_t>(j.encoding)]), title);
        }
        draw_entry_middle(canvas, place(x, x + 22, y, y + height), j.holds ? "✓" : "✗",
                          {.color = j.holds ? t.query : t.key, .size = 16, .bold = true});
        const std::string value = short_number(j.value, 4);
        const TextStyle number{.color = t.text, .size = 14, .font = Font::mono};
        // What was measured is said above; what differs from that stands below the number, or beside it.
        const std::string other = j.measure == shown_->judgements[k % titles.size()].measure
                                      ? std::string()
                                      : other_measure_text(j, shown_->request);
        // A remark that is cut off says nothing.
        const bool fits = canvas.shaper().width(other, small) <= width - 30;
        const bool below = !other.empty() && fits && height >= 34;
        const float up = below ? 16 : 0;
        draw_entry_middle(canvas, place(x + 22, x + width - 8, y, y + height - up), value, number);
        if (below) {
            draw_entry(canvas, place(x + 22, x + width - 8, y, y + height), middle + 14, other, small);
        } else if (const float beside = 30 + canvas.shaper().width(value, number);
                   !other.empty() && canvas.shaper().width(other, small) <= width - beside - 6) {
            draw_entry_middle(canvas, place(x + beside, x + width - 6, y, y + height), other, small);
        }
    }
    draw_paragraph(canvas, note,
                   tr("“Defined beyond n” says only that longer texts have codes. Models trained with "
                      "sinusoidal codes on n positions still do poorly beyond them (Press, Smith, Lewis 2022)."),
                   {.color = t.quiet, .size = 12.5F});
}

}  // namespace attnscope::positions_panel
