#include <algorithm>
#include <array>
#include <numbers>

#include "app/draw/plot_parts.hpp"
#include "app/draw/rich_text.hpp"

namespace attnscope::plot_parts {

namespace {

constexpr float tick_gap = 6;          // between the axis and its labels
constexpr float name_gap = 3;          // between labels and the axis' name
constexpr float slant = 0.7071068F;    // sin and cos of 45 degrees
constexpr std::size_t most_notes = 2;  // a plot is no list of remarks
constexpr float note_step = 15;

std::string full_name(const Axis& axis) {
    if (axis.unit.empty()) return axis.name;
    return axis.name.empty() ? axis.unit : axis.name + " (" + axis.unit + ")";
}

/// Where labels may stand along an axis: from..to is the axis, free is how far text may reach beyond its ends.
struct Track {
    float from = 0, to = 0;
    float free_low = 0, free_high = 0;  // absolute
};

struct Labels {
    std::vector<AxisLabel> list;
    float widest = 0;
    bool turned = false;
    float depth = 0;  // of turned labels: how far they reach from the axis
};

int x_tick_count(float length) {
    return std::clamp(static_cast<int>(length / 48), 2, 12);
}
int y_tick_count(float length) {
    return std::clamp(static_cast<int>(length / 22), 2, 8);
}

std::vector<Tick> ticks_of(const Axis& axis, const ViewWindow& window, int about) {
    if (!axis.ticks.empty()) {
        std::vector<Tick> ticks;
        for (const double value : axis.ticks)
            if (value >= window.low && value <= window.high) ticks.push_back({value, short_number(value, 3), true});
        if (ticks.size() > 1) return ticks;  // zoomed in between two of them, round numbers serve better
    }
    if (axis.log) return log_ticks(window.low, window.high, about);
    return axis.integers ? integer_ticks(window.low, window.high, about) : linear_ticks(window.low, window.high, about);
}

/// Takes the texts away that would touch their neighbour or leave the free room. `extent(text)` is the size along the
/// axis.
template <class Extent>
bool thin(std::vector<AxisLabel>& labels, const Track& track, float gap, const Extent& extent) {
    float end = track.free_low - gap;
    bool all = true;
    std::sort(labels.begin(), labels.end(), [](const AxisLabel& a, const AxisLabel& b) { return a.at < b.at; });
    for (AxisLabel& label : labels) {
        if (label.text.empty()) continue;
        const float half = extent(label.text) / 2;
        if (label.at - half < end + gap || label.at + half > track.free_high) {
            label.text.clear();
            all = false;
        } else {
            end = label.at + half;
        }
    }
    return all;
}

template <class Extent>
Labels number_labels(const Axis& axis, const ViewWindow& window, const Track& track, int about, const Extent& extent) {
    const float gap = track.to < track.from ? 4 : 14;  // upwards or along a line
    Labels labels;
    // Fewer and fewer ticks until their labels stand clear of each other.
    for (; about >= 1; --about) {
        labels.list.clear();
        for (Tick& tick : ticks_of(axis, window, about)) {
            const auto part = static_cast<float>(view_position(window, tick.value, axis.log));
            labels.list.push_back({track.from + part * (track.to - track.from), std::move(tick.label), tick.major});
        }
        // A label that only the ends cut off is not helped by fewer of them.
        Track open = track;
        open.free_low = -1e9F;
        open.free_high = 1e9F;
        std::vector<AxisLabel> trial = labels.list;
        if (thin(trial, open, gap, extent)) break;
    }
    thin(labels.list, track, gap, extent);
    return labels;
}

struct Range {
    std::size_t first = 0, last = 0;
};

Range visible_categories(const Axis& axis, const ViewWindow& window) {
    const auto count = static_cast<double>(axis.categories.size());
    const double first = std::clamp(std::ceil(window.low - 1e-9), 0.0, count);
    const double last = std::clamp(std::floor(window.high + 1e-9) + 1, first, count);
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

/// Every k-th category so that `room` points lie between two; turned by 45 degrees when flat ones do not fit and there
/// is height for it.
Labels category_labels(Canvas& canvas, const Axis& axis, const ViewWindow& window, const Track& track, float height) {
    const Styles styles = styles_of(canvas);
    const auto width = [&](std::string_view text) { return canvas.shaper().width(text, styles.label); };
    const Range range = visible_categories(axis, window);
    const double spacing = static_cast<double>(track.to - track.from) / (window.high - window.low);
    const auto place = [&](std::size_t i) {
        return track.from + static_cast<float>((static_cast<double>(i) - window.low) * spacing);
    };
    Labels labels;
    if (spacing >= 12) {
        for (std::size_t i = range.first; i < range.last; ++i)
            labels.list.push_back({place(i), axis.categories[i], true});
        if (thin(labels.list, track, 8, width)) return labels;
    }
    labels.list.clear();
    labels.turned = height > 60;
    const double room = labels.turned ? static_cast<double>(styles.line / slant) : 60.0;
    const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(room / spacing)));
    for (std::size_t i = (range.first + every - 1) / every * every; i < range.last; i += every) {
        AxisLabel label{place(i), axis.categories[i], true};
        if (labels.turned) {
            // The text ends at its tick and reaches down to the left: not out of the plot.
            const float longest =
                std::min((label.at - track.free_low) / slant - styles.line, height / slant - styles.line);
            if (width(label.text) > longest) {
                label.text = longest < 24 ? std::string() : canvas.shaper().fit(label.text, longest, styles.label);
            }
            if (!label.text.empty()) {
                labels.depth = std::max(labels.depth, width(label.text) * slant + styles.line * slant);
            }
        }
        labels.list.push_back(std::move(label));
    }
    if (!labels.turned) thin(labels.list, track, 8, width);
    return labels;
}

Labels x_labels(Canvas& canvas, const Axis& axis, const ViewWindow& window, const Track& track, float height) {
    if (!axis.categories.empty()) return category_labels(canvas, axis, window, track, height);
    const TextStyle style = styles_of(canvas).label;
    const int about = x_tick_count(track.to - track.from);
    return number_labels(axis, window, track, about,
                         [&](const std::string& s) { return canvas.shaper().width(s, style); });
}

Labels y_labels(Canvas& canvas, const Axis& axis, const ViewWindow& window, const Track& track, float most) {
    const Styles styles = styles_of(canvas);
    const auto tall = [&](const std::string&) { return styles.line; };
    Labels labels;
    if (axis.categories.empty()) {
        labels = number_labels(axis, window, track, y_tick_count(track.from - track.to), tall);
    } else {
        const Range range = visible_categories(axis, window);
        for (std::size_t i = range.first; i < range.last; ++i) {
            const auto part = static_cast<float>(view_position(window, static_cast<double>(i), false));
            labels.list.push_back({track.from + part * (track.to - track.from), axis.categories[i], true});
        }
        thin(labels.list, track, 0, tall);
        for (AxisLabel& label : labels.list) label.text = canvas.shaper().fit(label.text, most, styles.label);
    }
    for (const AxisLabel& label : labels.list) {
        if (!label.text.empty())
            labels.widest = std::max(labels.widest, canvas.shaper().width(label.text, styles.label));
    }
    return labels;
}

/// A remark that one line cannot hold, where the plot is high enough for another; else nothing.
TextLayout in_two_lines(TextShaper& shaper, const Rect& rest, const std::string& note, const TextStyle& style) {
    constexpr float least_height = 150, two_lines_hold = 1.9F;
    if (rest.height() < least_height || shaper.width(note, style) <= rest.width()) return {};
    const std::vector<TextSpan> text{{.text = shaper.fit(note, two_lines_hold * rest.width(), style), .style = style}};
    TextLayout layout = shaper.lay_out(text, rest.width());
    if (layout.height > 2 * note_step + 2) return {};  // long words make a third
    return layout;
}

/// The names and remarks round the data, each cut off the rectangle that is left.
void place_texts(Canvas& canvas, Rect& rest, const Plot& plot, Frame& frame) {
    const Styles styles = styles_of(canvas);
    TextShaper& shaper = canvas.shaper();
    if (!plot.title.empty() && rest.height() >= 90) {
        frame.title = shaper.fit(plot.title, rest.width(), styles.title);
        frame.title_at = rest.cut_top(styles.title.size * 1.4F);
        rest.cut_top(2);
    }
    if (!frame.notes.empty() && rest.height() >= 70) {
        frame.long_note = in_two_lines(shaper, rest, frame.notes.front(), styles.note);
        const std::size_t lines = frame.notes.size() + (frame.long_note.pieces.empty() ? 0 : 1);
        frame.notes_at = rest.cut_top(static_cast<float>(lines) * note_step);
        for (std::string& note : frame.notes) note = shaper.fit(note, rest.width(), styles.note);
    } else {
        frame.notes.clear();
    }
    rest.cut_top(rest.height() >= 200 ? 10 : styles.line / 2);
    frame.x_name = full_name(plot.x);
    frame.y_name = full_name(plot.y);
    if (rest.height() < 75) frame.x_name.clear();
    if (rest.width() < 130) frame.y_name.clear();
    if (!frame.x_name.empty()) frame.x_name_at = rest.cut_bottom(styles.line + name_gap);
    if (!frame.y_name.empty()) frame.y_name_at = rest.cut_left(styles.line + name_gap);
}

}  // namespace

