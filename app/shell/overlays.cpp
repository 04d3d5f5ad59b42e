// What lies over the window for a moment: the list of keys, and the Export menu. Neither stops the work behind it.
#include <fmt/format.h>
#include <imgui.h>

#include "app/shell/app.hpp"
#include "app/shell/export.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows general_keys() {
    return {{"F1", "this list"},
            {"1 … 9", "panels"},
            {"Ctrl L", "edit the text"},
            {"Ctrl Z   Ctrl Shift Z", "undo, redo"},
            {"Ctrl +   Ctrl −   Ctrl 0", "larger, smaller, usual size (projector)"},
            {"Ctrl T", "dark or light"},
            {"Ctrl S", "export the picture or its numbers"},
            {"Ctrl C", "copy the Explain line"},
            {"Tab   ←  →", "next control, change it (Enter types, Delete resets)"},
            {"on a slider", "double-click types, right-click resets, Shift-drag is fine"},
            {"on a picture", "wheel zooms, drag pans, double-click shows all"}};
}

// A window of Dear ImGui's own lies in front of what is below it, so that neither hovering nor clicks go through.
ImDrawList* begin_overlay(Ui& ui, const char* name, const Rect& box, const Rect& screen) {
    const float scale = ImGui::GetIO().DisplaySize.x / screen.width();
    ImGui::SetNextWindowPos({box.min.x * scale, box.min.y * scale});
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

}  // namespace

void App::key_list(Ui& ui, const Rect& screen) {
    const Theme& t = ui.theme();
    Rows rows = general_keys();
    for (auto& row : workspace_->active().panel->key_help()) rows.push_back(std::move(row));
    // As high as the rows want, or as the window allows.
    const float row_height = std::clamp((screen.height() - 90) / static_cast<float>(rows.size()), 12.0F, 27.0F);
    const float text_size = std::min(13.5F, row_height * 0.72F);
    const float height = row_height * static_cast<float>(rows.size()) + 70;
    const float width = std::min(660.0F, screen.width() - 20);
    const Rect box =
        Rect::sized({screen.center().x - width / 2, std::max(8.0F, screen.center().y - height / 2)}, width, height);
    ImDrawList* before = begin_overlay(ui, "keys", box, screen);
    ui.canvas().fill_rect(box, t.surface, 10);
    ui.canvas().stroke_rect(box, t.line, 1.5F, 10);
    ui.canvas().text({box.min.x + 26, box.min.y + 36}, "Keys", {.color = t.text, .size = 18, .bold = true});
    ui.canvas().text({box.max.x - 26, box.min.y + 36}, "F1 or Esc closes",
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

void App::export_list(Ui& ui, const Rect& screen) {
    struct Item {
        const char* extension;
        const char* what;
    };
    constexpr Item items[] = {{"png", "PNG   picture"},           {"svg", "SVG   picture, text as text"},
                              {"pdf", "PDF   picture for print"}, {"json", "JSON  all numbers"},
                              {"csv", "CSV   one row per cell"},  {"npy", "NPY   the weights"}};
    const Theme& t = ui.theme();
    const float width = 250, height = 32 * 6 + 40;
    const Rect box = Rect::sized({screen.max.x - width - 60, 58}, width, height);
    ImDrawList* before = begin_overlay(ui, "export", box, screen);
    ui.canvas().fill_rect(box, mix(t.surface, t.text, 0.05F), 8);
    ui.canvas().stroke_rect(box, t.line, 1, 8);
    const TextStyle quiet{.color = t.quiet, .size = 12};
    ui.canvas().text(
        {box.min.x + 16, box.min.y + 22},
        ui.canvas().shaper().fit("into " + std::filesystem::absolute(export_folder_).lexically_normal().string(),
                                 width - 32, quiet),
        quiet);
    float y = box.min.y + 32;
    for (const Item& item : items) {
        const Rect row = Rect::sized({box.min.x + 6, y}, width - 12, 31);
        const Pointer pointer = ui.area(item.extension, row);
        if (pointer.hovered) ui.canvas().fill_rect(row, mix(t.field, t.text, 0.12F), 6);
        ui.canvas().text_middle({row.min.x + 10, row.center().y}, item.what,
                                {.color = t.text, .size = 13, .font = Font::mono});
        if (pointer.clicked) {
            export_to(ui, item.extension);
            show_export_ = false;
        }
        y += 32;
    }
    if (end_overlay(ui, before)) show_export_ = false;
}

void App::export_to(Ui& ui, std::string_view extension) {
    const Workspace::Entry& entry = workspace_->active();
    if (exports_.stale()) {
        ui.say("The file before is still being written (Esc cancels it).", true);
        return;
    }
    ExportRequest request;
    request.number = ++export_number_;
    request.path = unused_path(export_folder_, "attnscope-" + entry.info.name, extension);
    if (const Result<FileFormat> format = format_of("x." + std::string(extension))) {
        // A picture is drawn by the thread that owns the panel; writing it is the worker's.
        Result<std::string> bytes =
            draw_panel_to_bytes(*entry.panel, *format, {}, shaper_, theme_of(workspace_->theme));
        if (!bytes) {
            ui.say(bytes.error().what, true);
            return;
        }
        request.job = [drawn = std::move(*bytes)](const Progress&) -> Result<std::string> { return drawn; };
    } else {
        request.job = entry.panel->data_job(extension == "csv"   ? DataFormat::csv
                                            : extension == "npy" ? DataFormat::npy
                                                                 : DataFormat::json);
    }
    exports_.submit(std::move(request));
}

void App::poll_exports(Ui& ui) {
    if (exports_.stale() && exports_.progress())
        ui.say(fmt::format("Saving … {:.0f} %   (Esc cancels)", 100 * static_cast<double>(*exports_.progress())),
               false);
    const auto& finished = exports_.poll();
    if (finished.error) {
        ui.say(finished.error->what, true);
        exports_.cancel();
    } else if (finished.generation != export_seen_) {
        export_seen_ = finished.generation;
        ui.say("Saved " + *finished.value, false);
    }
}

Result<std::string> run_export(const ExportRequest& request, const Progress& progress) {
    const Result<std::string> bytes = request.job(progress);
    if (!bytes) return bytes.error();
    if (progress.stopped()) return cancelled();
    if (const Result<void> written = write_file_atomically(request.path, *bytes); !written) return written.error();
    return std::filesystem::absolute(request.path).lexically_normal().string();
}

}  // namespace attnscope
