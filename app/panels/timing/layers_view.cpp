// Layers compared: what is counted and what is measured over the length.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "app/draw/line_names.hpp"
#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/timing/layers_table.hpp"
#include "app/panels/timing/timing_panel.hpp"
#include "core/timing/power_law.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float layers_gap = 22, layers_names_width = 152, layers_least_plot = 150, layers_least_width = 250;

constexpr std::size_t layers_counted = 4, layers_measured = 5;  // their plots

TextStyle layers_style(Color color, float size, bool bold = false, Align align = Align::left) {
    return {.color = color, .size = size, .bold = bold, .align = align};
}

/// Where two lines meet.
struct LayersMark {
    double x = 0, y = 0;
    std::string text, short_text;
    bool above = false;  // where its text stands: left above, or right below the point
};

Vec2 layers_place(const Rect& data, const PlotView& view, double x, double y) {
    return {data.min.x + static_cast<float>(view_position(view.view.x, x, true)) * data.width(),
            data.max.y - static_cast<float>(view_position(view.view.y, y, true)) * data.height()};
}

// Whether any line runs through a place.
bool layers_crossed(const Plot& plot, const Rect& data, const PlotView& view, const Rect& place) {
    for (const Series& series : plot.series)
        for (std::size_t i = 1; i < series.y.size() && !series.name.empty(); ++i) {
            const Vec2 a = layers_place(data, view, series.x[i - 1], series.y[i - 1]);
            const Vec2 b = layers_place(data, view, series.x[i], series.y[i]);
            if (std::max(a.x, b.x) < place.min.x || std::min(a.x, b.x) > place.max.x) continue;
            // The part of it above or below the place, where lines are straight.
            const auto at = [&](float x) {
                const float part = (std::clamp(x, a.x, b.x) - a.x) / std::max(b.x - a.x, 1e-3F);
                return a.y + part * (b.y - a.y);
            };
            const float from = at(place.min.x), to = at(place.max.x);
            if (std::max(from, to) > place.min.y && std::min(from, to) < place.max.y) return true;
        }
    return false;
}

// Where a mark's text has room: lines rise to the right, so left above and right below of a point there is nothing, or
// nothing a little further off.
std::optional<Rect> layers_free_place(const Plot& plot, const Rect& data, const PlotView& view, Vec2 at, float width,
                                      bool above, std::span<const Rect> taken) {
    const float top = data.min.y + 24, bottom = data.max.y - 3;
    for (const bool left : {above, !above})
        for (float away = 26; away < 170; away += 8)
            for (const bool up : {above, !above}) {
                const Vec2 corner{left ? at.x - 20 - width : at.x + 12, at.y + (up ? -away : away) - 9};
                const Rect place = Rect::sized(corner, width + 8, 18);
                const bool apart = std::none_of(taken.begin(), taken.end(), [&](const Rect& other) {
                    const Rect both = other.intersect(place);
                    return both.width() > 0 && both.height() > 0;
                });
                if (apart && place.min.x >= data.min.x && place.max.x <= data.max.x && place.min.y >= top &&
                    place.max.y <= bottom && !layers_crossed(plot, data, view, place))
                    return place;
            }
    return std::nullopt;
}

// `taken`: where others are; this one's text is added.
void layers_draw_mark(Canvas& canvas, const Rect& data, const Plot& plot, const PlotView& view, const LayersMark& mark,
                      std::vector<Rect>& taken) {
    const Theme& t = canvas.theme();
    const Vec2 at = layers_place(data, view, mark.x, mark.y);
    if (!data.contains(at)) return;
    canvas.fill_circle(at, 5.5F, t.text);
    canvas.fill_circle(at, 3.5F, t.ground);
    const TextStyle style = layers_style(t.text, 12.5F);
    for (const std::string& text : {mark.text, mark.short_text}) {
        const float width = canvas.shaper().width(text, style);
        const std::optional<Rect> place = layers_free_place(plot, data, view, at, width, mark.above, taken);
        if (!place) continue;
        taken.push_back(*place);
        const bool up = place->max.y < at.y, left = place->max.x < at.x;
        canvas.line({at.x, at.y + (up ? -5.0F : 5.0F)},
                    {left ? place->max.x - 10 : place->min.x + 10, up ? place->max.y : place->min.y}, t.quiet, 1);
        canvas.fill_rect(*place, t.ground.alpha(0.88F), 3);
        canvas.text_middle({place->min.x + 4, place->center().y}, text, style);
        return;
    }
}

