// The interface of one frame: areas that hear the mouse, and the controls. Everything is drawn through the canvas.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/draw/interaction.hpp"
#include "app/draw/mirrored_canvas.hpp"
#include "app/draw/screen_canvas.hpp"
#include "app/language/language.hpp"
#include "app/shell/input.hpp"
#include "app/shell/text_edit.hpp"
#include "app/state/params.hpp"

namespace attnscope {

/// What lasts from frame to frame.
struct UiMemory {
    // What Tab reaches, of the last frame that was drawn: the controls by their parameters' keys, then what else there
    // is.
    enum class StopKind { control, button, field, picture };
    struct Stop {
        std::string id;
        StopKind kind;
    };
    std::vector<Stop> stops;
    std::string focus;          // the stop that hears the keyboard; empty: none
    bool focus_by_tab = false;  // Tab has reached it, not a press of the mouse
    bool reveal_focus = false;  // it is to be scrolled to
    // The keys in the mouse's place on what Tab has reached, until the mouse moves; its place lasts.
    struct KeyPointer {
        bool on = false;
        Vec2 part{0.5F, 0.5F};  // where it is in its picture
        Vec2 at;                // on the screen, points
        bool held = false;
        Vec2 drag_from;
        // What the keys do in this frame.
        Vec2 move;  // points
        float wheel = 0;
        bool only_x = false, only_y = false;  // the wheel
        bool pressed = false, clicked = false, double_clicked = false;
    };
    KeyPointer key_pointer;
    Vec2 mouse;                     // in the last frame, pixels
    std::array<bool, 3> buttons{};  // in the last frame
    std::string editing;            // the id of the text field being edited; empty: none
    TextEdit edit;
    float edit_scroll = 0;
    std::string edit_before;    // the text when editing began, for Escape
    bool edit_begins = false;   // in this frame: its field may have been drawn already
    std::size_t edit_from = 0;  // the first key of this frame that belongs to it
    std::string hover_id;       // what the mouse rests on, since when
    double hover_since = 0;
    std::string popup_param;            // the combo that is open
    double drag_from_value = 0;         // the slider's value where the drag began
    std::map<std::string, Rect> areas;  // what this frame claimed, by name
    std::string message;                // what the user should read now
    double message_until = 0;
    bool message_is_error = false;
};

class Ui final : public Interaction {
public:
    /// `width`: of the window, in points. In a right-to-left language everything is laid out from left to right all the
    /// same, and seen in a mirror: canvas() and area() reflect it.
    Ui(ScreenCanvas& canvas, UiMemory& memory, const FrameInput& input, const Clipboard& clipboard, float scale,
       float width)
        : mirrored_(canvas, 0, width),
          canvas_(right_to_left() ? static_cast<Canvas*>(&mirrored_) : &canvas),
          screen_(&canvas),
          memory_(&memory),
          input_(&input),
          clipboard_(&clipboard),
          scale_(scale) {}

    Canvas& canvas() { return *canvas_; }
    /// Where this rectangle of the layout is seen.
    Rect on_screen(const Rect& rect) const { return mirrors() ? mirrored_.mirrored(rect) : rect; }
    ScreenCanvas& screen() { return *screen_; }
    const Theme& theme() const { return canvas_->theme(); }
    const FrameInput& input() const { return *input_; }
    float scale() const { return scale_; }  // pixels per point
    /// The next frame is wanted after so many seconds at the latest.
    void change_after(double seconds);

    Pointer area(std::string_view id, const Rect& rect) override;
    Pointer press_area(std::string_view id, const Rect& rect) override;
    Pointer picture_area(std::string_view id, const Rect& rect) override;
    void tooltip(std::string_view text) override { tooltip_ = text; }
    bool live() const override { return true; }
    std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> lit_cell() const override { return lit_cell_; }
    void light_cell(std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> cell) { lit_cell_ = cell; }
    /// The tooltip, once the mouse has rested on `id` for a moment.
    void help(std::string_view id, const Pointer& pointer, std::string_view text);

    /// A button with a text; `on` = drawn as chosen. True when clicked.
    bool button(std::string_view id, const Rect& rect, std::string_view label, std::string_view help,
                bool enabled = true, bool on = false);
    /// A text field. `apply` is called on every change; Enter and Escape end the editing, Escape restores.
    struct Field {
        std::string_view id, text, hint;
        TextStyle style;
        bool apply_on_enter = false;  // call apply only at Enter
        bool tab_stop = true;
    };
    void text_field(const Rect& rect, const Field& field, const std::function<void(const std::string&)>& apply);
    void begin_edit(std::string_view id, std::string text);
    /// So many keys of this frame have been dealt with: an edit that begins now hears those after them.
    void keys_taken(std::size_t count) { keys_taken_ = count; }
    void end_edit() { memory_->editing.clear(); }

