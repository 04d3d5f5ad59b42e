#include <algorithm>
#include <cmath>
#include <optional>

#include "app/draw/plot_parts.hpp"

namespace attnscope::plot_parts {

namespace {

constexpr std::size_t chunk = 2048;   // points per polyline: the screen's indices have 16 bits
constexpr float marker_spacing = 64;  // between markers on a dense line

/// The part of a segment inside the box (Liang and Barsky 1984), as parameters of it; empty when outside.
struct Cut {
    double from = 0, to = 1;
    bool empty() const { return from > to; }
};

Cut cut_segment(Point a, Point b, const Rect& box) {
    Cut cut;
    const auto half_plane = [&cut](double from, double delta) {  // from + t * delta >= 0
        if (delta == 0) {
            if (from < 0) cut = {1, 0};
        } else if (delta > 0) {
            cut.from = std::max(cut.from, -from / delta);
        } else {
            cut.to = std::min(cut.to, -from / delta);
        }
    };
    half_plane(a.x - (box.min.x - beyond), b.x - a.x);
    half_plane(box.max.x + beyond - a.x, a.x - b.x);
    half_plane(a.y - (box.min.y - beyond), b.y - a.y);
    half_plane(box.max.y + beyond - a.y, a.y - b.y);
    return cut;
}

/// Draws a run of points as line, cut to the area, in chunks, dashed or not.
class LinePen {
public:
    LinePen(Canvas& canvas, const Rect& area, const Series& series, Crowd& crowd)
        : canvas_(&canvas), area_(area), series_(&series), crowd_(&crowd) {}

    void run(std::span<const Point> points) {
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const Point a = points[i];
            const Point b = points[i + 1];
            const Cut cut = cut_segment(a, b, area_);
            if (cut.empty()) {
                flush();
                continue;
            }
            const Point from{a.x + cut.from * (b.x - a.x), a.y + cut.from * (b.y - a.y)};
            const Point to{a.x + cut.to * (b.x - a.x), a.y + cut.to * (b.y - a.y)};
            if (cut.from > 0) flush();
            if (line_.empty()) line_.push_back(to_vec(from));
            line_.push_back(to_vec(to));
            crowd_->add_line(to_vec(from), to_vec(to));
            if (cut.to < 1) flush();
        }
        flush();
        // A lone point between gaps would be invisible as a line.
        if (points.size() == 1 && area_.contains(to_vec(points[0]))) {
            canvas_->fill_circle(to_vec(points[0]), std::max(1.5F, series_->width * 0.9F), series_->color);
            crowd_->add(to_vec(points[0]));
        }
    }

private:
    void flush() {
        if (line_.size() > 1) {
            float length = 0;
            for (std::size_t i = 1; i < line_.size(); ++i)
                length += std::hypot(line_[i].x - line_[i - 1].x, line_[i].y - line_[i - 1].y);
            // Dashes on a line that fills its area would only be noise, at a cost.
            if (series_->dash == Dash::solid || length > 24 * area_.width()) {
                for (std::size_t i = 0; i + 1 < line_.size(); i += chunk) {
                    canvas_->polyline(std::span(line_).subspan(i, std::min(chunk + 1, line_.size() - i)),
                                      series_->color, series_->width);
                }
            } else {
                dashes();
            }
        }
        line_.clear();
    }

    void dashes() {
        const bool dots = series_->dash == Dash::dotted;
        const float on = dots ? series_->width : 7;
        const float off = dots ? series_->width * 1.8F : 4.5F;
        std::vector<Vec2> dash{line_.front()};
        bool drawing = true;
        float left = on;
        for (std::size_t i = 1; i < line_.size(); ++i) {
            Vec2 at = line_[i - 1];
            float length = std::hypot(line_[i].x - at.x, line_[i].y - at.y);
            while (length > left) {
                at = at + (line_[i] - at) * (left / length);
                length -= left;
                if (drawing) {
                    dash.push_back(at);
                    canvas_->polyline(dash, series_->color, series_->width);
                    dash.clear();
                } else {
                    dash.assign(1, at);
                }
                drawing = !drawing;
                left = drawing ? on : off;
            }
            left -= length;
            if (drawing) dash.push_back(line_[i]);
        }
        if (drawing && dash.size() > 1) canvas_->polyline(dash, series_->color, series_->width);
    }

    Canvas* canvas_;
    Rect area_;
    const Series* series_;
    Crowd* crowd_;
    std::vector<Vec2> line_;
};

/// Keeps first, lowest, highest and last of the points that follow each other in one point-wide column.
class ColumnThinner {
public:
    explicit ColumnThinner(const Rect& area) : low_(area.min.x - beyond), high_(area.max.x + beyond) {}

    void add(Point p) {
        const double column = std::floor(std::clamp(p.x, low_, high_));
        if (count_ > 0 && column == column_) {
            last_ = p;
            last_index_ = count_;
            if (p.y < lowest_.y) lowest_ = p, lowest_index_ = count_;
            if (p.y > highest_.y) highest_ = p, highest_index_ = count_;
            ++count_;
            return;
        }
        close();
        column_ = column;
        first_ = lowest_ = highest_ = last_ = p;
        lowest_index_ = highest_index_ = last_index_ = 0;
        count_ = 1;
    }

