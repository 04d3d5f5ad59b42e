// Lecture mode: a lesson's step as large as the window, with the picture alive, its words and the controls it names.
#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "app/lessons/lesson_page.hpp"
#include "app/lessons/step_text.hpp"
#include "app/shell/app.hpp"

namespace attnscope {
namespace {

constexpr float bar_height_lecture = 34;
constexpr float column_share = 0.36F;  // of the window's width, for the words
constexpr float column_margin = 20;
constexpr float largest_text = 20, smallest_text = 6;
constexpr float control_step = 34, least_control_step = 26;
constexpr float widest_dot_step = 16;
constexpr float spot_radius = 90;
constexpr double clock_step = 1;  // seconds

std::string wall_clock() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return fmt::format("{:02}:{:02}", local.tm_hour, local.tm_min);
}

std::string elapsed_clock(double seconds) {
    const auto whole = static_cast<int>(seconds);
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// Everything but a circle, darkened: by rows of whole points, so that no seams show.
void draw_spotlight(Canvas& canvas, const Rect& screen, Vec2 center) {
    const Color dark = Color::hex(0x000000).alpha(0.72F);
    const float top = std::floor(center.y - spot_radius), bottom = std::ceil(center.y + spot_radius);
    canvas.fill_rect({screen.min, {screen.max.x, std::max(top, screen.min.y)}}, dark);
    canvas.fill_rect({{screen.min.x, std::min(bottom, screen.max.y)}, screen.max}, dark);
    for (float y = std::max(top, screen.min.y); y < std::min(bottom, screen.max.y); y += 1) {
        const float from_center = y + 0.5F - center.y;
        const float half = std::sqrt(std::max(spot_radius * spot_radius - from_center * from_center, 0.0F));
        canvas.fill_rect({{screen.min.x, y}, {center.x - half, y + 1}}, dark);
        canvas.fill_rect({{center.x + half, y}, {screen.max.x, y + 1}}, dark);
    }
}

}  // namespace

void App::start_lecture(Lesson lesson, std::size_t step, std::filesystem::path file) {
    if (!lecture_) before_lecture_ = workspace_->to_state();
    lecture_.emplace(std::move(lesson));
    lecture_file_ = std::move(file);
    lecture_began_.reset();
    close_overlays();
    go_to_step(step);
}

void App::go_to_step(std::size_t index) {
    if (!lecture_->go(index)) return;
    restore_step();
}

void App::restore_step() {
    playing_.reset();
    memory_.focus.clear();
    show_step(*workspace_, lecture_->step());
    workspace_->active().panel->agree();
    step_values_ = capture(workspace_->active().params);
    pointed_.reset();
}

StateFile App::own_state() const {
    StateFile now = workspace_->to_state();
    if (!lecture_) return now;
    StateFile own = before_lecture_;
    own.theme = now.theme;
    own.language = now.language;
    own.scale = now.scale;
    return own;
}

// The user's own settings come back; what the lecture left can be had again.
void App::leave_lecture(Ui& ui) {
    const StateFile before = own_state();
    lecture_.reset();
    playing_.reset();
    pointed_.reset();
    workspace_->record_changes("lecture");
    static_cast<void>(workspace_->open_state(before));  // it was legal when it was taken
    next_frame_wanted_ = true;
    ui.say(tr("The lesson is over; your own settings are back. Ctrl Z goes back to the lesson's."), false);
}

// A clicker's keys go on whatever control was touched last; only what Tab has reached in this step comes before them.
void App::lecture_key_press(const KeyPress& press, Ui& ui) {
    const ParamList& params = workspace_->active().params;
    if (ui.reached_by_tab() && ui.focus_key(press, params)) return;
    if (!press.repeat && !lecture_press(press, ui)) ui.focus_key(press, params);
}

bool App::lecture_press(const KeyPress& press, Ui& ui) {
    if (const std::optional<std::size_t> index = lecture_jump(press)) {
        if (*index < lecture_->lesson().steps.size()) go_to_step(*index);
        return true;
    }
    const std::optional<LectureKey> key = lecture_key(press);
    if (!key) return false;
    switch (*key) {
        case LectureKey::next:
            if (lecture_->next_step() != nullptr)
                go_to_step(lecture_->index() + 1);
            else
                ui.say(tr("This is the last step; Esc ends the lesson."), false);
            break;
        case LectureKey::previous:
            if (lecture_->index() > 0) go_to_step(lecture_->index() - 1);
            break;
        case LectureKey::first_state:
            restore_step();
            break;
        case LectureKey::answer:
            if (!lecture_->step().answer.empty()) lecture_->answer = !lecture_->answer;
            break;
        case LectureKey::blank:
            lecture_->blank = !lecture_->blank;
            break;
        case LectureKey::pen:
            lecture_->pen = !lecture_->pen;
            break;
        case LectureKey::clear:
            lecture_->strokes.clear();
            break;
        case LectureKey::play:
            play_or_stop(ui);
            break;
        case LectureKey::leave:
            leave_lecture(ui);
            break;
    }
    return true;
}

// Of a window of any size the same part: what is read from the last row does not depend on the projector.
float App::lecture_scale(const Surface& surface) {
    constexpr float width = 1180, height = 664;
    return std::max(0.05F,
                    std::min(static_cast<float>(surface.width) / width, static_cast<float>(surface.height) / height));
}

void App::lecture_page(Ui& ui, const Rect& screen) {
    const Theme& t = ui.theme();
    ui.canvas().fill_rect(screen, t.ground);
    if (!lecture_began_) lecture_began_ = ui.input().seconds;
    ui.change_after(clock_step);  // of the clocks, and to look whether the file has changed
    if (lecture_->blank) {
        ui.canvas().fill_rect(screen, Color::hex(0x000000));
        return;
    }
    Rect rest = screen;
    lecture_bar(ui, rest.cut_bottom(bar_height_lecture));
    const bool beside = rest.width() > 1.1F * rest.height();
    const Rect words = beside ? rest.cut_right(rest.width() * column_share) : rest.cut_bottom(rest.height() * 0.45F);
    ui.canvas().fill_rect(words, t.surface);
    ui.canvas().fill_rect(beside ? Rect{{words.min.x - 1, words.min.y}, {words.min.x, words.max.y}}
                                 : Rect{{words.min.x, words.min.y - 1}, {words.max.x, words.min.y}},
                          t.line);
    lecture_picture(ui, ui.on_screen(rest));
    lecture_words(ui, words);
    if (ui.input().holds(GLFW_KEY_S) && memory_.editing.empty()) {
        const Ui::Straight straight(ui);
        draw_spotlight(ui.canvas(), screen, ui.pointed_at());
    }
    if (show_keys_) key_list(ui, screen);
}

void App::lecture_picture(Ui& ui, const Rect& area) {
    const Ui::Straight straight(ui);
    const Clip clip(ui.canvas(), area);
    Panel& panel = *workspace_->active().panel;
    if (pointed_) ui.light_cell(std::pair(pointed_->row, pointed_->column));
    draw_step_picture(ui.canvas(), ui, *workspace_, lecture_->step(), area);
    if (lecture_->pen) draw_with_pen(ui, area);
    const auto at = [&](Vec2 part) {
        return Vec2{area.min.x + part.x * area.width(), area.min.y + part.y * area.height()};
    };
    for (const std::vector<Vec2>& stroke : lecture_->strokes) {
        std::vector<Vec2> points(stroke.size());
        std::transform(stroke.begin(), stroke.end(), points.begin(), at);
        if (points.size() == 1)
            ui.canvas().fill_circle(points.front(), 2.5F, ui.theme().key);
        else
            ui.canvas().polyline(points, ui.theme().key, 4);
    }
    const PanelStatus status = panel.status();
    if (status.error) {
        const TextStyle style{.color = ui.theme().warning, .size = 14};
        ui.canvas().text({area.min.x + 18, area.max.y - 12},
                         ui.canvas().shaper().fit("⚠ " + status.error->what, area.width() - 36, style), style);
    }
}

void App::draw_with_pen(Ui& ui, const Rect& area) {
    const Pointer pointer = ui.picture_area("pen", area);
    if (!pointer.held) return;
    const Vec2 part{(pointer.at.x - area.min.x) / area.width(), (pointer.at.y - area.min.y) / area.height()};
    if (pointer.pressed || lecture_->strokes.empty()) lecture_->strokes.emplace_back();
    std::vector<Vec2>& stroke = lecture_->strokes.back();
    if (stroke.empty() || stroke.back().x != part.x || stroke.back().y != part.y) stroke.push_back(part);
}

void App::lecture_words(Ui& ui, const Rect& area) {
    // The projector scale enlarges the picture and the controls; the words have all the room there is already.
    const float enlarged = std::max(1.0F, static_cast<float>(workspace_->scale));
    const float edge = column_margin / enlarged;
    Rect rest{{area.min.x + edge, area.min.y + edge * 0.9F}, {area.max.x - edge, area.max.y - 8 / enlarged}};
    const LessonStep& step = lecture_->step();
    std::vector<const Param*> controls;
    for (const std::string& key : step.controls)
        if (const Param* param = find(workspace_->active().params, key);
            param != nullptr && (!param->visible || param->visible()))
            controls.push_back(param);
    // At a large scale the rows of the controls move together, as far as they can.
    const float step_height =
        std::clamp(rest.height() * 0.5F / static_cast<float>(std::max<std::size_t>(controls.size(), 1)),
                   least_control_step, control_step);
    const Rect bottom = rest.cut_bottom(step_height * static_cast<float>(controls.size()));
    rest.cut_bottom(8 / enlarged);
    const StepWords words{.step = &step, .answer = lecture_->answer};
    std::optional<Link> link;
    const Rect seen = ui.on_screen(rest);
    {
        const Ui::Straight straight(ui);
        const Clip clip(ui.canvas(), seen);
        const StepText text = StepText::fitted(ui.canvas().shaper(), ui.theme(), words, {seen.width(), seen.height()},
                                               smallest_text / enlarged, largest_text);
        link = text.draw(ui.canvas(), ui, seen.min);
    }
    {
        const Clip clip(ui.canvas(), bottom.inset(-4));
        float y = bottom.min.y;
        for (const Param* param : controls) {
            ui.control(*param, {bottom.min.x, y}, bottom.width());
            y += step_height;
        }
    }
    pointed_.reset();
    if (link && std::holds_alternative<CellLink>(*link)) {
        const CellLink& cell = std::get<CellLink>(*link);
        pointed_ = Cell{static_cast<Index>(cell.row), static_cast<Index>(cell.column)};
    }
    if (link && std::holds_alternative<ParamLink>(*link))
        for (std::size_t i = 0; i < controls.size(); ++i)
            if (controls[i]->key == std::get<ParamLink>(*link).key)
                ui.canvas().stroke_rect(
                    Rect::sized({bottom.min.x - 6, bottom.min.y + step_height * static_cast<float>(i)},
                                bottom.width() + 12, step_height - 4),
                    ui.theme().query, 2, 8);
    if (pointed_ != drawn_pointed_) next_frame_wanted_ = true;
    drawn_pointed_ = pointed_;
}

void App::lecture_bar(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    Canvas& canvas = ui.canvas();
    canvas.fill_rect(area, t.surface);
    canvas.fill_rect({area.min, {area.max.x, area.min.y + 1}}, t.line);
    const float y = area.center().y;
    const std::size_t count = lecture_->lesson().steps.size();
    const TextStyle mono{.color = t.quiet, .size = 13, .font = Font::mono, .align = Align::right};
    const std::string clock = fmt::format("{}   {}", elapsed_clock(ui.input().seconds - *lecture_began_), wall_clock());
    const float taken = canvas.text_middle({area.max.x - 16, y}, clock, mono);
    float x = area.min.x + 18;
    const float dot_step = std::min(widest_dot_step, (area.width() - taken - 60) / static_cast<float>(count));
    for (std::size_t i = 0; i < count; ++i, x += dot_step) {
        const std::string id = fmt::format("step {}", i + 1);
        const Pointer pointer = ui.area(id, Rect::sized({x - dot_step / 2, area.min.y}, dot_step, area.height()));
        const bool on = i == lecture_->index();
        canvas.fill_circle({x, y}, on ? 5.5F : 4, on ? t.query : pointer.hovered ? t.text : t.line);
        const LessonStep& step = lecture_->lesson().steps[i];
        ui.help(id, pointer, fmt::format("{}. {}", i + 1, step.title.plain(current_language())));
        if (pointer.clicked) go_to_step(i);
    }
    const bool changed = capture(workspace_->active().params) != step_values_;
    std::string title = lecture_->lesson().title.plain(current_language());
    if (changed) title += "   ·   " + tr("changed: Home goes back to the step's own state");
    const TextStyle style{.color = changed ? t.text : t.quiet, .size = 13};
    const float room = area.max.x - taken - 40 - x;
    canvas.text_middle({x + 6, y}, canvas.shaper().fit(title, std::max(room, 0.0F), style), style);
}

}  // namespace attnscope
