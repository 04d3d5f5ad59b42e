#include "app/shell/app.hpp"

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "app/shell/scrolled.hpp"

namespace attnscope {
namespace {

constexpr float top_height = 52;
constexpr float rail_width = 68;
constexpr float controls_width = 318;
constexpr float explain_height = 86;
constexpr double while_busy = 1.0 / 60;

// Processor time of this thread: jobs and a software rasteriser on the same cores do not count.
double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

void App::say(std::string text, bool is_error) {
    pending_message_ = std::move(text);
    pending_is_error_ = is_error;
}

std::string App::title() const {
    if (lecture_)
        return fmt::format("AttnScope – {}, {} / {}", lecture_->lesson().title.plain(current_language()),
                           lecture_->index() + 1, lecture_->lesson().steps.size());
    const std::string explained = workspace_->active().panel->explain_text();
    return explained.empty() ? "AttnScope" : "AttnScope – " + explained;
}

std::optional<Rect> App::area_of(const std::string& id) const {
    const auto found = memory_.areas.find(id);
    return found == memory_.areas.end() ? std::nullopt : std::optional(found->second);
}

// Shown from the next frame on: within a frame nothing changes sides.
void App::next_language() {
    const auto next = (static_cast<std::size_t>(workspace_->language) + 1) % language_codes.size();
    workspace_->language = static_cast<Language>(next);
    next_frame_wanted_ = true;
}

void App::set_scale(double scale) {
    workspace_->scale = std::clamp(scale, 0.5, 4.0);
}

// Changes made during one press of the mouse, or during one stretch of typing, are undone together.
std::string App::change_tag(const FrameInput& input) {
    const bool held = input.buttons[0];
    if (held && !was_held_) ++press_number_;
    if (playing_) return fmt::format("play {}", play_number_);
    const bool now = held || was_held_;  // the frame of the release belongs to the press
    was_held_ = held;
    if (now) return fmt::format("press {}", press_number_);
    if (input.keys.empty()) return {};
    if (input.seconds - last_key_ > 1) ++press_number_;
    last_key_ = input.seconds;
    return fmt::format("keys {}", press_number_);
}

void App::frame(ImGuiSession& session, ScreenResources& resources, const FrameInput& input, const Surface& surface) {
    const double began = thread_seconds();
    set_language(workspace_->language);
    const float scale =
        (lecture_ ? lecture_scale(surface) : surface.pixels_per_point) * static_cast<float>(workspace_->scale);
    scale_ = scale;
    run_play(input);
    if (lecture_) reload_lesson(input);
    session.begin(input, surface.width, surface.height, scale);
    resources.begin_frame();
    ImGui::NewFrame();
    Panel& panel = *workspace_->active().panel;
    workspace_->update();
    memory_.areas.clear();
    {
        const Rect screen{{0, 0},
                          {static_cast<float>(surface.width) / scale, static_cast<float>(surface.height) / scale}};
        ScreenCanvas canvas(resources, shaper_, theme_of(workspace_->theme), scale);
        Ui ui(canvas, memory_, input, clipboard_, scale, screen.width());
        if (!fonts_reported_ && !shaper_.has_system_fonts())
            say(tr("No font was found on this system: text is drawn with the built-in one. Install fonts-inter or "
                   "fonts-dejavu-core."),
                false);
        fonts_reported_ = true;
        if (std::string error = resources.take_error(); !error.empty()) say(std::move(error), true);
        if (!pending_message_.empty()) ui.say(std::exchange(pending_message_, {}), pending_is_error_);
        ImGui::SetNextWindowPos({0, 0});
        ImGui::SetNextWindowSize({static_cast<float>(surface.width), static_cast<float>(surface.height)});
        ImGui::Begin("attnscope", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBackground |
                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                         ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
        canvas.set_list(ImGui::GetWindowDrawList());
        ui.follow_mouse();
        keys(ui, input);
        ui.forget_stops();
        for (const std::string& path : input.dropped) take_dropped(ui, path);
        if (lecture_)
            lecture_page(ui, screen);
        else
            zones(ui, screen);
        poll_exports(ui);
        ui.finish(screen);
        ImGui::End();
        next_frame_after_ = ui.next_change();
    }
    panel.agree();
    if (const std::optional<std::string> message = workspace_->deliver()) {
        say(*message, false);
        next_frame_after_ = while_busy;  // another panel is to be drawn
    }
    workspace_->record_changes(change_tag(input));
    const auto stale = [this] {
        const Workspace::Entry& entry = workspace_->active();
        return entry.panel->status().stale || (entry.a && entry.a->panel->status().stale);
    };
    if (std::exchange(next_frame_wanted_, false)) next_frame_after_ = while_busy;
    const bool drawn_stale = stale();
    workspace_->update();  // what the frame changed is on its way before the next one
    // A result that arrived after the drawing is not on the screen yet.
    if (drawn_stale || stale() || exports_.stale()) next_frame_after_ = while_busy;
    frame_seconds_ = thread_seconds() - began;
    session.end();
}

namespace {

// A key that is held goes on doing what is done by steps; what it switches, it switches once.
bool goes_on(const KeyPress& press) {
    constexpr std::array steps{
        GLFW_KEY_LEFT,          GLFW_KEY_RIGHT,  GLFW_KEY_UP,           GLFW_KEY_DOWN,  GLFW_KEY_PAGE_UP,
        GLFW_KEY_PAGE_DOWN,     GLFW_KEY_TAB,    GLFW_KEY_LEFT_BRACKET, GLFW_KEY_EQUAL, GLFW_KEY_MINUS,
        GLFW_KEY_RIGHT_BRACKET, GLFW_KEY_KP_ADD, GLFW_KEY_KP_SUBTRACT,  GLFW_KEY_COMMA, GLFW_KEY_PERIOD};
    if (std::ranges::find(steps, press.key) != steps.end()) return true;
    return press.control && (press.key == GLFW_KEY_Z || press.key == GLFW_KEY_Y);
}

}  // namespace

void App::keys(Ui& ui, const FrameInput& input) {
    for (std::size_t i = 0; i < input.keys.size(); ++i) {
        const auto* press = std::get_if<KeyPress>(&input.keys[i]);
        ui.keys_taken(i + 1);  // a text field that this key opens begins with the next
        if (press == nullptr || (press->repeat && !goes_on(*press))) continue;
        if (shortcut(*press, ui) || !memory_.editing.empty()) continue;
        if (press->key == GLFW_KEY_ESCAPE && escape()) continue;
        const Workspace::Entry& active = workspace_->active();
        if (lecture_) {
            lecture_key_press(*press, ui);
            continue;
        }
        if (ui.focus_key(*press, show_export_ ? export_params_ : active.params)) continue;
        if (SnapshotGrid::key(*press, ui, *workspace_)) continue;
        if (play_key(*press, ui)) continue;
        if (press->key >= GLFW_KEY_1 && press->key <= GLFW_KEY_9 && !press->control) {
            const auto index = static_cast<std::size_t>(press->key - GLFW_KEY_1);
            if (index < workspace_->entries().size()) workspace_->switch_to(index);
            continue;
        }
        if (press->key == GLFW_KEY_B && !press->control && !press->alt) {
            compare_or_close();
            continue;
        }
        if (!press->control) active.panel->key(*press);
    }
}

// Closes what lies over the window, or stops an export; false when there is nothing of the kind.
bool App::escape() {
    if (exports_.stale()) {
        exports_.stop();
        export_stopped_ = true;
    } else if (!show_keys_ && !show_export_ && !show_lessons_ && !snapshots_.is_open()) {
        return false;
    }
    close_overlays();
    return true;
}

void App::close_overlays() {
    show_keys_ = show_export_ = show_lessons_ = false;
    snapshots_.close();
}

void App::toggle_overlay(bool& shown) {
    const bool open = !shown;
    close_overlays();
    shown = open;
}

void App::toggle_snapshots() {
    const bool open = !snapshots_.is_open();
    close_overlays();
    if (open) snapshots_.open();
}

bool App::shortcut(const KeyPress& press, Ui& ui) {
    switch (press.key) {
        case GLFW_KEY_F1:
            if (lecture_) lecture_->blank = false;
            toggle_overlay(show_keys_);
            return true;
        case GLFW_KEY_F5:
            if (lecture_) return false;  // it ends there
            toggle_overlay(show_lessons_);
            return true;
        case GLFW_KEY_F6:
            next_language();
            return true;
        case GLFW_KEY_F7:
            show_notes_ = lecture_.has_value() && !show_notes_;
            return true;
        default:
            return press.control && control_shortcut(press, ui);
    }
}

bool App::control_shortcut(const KeyPress& press, Ui& ui) {
    switch (press.key) {
        case GLFW_KEY_Z:
            if (press.shift ? !workspace_->redo() : !workspace_->undo())
                ui.say(press.shift ? tr("Nothing to redo.") : tr("Nothing to undo."), false);
            return true;
        case GLFW_KEY_Y:
            workspace_->redo();
            return true;
        case GLFW_KEY_EQUAL:
        case GLFW_KEY_KP_ADD:
            set_scale(workspace_->scale * 1.125);
            return true;
        case GLFW_KEY_MINUS:
        case GLFW_KEY_KP_SUBTRACT:
            set_scale(workspace_->scale / 1.125);
            return true;
        case GLFW_KEY_0:
        case GLFW_KEY_KP_0:
            set_scale(1);
            return true;
        case GLFW_KEY_T:
            workspace_->theme = workspace_->theme == ThemeName::dark ? ThemeName::light : ThemeName::dark;
            return true;
        case GLFW_KEY_C:
            if (!memory_.editing.empty()) return false;
            press.shift ? copy_numbers(ui) : copy_explain(ui);
            return true;
        default:
            break;
    }
    if (lecture_) return false;  // what follows has no place on the projector
    switch (press.key) {
        case GLFW_KEY_L:
            edit_text(ui);
            return true;
        case GLFW_KEY_D:
            toggle_snapshots();
            return true;
        case GLFW_KEY_S:
            toggle_overlay(show_export_);
            return true;
        default:
            return false;
    }
}

void App::zones(Ui& ui, const Rect& screen) {
    const Theme& t = ui.theme();
    Canvas& canvas = ui.canvas();
    canvas.fill_rect(screen, t.ground);
    Rect rest = screen;
    const Rect top = rest.cut_top(top_height);
    const Rect bottom = rest.cut_bottom(explain_height);
    const Rect left = rest.cut_left(rail_width);
    // A narrow window, or a large scale, keeps the pictures: the controls take at most half.
    const Rect right = rest.cut_right(std::min(controls_width, rest.width() * 0.5F));
    for (const Rect& zone : {top, bottom, left, right}) canvas.fill_rect(zone, t.surface);
    pictures(ui, ui.on_screen(rest));
    top_strip(ui, top);
    rail(ui, left);
    controls(ui, right);
    explain_strip(ui, bottom);
    canvas.fill_rect({{top.min.x, top.max.y}, {top.max.x, top.max.y + 1}}, t.line);
    canvas.fill_rect({{bottom.min.x, bottom.min.y - 1}, {bottom.max.x, bottom.min.y}}, t.line);
    canvas.fill_rect({{left.max.x, left.min.y}, {left.max.x + 1, left.max.y}}, t.line);
    canvas.fill_rect({{right.min.x - 1, right.min.y}, {right.min.x, right.max.y}}, t.line);
    if (show_keys_) key_list(ui, screen);
    if (show_export_) export_list(ui, screen);
    if (show_lessons_) lesson_list(ui, screen);
    if (snapshots_.is_open()) snapshot_grid(ui, screen);
}

void App::rail(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    float y = area.min.y + 10;
    for (std::size_t i = 0; i < workspace_->entries().size(); ++i, y += 66) {
        const Workspace::Entry& entry = workspace_->entries()[i];
        const Rect tile = Rect::sized({area.min.x + 6, y}, area.width() - 12, 58);
        const std::string id = "panel " + entry.info.name;
        const Pointer pointer = ui.press_area(id, tile);
        const bool on = i == workspace_->active_index();
        if (on || pointer.hovered) ui.canvas().fill_rect(tile, on ? t.field : t.field.alpha(0.5F), 8);
        const Color color = on ? t.query : t.quiet;
        {
            const Rect icon = ui.on_screen(Rect::sized({tile.center().x - 10, tile.min.y + 9}, 20, 20));
            const Ui::Straight straight(ui);
            entry.panel->draw_icon(ui.canvas(), icon, color);
        }
        const TextStyle style{.color = color, .size = 11.5F, .align = Align::center};
        ui.canvas().text({tile.center().x, tile.max.y - 9},
                         ui.canvas().shaper().fit(tr_in("panel", entry.info.title), tile.width(), style), style);
        ui.help(id, pointer, tr("{} (key {})", tr_text(entry.info.help), i + 1));
        if (pointer.clicked) workspace_->switch_to(i);
    }
}

void App::controls(Ui& ui, const Rect& area) {
    Scrolled scrolled(ui, "controls", area);
    const float used = control_rows(ui, {area.min.x + 20, area.min.y + 14 - scrolled.offset()}, area.width() - 40);
    scrolled.end(used + 28);
}

float App::control_rows(Ui& ui, Vec2 at, float width) {
    const Theme& t = ui.theme();
    const float first = at.y;
    std::string group;
    for (const Param& param : workspace_->active().params) {
        if (param.visible && !param.visible()) continue;
        if (param.group != group) {
            at.y += group.empty() ? 6.0F : 18.0F;
            group = param.group;
            std::string title = tr_in("group", group);
            if (!right_to_left()) {  // spaced capitals, in scripts that have capitals
                title.clear();
                for (const char c : group)
                    title.append({static_cast<char>(std::toupper(static_cast<unsigned char>(c))), ' '});
            }
            ui.canvas().text({at.x, at.y + 8}, title, {.color = t.quiet, .size = 11});
            at.y += 20;
        }
        at.y += ui.control(param, at, width) + 3;
    }
    return at.y - first;
}

void App::explain_strip(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    Canvas& canvas = ui.canvas();
    Panel& panel = *workspace_->active().panel;
    const PanelStatus status = panel.status();
    Rect rest{{area.min.x + 18, area.min.y}, {area.max.x - 18, area.max.y}};
    const Rect right = rest.cut_right(212);
    {
        const Rect explained = ui.on_screen({{rest.min.x, rest.min.y - 4}, {rest.max.x - 12, rest.max.y}});
        const Ui::Straight straight(ui);
        if (explained.width() > 20) panel.draw_explain(ui.canvas(), explained);  // a tiny window has no room for it
    }
    const TextStyle quiet{.color = t.quiet, .size = 12, .align = Align::right};
    std::string line = status.error ? status.error->what : status.note;
    if (!line.empty()) {
        TextStyle style{.color = status.error ? t.warning : t.quiet, .size = 12.5F};
        canvas.text({rest.min.x, area.max.y - 10},
                    canvas.shaper().fit((status.error ? "⚠ " : "") + line, area.width() - 320, style), style);
    }
    const std::string time = fmt::format("{} ms", status.seconds < 0.01 ? fmt::format("{:.2f}", status.seconds * 1e3)
                                                                        : fmt::format("{:.0f}", status.seconds * 1e3));
    canvas.text({right.max.x, area.center().y + 18}, time,
                {.color = t.quiet, .size = 14, .font = Font::mono, .align = Align::right});
    canvas.text({right.max.x, area.center().y - 6}, status.stale ? tr("computing …") : tr("shown result took"), quiet);
    if (status.progress) {
        const Rect bar = Rect::sized({right.max.x - 120, area.center().y + 28}, 120, 4);
        if (ui.button("cancel", Rect::sized({right.max.x - 200, area.center().y + 16}, 70, 24), tr("Cancel"),
                      tr("Stop computing; what is shown stays."), true, false))
            panel.cancel();
        canvas.fill_rect(bar, t.line, 2);
        canvas.fill_rect({bar.min, {bar.min.x + bar.width() * *status.progress, bar.max.y}}, t.query, 2);
    }
}

}  // namespace attnscope
