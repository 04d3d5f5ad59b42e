#include "app/draw/drawing.hpp"

namespace attnscope {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce it

}  // namespace

void Drawing::fill_rect(const Rect& rect, Color color, float radius) {
    steps_.emplace_back(FilledRect{rect, color, radius});
}

void Drawing::stroke_rect(const Rect& rect, Color color, float width, float radius) {
    steps_.emplace_back(StrokedRect{rect, color, width, radius});
}

void Drawing::polyline(std::span<const Vec2> points, Color color, float width) {
    steps_.emplace_back(Line{{points.begin(), points.end()}, color, width});
}

void Drawing::fill_polygon(std::span<const Vec2> points, Color color) {
    steps_.emplace_back(Polygon{{points.begin(), points.end()}, color});
}

void Drawing::fill_circle(Vec2 center, float radius, Color color) {
    steps_.emplace_back(Circle{center, radius, color});
}

void Drawing::cells(const Rect& area, const CellPicture& picture) {
    steps_.emplace_back(Cells{area, picture});
}

void Drawing::push_clip(const Rect& rect) {
    steps_.emplace_back(ClipBegin{rect});
}

void Drawing::pop_clip() {
    steps_.emplace_back(ClipEnd{});
}

void Drawing::draw_text(Vec2 at, std::string_view text, const ShapedText& /*shaped*/, const TextStyle& style) {
    steps_.emplace_back(Text{at, std::string(text), style});
}

void Drawing::draw_step(Canvas& canvas, const Step& step) {
    std::visit(
        Overloaded{[&](const FilledRect& s) { canvas.fill_rect(s.rect, s.color, s.radius); },
                   [&](const StrokedRect& s) { canvas.stroke_rect(s.rect, s.color, s.width, s.radius); },
                   [&](const Line& s) { canvas.polyline(s.points, s.color, s.width); },
                   [&](const Polygon& s) { canvas.fill_polygon(s.points, s.color); },
                   [&](const Circle& s) { canvas.fill_circle(s.center, s.radius, s.color); },
                   [&](const Cells& s) { canvas.cells(s.area, s.picture); },
                   [&](const ClipBegin& s) { canvas.push_clip(s.rect); }, [&](const ClipEnd&) { canvas.pop_clip(); },
                   [&](const Text& s) { canvas.place_text(s.at, s.text, s.style); }},
        step);
}

double Drawing::cost_of(const Step& step) {
    const auto* cells = std::get_if<Cells>(&step);
    if (cells == nullptr || cells->picture.values == nullptr) return 1;
    return 1 + static_cast<double>(cells->picture.values->size()) / 1000;
}

Result<void> Drawing::replay(Canvas& canvas, const Progress& progress) const {
    double all = 0, done = 0;
    for (const Step& step : steps_) all += cost_of(step);
    int clips = 0;
    for (const Step& step : steps_) {
        if (progress.stopped()) {
            for (; clips > 0; --clips) canvas.pop_clip();
            return cancelled();
        }
        clips += std::holds_alternative<ClipBegin>(step) ? 1 : std::holds_alternative<ClipEnd>(step) ? -1 : 0;
        draw_step(canvas, step);
        done += cost_of(step);
        progress.report(done / all);
    }
    return {};
}

}  // namespace attnscope