// The user's n, at the top of its line.
void layers_name_length(Canvas& canvas, const Rect& data, const PlotView& view, double length) {
    const Theme& t = canvas.theme();
    const float x = data.min.x + static_cast<float>(view_position(view.view.x, length, true)) * data.width();
    const TextStyle style = layers_style(t.quiet, 12.5F);
    const std::string text = fmt::format("n = {:.0f}", length);
    const float width = canvas.shaper().width(text, style);
    if (x < data.min.x || x > data.max.x || 2 * width > data.width() || data.height() < 60) return;
    const float from = x > data.center().x ? x - width - 6 : x + 6;
    canvas.fill_rect({{from - 3, data.min.y + 3}, {from + width + 3, data.min.y + 21}}, t.ground.alpha(0.88F), 3);
    canvas.text_middle({from, data.min.y + 12}, text, style);
}

Series layers_line(LayerKind kind, const Theme& t) {
    return {.name = label_of(kind),
            .color = color_of(kind, t),
            .x = {},
            .y = {},
            .y_high = {},
            .width = kind == LayerKind::attention ? 3.0F : 2.0F,
            // It lies upon the contiguous one, and restricted attention near others.
            .dash = kind == LayerKind::dilated || kind == LayerKind::restricted ? Dash::dashed : Dash::solid,
            .marker = Marker::none};
}

// Dashed lines last: they lie upon others.
void layers_order(Plot& plot) {
    std::stable_partition(plot.series.begin(), plot.series.end(),
                          [](const Series& series) { return series.dash == Dash::solid; });
}

// The range of all lines, with the user's n as one more.
void layers_finish(Plot& plot, double length, const Theme& t) {
    layers_order(plot);
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const Series& series : plot.series)
        for (const double y : series.y) {
            low = std::min(low, y);
            high = std::max(high, y);
        }
    if (!(high > 0)) return;
    plot.y.range = ViewWindow{low / 1.6, high * 2};
    plot.series.push_back({.name = {},
                           .color = t.quiet.alpha(0.6F),
                           .x = {length, length},
                           .y = {low / 10, high * 10},
                           .y_high = {},
                           .width = 1.2F,
                           .dash = Dash::dashed,
                           .marker = Marker::none});
}

Plot layers_counted_plot(const Params& p, const Theme& t) {
    double last = 8192;
    while (last < p.layer_length) last *= 2;
    Plot plot;
    plot.title =
        p.core ? tr("Counted: the core of attention, whole layers") : tr("Counted: multiplications of a layer");
    plot.x = {.name = tr("tokens n"), .log = true, .range = ViewWindow{0.9, last * 1.1}};
    plot.y = {.name = tr("multiplications"), .log = true};
    LayerShape shape = p.layer_shape();
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        Series line = layers_line(static_cast<LayerKind>(k), t);
        for (double n = 1; n <= last; n = std::max(n + 1, std::floor(n * 1.19))) {
            shape.length = static_cast<Index>(n);
            line.x.push_back(n);
            line.y.push_back(static_cast<double>(layer_multiplications(static_cast<LayerKind>(k), shape, p.core)));
        }
        shape.length = static_cast<Index>(last);
        line.x.push_back(last);
        line.y.push_back(static_cast<double>(layer_multiplications(static_cast<LayerKind>(k), shape, p.core)));
        plot.series.push_back(std::move(line));
    }
    layers_finish(plot, p.layer_length, t);
    return plot;
}

std::vector<LayersMark> layers_counted_marks(const Params& p) {
    std::vector<LayersMark> marks;
    const std::pair<LayerKind, bool> others[] = {{LayerKind::lstm, true},
                                                 {p.core ? LayerKind::rnn : LayerKind::gru, false}};
    for (const auto& [kind, above] : others) {
        const std::optional<double> n = layer_crossover(LayerKind::attention, kind, p.layer_shape(), p.core);
        if (!n) continue;
        LayerShape one = p.layer_shape();
        one.length = 1;  // recurrent layers cost the same for each token
        marks.push_back({*n, *n * static_cast<double>(layer_multiplications(kind, one)),
                         tr("as {} at n = {}", label_of(kind), multiple_of_dim(*n, p.layer_dim)),
                         fmt::format("n = {:.0f}", *n), above});
    }
    return marks;
}