Styles styles_of(Canvas& canvas) {
    const Theme& theme = canvas.theme();
    Styles styles;
    styles.label = {.color = theme.quiet, .size = 12};
    styles.name = {.color = theme.text, .size = 12, .align = Align::center};
    styles.title = {.color = theme.text, .size = 13, .bold = true};
    styles.note = {.color = theme.quiet, .size = 11};
    const auto shape = canvas.shaper().shape("0", styles.label);
    styles.line = std::max(12.0F, shape->ascent + shape->descent);
    return styles;
}

Frame lay_out(Canvas& canvas, const Rect& area, const Plot& plot, const View2D& view,
              const std::vector<std::string>& notes) {
    Frame frame;
    frame.notes = notes;
    if (frame.notes.size() > most_notes) frame.notes.resize(most_notes);
    Rect rest = area;
    place_texts(canvas, rest, plot, frame);
    const Styles styles = styles_of(canvas);
    // Each margin depends on the labels of the other axis; three rounds settle it.
    float left = 40;
    float bottom = styles.line + tick_gap;
    float right = 8;
    Labels x;
    Labels y;
    for (int round = 0; round < 3; ++round) {
        frame.data = {{rest.min.x + left, rest.min.y}, {rest.max.x - right, rest.max.y - bottom}};
        const Rect& data = frame.data;
        if (!(data.width() >= 8) || !(data.height() >= 8)) return frame;
        y = y_labels(canvas, plot.y, view.y, {data.max.y, data.min.y, area.min.y, area.max.y}, rest.width() * 0.4F);
        left = y.widest > 0 ? std::ceil(y.widest) + tick_gap + 2 : 8;
        const Track track{rest.min.x + left, data.max.x, rest.min.x, area.max.x};
        x = x_labels(canvas, plot.x, view.x, track, std::min(rest.height() * 0.4F, 110.0F));
        bottom = x.turned ? std::ceil(x.depth) + tick_gap : styles.line + tick_gap;
        // Room for a last label that reaches beyond the end of the axis.
        if (!x.turned && round == 0 && plot.x.categories.empty()) {
            for (const Tick& tick : ticks_of(plot.x, view.x, x_tick_count(data.width()))) {
                const auto at = static_cast<float>(view_position(view.x, tick.value, plot.x.log));
                const float over = track.from + at * data.width() +
                                   canvas.shaper().width(tick.label, styles.label) / 2 - track.free_high;
                if (!tick.label.empty()) right = std::max(right, std::min(40.0F, 8 + over));
            }
        }
    }
    frame.x_grid = plot.x.categories.empty();
    frame.x = std::move(x.list);
    frame.y = std::move(y.list);
    frame.turned = x.turned;
    frame.x_name_at.min.x = frame.y_name_at.max.x = frame.data.min.x;
    frame.x_name_at.max.x = frame.data.max.x;
    frame.y_name_at = {{area.min.x, frame.data.min.y}, {area.min.x + styles.line, frame.data.max.y}};
    // A name longer than its axis may use the margins beside it before it is cut.
    const float x_name = canvas.shaper().width(frame.x_name, styles.name);
    if (x_name > frame.x_name_at.width()) frame.x_name_at.min.x = area.min.x, frame.x_name_at.max.x = area.max.x;
    frame.x_name = canvas.shaper().fit(frame.x_name, frame.x_name_at.width(), styles.name);
    if (canvas.shaper().width(frame.y_name, styles.name) > frame.y_name_at.height()) {
        const float reach = frame.x_name.empty() ? area.max.y : frame.x_name_at.min.y;
        frame.y_name_at.max.y = reach;
        frame.y_name = canvas.shaper().fit(frame.y_name, frame.y_name_at.height(), styles.name);
    }
    return frame;
}