    /// The control of a parameter: its label and, by its kind, a switch, slider, segments, list or text field.
    /// Returns the height it took below `at`.
    float control(const Param& param, Vec2 at, float width);
    /// Keys for what has the focus, and Tab, which moves it. A control: Left/Right step, Enter types a value, Delete
    /// resets. A button: Enter and Space press. A text: Enter begins to edit it. A picture: arrows move the pointer,
    /// Enter clicks, Space takes hold and lets go, + and - zoom (while X or Y is held: that axis alone), Home shows
    /// all. Escape leaves what Tab has reached. True when used.
    bool focus_key(const KeyPress& press, const ParamList& params);
    /// The mouse, where it is used, takes the pointer from the keys: once a frame, before the keys.
    void follow_mouse();
    bool clicked_by_key() const { return memory_->key_pointer.clicked; }
    /// Whether Tab, not the mouse, has reached what hears the keyboard.
    bool reached_by_tab() const { return !memory_->focus.empty() && memory_->focus_by_tab; }
    /// Where the mouse points, or the keys in its place, points on the screen.
    Vec2 pointed_at() const;
    /// From here on other things are reached by Tab: once a frame after the keys, and where an overlay begins.
    void forget_stops() { memory_->stops.clear(); }

    /// While it lives, canvas() and area() reflect nothing: for pictures and formulas, which go from left to right in
    /// every language. Their rectangle is on_screen() of the layout's.
    class Straight {
    public:
        explicit Straight(Ui& ui) : ui_(&ui), before_(std::exchange(ui.canvas_, ui.screen_)) {}
        ~Straight() { ui_->canvas_ = before_; }
        Straight(const Straight&) = delete;
        Straight& operator=(const Straight&) = delete;

    private:
        Ui* ui_;
        Canvas* before_;
    };

    void say(std::string_view text, bool is_error);
    /// Draws the tooltip and popups: last in the frame.
    void finish(const Rect& screen);
    /// Seconds until something of this frame changes by itself (a tooltip to appear, a message to end).
    std::optional<double> next_change() const { return next_change_; }

private:
    void add_stop(std::string_view id, UiMemory::StopKind kind);
    bool tab(bool backwards);
    bool parameter_key(const KeyPress& press, const Param& param);
    bool pointer_key(const KeyPress& press, UiMemory::StopKind kind);
    bool picture_key(const KeyPress& press);
    void show_focus(const Rect& rect);
    void ring(const Rect& rect);
    void scroll_to(const Rect& seen);
    void draw_key_pointer();
    bool mirrors() const { return canvas_ != screen_; }
    float width_of_value(const Param& param);
    void slider(const Param& param, const Rect& track, const Rect& value);
    void slider_drag(const Param& param, const Rect& track, const Pointer& pointer);
    void choice(const Param& param, const Rect& rect);
    void segments(const Param& param, const Rect& rect, const std::vector<float>& widths, float padding);
    void combo(const Param& param, const Rect& rect);
    void combo_list(const Param& param, const Rect& rect);
    void toggle(const Param& param, const Rect& rect);
    void apply_text(const Param& param, const std::string& text);
    bool edit_by_keys(const Field& field, const std::function<void(const std::string&)>& apply);
    void focus_ring(const Param& param, const Rect& rect);

    MirroredCanvas mirrored_;
    Canvas* canvas_;        // the screen or its mirror
    ScreenCanvas* screen_;  // for choosing the list drawn into
    UiMemory* memory_;
    const FrameInput* input_;
    const Clipboard* clipboard_;
    float scale_;
    std::size_t keys_taken_ = 0;
    std::string tooltip_;
    std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> lit_cell_;
    std::optional<double> next_change_;
};

/// Where the slider ends now.
std::pair<double, double> slider_ends(const Param& param);
/// The slider's position in [0, 1] of a value, and back; logarithmic parameters move by ratios.
double slider_position(const Param& param, double value);
double slider_value(const Param& param, double position);
/// A parameter's numeric value; 0 for those without.
double number_of(const Param& param);

}  // namespace attnscope