Plot layers_measured_plot(const LayerTimes& times, const Params& p, bool stale, const Theme& t) {
    Plot plot;
    plot.title = stale ? tr("Measured: time of a layer, measuring again …") : tr("Measured: time of a layer");
    plot.x = {.name = tr("tokens n"), .log = true, .range = ViewWindow{28, 1170}};
    plot.x.ticks = {32, 64, 128, 256, 512, 1024};
    plot.y = {.name = tr("time"), .unit = "ms", .log = true};
    for (const LayerTimes::Curve& curve : times.curves) {
        Series line = layers_line(curve.kind, t);
        line.marker =
            curve.kind == LayerKind::restricted || curve.kind == LayerKind::dilated ? Marker::square : Marker::circle;
        line.x = curve.lengths;
        line.y.reserve(curve.seconds.size());
        for (const double seconds : curve.seconds) line.y.push_back(1e3 * seconds);
        plot.series.push_back(std::move(line));
    }
    layers_finish(plot, p.layer_length, t);
    return plot;
}

const LayerTimes::Curve* layers_curve(const LayerTimes& times, LayerKind kind) {
    const auto found = std::find_if(times.curves.begin(), times.curves.end(),
                                    [&](const LayerTimes::Curve& curve) { return curve.kind == kind; });
    return found == times.curves.end() || found->lengths.empty() ? nullptr : &*found;
}

std::vector<LayersMark> layers_measured_marks(const LayerTimes& times) {
    const LayerTimes::Curve* a = layers_curve(times, LayerKind::attention);
    const LayerTimes::Curve* b = layers_curve(times, LayerKind::lstm);
    if (!a || !b || a->lengths.size() < 2 || b->lengths.size() < 2) return {};
    const std::optional<double> n = crossover({a->lengths, a->seconds}, {b->lengths, b->seconds});
    if (!n) return {};
    const auto next = std::upper_bound(a->lengths.begin(), std::prev(a->lengths.end()), *n) - a->lengths.begin();
    const auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(next, 1));
    const double part = std::log(*n / a->lengths[i - 1]) / std::log(a->lengths[i] / a->lengths[i - 1]);
    const double seconds = a->seconds[i - 1] * std::pow(a->seconds[i] / a->seconds[i - 1], part);
    return {{*n, 1e3 * seconds, tr("as long as LSTM at n ≈ {}", short_number(std::round(*n), 3)),
             "n ≈ " + short_number(std::round(*n), 3), true}};
}

// The first of them that has room.
std::string layers_note(Canvas& canvas, float width, std::span<const std::string> notes) {
    for (const std::string& note : notes)
        if (canvas.shaper().width(note, layers_style({}, 12)) <= width) return note;
    return {};
}

std::vector<std::string> layers_counted_notes(const Params& p) {
    const std::string shape = fmt::format("d = {}, k = {}, r = {}", p.layer_dim, p.kernel, p.window);
    return {tr("{}; both convolutions take the same", shape), shape};
}

std::vector<std::string> layers_measured_notes(const LayerTimes& times) {
    const std::string shape =
        fmt::format("d = {}, k = {}, r = {}", times.request.dim, times.request.kernel, times.request.window);
    return {tr("{}; plain Eigen implementations, one thread, medians of 3 rounds", shape),
            tr("plain Eigen implementations, one thread, medians of 3 rounds"),
            tr("plain Eigen, one thread, medians of 3"), tr("one thread, medians of 3")};
}

// What the colours mean, side by side; returns the height.
float layers_legend(Canvas& canvas, const Rect& area, bool draw) {
    constexpr float line = 20, dot = 15, between = 18;
    float x = area.min.x, y = area.min.y;
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        const auto kind = static_cast<LayerKind>(k);
        const TextStyle style = layers_style(canvas.theme().text, 12.5F);
        const float width = dot + canvas.shaper().width(label_of(kind), style);
        if (x > area.min.x && x + width > area.max.x) {
            x = area.min.x;
            y += line;
        }
        if (draw) {
            const Rect place = in_reading_order(Rect::sized({x, y}, width, line), area);
            const Rect sample = in_reading_order(Rect::sized({x, y}, 10, line), area);
            canvas.fill_circle(sample.center(), 4, color_of(kind, canvas.theme()));
            canvas.text_middle({place.min.x + (right_to_left() ? 0 : dot), y + line / 2}, label_of(kind), style);
        }
        x += width + between;
    }
    return y + line - area.min.y;
}