    std::vector<Point>& finish() {
        close();
        count_ = 0;
        return kept_;
    }

private:
    void close() {
        if (count_ == 0) return;
        kept_.push_back(first_);
        const bool low_first = lowest_index_ < highest_index_;
        keep(low_first ? lowest_ : highest_, low_first ? lowest_index_ : highest_index_);
        keep(low_first ? highest_ : lowest_, low_first ? highest_index_ : lowest_index_);
        if (count_ > 1) kept_.push_back(last_);
    }
    void keep(Point p, std::size_t index) {
        if (index != 0 && index != last_index_) kept_.push_back(p);
    }

    double low_, high_, column_ = 0;
    std::size_t count_ = 0, lowest_index_ = 0, highest_index_ = 0, last_index_ = 0;
    Point first_, lowest_, highest_, last_;
    std::vector<Point> kept_;
};

/// Calls visit(points) with each run of points between gaps, in canvas coordinates and thinned.
template <class Visit>
void for_each_run(const Map& map, const Series& series, const SeriesFacts& facts, const Visit& visit) {
    const Stretch part = visible_stretch(series, facts, map.x_window);
    ColumnThinner thinner(map.data);
    const auto close = [&] {
        std::vector<Point>& points = thinner.finish();
        if (!points.empty()) visit(std::span<const Point>(points));
        points.clear();
    };
    double previous = 0;
    bool running = false;
    for (std::size_t i = part.first; i < part.last; i += facts.stride) {
        const double x = x_of(series, i);
        const double y = series.y[i];
        if (!map.drawable(x, y)) {
            close();
            running = false;
            continue;
        }
        const Point p{map.px(x), map.py(y)};
        // A corner only where there is one: a segment without length has no direction to be drawn in.
        if (running && series.kind == Series::steps && previous != p.y) thinner.add({p.x, previous});
        thinner.add(p);
        previous = p.y;
        running = true;
    }
    close();
}

}  // namespace

void draw_line(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd) {
    LinePen pen(canvas, map.data, series, crowd);
    const float radius = std::max(3.2F, series.width * 1.6F);
    const bool sparse = static_cast<float>(facts.size) * 14 < map.data.width();
    std::vector<Vec2> marks;
    for_each_run(map, series, facts, [&](std::span<const Point> points) {
        pen.run(points);
        if (facts.marker == Marker::none) return;
        // On a dense line a marker here and there tells the series apart.
        double next =
            sparse ? -1e300 : std::floor(points.front().x / marker_spacing) * marker_spacing + marker_spacing / 2;
        for (const Point& p : points) {
            if (p.x < next || !map.data.contains(to_vec(p))) continue;
            marks.push_back(to_vec(p));
            if (!sparse) next = p.x + marker_spacing;
        }
    });
    for (const Vec2 at : marks) draw_marker(canvas, at, facts.marker, radius, series.color);
}

void draw_band(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd) {
    struct Edge {
        double x = 0, top = 0, bottom = 0;
    };
    const Color fill = series.color.alpha(0.22F);
    const Stretch part = visible_stretch(series, facts, map.x_window);
    const double low = map.data.min.y - beyond;
    const double high = map.data.max.y + beyond;
    std::optional<Edge> previous;
    std::optional<Edge> current;
    const auto quad = [&] {
        if (previous && current && current->x > map.data.min.x - beyond && previous->x < map.data.max.x + beyond) {
            const auto at = [&](double x, double y) { return to_vec({x, std::clamp(y, low, high)}); };
            const Vec2 corners[] = {at(previous->x, previous->top), at(current->x, current->top),
                                    at(current->x, current->bottom), at(previous->x, previous->bottom)};
            canvas.fill_polygon(corners, fill);
            crowd.add_line(corners[0], corners[1]);
        }
        previous = current;
    };
    for (std::size_t i = part.first; i < part.last; i += facts.stride) {
        const double x = x_of(series, i);
        if (!map.drawable(x, series.y[i]) || !map.drawable(x, series.y_high[i])) {
            quad();
            previous.reset();
            current.reset();
            continue;
        }
        const double a = map.py(series.y[i]);
        const double b = map.py(series.y_high[i]);
        // On whole points, so that neighbouring quads share a sharp edge and leave no seam.
        const double column = std::round(std::clamp(map.px(x), -1e6, 1e6));
        if (current && current->x == column) {
            current->top = std::min({current->top, a, b});
            current->bottom = std::max({current->bottom, a, b});
        } else {
            quad();
            current = Edge{column, std::min(a, b), std::max(a, b)};
        }
    }
    quad();
}

void draw_sample(Canvas& canvas, const Rect& rect, const Series& series, const SeriesFacts& facts) {
    const Vec2 middle = rect.center();
    if (series.kind == Series::band || series.kind == Series::bars) {
        const float half = series.kind == Series::band ? rect.width() / 2 : 5;
        canvas.fill_rect({{middle.x - half, middle.y - 5}, {middle.x + half, middle.y + 5}},
                         series.kind == Series::band ? series.color.alpha(0.3F) : series.color, 1.5F);
        return;
    }
    if (series.kind != Series::points) {
        Crowd none(rect);
        const Point ends[] = {{static_cast<double>(rect.min.x), static_cast<double>(middle.y)},
                              {static_cast<double>(rect.max.x), static_cast<double>(middle.y)}};
        LinePen(canvas, rect, series, none).run(ends);
    }
    if (facts.marker != Marker::none) draw_marker(canvas, middle, facts.marker, 3.6F, series.color);
}

}  // namespace attnscope::plot_parts
