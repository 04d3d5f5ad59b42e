#include <algorithm>
#include <cmath>
#include <optional>

#include "app/draw/plot_parts.hpp"

namespace attnscope::plot_parts {

namespace {

constexpr float crowd_cell = 8;  // points
constexpr float dense_cell = 3;  // dots of a cloud too dense for markers

Color color_of(const Series& series, std::size_t i) {
    return i < series.colors.size() ? series.colors[i] : series.color;
}

/// A cloud of more points than markers could show: runs of small squares on a grid.
class DotGrid {
public:
    explicit DotGrid(const Rect& area)
        : area_{{std::floor(area.min.x), std::floor(area.min.y)}, area.max},
          columns_(static_cast<std::size_t>(area.width() / dense_cell) + 1),
          rows_(static_cast<std::size_t>(area.height() / dense_cell) + 1),
          set_(columns_ * rows_) {}

    void add(Vec2 at) {
        const auto column = static_cast<std::size_t>((at.x - area_.min.x) / dense_cell);
        const auto row = static_cast<std::size_t>((at.y - area_.min.y) / dense_cell);
        if (column < columns_ && row < rows_) set_[row * columns_ + column] = true;
    }

    void draw(Canvas& canvas, Color color, Crowd& crowd) const {
        for (std::size_t row = 0; row < rows_; ++row) {
            for (std::size_t from = 0; from < columns_; ++from) {
                if (!set_[row * columns_ + from]) continue;
                std::size_t to = from;
                while (to < columns_ && set_[row * columns_ + to]) ++to;
                const Vec2 at{area_.min.x + static_cast<float>(from) * dense_cell,
                              area_.min.y + static_cast<float>(row) * dense_cell};
                // Rows overlap a little: no seams where points are not whole pixels.
                canvas.fill_rect(Rect::sized(at, static_cast<float>(to - from) * dense_cell, dense_cell + 0.4F), color);
                crowd.add_line(at, {at.x + static_cast<float>(to - from) * dense_cell, at.y});
                from = to;
            }
        }
    }

private:
    Rect area_;
    std::size_t columns_, rows_;
    std::vector<bool> set_;
};

void draw_points(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd) {
    const Stretch part = visible_stretch(series, facts, map.x_window);
    const auto most = static_cast<std::size_t>(map.data.width()) * 2;
    std::vector<std::pair<Vec2, std::size_t>> marks;
    std::optional<DotGrid> dots;
    for (std::size_t i = part.first; i < part.last; ++i) {
        const double x = x_of(series, i);
        if (!map.drawable(x, series.y[i])) continue;
        const Vec2 at = map.at(x, series.y[i]);
        if (!map.data.inset(-1).contains(at)) continue;
        if (!dots && marks.size() == most) {
            dots.emplace(map.data);
            for (const auto& mark : marks) dots->add(mark.first);
        }
        if (dots)
            dots->add(at);
        else
            marks.emplace_back(at, i);
    }
    if (dots) return dots->draw(canvas, series.color, crowd);
    const float radius = std::max(2.0F, series.width * (marks.size() * 4 > most ? 1.2F : 1.9F));
    for (const auto& [at, i] : marks) {
        draw_marker(canvas, at, facts.marker, radius, color_of(series, i));
        crowd.add(at);
    }
}

void draw_bars(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd) {
    const Stretch part = visible_stretch(series, facts, map.x_window);
    const double foot =
        std::clamp(map.y_log ? map.py(map.y_window.low) : map.py(0), map.data.min.y - beyond, map.data.max.y + beyond);
    const auto tip = [&](double y) { return std::clamp(map.py(y), map.data.min.y - beyond, map.data.max.y + beyond); };
    const auto bar = [&](double left, double right, double end, Color color) {
        const Rect rect{to_vec({left, std::min(foot, end)}), to_vec({right, std::max(foot, end)})};
        if (rect.height() <= 0) return;
        canvas.fill_rect(rect, color);
        crowd.add_line({rect.center().x, rect.min.y}, {rect.center().x, rect.max.y});
    };
    if (facts.gap * map.x_scale >= 2 && static_cast<float>(part.last - part.first) <= map.data.width()) {
        for (std::size_t i = part.first; i < part.last; ++i) {
            const double x = x_of(series, i);
            if (!map.drawable(x, series.y[i])) continue;
            const BarEdges edges = bar_edges(map, facts, x);
            if (edges.right < map.data.min.x || edges.left > map.data.max.x) continue;
            bar(std::max(edges.left, map.data.min.x - beyond), std::min(edges.right, map.data.max.x + beyond),
                tip(series.y[i]), color_of(series, i));
        }
        return;
    }
    // More bars than columns: each column shows the highest above and the lowest below zero.
    struct Column {
        double top, bottom;
        std::size_t point;
    };
    std::vector<Column> columns(static_cast<std::size_t>(map.data.width()) + 1, {foot, foot, 0});
    for (std::size_t i = part.first; i < part.last; ++i) {
        const double x = x_of(series, i);
        if (!map.drawable(x, series.y[i])) continue;
        const double offset = map.px(x) - static_cast<double>(map.data.min.x);
        if (!(offset >= 0) || offset >= static_cast<double>(columns.size())) continue;
        Column& column = columns[static_cast<std::size_t>(offset)];
        const double end = tip(series.y[i]);
        if (end < column.top) column = {end, column.bottom, i};
        if (end > column.bottom) column = {column.top, end, i};
    }
    for (std::size_t k = 0; k < columns.size(); ++k) {
        const double left = static_cast<double>(map.data.min.x) + static_cast<double>(k);
        bar(left, left + 1, columns[k].top, color_of(series, columns[k].point));
        bar(left, left + 1, columns[k].bottom, color_of(series, columns[k].point));
    }
}

}  // namespace

Map::Map(const Rect& area, const View2D& view, const Plot& plot)
    : data(area), x_window(view.x), y_window(view.y), x_log(plot.x.log), y_log(plot.y.log) {
    // The scales use u() and v(), which need the members above.
    // NOLINTBEGIN(cppcoreguidelines-prefer-member-initializer)
    x_scale = static_cast<double>(area.width()) / (u(view.x.high) - u(view.x.low));
    x0 = static_cast<double>(area.min.x) - x_scale * u(view.x.low);
    y_scale = -static_cast<double>(area.height()) / (v(view.y.high) - v(view.y.low));
    y0 = static_cast<double>(area.max.y) - y_scale * v(view.y.low);
    // NOLINTEND(cppcoreguidelines-prefer-member-initializer)
}

Crowd::Crowd(const Rect& area)
    : area_(area),
      columns_(std::max(1, static_cast<int>(area.width() / crowd_cell) + 1)),
      rows_(std::max(1, static_cast<int>(area.height() / crowd_cell) + 1)),
      cells_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}

