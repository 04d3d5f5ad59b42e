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
#include "app/lessons/lecture.hpp"
#include "app/panels/workspace.hpp"
#include "app/shell/imgui_session.hpp"
#include "app/shell/snapshots.hpp"
#include "app/shell/ui.hpp"
#include "app/state/play.hpp"

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
    bool writes_itself = false;  // the job writes the files and says which: a recording
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
    const std::map<std::string, Rect>& areas() const { return memory_.areas; }
    /// What hears the keyboard, by the name of its area; empty: nothing but shortcuts.
    const std::string& focus() const { return memory_.focus; }
    /// Pixels per point of the last frame, the user's scale included.
    float scale() const { return scale_; }
    const std::string& message() const { return memory_.message; }
    void say(std::string text, bool is_error);
    /// Shows a lesson from this step on, in the whole window. `file`: where it was read from; empty: it is part of the
    /// program.
    void start_lecture(Lesson lesson, std::size_t step, std::filesystem::path file);
    const Lecture* lecture() const { return lecture_ ? &*lecture_ : nullptr; }
    double lecture_seconds(double now) const { return lecture_began_ ? now - *lecture_began_ : 0; }
    /// Whether the speaker asked for the notes in a window of their own, though there may be one screen only.
    bool notes_wanted() const { return show_notes_; }
    void close_notes() { show_notes_ = false; }
    /// The user's settings, to be kept: during a lesson those from before it.
    StateFile own_state() const;
    /// Where exported files go.
    void set_export_folder(std::filesystem::path folder) { export_folder_ = std::move(folder); }

private:
    void keys(Ui& ui, const FrameInput& input);
    bool shortcut(const KeyPress& press, Ui& ui);
    bool control_shortcut(const KeyPress& press, Ui& ui);
    bool escape();
    void toggle_overlay(bool& shown);
    void toggle_snapshots();
    void close_overlays();
    void compare_or_close();
    void lecture_page(Ui& ui, const Rect& screen);
    void lecture_picture(Ui& ui, const Rect& area);
    void lecture_words(Ui& ui, const Rect& area);
    void lecture_bar(Ui& ui, const Rect& area);
    void draw_with_pen(Ui& ui, const Rect& area);
    void lecture_key_press(const KeyPress& press, Ui& ui);
    bool lecture_press(const KeyPress& press, Ui& ui);
    void go_to_step(std::size_t index);
    void restore_step();
    void leave_lecture(Ui& ui);
    void lesson_list(Ui& ui, const Rect& screen);
    void snapshot_grid(Ui& ui, const Rect& screen);
    void reload_lesson(const FrameInput& input);
    static float lecture_scale(const Surface& surface);
    void play_or_stop(Ui& ui);
    bool play_key(const KeyPress& press, Ui& ui);
    void run_play(const FrameInput& input);
    void zones(Ui& ui, const Rect& screen);
    void pictures(Ui& ui, const Rect& area);
    void comparison_bar(Ui& ui, const Rect& area);
    void top_strip(Ui& ui, const Rect& area);
    void source_field(Ui& ui, const Rect& area);
    void edit_text(Ui& ui);
    void rail(Ui& ui, const Rect& area);
    void controls(Ui& ui, const Rect& area);
    float control_rows(Ui& ui, Vec2 at, float width);
    void explain_strip(Ui& ui, const Rect& area);
    void key_list(Ui& ui, const Rect& screen);
    void export_list(Ui& ui, const Rect& screen);
    float export_choices(Ui& ui, Vec2 at, float width);
    void export_to(Ui& ui, std::string_view extension);
    Result<Panel::DataJob> picture_job(FileFormat format);
    float record_rows(Ui& ui, Vec2 at, float width);
    void record_to(Ui& ui, std::string_view extension);
    void copy_numbers(Ui& ui);
    void copy_explain(Ui& ui);
    void take_dropped(Ui& ui, const std::string& path);
    void open_dropped_state(Ui& ui, const std::string& path);
    void poll_exports(Ui& ui);
    std::string change_tag(const FrameInput& input);
    void set_scale(double scale);
    void next_language();

    Workspace* workspace_;
    Clipboard clipboard_;
    UiMemory memory_;
    TextShaper shaper_;
    std::optional<double> next_frame_after_;
    double frame_seconds_ = 0;
    float scale_ = 1;
    bool show_keys_ = false;
    bool show_export_ = false;
    bool fonts_reported_ = false;
    bool next_frame_wanted_ = false;
    std::string pending_message_;
    bool pending_is_error_ = false;
    bool was_held_ = false;
    int press_number_ = 0;
    int play_number_ = 0;
    double last_key_ = 0;
    std::map<std::string, CompareView> comparisons_;  // by the panel's name
    std::filesystem::path export_folder_ = ".";
    ParamList export_params_;
    std::optional<Lecture> lecture_;
    std::filesystem::path lecture_file_;
    std::filesystem::file_time_type lecture_file_time_;
    std::optional<double> lecture_began_, lecture_looked_;  // seconds of the input
    StateFile before_lecture_;
    ParamValues step_values_;                      // as the step itself has them
    std::optional<Cell> pointed_, drawn_pointed_;  // by a link of the words
    std::optional<Play> playing_, played_;         // played_: what ran last, which can be recorded
    std::string play_panel_;                       // whose parameter that is
    std::optional<double> play_began_;
    std::pair<std::string, std::pair<double, double>> play_ends_;  // that the user has set, of one panel.parameter
    double play_seconds_ = 5;
    bool play_there_and_back_ = true;
    std::vector<ReadLesson> lessons_;  // that are part of the program, once the list was opened
    bool show_lessons_ = false;
    SnapshotGrid snapshots_;
    bool show_notes_ = false;
    std::string export_part_;    // empty: the whole picture
    float export_height_ = 400;  // of the menu, as the last frame drew it
    std::uint64_t export_number_ = 0, export_seen_ = 0;
    bool export_stopped_ = false;  // by Esc, and its end is not known yet
    JobSlot<ExportRequest, std::string> exports_{
        run_export, {.describe = [](const ExportRequest& request) { return request.path.string(); }}};
};

}  // namespace attnscope
