// The program's window, frame by frame: rail, pictures, controls, top strip and Explain strip. It does not know whether
// it is shown on a display or drawn into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "app/draw/canvas_file.hpp"
#include "app/draw/compare.hpp"
#include "app/jobs/job_slot.hpp"
#include "app/panels/workspace.hpp"
#include "app/shell/imgui_session.hpp"
#include "app/shell/ui.hpp"

namespace attnscope {

/// The surface of one frame.
struct Surface {
    int width = 0, height = 0;   // pixels
    float pixels_per_point = 1;  // the screen's own scale; the user's comes on top
};

/// A file to be written; told apart by their numbers.
struct ExportRequest {
    std::uint64_t number = 0;
    std::filesystem::path path;
    Panel::DataJob job;
    friend bool operator==(const ExportRequest& a, const ExportRequest& b) { return a.number == b.number; }
};
/// Makes the bytes, writes the file whole or not at all, returns its full name.
Result<std::string> run_export(const ExportRequest& request, const Progress& progress);

class App {
public:
    App(Workspace& workspace, Clipboard clipboard)
        : workspace_(&workspace),
          clipboard_(std::move(clipboard)),
          export_params_(describe(workspace.export_settings)) {}

    /// Builds and draws one frame. Needs an OpenGL context and its ImGui session.
    void frame(ImGuiSession& session, ScreenResources& resources, const FrameInput& input, const Surface& surface);

    /// Seconds until the next frame is needed without any input; nothing: not before there is input.
    std::optional<double> next_frame_after() const { return next_frame_after_; }
    /// The processor time of this thread in the last frame, without the drawing of the graphics card or its stand-in.
    double frame_seconds() const { return frame_seconds_; }
    /// The pinned computation, in words: the window's title.
    std::string title() const;
    /// Where an area of the last frame is (points), by its name: a parameter's key, "heatmap", "top text".
    std::optional<Rect> area_of(const std::string& id) const;
    const std::string& message() const { return memory_.message; }
    void say(std::string text, bool is_error);
    /// Where exported files go.
    void set_export_folder(std::filesystem::path folder) { export_folder_ = std::move(folder); }

private:
    void keys(Ui& ui, const FrameInput& input);
    bool shortcut(const KeyPress& press, Ui& ui);
    void compare_or_close();
    void zones(Ui& ui, const Rect& screen);
    void pictures(Ui& ui, const Rect& area);
    void comparison_bar(Ui& ui, const Rect& area);
    void top_strip(Ui& ui, const Rect& area);
    void source_field(Ui& ui, const Rect& area);
    void rail(Ui& ui, const Rect& area);
    void controls(Ui& ui, const Rect& area);
    float control_rows(Ui& ui, Vec2 at, float width);
    void explain_strip(Ui& ui, const Rect& area);
    void key_list(Ui& ui, const Rect& screen);
    void export_list(Ui& ui, const Rect& screen);
    float export_choices(Ui& ui, Vec2 at, float width);
    void export_to(Ui& ui, std::string_view extension);
    Result<Panel::DataJob> picture_job(FileFormat format);
    void copy_numbers(Ui& ui);
    void copy_explain(Ui& ui);
    void take_dropped(Ui& ui, const std::string& path);
    void open_dropped_state(Ui& ui, const std::string& path);
    void poll_exports(Ui& ui);
    std::string change_tag(const FrameInput& input);
    void set_scale(double scale);

    Workspace* workspace_;
    Clipboard clipboard_;
    UiMemory memory_;
    TextShaper shaper_;
    std::optional<double> next_frame_after_;
    double frame_seconds_ = 0;
    bool show_keys_ = false;
    bool show_export_ = false;
    bool fonts_reported_ = false;
    std::string pending_message_;
    bool pending_is_error_ = false;
    bool was_held_ = false;
    int press_number_ = 0;
    double last_key_ = 0;
    std::map<std::string, CompareView> comparisons_;  // by the panel's name
    std::filesystem::path export_folder_ = ".";
    ParamList export_params_;
    std::string export_part_;    // empty: the whole picture
    float export_height_ = 400;  // of the menu, as the last frame drew it
    std::uint64_t export_number_ = 0, export_seen_ = 0;
    JobSlot<ExportRequest, std::string> exports_{
        run_export, {.describe = [](const ExportRequest& request) { return request.path.string(); }}};
};

}  // namespace attnscope
