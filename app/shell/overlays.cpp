// What lies over the window for a moment: the list of keys. (The Export menu is in
// export_menu.cpp.) Neither stops the work behind it.
#include <fmt/format.h>
#include <imgui.h>

#include "app/shell/app.hpp"
#include "app/shell/overlay.hpp"

namespace attnscope {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows general_keys() {
    return {
        {"F1", tr("this list")},
        {"1 … 9", tr("panels")},
        {"Ctrl L", tr("edit the text")},
        {"Ctrl Z   Ctrl Shift Z", tr("undo, redo")},
        {"Ctrl +   Ctrl −   Ctrl 0", tr("larger, smaller, usual size (projector)")},
        {"F5", tr("lessons, in full screen")},
        {"P   Shift P   I O   , .", tr("the slider touched last runs by itself; there and back; its ends; its speed")},
        {"F6", tr("the language: English, Persian, Hebrew")},
        {"Ctrl T", tr("dark or light")},
        {"Ctrl S", tr("export the picture or its numbers")},
        {"Ctrl D   Alt 1 … 9", tr("snapshots: named states to come back to, or to make a lesson of")},
        {"Ctrl C   Ctrl Shift C", tr("copy the Explain line, the numbers")},
        {"B", tr("compare: put the settings aside as A, change B")},
        {"Tab   ←  →", tr("next control, change it (Enter types, Delete resets)")},
        {tr("on a slider"), tr("double-click types, right-click resets, Shift-drag is fine")},
        {tr("on a picture"), tr("wheel zooms, drag pans, double-click shows all")}};
}

Rows lecture_keys() {
    return {{"F1", tr("this list")},
            {tr("Page Down, Space, →"), tr("next step")},
            {tr("Page Up, Backspace, ←"), tr("step before")},
            {"1 … 9", tr("that step")},
            {"Home", tr("the step's own state, after changes")},
            {"Enter", tr("the answer of a question")},
            {"B   .", tr("everything black, and back")},
            {tr("hold S"), tr("a spotlight on the mouse")},
            {"D   C", tr("draw on the picture with the mouse; clear what was drawn")},
            {"P", tr("the step's parameter, or the slider touched last, runs by itself")},
            {"Ctrl +   Ctrl −   Ctrl 0", tr("larger, smaller, usual size (projector)")},
            {"F7", tr("notes and the next step in a window of their own")},
            {"Ctrl T   F6", tr("dark or light; the language")},
            {"Esc   F5", tr("ends the lesson")}};
}

}  // namespace

// A window of Dear ImGui's own lies in front of what is below it, so that neither hovering nor clicks go through.
ImDrawList* begin_overlay(Ui& ui, const char* name, const Rect& box, const Rect& screen) {
    const float scale = ImGui::GetIO().DisplaySize.x / screen.width();
    ImGui::SetNextWindowPos({ui.on_screen(box).min.x * scale, box.min.y * scale});
    ImGui::SetNextWindowSize({box.width() * scale, box.height() * scale});
    ImGui::SetNextWindowFocus();
    ImGui::Begin(name, nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
    return ui.screen().set_list(ImGui::GetWindowDrawList());
}

// True when the user pressed the mouse somewhere else: the overlay closes.
bool end_overlay(Ui& ui, ImDrawList* before) {
    const bool elsewhere =
        ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
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
    Rows rows = lecture_ ? lecture_keys() : general_keys();
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