void Crowd::add(Vec2 at) {
    if (!area_.contains(at)) return;
    const auto column = static_cast<std::size_t>((at.x - area_.min.x) / crowd_cell);
    const auto row = static_cast<std::size_t>((at.y - area_.min.y) / crowd_cell);
    ++cells_[row * static_cast<std::size_t>(columns_) + column];
}

void Crowd::add_line(Vec2 a, Vec2 b) {
    const float length = std::min(std::hypot(b.x - a.x, b.y - a.y), 4000.0F);
    const int parts = static_cast<int>(length / crowd_cell) + 1;
    for (int i = 0; i < parts; ++i) add(a + (b - a) * (static_cast<float>(i) / static_cast<float>(parts)));
}

int Crowd::count(const Rect& rect) const {
    int sum = 0;
    for (int row = 0; row < rows_; ++row) {
        for (int column = 0; column < columns_; ++column) {
            const Rect cell = Rect::sized({area_.min.x + static_cast<float>(column) * crowd_cell,
                                           area_.min.y + static_cast<float>(row) * crowd_cell},
                                          crowd_cell, crowd_cell);
            const Rect both = cell.intersect(rect);
            if (both.width() > 0 && both.height() > 0) {
                // What counts is whether something is hidden, not how often it is drawn over itself.
                const auto index = static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
                                   static_cast<std::size_t>(column);
                sum += std::min(cells_[index], 4);
            }
        }
    }
    return sum;
}

Stretch visible_stretch(const Series& series, const SeriesFacts& facts, const ViewWindow& window) {
    if (!facts.ascending) return {0, facts.size};
    const auto first_at = [&](auto&& below) {
        std::size_t low = 0;
        std::size_t high = facts.size;
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (below(x_of(series, middle)))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
    const std::size_t first = first_at([&](double x) { return x < window.low; });
    const std::size_t last = first_at([&](double x) { return x <= window.high; });
    return {first == 0 ? 0 : first - 1, std::min(facts.size, last + 1)};
}

void draw_marker(Canvas& canvas, Vec2 at, Marker marker, float radius, Color color) {
    // A rim of the ground keeps markers that overlap apart.
    const auto shape = [&](float r, Color c) {
        switch (marker) {
            case Marker::square:
                canvas.fill_rect({{at.x - r * 0.88F, at.y - r * 0.88F}, {at.x + r * 0.88F, at.y + r * 0.88F}}, c);
                break;
            case Marker::triangle: {
                const Vec2 corners[] = {
                    {at.x, at.y - r * 1.2F}, {at.x + r * 1.1F, at.y + r * 0.75F}, {at.x - r * 1.1F, at.y + r * 0.75F}};
                canvas.fill_polygon(corners, c);
                break;
            }
            case Marker::diamond: {
                const Vec2 corners[] = {{at.x, at.y - r * 1.25F},
                                        {at.x + r * 1.25F, at.y},
                                        {at.x, at.y + r * 1.25F},
                                        {at.x - r * 1.25F, at.y}};
                canvas.fill_polygon(corners, c);
                break;
            }
            default:
                canvas.fill_circle(at, r, c);
                break;
        }
    };
    if (radius >= 2.5F) shape(radius + 1.2F, canvas.theme().ground);
    shape(radius, color);
}

void draw_series(Canvas& canvas, const Map& map, const Series& series, const SeriesFacts& facts, Crowd& crowd) {
    if (facts.size == 0) return;
    switch (series.kind) {
        case Series::band:
            return draw_band(canvas, map, series, facts, crowd);
        case Series::bars:
            return draw_bars(canvas, map, series, facts, crowd);
        case Series::points:
            return draw_points(canvas, map, series, facts, crowd);
        case Series::line:
        case Series::steps:
            return draw_line(canvas, map, series, facts, crowd);
    }
}

}  // namespace attnscope::plot_parts
