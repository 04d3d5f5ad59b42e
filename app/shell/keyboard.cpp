// Everything by the keyboard: what Tab reaches, how the keys change a control, and a pointer that the keys move over a
// picture, so that whatever the mouse can do there they can too.
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>

#include "app/shell/ui.hpp"

namespace attnscope {
namespace {

constexpr float key_step = 4, large_key_step = 40;  // points, of one press of an arrow key; with Ctrl

Result<void> put_number(const Param& param, double value) {
    if (param.kind == ParamKind::integer) return set(param, Value(static_cast<std::int64_t>(std::llround(value))));
    return set(param, Value(value));
}

// What one press of an arrow key moves: one for integers, a hundredth of the slider for reals. Values are rounded, so
// that steps there and back need not meet; at the default they stop on their way.
double stepped(const Param& param, bool up, bool large) {
    const double value = number_of(param);
    if (param.kind == ParamKind::integer) return value + (up ? 1 : -1) * (large ? 10 : 1);
    const double step = (large ? 0.1 : 0.01) * (up ? 1 : -1);
    const double next = slider_value(param, slider_position(param, value) + step);
    const double home = std::get<double>(param.default_value);
    return (value - home) * (next - home) < 0 ? home : next;
}

bool is_numeric(const Param& param) {
    return param.kind == ParamKind::integer || param.kind == ParamKind::real;
}

void step_choice(const Param& param, bool up) {
    const std::string name = std::get<std::string>(param.get());
    const auto index = static_cast<std::size_t>(std::ranges::find(param.choices, name) - param.choices.begin());
    const std::size_t next =
        up ? std::min(index + 1, param.choices.size() - 1) : index - std::min<std::size_t>(index, 1);
    static_cast<void>(set(param, Value(param.choices[next])));  // one of the choices by construction
}

std::optional<Vec2> arrow(int key) {
    switch (key) {
        case GLFW_KEY_LEFT:
            return Vec2{-1, 0};
        case GLFW_KEY_RIGHT:
            return Vec2{1, 0};
        case GLFW_KEY_UP:
            return Vec2{0, -1};
        case GLFW_KEY_DOWN:
            return Vec2{0, 1};
        default:
            return std::nullopt;
    }
}

bool is_enter(const KeyPress& press) {
    return press.key == GLFW_KEY_ENTER || press.key == GLFW_KEY_KP_ENTER;
}

}  // namespace

void Ui::add_stop(std::string_view id, UiMemory::StopKind kind) {
    std::vector<UiMemory::Stop>& stops = memory_->stops;
    const auto same = [id](const UiMemory::Stop& stop) { return stop.id == id; };
    if (std::ranges::any_of(stops, same)) return;
    const auto after_controls = std::ranges::find_if_not(
        stops, [](const UiMemory::Stop& stop) { return stop.kind == UiMemory::StopKind::control; });
    stops.insert(kind == UiMemory::StopKind::control ? after_controls : stops.end(), {std::string(id), kind});
}

void Ui::follow_mouse() {
    const bool pressed = std::ranges::find(input_->buttons, true) != input_->buttons.end();
    if (input_->mouse != memory_->mouse || pressed || input_->wheel != 0)
        memory_->key_pointer.on = memory_->key_pointer.held = false;
    if (pressed && input_->buttons != memory_->buttons) {
        // Keys go on with a control that the mouse leaves; arrows on a picture would move the pointer again.
        const auto stop = std::ranges::find(memory_->stops, memory_->focus, &UiMemory::Stop::id);
        if (stop != memory_->stops.end() && stop->kind != UiMemory::StopKind::control) memory_->focus.clear();
        memory_->focus_by_tab = false;
    }
    memory_->mouse = input_->mouse;
    memory_->buttons = input_->buttons;
}

// What Tab has reached just now is scrolled to.
void Ui::show_focus(const Rect& rect) {
    if (std::exchange(memory_->reveal_focus, false)) scroll_to(on_screen(rect));
}

Vec2 Ui::pointed_at() const {
    return memory_->key_pointer.on ? memory_->key_pointer.at : input_->mouse * (1 / scale_);
}

Pointer Ui::press_area(std::string_view id, const Rect& rect) {
    Pointer pointer = area(id, rect);
    if (!memory_->areas.contains(std::string(id))) return pointer;  // there is no room for it
    add_stop(id, UiMemory::StopKind::button);
    if (memory_->focus != id) return pointer;
    show_focus(rect);
    ring(rect);
    UiMemory::KeyPointer& key = memory_->key_pointer;
    if (!key.on) return pointer;
    key.at = on_screen(rect).center();
    pointer.at = rect.center();
    pointer.hovered = true;
    pointer.clicked = key.clicked;
    return pointer;
}

Pointer Ui::picture_area(std::string_view id, const Rect& rect) {
    Pointer pointer = area(id, rect);
    if (!memory_->areas.contains(std::string(id))) return pointer;
    add_stop(id, UiMemory::StopKind::picture);
    if (memory_->focus != id) return pointer;
    ring(rect);
    UiMemory::KeyPointer& key = memory_->key_pointer;
    if (!key.on) return pointer;
    const Vec2 size{rect.width(), rect.height()};
    const Vec2 before{rect.min.x + key.part.x * size.x, rect.min.y + key.part.y * size.y};
    pointer.at = {std::clamp(before.x + key.move.x, rect.min.x, rect.max.x - 0.01F),
                  std::clamp(before.y + key.move.y, rect.min.y, rect.max.y - 0.01F)};
    key.part = {(pointer.at.x - rect.min.x) / size.x, (pointer.at.y - rect.min.y) / size.y};
    key.at = on_screen({pointer.at, pointer.at}).min;
    if (key.pressed) key.drag_from = pointer.at;
    pointer.hovered = true;
    pointer.pressed = key.pressed;
    pointer.held = key.held;
    pointer.drag_from = key.drag_from;
    if (key.held) pointer.drag = pointer.at - before;
    pointer.clicked = key.clicked;
    pointer.double_clicked = key.double_clicked;
    pointer.wheel = key.wheel;
    pointer.shift = key.only_x;  // as with the wheel
    pointer.control = key.only_y;
    return pointer;
}

void Ui::ring(const Rect& rect) {
    canvas_->stroke_rect(rect.inset(-2.5F), theme().query.alpha(0.8F), 1.5F, 7);
}

// In front of all: where the keys point.
void Ui::draw_key_pointer() {
    UiMemory::KeyPointer& key = memory_->key_pointer;
    const auto stop = std::ranges::find(memory_->stops, memory_->focus, &UiMemory::Stop::id);
    if (stop == memory_->stops.end()) {
        key = {};
    } else if (key.on && stop->kind == UiMemory::StopKind::picture) {
        const float radius = key.held ? 5 : 8;
        const Rect circle{{key.at.x - radius, key.at.y - radius}, {key.at.x + radius, key.at.y + radius}};
        canvas_->stroke_rect(circle, theme().ground, 4, radius);
        canvas_->stroke_rect(circle, theme().query, 2, radius);
    }
    key.move = {};
    key.wheel = 0;
    key.pressed = key.clicked = key.double_clicked = false;
    memory_->reveal_focus = false;
}

bool Ui::tab(bool backwards) {
    const std::vector<UiMemory::Stop>& stops = memory_->stops;
    if (stops.empty()) return false;
    const auto here = std::ranges::find(stops, memory_->focus, &UiMemory::Stop::id);
    std::size_t next = backwards ? stops.size() - 1 : 0;
    if (here != stops.end())
        next = (static_cast<std::size_t>(here - stops.begin()) + (backwards ? stops.size() - 1 : 1)) % stops.size();
    memory_->focus = stops[next].id;
    memory_->focus_by_tab = memory_->reveal_focus = true;
    memory_->key_pointer = {};
    memory_->key_pointer.on = true;
    return true;
}

bool Ui::parameter_key(const KeyPress& press, const Param& param) {
    memory_->key_pointer.on = false;  // its help is in the way now
    const bool press_key = is_enter(press);
    if (press.key == GLFW_KEY_DELETE) {
        reset(param);
        return true;
    }
    if (press_key && (is_numeric(param) || param.kind == ParamKind::text)) {
        begin_edit(is_numeric(param) ? param.key + "/value" : param.key, to_text(param));
        return true;
    }
    if (param.kind == ParamKind::toggle && (press_key || press.key == GLFW_KEY_SPACE)) {
        static_cast<void>(set(param, Value(!std::get<bool>(param.get()))));  // a toggle takes any bool
        return true;
    }
    if (press.key != GLFW_KEY_LEFT && press.key != GLFW_KEY_RIGHT) return false;
    const bool up = press.key == (right_to_left() ? GLFW_KEY_LEFT : GLFW_KEY_RIGHT);  // as the slider lies
    if (is_numeric(param)) {
        const double value = std::clamp(stepped(param, up, press.control), param.min, param.max);
        static_cast<void>(put_number(param, value));  // inside the slider's range
    } else if (param.kind == ParamKind::toggle) {
        static_cast<void>(set(param, Value(up)));
    } else if (param.kind == ParamKind::choice) {
        step_choice(param, up);
    }
    return true;
}

bool Ui::pointer_key(const KeyPress& press, UiMemory::StopKind kind) {
    if (kind == UiMemory::StopKind::picture) return picture_key(press);
    // A space that begins an edit would be its first letter.
    const bool space = press.key == GLFW_KEY_SPACE && kind == UiMemory::StopKind::button;
    if (!is_enter(press) && !space) return false;
    memory_->key_pointer.on = memory_->key_pointer.clicked = true;
    return true;
}

bool Ui::picture_key(const KeyPress& press) {
    UiMemory::KeyPointer& key = memory_->key_pointer;
    // Where the mouse had its turn nobody sees where a click would fall: first the pointer shows itself.
    const bool shown = std::exchange(key.on, true);
    if (const std::optional<Vec2> direction = arrow(press.key)) {
        key.move = key.move + *direction * (press.control ? large_key_step : key_step);
    } else if (is_enter(press)) {
        key.clicked = shown;
    } else if (press.key == GLFW_KEY_SPACE) {
        key.held = key.pressed = shown && !key.held;
    } else if (press.key == GLFW_KEY_EQUAL || press.key == GLFW_KEY_KP_ADD) {
        key.wheel += 1;
    } else if (press.key == GLFW_KEY_MINUS || press.key == GLFW_KEY_KP_SUBTRACT) {
        key.wheel -= 1;
    } else if (press.key == GLFW_KEY_HOME) {
        key.double_clicked = true;
    } else if (press.key != GLFW_KEY_X && press.key != GLFW_KEY_Y) {
        key.on = shown;
        return false;
    }
    key.only_x = input_->holds(GLFW_KEY_X);
    key.only_y = input_->holds(GLFW_KEY_Y);
    return true;
}

bool Ui::focus_key(const KeyPress& press, const ParamList& params) {
    if (press.key == GLFW_KEY_TAB) return tab(press.shift);
    if (memory_->focus.empty()) return false;
    if (press.key == GLFW_KEY_ESCAPE) {
        memory_->focus.clear();
        return memory_->focus_by_tab;  // after the mouse it unpins too
    }
    const auto stop = std::ranges::find(memory_->stops, memory_->focus, &UiMemory::Stop::id);
    if (stop == memory_->stops.end()) return false;  // it is not shown any more
    if (stop->kind != UiMemory::StopKind::control) return pointer_key(press, stop->kind);
    const Param* const param = find(params, stop->id);
    return param != nullptr && parameter_key(press, *param);
}

}  // namespace attnscope
