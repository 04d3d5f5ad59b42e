// The controls of parameters: one for each kind.
#include <fmt/format.h>
#include <imgui.h>

#include <cmath>

#include "app/shell/ui.hpp"

namespace attnscope {
namespace {

constexpr float row_of_control = 28;
constexpr float label_width = 104;
constexpr float value_width = 62;
constexpr float value_size = 12.5F;
constexpr float segment_size = 12.5F;

const std::string& chosen(const Param& param) {
    static thread_local std::string name;
    name = std::get<std::string>(param.get());
    return name;
}

std::string unit_behind(const Param& param) {
    std::string unit;
    if (!param.unit.empty()) unit.append(1, ' ').append(tr_in("unit", param.unit));
    return unit;
}

Result<void> put_number(const Param& param, double value) {
    if (param.kind == ParamKind::integer) return set(param, Value(static_cast<std::int64_t>(std::llround(value))));
    return set(param, Value(value));
}

// A slider gives round values: three significant digits are what one can aim at.
double rounded(double value) {
    if (value == 0) return 0;
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
    return std::round(value / unit) * unit;
}

}  // namespace

double number_of(const Param& param) {
    const Value value = param.get();
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return 0;
}

std::pair<double, double> slider_ends(const Param& param) {
    if (!param.ends) return {param.min, param.max};
    const auto [low, high] = param.ends();
    return {std::clamp(low, param.min, param.max), std::clamp(high, param.min, param.max)};
}

double slider_position(const Param& param, double value) {
    const auto [low, high] = slider_ends(param);
    if (high <= low) return 0;
    const double t = param.logarithmic ? std::log(std::max(value, 1e-300) / low) / std::log(high / low)
                                       : (value - low) / (high - low);
    return std::clamp(t, 0.0, 1.0);
}

double slider_value(const Param& param, double position) {
    const auto [low, high] = slider_ends(param);
    const double t = std::clamp(position, 0.0, 1.0);
    if (t == 0 || high <= low) return low;
    if (t == 1) return high;
    const double value = param.logarithmic ? low * std::pow(high / low, t) : low + (high - low) * t;
    return std::clamp(param.kind == ParamKind::integer ? std::round(value) : rounded(value), low, high);
}

void Ui::focus_ring(const Param& param, const Rect& rect) {
    if (memory_->focus == param.key) canvas_->stroke_rect(rect.inset(-3), theme().query.alpha(0.7F), 1, 8);
}

// So far that all of it is seen.
void Ui::scroll_to(const Rect& seen) {
    const ImVec2 min{seen.min.x * scale_, seen.min.y * scale_}, max{seen.max.x * scale_, seen.max.y * scale_};
    const ImVec2 clip_min = ImGui::GetWindowDrawList()->GetClipRectMin(),
                 clip_max = ImGui::GetWindowDrawList()->GetClipRectMax();
    if (min.y >= clip_min.y && max.y <= clip_max.y) return;
    ImGui::SetScrollFromPosY((min.y + max.y) / 2 - ImGui::GetWindowPos().y);
    change_after(0);
}

float Ui::control(const Param& param, Vec2 at, float width) {
    const Theme& t = theme();
    const Rect row = Rect::sized(at, width, row_of_control);
    add_stop(param.key, UiMemory::StopKind::control);
    if (memory_->focus == param.key) show_focus(row);
    const Rect label = Rect::sized(at, label_width, row_of_control);
    const TextStyle style{.color = t.text, .size = 13.5F};
    canvas_->text_middle({label.min.x, label.center().y},
                         canvas_->shaper().fit(tr_in("label", param.label), label_width - 8, style), style);
    Pointer pointer = area(param.key + "/label", label);
    if (memory_->focus == param.key && memory_->key_pointer.on) {  // its help for those who came by Tab
        memory_->key_pointer.at = {on_screen(row).min.x, row.center().y};
        pointer.hovered = true;
    }
    std::string text = tr_text(param.help);
    if (!text.empty()) text += " ";
    help(param.key + "/label", pointer,
         text + tr("[{}; default {}; key {}]", legal_values(param),
                   std::visit([](const auto& v) { return fmt::format("{}", v); }, param.default_value).substr(0, 40),
                   param.key));
    if (pointer.right_clicked) reset(param);
    const Rect right{{at.x + label_width, at.y}, row.max};
    switch (param.kind) {
        case ParamKind::integer:
        case ParamKind::real: {
            Rect track = right;
            const Rect value =
                track.cut_right(std::min(std::max(value_width, width_of_value(param)), right.width() * 0.6F));
            slider(param, track, value);
            break;
        }
        case ParamKind::choice:
            choice(param, Rect{{right.min.x, right.min.y + 2}, {right.max.x, right.max.y - 2}});
            break;
        case ParamKind::toggle:
            toggle(param, right);
            break;
        case ParamKind::text: {
            const Rect field{{right.min.x, right.min.y + 2}, {right.max.x, right.max.y - 2}};
            const std::string none = tr("none"), shown = to_text(param);
            text_field(field,
                       {.id = param.key,
                        .text = shown,
                        .hint = none,
                        .style = {.color = t.text, .size = 13},
                        .apply_on_enter = true},
                       [&](const std::string& typed) { apply_text(param, typed); });
            break;
        }
    }
    return row_of_control;
}

// Of the longest that the slider shows, so that the slider keeps its length while it is dragged, or of what is there.
float Ui::width_of_value(const Param& param) {
    const std::string unit = unit_behind(param);
    const TextStyle style{.size = value_size, .font = Font::mono};
    const std::string longest = fmt::format("{:.4g}", param.max) + unit;
    return std::max(canvas_->shaper().width(to_display(param) + unit, style),
                    unit.empty() ? 0.0F : canvas_->shaper().width(longest, style)) +
           8;
}

void Ui::apply_text(const Param& param, const std::string& text) {
    if (const Result<void> done = set_from_text(param, text); !done) say(done.error().what, true);
}

void Ui::slider(const Param& param, const Rect& track, const Rect& value) {
    const Theme& t = theme();
    const std::string edit_id = param.key + "/value";
    const Rect bar{{track.min.x + 7, track.center().y - 2}, {track.max.x - 9, track.center().y + 2}};
    const Pointer pointer = area(param.key, track);
    slider_drag(param, bar, pointer);
    help(param.key, pointer, tr_text(param.help));

    const float x = bar.min.x + bar.width() * static_cast<float>(slider_position(param, number_of(param)));
    canvas_->fill_rect(bar, t.line, 2);
    canvas_->fill_rect({bar.min, {x, bar.max.y}}, t.query, 2);
    canvas_->fill_circle({x, bar.center().y}, pointer.held || pointer.hovered ? 7.5F : 6.5F, t.text);
    focus_ring(param, {{bar.min.x - 6, track.min.y + 6}, {bar.max.x + 6, track.max.y - 6}});

    if (memory_->editing == edit_id) {
        text_field({{value.min.x, value.min.y + 2}, {value.max.x, value.max.y - 2}},
                   {.id = edit_id,
                    .text = "",
                    .hint = "",
                    .style = {.color = t.text, .size = 12.5F, .font = Font::mono},
                    .apply_on_enter = true,
                    .tab_stop = false},
                   [&](const std::string& typed) { apply_text(param, typed); });
        return;
    }
    const std::string shown = to_display(param) + unit_behind(param);
    const Color color = is_default(param) ? t.quiet : t.text;
    canvas_->text_middle({value.max.x, value.center().y}, shown,
                         {.color = color, .size = value_size, .font = Font::mono, .align = Align::right});
    const Pointer on_value = area(edit_id, value);
    help(edit_id, on_value, tr("Double-click to type a value, right-click to reset."));
    if (on_value.right_clicked) reset(param);
    if (on_value.double_clicked || pointer.double_clicked) begin_edit(edit_id, to_text(param));
}

void Ui::slider_drag(const Param& param, const Rect& track, const Pointer& pointer) {
    if (pointer.right_clicked) reset(param);
    if (!pointer.held || pointer.double_clicked) return;
    memory_->focus = param.key;
    const double from = static_cast<double>((pointer.drag_from.x - track.min.x) / track.width());
    if (pointer.pressed) memory_->drag_from_value = slider_position(param, number_of(param));
    const double here = static_cast<double>((pointer.at.x - track.min.x) / track.width());
    // Shift: a tenth of the movement, from where the slider stood.
    const double position = pointer.shift ? memory_->drag_from_value + (here - from) / 10 : here;
    static_cast<void>(put_number(param, slider_value(param, position)));  // in range by construction
}

// Up to four names stand side by side, each as wide as it needs, where they fit; else there is a list.
void Ui::choice(const Param& param, const Rect& rect) {
    const TextStyle style{.size = segment_size, .bold = true};
    std::vector<float> widths;
    float total = 0;
    for (const std::string& name : param.choices) {
        widths.push_back(canvas_->shaper().width(tr_in("choice", name), style));
        total += widths.back();
    }
    const float padding = (rect.width() - total) / static_cast<float>(param.choices.size());
    if (param.choices.size() <= 4 && padding >= 10)
        segments(param, rect, widths, padding);
    else
        combo(param, rect);
}

void Ui::segments(const Param& param, const Rect& rect, const std::vector<float>& widths, float padding) {
    const Theme& t = theme();
    canvas_->fill_rect(rect, t.field, 6);
    const std::string current = chosen(param);
    TextStyle style{.color = t.quiet, .size = segment_size, .align = Align::center};
    float x = rect.min.x;
    for (std::size_t i = 0; i < param.choices.size(); ++i) {
        const std::string& name = param.choices[i];
        const Rect segment = Rect::sized({x, rect.min.y}, widths[i] + padding, rect.height());
        x = segment.max.x;
        const std::string id = param.key + "/" + name;
        const Pointer pointer = area(id, segment);
        const bool on = name == current;
        if (on)
            canvas_->fill_rect(segment, t.query, 6);
        else if (pointer.hovered)
            canvas_->fill_rect(segment, ground_under_mouse(t), 6);
        style.color = on ? t.on_accent : pointer.hovered ? t.text : t.quiet;
        style.bold = on;
        canvas_->text_middle(segment.center(), tr_in("choice", name), style);
        help(id, pointer, tr_text(param.help));
        if (pointer.clicked) {
            memory_->focus = param.key;
            static_cast<void>(set(param, Value(name)));  // one of the choices by construction
        }
        if (pointer.right_clicked) reset(param);
    }
    focus_ring(param, rect);
}

void Ui::combo(const Param& param, const Rect& rect) {
    const Theme& t = theme();
    const Pointer pointer = area(param.key, rect);
    canvas_->fill_rect(rect, pointer.hovered ? ground_under_mouse(t) : t.field, 6);
    canvas_->text_middle({rect.min.x + 10, rect.center().y}, tr_in("choice", chosen(param)),
                         {.color = t.text, .size = 13});
    const Vec2 tip{rect.max.x - 14, rect.center().y + 2.5F};
    const Vec2 chevron[] = {{tip.x - 4, tip.y - 4}, tip, {tip.x + 4, tip.y - 4}};
    canvas_->polyline(chevron, t.quiet, 1.5F);
    help(param.key, pointer, tr_text(param.help));
    if (pointer.right_clicked) reset(param);
    if (pointer.clicked) {
        memory_->focus = param.key;
        ImGui::OpenPopup(param.key.c_str());
    }
    combo_list(param, rect);
    focus_ring(param, rect);
}

void Ui::combo_list(const Param& param, const Rect& rect) {
    const Theme& t = theme();
    const float height = 28 * static_cast<float>(param.choices.size()) + 8;
    const float below = ImGui::GetIO().DisplaySize.y / scale_ - rect.max.y;
    const float top = below > height + 8 ? rect.max.y + 4 : rect.min.y - height - 4;
    ImGui::SetNextWindowPos({on_screen(rect).min.x * scale_, top * scale_});
    ImGui::SetNextWindowSize({rect.width() * scale_, height * scale_});
    const auto fill = [](Color c) {
        return ImVec4(static_cast<float>(c.r) / 255, static_cast<float>(c.g) / 255, static_cast<float>(c.b) / 255, 1);
    };
    ImGui::PushStyleColor(ImGuiCol_PopupBg, fill(mix(t.surface, t.text, 0.06F)));
    if (ImGui::BeginPopup(param.key.c_str(), ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoScrollbar)) {
        ImDrawList* before = screen_->set_list(ImGui::GetWindowDrawList());
        for (std::size_t i = 0; i < param.choices.size(); ++i) {
            const std::string& name = param.choices[i];
            const Rect row = Rect::sized({rect.min.x + 4, top + 4 + 28 * static_cast<float>(i)}, rect.width() - 8, 28);
            const Pointer pointer = area("item " + name, row);
            const bool on = name == chosen(param);
            if (on || pointer.hovered) canvas_->fill_rect(row, on ? t.query : ground_under_mouse(t), 5);
            canvas_->text_middle({row.min.x + 8, row.center().y}, tr_in("choice", name),
                                 {.color = on ? t.on_accent : t.text, .size = 13});
            if (pointer.clicked) {
                static_cast<void>(set(param, Value(name)));  // one of the choices by construction
                ImGui::CloseCurrentPopup();
            }
        }
        screen_->set_list(before);
        ImGui::EndPopup();
    }
    ImGui::PopStyleColor();
}

void Ui::toggle(const Param& param, const Rect& rect) {
    const Theme& t = theme();
    const bool on = std::get<bool>(param.get());
    const Rect track = Rect::sized({rect.min.x, rect.center().y - 9}, 34, 18);
    const Pointer pointer = area(param.key, track);
    canvas_->fill_rect(track, on ? t.query : t.line, 9);
    canvas_->fill_circle({on ? track.max.x - 9 : track.min.x + 9, track.center().y}, 6.5F, on ? t.on_accent : t.text);
    help(param.key, pointer, tr_text(param.help));
    if (pointer.right_clicked) reset(param);
    if (pointer.clicked) {
        memory_->focus = param.key;
        static_cast<void>(set(param, Value(!on)));  // a toggle takes any bool
    }
    focus_ring(param, track);
}

}  // namespace attnscope
