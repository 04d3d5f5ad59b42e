// What lies over the window for a moment: the list of keys. (The Export menu is in
// export_menu.cpp.) Neither stops the work behind it.
#include <fmt/format.h>
#include <imgui.h>

#include "app/shell/app.hpp"
#include "app/shell/key_help.hpp"
#include "app/shell/overlay.hpp"

namespace attnscope {
// A window of Dear ImGui's own lies in front of what is below it, so that neither hovering nor clicks go through.
ImDrawList* begin_overlay(Ui& ui, const char* name, const Rect& box, const Rect& screen) {
    const float scale = ImGui::GetIO().DisplaySize.x / screen.width();
    ImGui::SetNextWindowPos({ui.on_screen(box).min.x * scale, box.min.y * scale});
    ImGui::SetNextWindowSize({box.width() * scale, box.height() * scale});
    ImGui::SetNextWindowFocus();
    ImGui::Begin(name, nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
    ui.forget_stops();  // nor the keyboard
    return ui.screen().set_list(ImGui::GetWindowDrawList());
}

// True when the user pressed the mouse somewhere else: the overlay closes.
bool end_overlay(Ui& ui, ImDrawList* before) {
    const bool elsewhere =
        ImGui::IsMouseClicked(0) &&
        !ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem | ImGuiHoveredFlags_ChildWindows);
    const bool closes = elsewhere && !ImGui::IsWindowAppearing();
    ui.screen().set_list(before);
    ImGui::End();
    return closes;
}

void App::snapshot_grid(Ui& ui, const Rect& screen) {
    const SnapshotDesk desk{*workspace_, export_folder_, memory_, comparisons_[workspace_->active().info.name]};
    if (snapshots_.draw(ui, screen, desk)) next_frame_wanted_ = true;
}

void App::key_list(Ui& ui, const Rect& screen) {
    const Theme& t = ui.theme();
    KeyHelp rows = lecture_ ? lecture_keys() : general_keys();
    if (!lecture_)
        for (auto& row : workspace_->active().panel->key_help()) rows.push_back(std::move(row));
    // As high as the rows want, or as the window allows.
    const float row_height = std::clamp((screen.height() - 90) / static_cast<float>(rows.size()), 12.0F, 27.0F);
    const float text_size = std::min(13.5F, row_height * 0.72F);
    const float height = row_height * static_cast<float>(rows.size()) + 70;
    const float width = std::min(820.0F, screen.width() - 20);
    const Rect box =
        Rect::sized({screen.center().x - width / 2, std::max(8.0F, screen.center().y - height / 2)}, width, height);
    ImDrawList* before = begin_overlay(ui, "keys", box, screen);
    ui.canvas().fill_rect(box, t.surface, 10);
    ui.canvas().stroke_rect(box, t.line, 1.5F, 10);
    ui.canvas().text({box.min.x + 26, box.min.y + 36}, tr("Keys"), {.color = t.text, .size = 18, .bold = true});
    ui.canvas().text({box.max.x - 26, box.min.y + 36}, tr("F1 or Esc closes"),
                     {.color = t.quiet, .size = 12.5F, .align = Align::right});
    float y = box.min.y + 68;
    for (const auto& [keys, what] : rows) {
        ui.canvas().text({box.min.x + 26, y}, keys, {.color = t.query, .size = text_size, .font = Font::mono});
        const TextStyle style{.color = t.text, .size = text_size};
        ui.canvas().text({box.min.x + 236, y}, ui.canvas().shaper().fit(what, width - 256, style), style);
        y += row_height;
    }
    if (end_overlay(ui, before)) show_keys_ = false;
}

}  // namespace attnscope
