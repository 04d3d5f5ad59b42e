#include <algorithm>
#include <array>
#include <limits>

#include "app/draw/plot_parts.hpp"

namespace attnscope::plot_parts {

namespace {

constexpr float row_height = 18;
constexpr float padding = 8;
constexpr float sample_width = 22;
constexpr float sample_gap = 8;
constexpr float keep_away = 10;  // of legend and readout from the edges of the data

void draw_panel(Canvas& canvas, const Rect& rect) {
    const Theme& theme = canvas.theme();
    canvas.fill_rect(rect, theme.surface.alpha(0.92F), 6);
    canvas.stroke_rect(rect, theme.line, 1, 6);
}

std::string value_text(const Axis& axis, double value, bool with_unit = true) {
    const double index = std::round(value);
    if (!axis.categories.empty() && index >= 0 && index < static_cast<double>(axis.categories.size())) {
        return axis.categories[static_cast<std::size_t>(index)];
    }
    return short_number(value) + (axis.unit.empty() || !with_unit ? "" : " " + axis.unit);
}

/// Of one series, the visible point nearest to the cursor.
bool nearest(const Scene& scene, std::size_t index, Vec2 cursor, PlotReading& best) {
    const Series& series = scene.plot.series[index];
    const SeriesFacts& facts = scene.facts.series[index];
    const Map& map = scene.map;
    const Rect area = map.data.inset(-1);
    const bool by_distance = series.kind == Series::points || !facts.ascending;
    const Stretch part = visible_stretch(series, facts, map.x_window);
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = part.first; i < part.last; ++i) {
        const double x = x_of(series, i);
        const double y = series.y[i];
        const double high = series.kind == Series::band ? series.y_high[i] : y;
        if (!map.drawable(x, y) || !map.drawable(x, high)) continue;
        const double px = map.px(x);
        // The reading of a band is its upper edge, or the lower one where the upper is out of sight.
        double py = map.py(high);
        if (py < static_cast<double>(area.min.y)) py = map.py(y);
        const Vec2 at = to_vec({px, py});
        const bool seen = at.x >= area.min.x && at.x < area.max.x && (series.kind == Series::bars || area.contains(at));
        if (!seen) continue;
        const double dx = std::abs(px - static_cast<double>(cursor.x));
        const double dy = std::abs(py - static_cast<double>(cursor.y));
        // Along x the height only decides between points of one place.
        const double distance = by_distance ? std::hypot(dx, dy) : dx + 1e-6 * std::min(dy, 1e4);
        if (distance >= least) continue;
        least = distance;
        best = {index, i, x, y, high, at};
    }
    return least < std::numeric_limits<double>::infinity();
}

struct Row {
    std::string name, value;
    const Series* series = nullptr;
    const SeriesFacts* facts = nullptr;
};

/// The reading whose x is nearest to the cursor: its x is the readout's heading.
const PlotReading& leading(const PlotReadout& readout, Vec2 cursor) {
    return *std::min_element(readout.readings.begin(), readout.readings.end(),
                             [&](const PlotReading& a, const PlotReading& b) {
                                 return std::abs(a.at.x - cursor.x) < std::abs(b.at.x - cursor.x);
                             });
}

bool is_cloud(const Scene& scene, const PlotReading& reading) {
    return scene.plot.series[reading.series].kind == Series::points || !scene.facts.series[reading.series].ascending;
}

std::vector<Row> rows_of(const Scene& scene, const PlotReadout& readout, double x) {
    std::vector<Row> rows;
    for (const PlotReading& reading : readout.readings) {
        const Series& series = scene.plot.series[reading.series];
        std::string value = reading.point < series.said.size() ? short_number(series.said[reading.point])
                                                               : value_text(scene.plot.y, reading.y);
        if (series.kind == Series::band)
            value = short_number(reading.y) + " … " + value_text(scene.plot.y, reading.y_high);
        if (is_cloud(scene, reading)) {
            value.insert(0, ", ").insert(0, value_text(scene.plot.x, reading.x));
        } else if (reading.x != x) {
            value += " at " + value_text(scene.plot.x, reading.x, false);
        }
        rows.push_back({series.name, std::move(value), &series, &scene.facts.series[reading.series]});
    }
    return rows;
}

/// Beside the cursor, on the side with room, and always inside the data area.
Rect box_beside(Vec2 cursor, const Rect& data, float width, float height) {
    Vec2 at{cursor.x + 14, cursor.y - height - 10};
    if (at.x + width > data.max.x - 2) at.x = cursor.x - 14 - width;
    if (at.y < data.min.y + 2) at.y = cursor.y + 14;
    at.x = std::max(data.min.x + 2, std::min(at.x, data.max.x - 2 - width));
    at.y = std::max(data.min.y + 2, std::min(at.y, data.max.y - 2 - height));
    return Rect::sized(at, width, height);
}

void draw_box(Canvas& canvas, const Scene& scene, Vec2 cursor, std::string heading, std::vector<Row> rows) {
    const Styles styles = styles_of(canvas);
    TextShaper& shaper = canvas.shaper();
    const Rect& data = scene.map.data;
    TextStyle number = styles.label;
    number.color = canvas.theme().text;
    number.font = Font::mono;
    const float most_width = data.width() - 4 - 2 * padding;
    const auto fitting = static_cast<int>((data.height() - 4 - 2 * padding) / row_height);
    const int headings = heading.empty() ? 0 : 1;
    if (most_width < 40 || fitting < 1) return;
    if (static_cast<int>(rows.size()) + headings > fitting)
        rows.resize(static_cast<std::size_t>(std::max(0, fitting - headings)));
    float names = 0;
    float values = 0;
    for (const Row& row : rows) {
        names = std::max(names, shaper.width(row.name, styles.label));
        values = std::max(values, shaper.width(row.value, number));
    }
    names = std::min(names, std::max(0.0F, most_width - values - sample_width - sample_gap - 12));
    if (values > most_width) return;
    const bool full = names >= 20;
    const float lead = full ? sample_width + sample_gap + names + 12 : 0;
    heading = shaper.fit(heading, most_width, styles.label);
    const float width = std::max(lead + values, shaper.width(heading, styles.label)) + 2 * padding;
    const float height = static_cast<float>(static_cast<int>(rows.size()) + headings) * row_height + 2 * padding - 4;
    const Rect box = box_beside(cursor, data, width, height);
    draw_panel(canvas, box);
    float y = box.min.y + padding - 2 + row_height / 2;
    if (headings > 0) {
        canvas.text_middle({box.min.x + padding, y}, heading, styles.label);
        y += row_height;
    }
    number.align = Align::right;
    for (const Row& row : rows) {
        if (full) {
            const Rect sample{{box.min.x + padding, y - row_height / 2},
                              {box.min.x + padding + sample_width, y + row_height / 2}};
            draw_sample(canvas, sample, *row.series, *row.facts);
            canvas.text_middle({sample.max.x + sample_gap, y}, shaper.fit(row.name, names, styles.label), styles.label);
        }
        canvas.text_middle({box.max.x - padding, y}, row.value, number);
        y += row_height;
    }
}

}  // namespace

