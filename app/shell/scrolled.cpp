#include "app/shell/scrolled.hpp"

namespace attnscope {

namespace {

// A child window of Dear ImGui's scrolls; the canvas draws into its list meanwhile. Returns the list before.
ImDrawList* begin_child(Ui& ui, const char* name, const Rect& area) {
    const float scale = ui.scale();
    ImGui::SetCursorScreenPos({ui.on_screen(area).min.x * scale, area.min.y * scale});
    ImGui::BeginChild(name, {area.width() * scale, area.height() * scale}, false,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
    return ui.screen().set_list(ImGui::GetWindowDrawList());
}

}  // namespace

Scrolled::Scrolled(Ui& ui, const char* name, const Rect& area)
    : ui_(ui), area_(area), before_(begin_child(ui, name, area)), offset_(ImGui::GetScrollY() / ui.scale()) {}

void Scrolled::end(float height) {
    ImGui::SetCursorPosY(height * ui_.scale());
    ImGui::Dummy({1, 1});
    if (height > area_.height()) {
        const float part = area_.height() / height;
        ui_.canvas().fill_rect(Rect::sized({area_.max.x - 6, area_.min.y + offset_ * part}, 3, area_.height() * part),
                               ui_.theme().line, 1.5F);
    }
    ui_.screen().set_list(before_);
    ImGui::EndChild();
}

}  // namespace attnscope
