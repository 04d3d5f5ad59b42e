#include "app/shell/ui.hpp"

#include <GLFW/glfw3.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/draw/rich_text.hpp"

namespace attnscope {
namespace {

constexpr double tooltip_delay = 0.45;
constexpr float tooltip_width = 300;

// Where a text begins in its field: at the left end or, by its direction, at the right one; scrolled where it is
// longer.
float shift_of(const ShapedText& text, float room, float scroll) {
    if (text.width <= room) return text.right_to_left ? room - text.width : 0;
    return -std::clamp(scroll, 0.0F, text.width - room);
}

}  // namespace

Pointer Ui::area(std::string_view id, const Rect& rect) {
    Pointer pointer;
    const Rect seen = on_screen(rect);
    if (seen.width() <= 0 || seen.height() <= 0) return pointer;
    ImGui::SetCursorScreenPos({seen.min.x * scale_, seen.min.y * scale_});
    const std::string name(id);
    memory_->areas[name] = seen;
    ImGui::InvisibleButton(name.c_str(), {seen.width() * scale_, seen.height() * scale_});
    ImGui::SetItemAllowOverlap();
    const ImGuiIO& io = ImGui::GetIO();
    pointer.at = {io.MousePos.x / scale_, io.MousePos.y / scale_};
    pointer.hovered = ImGui::IsItemHovered() && !memory_->key_pointer.on;
    pointer.pressed = ImGui::IsItemActivated();
    pointer.held = ImGui::IsItemActive();
    pointer.shift = input_->modifiers.shift;
    pointer.control = input_->modifiers.control;
    pointer.drag_from = {io.MouseClickedPos[0].x / scale_, io.MouseClickedPos[0].y / scale_};
    const bool moved = io.MouseDragMaxDistanceSqr[0] > io.MouseDragThreshold * io.MouseDragThreshold;
    if (pointer.held && moved) pointer.drag = {io.MouseDelta.x / scale_, io.MouseDelta.y / scale_};
    pointer.clicked = ImGui::IsItemDeactivated() && pointer.hovered && !moved;
    if (pointer.hovered) {
        pointer.double_clicked = ImGui::IsMouseDoubleClicked(0);
        pointer.right_clicked = ImGui::IsMouseClicked(1);
        pointer.wheel = io.MouseWheel;
    }
    if (mirrors()) {
        pointer.at = mirrored_.mirrored(pointer.at);
        pointer.drag_from = mirrored_.mirrored(pointer.drag_from);
        pointer.drag.x = -pointer.drag.x;
    }
    return pointer;
}

void Ui::change_after(double seconds) {
    next_change_ = std::min(next_change_.value_or(seconds), seconds);
}

void Ui::help(std::string_view id, const Pointer& pointer, std::string_view text) {
    if (!pointer.hovered || pointer.held || text.empty()) {
        if (memory_->hover_id == id) memory_->hover_id.clear();
        return;
    }
    if (memory_->hover_id != id) {
        memory_->hover_id = id;
        memory_->hover_since = input_->seconds;
    }
    const double rested = input_->seconds - memory_->hover_since;
    if (rested >= tooltip_delay)
        tooltip(text);
    else
        change_after(tooltip_delay - rested);
}

bool Ui::button(std::string_view id, const Rect& rect, std::string_view label, std::string_view help_text, bool enabled,
                bool on) {
    const Pointer pointer = enabled ? press_area(id, rect) : area(id, rect);
    const Theme& t = theme();
    const bool hot = enabled && pointer.hovered;
    const Color fill = on ? t.query : hot ? ground_under_mouse(t) : t.field;
    canvas_->fill_rect(rect, fill, 6);
    const Color ink = on ? t.on_accent : enabled ? t.text : t.quiet.alpha(0.5F);
    canvas_->text_middle(rect.center(), label, {.color = ink, .size = 13, .align = Align::center});
    help(id, pointer, help_text);
    return enabled && pointer.clicked;
}

void Ui::begin_edit(std::string_view id, std::string text) {
    memory_->editing = id;
    memory_->edit = TextEdit(text);
    memory_->edit_before = std::move(text);
    memory_->edit_scroll = 0;
    memory_->edit_begins = true;
    memory_->edit_from = keys_taken_;
}

void Ui::text_field(const Rect& rect, const Field& field, const std::function<void(const std::string&)>& apply) {
    // Texts are not reflected, and the caret goes along with them.
    const Rect seen = on_screen(rect);
    const Straight straight(*this);
    const Pointer pointer = area(field.id, seen);
    const Theme& t = theme();
    if (field.tab_stop) add_stop(field.id, UiMemory::StopKind::field);
    const bool focused = memory_->focus == field.id;
    if (focused) ring(seen);
    if (pointer.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
    const bool was_editing = memory_->editing == field.id;
    const bool begun = pointer.pressed || (focused && memory_->key_pointer.clicked);
    if (begun && !was_editing) begin_edit(field.id, std::string(field.text));
    bool editing = memory_->editing == field.id;
    TextEdit& edit = memory_->edit;
    if (editing && was_editing && !field.apply_on_enter) edit.replace(std::string(field.text));

    canvas_->fill_rect(seen, t.field, 6);
    if (editing) canvas_->stroke_rect(seen, t.query, 1.5F, 6);
    const Rect inside{{seen.min.x + 10, seen.min.y}, {seen.max.x - 10, seen.max.y}};

    if (editing) {
        const CaretMap carets = canvas_->shaper().carets(edit.text(), field.style);
        const float origin = inside.min.x + shift_of(*carets.text, inside.width(), memory_->edit_scroll);
        if (pointer.double_clicked)
            edit.select_word_at(carets.byte_at(pointer.at.x - origin));
        else if (pointer.pressed)
            edit.place_caret(carets.byte_at(pointer.at.x - origin), pointer.shift);
        else if (pointer.held && (pointer.drag.x != 0 || pointer.drag.y != 0))
            edit.place_caret(carets.byte_at(pointer.at.x - origin), true);
        editing = edit_by_keys(field, apply);
        // A press anywhere else ends the editing.
        if (editing && was_editing && ImGui::IsMouseClicked(0) && !pointer.hovered) {
            if (field.apply_on_enter && edit.text() != memory_->edit_before) apply(edit.text());
            end_edit();
            editing = false;
        }
    }

    const Clip clip(*canvas_, inside.inset(-2));
    const float baseline = seen.center().y + field.style.size * 0.36F;
    if (!editing) {
        const bool empty = field.text.empty();
        TextStyle style = field.style;
        if (empty) style.color = t.quiet;
        const std::string_view text = empty ? field.hint : field.text;
        const auto shaped = canvas_->shaper().shape(text, style);
        // The beginning is seen: of a right-to-left text that is its right end.
        const float scroll = shaped->right_to_left ? shaped->width : 0;
        canvas_->text({inside.min.x + shift_of(*shaped, inside.width(), scroll), baseline}, text, style);
        return;
    }
    const CaretMap carets = canvas_->shaper().carets(edit.text(), field.style);
    const float caret = carets.caret_x(edit.caret());
    memory_->edit_scroll =
        std::clamp(memory_->edit_scroll, std::max(0.0F, caret - inside.width()), std::max(0.0F, caret));
    const float x = inside.min.x + shift_of(*carets.text, inside.width(), memory_->edit_scroll);
    for (const auto& [left, right] : carets.stretches(edit.selection_begin(), edit.selection_end()))
        canvas_->fill_rect({{x + left, seen.min.y + 5}, {x + right, seen.max.y - 5}}, t.query.alpha(0.35F));
    canvas_->text({x, baseline}, edit.text(), field.style);
    canvas_->fill_rect({{x + caret - 0.5F, seen.min.y + 6}, {x + caret + 1, seen.max.y - 6}}, t.text);
}

// Hands this frame's keys to the text; whether it is still being edited.
bool Ui::edit_by_keys(const Field& field, const std::function<void(const std::string&)>& apply) {
    TextEdit& edit = memory_->edit;
    const std::size_t from = memory_->edit_begins ? memory_->edit_from : 0;
    for (std::size_t i = from; i < input_->keys.size(); ++i) {
        const TextEdit::Outcome outcome = edit.handle(input_->keys[i], *clipboard_);
        if (outcome == TextEdit::Outcome::changed && !field.apply_on_enter) apply(edit.text());
        if (outcome == TextEdit::Outcome::accepted && field.apply_on_enter) apply(edit.text());
        if (outcome == TextEdit::Outcome::abandoned && !field.apply_on_enter && edit.text() != memory_->edit_before)
            apply(memory_->edit_before);
        if (outcome == TextEdit::Outcome::accepted || outcome == TextEdit::Outcome::abandoned) {
            end_edit();
            return false;
        }
    }
    return true;
}

void Ui::say(std::string_view text, bool is_error) {
    memory_->message = text;
    memory_->message_is_error = is_error;
    memory_->message_until = input_->seconds + std::clamp(static_cast<double>(text.size()) * 0.08, 4.0, 12.0);
}

void Ui::finish(const Rect& screen) {
    // A field that is not there any more would keep all keys to itself.
    if (!memory_->edit_begins && !memory_->areas.contains(memory_->editing)) end_edit();
    memory_->edit_begins = false;
    const Straight straight(*this);
    ImDrawList* before = screen_->set_list(ImGui::GetForegroundDrawList());
    const Theme& t = theme();
    draw_key_pointer();
    if (!tooltip_.empty()) {
        const TextLayout text =
            lay_out_formula(canvas_->shaper(), tooltip_, {.color = t.text, .size = 12.5F}, tooltip_width);
        float left = text.width;
        for (const TextLayout::Piece& piece : text.pieces) left = std::min(left, piece.box.min.x);
        const float width = text.width - left, height = text.height + 14;
        const Vec2 pointed = pointed_at();
        Vec2 at = pointed + Vec2{14, 18};
        at.x = std::clamp(at.x, 4.0F, std::max(4.0F, screen.max.x - width - 24));
        if (at.y + height > screen.max.y - 4) at.y = std::max(4.0F, pointed.y - height - 8);
        const Rect box = Rect::sized(at, width + 20, height);
        canvas_->fill_rect(box, mix(t.surface, t.text, 0.08F), 6);
        canvas_->stroke_rect(box, t.line, 1, 6);
        draw_layout(*canvas_, {box.min.x + 10 - left, box.min.y + 7}, text);
    }
    if (!memory_->message.empty()) {
        const double left = memory_->message_until - input_->seconds;
        if (left > 0) {
            change_after(left);
            const TextStyle style{.color = t.text, .size = 13};
            const std::string text = canvas_->shaper().fit(memory_->message, screen.width() - 80, style);
            const float width = canvas_->shaper().width(text, style) + 40;
            const Rect box = Rect::sized({screen.center().x - width / 2, screen.max.y - 130}, width, 34);
            canvas_->fill_rect(box, mix(t.surface, t.text, 0.08F), 8);
            canvas_->stroke_rect(box, memory_->message_is_error ? t.warning : t.query, 1.5F, 8);
            canvas_->text_middle({box.center().x, box.center().y}, text,
                                 {.color = t.text, .size = 13, .align = Align::center});
        } else {
            memory_->message.clear();
        }
    }
    screen_->set_list(before);
}

}  // namespace attnscope
