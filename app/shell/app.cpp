#include "app/shell/app.hpp"

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <ctime>

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
        if (!pending_message_.empty()) ui.say(std::exchange(pending_message_, {}), pending_is_error_);
        ImGui::SetNextWindowPos({0, 0});
        ImGui::SetNextWindowSize({static_cast<float>(surface.width), static_cast<float>(surface.height)});
        ImGui::Begin("attnscope", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBackground |
                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                         ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
        canvas.set_list(ImGui::GetWindowDrawList());
        keys(ui, input);
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

void App::keys(Ui& ui, const FrameInput& input) {
    for (const KeyEvent& event : input.keys) {
        const auto* press = std::get_if<KeyPress>(&event);
        if (press == nullptr || shortcut(*press, ui) || !memory_.editing.empty()) continue;
        if (press->key == GLFW_KEY_ESCAPE && (show_keys_ || show_export_ || show_lessons_ || exports_.stale())) {
            show_keys_ = show_export_ = show_lessons_ = false;
            if (exports_.stale()) {
                exports_.cancel();
                ui.say(tr("The export is cancelled; no file was written."), false);
            }
            continue;
        }
        if (press->key == GLFW_KEY_ESCAPE && !lecture_ && snapshots_.is_open()) {
            snapshots_.close(ui);
            continue;
        }
        const Workspace::Entry& active = workspace_->active();
        if (ui.control_key(*press, active.params)) continue;
        if (lecture_) {
            lecture_press(*press, ui);
            continue;
        }
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

bool App::shortcut(const KeyPress& press, Ui& ui) {
    if (press.key == GLFW_KEY_F1) return show_keys_ = !show_keys_, true;
    if (press.key == GLFW_KEY_F5 && !lecture_) return show_lessons_ = !show_lessons_, true;
    if (press.key == GLFW_KEY_F7 && lecture_) return show_notes_ = !show_notes_, true;
    if (press.key == GLFW_KEY_F6) return next_language(), true;
    if (!press.control) return false;
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
        case GLFW_KEY_L: {
            const std::string key = workspace_->active().panel->source_key();
            if (const Param* param = find(workspace_->active().params, key)) ui.begin_edit("top text", to_text(*param));
            return true;
        }
        case GLFW_KEY_T:
            workspace_->theme = workspace_->theme == ThemeName::dark ? ThemeName::light : ThemeName::dark;
            return true;
        case GLFW_KEY_D:
            if (lecture_) return false;
            snapshots_.toggle(ui);
            return true;
        case GLFW_KEY_S:
            show_export_ = !show_export_;
            return true;
        case GLFW_KEY_C:
            if (!memory_.editing.empty()) return false;
            press.shift ? copy_numbers(ui) : copy_explain(ui);
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
        const Pointer pointer = ui.area(id, tile);
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

void App::top_strip(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    Rect rest{{area.min.x + 14, area.min.y + 9}, {area.max.x - 14, area.max.y - 9}};
    const auto place = [&](float width) {
        const Rect rect = rest.cut_right(width);
        rest.cut_right(8);
        return rect;
    };
    if (ui.button("keys", place(34), "?", tr("The keys of this program (F1)."), true, show_keys_))
        show_keys_ = !show_keys_;
    if (ui.button("theme", place(34), "◐", tr("Dark or light (Ctrl T)."), true, false))
        workspace_->theme = workspace_->theme == ThemeName::dark ? ThemeName::light : ThemeName::dark;
    constexpr std::array<const char*, language_codes.size()> short_names{"EN", "فا", "עב"};
    if (ui.button("language", place(34), short_names[static_cast<std::size_t>(workspace_->language)],
                  tr("The language of the interface: English, Persian, Hebrew (F6)."), true, false))
        next_language();
    if (ui.button("export", place(70), tr("Export"), tr("Save this picture or its numbers as a file (Ctrl S)."), true,
                  show_export_))
        show_export_ = !show_export_;
    const float wide = ui.canvas().shaper().width(tr("Lessons"), {.size = 13}) + 26;
    if (ui.button("lessons", place(wide), tr("Lessons"), tr("Lessons for a lecture hall, in full screen (F5)."), true,
                  show_lessons_))
        show_lessons_ = !show_lessons_;
    const bool comparing = workspace_->active().a.has_value();
    if (ui.button("compare", place(56), "A | B",
                  comparing ? tr("Ends the comparison (B).")
                            : tr("Puts the present settings aside as A; what you change then is B (B)."),
                  true, comparing))
        compare_or_close();
    if (ui.button("redo", place(34), "↷", tr("Redo (Ctrl Shift Z)."), workspace_->can_redo(), false))
        workspace_->redo();
    if (ui.button("undo", place(34), "↶", tr("Undo (Ctrl Z)."), workspace_->can_undo(), false)) workspace_->undo();

    const std::string badge = workspace_->active().panel->status().provenance;
    const TextStyle style{.color = t.query, .size = 12.5F, .align = Align::center};
    const std::string fitted = ui.canvas().shaper().fit(badge, std::max(60.0F, rest.width() * 0.45F), style);
    const Rect pill = place(ui.canvas().shaper().width(fitted, style) + 26);
    const Rect outline{{pill.min.x, pill.min.y + 4}, {pill.max.x, pill.max.y - 4}};
    ui.canvas().stroke_rect(outline, t.query, 1, outline.height() / 2);
    ui.canvas().text_middle(outline.center(), fitted, style);
    ui.help("badge", ui.area("badge", pill), tr("Where the data shown come from: {}.", badge));
    source_field(ui, rest);
}

void App::source_field(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    Panel& panel = *workspace_->active().panel;
    const TextStyle style{.color = t.text, .size = 16};
    const Param* param = find(workspace_->active().params, panel.source_key());
    if (param == nullptr) {
        ui.canvas().text_middle({area.min.x + 10, area.center().y},
                                ui.canvas().shaper().fit(panel.source_text(), area.width() - 20, style),
                                {.color = t.quiet, .size = 15});
        return;
    }
    const std::string before = to_text(*param), hint = tr("type a sentence …");
    ui.text_field(area, {.id = "top text", .text = before, .hint = hint, .style = style},
                  [&](const std::string& typed) {
                      if (const Result<void> done = set(*param, Value(typed)); !done)
                          ui.say(done.error().what, true);
                      else
                          panel.source_edited(before);
                  });
}

void App::controls(Ui& ui, const Rect& area) {
    // A child window of Dear ImGui's scrolls them; the canvas draws into its list meanwhile.
    const float scale = ImGui::GetIO().DisplaySize.x / (area.max.x > 0 ? area.max.x : 1);
    ImGui::SetCursorScreenPos({ui.on_screen(area).min.x * scale, area.min.y * scale});
    ImGui::BeginChild("controls", {area.width() * scale, area.height() * scale}, false,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
    ImDrawList* before = ui.screen().set_list(ImGui::GetWindowDrawList());
    const float scrolled = ImGui::GetScrollY() / scale;
    const float used = control_rows(ui, {area.min.x + 20, area.min.y + 14 - scrolled}, area.width() - 40);
    ImGui::SetCursorPosY((used + 28) * scale);
    ImGui::Dummy({1, 1});
    if (used + 28 > area.height()) {  // a thin bar says that there is more
        const float part = area.height() / (used + 28);
        const float top = area.min.y + scrolled * part;
        ui.canvas().fill_rect(Rect::sized({area.max.x - 6, top}, 3, area.height() * part), ui.theme().line, 1.5F);
    }
    ui.screen().set_list(before);
    ImGui::EndChild();
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
        panel.draw_explain(ui.canvas(), explained);
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
    canvas.text(
        {right.max.x, area.center().y + 18}, time,
        {.color = status.stale ? t.quiet.alpha(0.5F) : t.quiet, .size = 14, .font = Font::mono, .align = Align::right});
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