void draw_legend(Canvas& canvas, const Scene& scene, const Crowd& crowd, int& corner) {
    const Rect& data = scene.map.data;
    std::vector<std::size_t> entries;
    for (std::size_t i = 0; i < scene.plot.series.size(); ++i) {
        if (!scene.plot.series[i].name.empty()) entries.push_back(i);
    }
    if (entries.size() < 2) return;
    TextStyle style = styles_of(canvas).label;
    style.color = canvas.theme().text;
    TextShaper& shaper = canvas.shaper();
    // A legend that would cover most of the data is worth less than they are; the readout still names the series.
    const float most = data.width() * 0.6F - 2 * padding - sample_width - sample_gap;
    const float height = static_cast<float>(entries.size()) * row_height + 2 * padding - 4;
    if (most < 50 || height > data.height() * 0.6F) return;
    float names = 0;
    for (const std::size_t i : entries) names = std::max(names, shaper.width(scene.plot.series[i].name, style));
    names = std::min(names, most);
    const float width = 2 * padding + sample_width + sample_gap + names;
    const Rect room = data.inset(keep_away);
    const std::array<Rect, 4> corners = {Rect::sized({room.max.x - width, room.min.y}, width, height),
                                         Rect::sized(room.min, width, height),
                                         Rect::sized({room.max.x - width, room.max.y - height}, width, height),
                                         Rect::sized({room.min.x, room.max.y - height}, width, height)};
    std::array<int, 4> hidden{};
    for (std::size_t i = 0; i < 4; ++i) hidden[i] = crowd.count(corners[i].inset(-4));
    const auto best = static_cast<int>(std::min_element(hidden.begin(), hidden.end()) - hidden.begin());
    // It does not jump about while one pans, unless it pays.
    const auto hides = [&hidden](int i) { return hidden[static_cast<std::size_t>(i)]; };
    if (corner < 0 || corner > 3 || hides(corner) > 2 * hides(best) + 8) corner = best;
    const Rect box = corners[static_cast<std::size_t>(corner)];
    draw_panel(canvas, box);
    float y = box.min.y + padding - 2 + row_height / 2;
    for (const std::size_t i : entries) {
        const Rect sample{{box.min.x + padding, y - row_height / 2},
                          {box.min.x + padding + sample_width, y + row_height / 2}};
        draw_sample(canvas, sample, scene.plot.series[i], scene.facts.series[i]);
        canvas.text_middle({sample.max.x + sample_gap, y}, shaper.fit(scene.plot.series[i].name, names, style), style);
        y += row_height;
    }
}