void draw_frame(Canvas& canvas, const Frame& frame) {
    const Theme& theme = canvas.theme();
    const Styles styles = styles_of(canvas);
    const Rect& data = frame.data;
    if (!frame.title.empty()) {
        draw_line(canvas, frame.title_at, frame.title_at.max.y - styles.title.size * 0.35F, frame.title, styles.title);
    }
    const bool is_long = !frame.long_note.pieces.empty();
    if (is_long) draw_layout(canvas, frame.notes_at.min, frame.long_note);
    for (std::size_t i = is_long ? 1 : 0; i < frame.notes.size(); ++i) {
        const auto line = static_cast<float>(is_long ? i + 1 : i);
        draw_line(canvas, frame.notes_at, frame.notes_at.min.y + 11 + note_step * line, frame.notes[i], styles.note);
    }
    if (!(data.width() >= 8) || !(data.height() >= 8)) return;
    const auto inside = [](float at, float low, float high) { return at >= low - 0.5F && at <= high + 0.5F; };
    for (const AxisLabel& tick : frame.x) {
        if (!frame.x_grid || !inside(tick.at, data.min.x, data.max.x)) continue;
        canvas.line({tick.at, data.min.y}, {tick.at, data.max.y}, theme.line.alpha(tick.major ? 0.8F : 0.35F));
    }
    for (const AxisLabel& tick : frame.y) {
        if (!inside(tick.at, data.min.y, data.max.y)) continue;
        canvas.line({data.min.x, tick.at}, {data.max.x, tick.at}, theme.line.alpha(tick.major ? 0.8F : 0.35F));
    }
    const Color axis = mix(theme.line, theme.quiet, 0.55F);
    canvas.line({data.min.x, data.max.y}, {data.max.x, data.max.y}, axis);
    canvas.line({data.min.x, data.min.y}, {data.min.x, data.max.y}, axis);
    TextStyle label = styles.label;
    label.align = frame.turned ? Align::right : Align::center;
    label.angle = frame.turned ? 45 : 0;
    for (const AxisLabel& tick : frame.x) {
        if (tick.text.empty()) continue;
        const float down = frame.turned ? tick_gap + label.size * 0.3F : tick_gap + label.size * 0.85F;
        canvas.text({tick.at + (frame.turned ? label.size * 0.35F : 0), data.max.y + down}, tick.text, label);
    }
    label.align = Align::right;
    label.angle = 0;
    for (const AxisLabel& tick : frame.y) {
        if (!tick.text.empty()) canvas.text_middle({data.min.x - tick_gap, tick.at}, tick.text, label);
    }
    if (!frame.x_name.empty()) {
        canvas.text({frame.x_name_at.center().x, frame.x_name_at.max.y - styles.name.size * 0.3F}, frame.x_name,
                    styles.name);
    }
    if (!frame.y_name.empty()) {
        TextStyle name = styles.name;
        name.angle = 90;
        canvas.text_middle({frame.y_name_at.min.x + styles.line / 2, frame.y_name_at.center().y}, frame.y_name, name);
    }
}

}  // namespace attnscope::plot_parts
