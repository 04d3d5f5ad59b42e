#include "app/shell/imgui_session.hpp"

#include <backends/imgui_impl_opengl3.h>
#include <epoxy/gl.h>
#include <imgui.h>

#include <algorithm>

#include "core/base/check.hpp"

namespace attnscope {
namespace {

constexpr int most_kept_vertices = 200'000;  // 4 MB

#if IMGUI_VERSION_NUM >= 18700
// Dear ImGui 1.87 and later take events; our queue has already spread them over frames.
void feed(ImGuiIO& io, const FrameInput& input) {
    io.ConfigInputTrickleEventQueue = false;
    io.AddMousePosEvent(input.mouse.x, input.mouse.y);
    for (int button = 0; button < 3; ++button)
        io.AddMouseButtonEvent(button, input.buttons[static_cast<std::size_t>(button)]);
    if (input.wheel != 0) io.AddMouseWheelEvent(0, input.wheel);
    io.AddKeyEvent(ImGuiMod_Ctrl, input.modifiers.control);
    io.AddKeyEvent(ImGuiMod_Shift, input.modifiers.shift);
}
#else
void feed(ImGuiIO& io, const FrameInput& input) {
    io.MousePos = {input.mouse.x, input.mouse.y};
    std::copy(input.buttons.begin(), input.buttons.end(), io.MouseDown);
    io.MouseWheel = input.wheel;
    io.KeyCtrl = input.modifiers.control;
    io.KeyShift = input.modifiers.shift;
}
#endif

}  // namespace

ImGuiSession::ImGuiSession() : context_(ImGui::CreateContext()) {
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    ImGuiStyle& style = ImGui::GetStyle();
    style.WindowPadding = style.FramePadding = style.ItemSpacing = {0, 0};
    style.WindowBorderSize = style.PopupBorderSize = style.ChildBorderSize = 0;
    style.WindowMinSize = {1, 1};
    style.CircleTessellationMaxError = 0.1F;
    style.AntiAliasedLinesUseTex = false;  // that texture is not the one bound
    check(ImGui_ImplOpenGL3_Init("#version 330 core"), "Dear ImGui's OpenGL renderer starts");
}

ImGuiSession::~ImGuiSession() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext(context_);
}

void ImGuiSession::begin(const FrameInput& input, int width, int height, float pixels_per_point) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    // A frame without duration is refused; a clock that jumped must not matter.
    const double step = last_seconds_ < 0 ? 1.0 / 60 : input.seconds - last_seconds_;
    io.DeltaTime = static_cast<float>(std::clamp(step, 1e-4, 1.0));
    last_seconds_ = input.seconds;
    io.MouseDragThreshold = 4 * pixels_per_point;
    feed(io, input);
    ImGui_ImplOpenGL3_NewFrame();
}

void ImGuiSession::end() {
    ImGui::Render();
    ImDrawData* const drawn = ImGui::GetDrawData();
    ImGui_ImplOpenGL3_RenderDrawData(drawn);
    // Dear ImGui would keep room for the fullest frame there ever was.
    for (int i = 0; i < drawn->CmdListsCount; ++i) {
        ImDrawList& list = *drawn->CmdLists[i];
        if (list.VtxBuffer.Capacity > most_kept_vertices && list.VtxBuffer.Size < list.VtxBuffer.Capacity / 4)
            list._ClearFreeMemory();
    }
}

}  // namespace attnscope