float layers_words_height(Canvas& canvas, const std::string& text, const TextStyle& style, float width) {
    // Lines end at words, so some of each is empty.
    const float lines = std::ceil(canvas.shaper().width(text, style) / std::max(width - 40, 60.0F));
    return lines * style.size * 1.4F + 14;
}

}  // namespace

void TimingPanel::draw_layers(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    const std::string sentence = layers_sentence(params_);
    const TextStyle words = layers_style(t.text, area.width() > 900 ? 14.0F : 12.5F);
    const float height = layers_words_height(canvas, sentence, words, area.width());
    if (rest.height() > height + least_table_height + layers_least_plot) {
        const Rect place = rest.cut_bottom(height);
        draw_paragraph(canvas, {{place.min.x, place.min.y + 10}, {place.max.x, place.max.y + 8}}, sentence, words);
    }
    const bool table = rest.height() > least_table_height + layers_gap + layers_least_plot;
    if (table) {
        draw_layers_table(canvas,
                          rest.cut_bottom(std::clamp(rest.height() * 0.36F, least_table_height, most_table_height)),
                          params_, layers_.get());
        rest.cut_bottom(14);
    }
    const bool beside = rest.width() >= 2 * layers_least_width + layers_gap;
    const float column = beside ? (rest.width() - layers_gap) / 2 : rest.width();
    const bool named = column > 430 && rest.height() > 170;
    const float legend = named || table ? 0 : layers_legend(canvas, rest, false);
    if (legend > 0 && rest.height() > layers_least_plot / 2 + legend)
        layers_legend(canvas, rest.cut_bottom(legend), true);
    Rect left = rest;
    const bool below = !beside && rest.height() >= 2 * layers_least_plot + layers_gap;
    if (beside) {
        left = rest.cut_left(column);
        rest.cut_left(layers_gap);
    } else if (below) {
        left = rest.cut_top((rest.height() - layers_gap) / 2);
        rest.cut_top(layers_gap);
    }
    const auto draw = [&](Plot plot, Rect place, PlotView& view, const std::string& id,
                          std::span<const std::string> notes, std::span<const LayersMark> marks) {
        plot.legend = false;
        const Rect names = named ? place.cut_right(layers_names_width) : Rect();
        plot.note = layers_note(canvas, place.width(), notes);
        if (place.height() < layers_least_plot) plot.y.name.clear();  // it would be cut
        const Pointer pointer = interaction.picture_area(id, place);
        const PlotReadout readout = draw_plot(canvas, place, plot, view, pointer);
        if (named)
            draw_line_names(canvas, {{names.min.x, readout.area.min.y}, {names.max.x, readout.area.max.y}}, view.view.y,
                            true, names_of(plot));
        // The readout's box may stand where these would.
        if (!readout.inside) {
            std::vector<Rect> taken;
            taken.reserve(2 * marks.size());
            for (const LayersMark& mark : marks) {
                const Vec2 at = layers_place(readout.area, view, mark.x, mark.y);
                taken.push_back({{at.x - 6, at.y - 6}, {at.x + 6, at.y + 6}});
            }
            for (const LayersMark& mark : marks) layers_draw_mark(canvas, readout.area, plot, view, mark, taken);
            layers_name_length(canvas, readout.area, view, params_.layer_length);
        }
        if (readout.inside && pointer.clicked)
            params_.layer_length = std::clamp(static_cast<int>(std::lround(readout.x)), 1, longest);
    };
    draw(layers_counted_plot(params_, t), left, plots_[layers_counted], "layers counted", layers_counted_notes(params_),
         layers_counted_marks(params_));
    if (!beside && !below) return;
    if (layers_) {
        const LayersRequest wanted{params_.layer_dim, params_.kernel, params_.window};
        draw(layers_measured_plot(*layers_, params_, !fixed_ && layers_->request != wanted, t), rest,
             plots_[layers_measured], "layers measured", layers_measured_notes(*layers_),
             layers_measured_marks(*layers_));
        return;
    }
    const std::string text = error_ ? error_->what : tr("measuring …");
    const TextStyle style = layers_style(error_ ? t.warning : t.quiet, 15, false, Align::center);
    canvas.text_middle(rest.center(), canvas.shaper().fit(text, rest.width(), style), style);
}

}  // namespace attnscope::timing_panel
