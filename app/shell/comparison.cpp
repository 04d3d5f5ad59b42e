#include "app/shell/comparison.hpp"

#include <fmt/format.h>

#include "app/language/language.hpp"
#include "app/state/differences.hpp"

namespace attnscope {
namespace {

constexpr float margin = 22;
constexpr float line_height = 30;
constexpr float longest_value = 150;  // of a text parameter, say

// "temperature 1 → 0.5, mask none → causal": what fits, then how many more there are.
void draw_differences(Canvas& canvas, const Rect& line, const std::vector<ParamDifference>& found) {
    const Theme& t = canvas.theme();
    const TextStyle style{.color = t.text, .size = 14};
    const float baseline = line.min.y + 15;
    if (found.empty()) {
        canvas.text({line.min.x, baseline},
                    canvas.shaper().fit(tr("A and B are the same: change something, B follows."), line.width(), style),
                    {.color = t.quiet, .size = 14});
        return;
    }
    const auto shortened = [&](const std::string& value) {
        return value.empty() ? tr("(empty)") : canvas.shaper().fit(value, longest_value, style);
    };
    const auto more = [&](std::size_t count) { return "  " + tr("and {} more", count); };
    std::string text;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const ParamDifference& d = found[i];
        const std::string next = text + fmt::format("{}{} {} → {}", text.empty() ? "" : ",  ", tr_in("label", d.label),
                                                    shortened(d.a), shortened(d.b));
        const std::size_t left = found.size() - i - 1;
        if (canvas.shaper().width(next + (left > 0 ? more(left) : ""), style) > line.width()) {
            text += i == 0 ? tr("Settings that differ: {}", found.size()) : more(left + 1);
            break;
        }
        text = next;
    }
    canvas.text({line.min.x, baseline}, canvas.shaper().fit(text, line.width(), style), style);
}

std::string values_of(const std::vector<ParamDifference>& found, std::string ParamDifference::*side) {
    std::string text;
    for (const ParamDifference& d : found)
        text += (text.empty() ? "" : ",  ") + tr_in("label", d.label) + " " + d.*side;
    return text;
}

// Each panel draws itself: where there is no one matrix to subtract.
void draw_side_by_side(Canvas& canvas, Interaction& interaction, Rect area, const Workspace::Entry& entry) {
    const Theme& t = canvas.theme();
    const Rect left = area.cut_left(area.width() / 2);
    PrefixedInteraction named(interaction, "A/");
    const auto draw_one = [&](const Rect& half, const char* letter, Panel& panel, Interaction& mouse) {
        canvas.text({half.min.x + margin, half.min.y + 15}, letter, {.color = t.text, .size = 15, .bold = true});
        const Rect picture{{half.min.x, half.min.y + 16}, half.max};
        const Clip clip(canvas, picture);
        panel.draw(canvas, mouse, picture);
    };
    draw_one(left, "A", *entry.a->panel, named);
    draw_one(area, "B", *entry.panel, interaction);
    canvas.fill_rect({{area.min.x, area.min.y}, {area.min.x + 1, area.max.y}}, t.line);
}

}  // namespace

std::optional<Cell> draw_compared(Canvas& canvas, Interaction& interaction, const Rect& area,
                                  const Workspace::Entry& entry, CompareView& view) {
    Rect inside{{area.min.x + margin, area.min.y + 14}, {area.max.x - margin, area.max.y - 10}};
    if (inside.width() < 40 || inside.height() < 40) return std::nullopt;
    const std::vector<ParamDifference> found = differences(entry.a->params, entry.params, entry.panel->source_key());
    draw_differences(canvas, inside.cut_top(line_height), found);
    std::optional<Heatmap> a = entry.a->panel->comparable(canvas.theme());
    std::optional<Heatmap> b = entry.panel->comparable(canvas.theme());
    if (!a || !b) {
        draw_side_by_side(canvas, interaction, {{area.min.x, inside.min.y}, area.max}, entry);
        return std::nullopt;
    }
    const ComparedMaps maps{std::move(*a), std::move(*b), values_of(found, &ParamDifference::a),
                            values_of(found, &ParamDifference::b)};
    return draw_comparison(canvas, interaction, inside, maps, view).clicked;
}

}  // namespace attnscope