void find_readings(const Scene& scene, Vec2 cursor, PlotReadout& readout) {
    const Map& map = scene.map;
    const double right = static_cast<double>((cursor.x - map.data.min.x) / map.data.width());
    const double up = static_cast<double>((map.data.max.y - cursor.y) / map.data.height());
    readout.inside = true;
    readout.x = view_value(map.x_window, right, map.x_log);
    readout.y = view_value(map.y_window, up, map.y_log);
    // Without any names the plot is simple enough for all its series to be read.
    const bool no_names = std::none_of(scene.plot.series.begin(), scene.plot.series.end(),
                                       [](const Series& s) { return !s.name.empty(); });
    for (std::size_t i = 0; i < scene.plot.series.size(); ++i) {
        PlotReading reading;
        if ((no_names || !scene.plot.series[i].name.empty()) && nearest(scene, i, cursor, reading)) {
            readout.readings.push_back(reading);
        }
    }
}

void draw_crosshair(Canvas& canvas, const Scene& scene, Vec2 cursor, const PlotReadout& readout) {
    if (readout.readings.empty()) return;
    const Map& map = scene.map;
    const Theme& theme = canvas.theme();
    const Clip clip(canvas, map.data.inset(-6));
    const bool only_bars = std::all_of(readout.readings.begin(), readout.readings.end(), [&](const PlotReading& r) {
        return scene.plot.series[r.series].kind == Series::bars;
    });
    const float x = leading(readout, cursor).at.x;
    if (!only_bars) canvas.line({x, map.data.min.y}, {x, map.data.max.y}, theme.quiet.alpha(0.6F));
    for (const PlotReading& reading : readout.readings) {
        const Series& series = scene.plot.series[reading.series];
        const SeriesFacts& facts = scene.facts.series[reading.series];
        if (series.kind == Series::bars) {
            const BarEdges edges = bar_edges(map, facts, reading.x);
            const double zero = map.y_log ? map.py(map.y_window.low) : map.py(0);
            const double tip = map.py(reading.y);
            const Rect bar{to_vec({edges.left, std::min(zero, tip)}), to_vec({edges.right, std::max(zero, tip)})};
            canvas.stroke_rect(bar.intersect(map.data.inset(-2)), theme.text, 1.5F);
        } else if (series.kind != Series::band) {
            const Marker marker = facts.marker == Marker::none ? Marker::circle : facts.marker;
            draw_marker(canvas, reading.at, marker, 5, series.color);
        }
    }
}

void draw_readout(Canvas& canvas, const Scene& scene, Vec2 cursor, const PlotReadout& readout) {
    const PlotReading& first = leading(readout, cursor);
    const bool cloud = std::all_of(readout.readings.begin(), readout.readings.end(),
                                   [&](const PlotReading& r) { return is_cloud(scene, r); });
    std::string heading;
    if (!cloud) {
        const Axis& axis = scene.plot.x;
        heading =
            (axis.name.empty() ? "" : axis.name + (axis.categories.empty() ? " = " : ": ")) + value_text(axis, first.x);
    }
    draw_box(canvas, scene, cursor, std::move(heading), rows_of(scene, readout, first.x));
}

}  // namespace attnscope::plot_parts
