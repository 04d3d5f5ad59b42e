// The time of one call over the length: what was measured, the power laws through it, and where methods cross.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/timing/sweep_pictures.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float time_names_width = 205, time_gap = 14;
// What the powers of ten on the axis are for people.
constexpr std::pair<double, const char*> time_landmarks[] = {
    {1e-3, "1 ms"}, {1, "1 s"}, {60, "1 min"}, {3600, translatable("1 hour")}, {86400, translatable("1 day")}};

struct TimeRange {
    ViewWindow x, y;
};

// `beyond`: how far above all times it may reach; a law through few points leads anywhere.
TimeRange time_range(const TimingReport& report, double length, double beyond) {
    TimeRange range{.x = {length, length}, .y = {1e300, 0}};
    bool laws = false;
    for (const TimingSeries& series : report.series) {
        range.x.low = std::min(range.x.low, series.lengths.front());
        range.x.high = std::max(range.x.high, series.lengths.back());
        laws = laws || series.law;
    }
    // Lines of laws lead to a million tokens.
    range.x.high = std::max(range.x.high * (laws ? 1.2 : 2.0), laws ? 1.3 * million_tokens : 0.0);
    range.x.low /= 1.2;
    for (const TimingSeries& series : report.series) {
        for (std::size_t i = 0; i < series.lengths.size(); ++i) {
            range.y.low = std::min(range.y.low, series.low[i]);
            range.y.high = std::max(range.y.high, series.high[i]);
        }
    }
    const double most = beyond * range.y.high;
    for (const TimingSeries& series : report.series)
        if (series.law) range.y.high = std::max(range.y.high, std::min(series.law->at(range.x.high), most));
    range.y.low /= 1.8;
    range.y.high *= 1.8;
    return range;
}

// At a length that was measured, between two, or by the law beyond them.
struct TimeValue {
    double seconds = 0;
    bool measured = false;
    std::size_t point = 0;  // if it was
};

std::optional<TimeValue> time_value(const TimingSeries& series, double length) {
    const auto above = std::lower_bound(series.lengths.begin(), series.lengths.end(), length);
    const auto i = static_cast<std::size_t>(above - series.lengths.begin());
    if (i < series.lengths.size() && series.lengths[i] == length) return TimeValue{series.median[i], true, i};
    if (i == series.lengths.size())
        return series.law ? std::optional(TimeValue{.seconds = series.law->at(length)}) : std::nullopt;
    if (i == 0) return std::nullopt;
    const double part = std::log(length / series.lengths[i - 1]) / std::log(series.lengths[i] / series.lengths[i - 1]);
    return TimeValue{.seconds = series.median[i - 1] * std::pow(series.median[i] / series.median[i - 1], part)};
}

Series time_dots(Color color, std::vector<double> x, std::vector<double> y, float width,
                 Marker marker = Marker::circle) {
    Series dots = sweep_line(color, std::move(x), std::move(y), Dash::solid, width);
    dots.kind = Series::points;
    dots.marker = marker;
    return dots;
}

// `aside`: how far the interval at a million stands beside it, so that none hides another.
void time_add_law(Plot& plot, const TimingSeries& series, const ViewWindow& x, double aside, const Theme& t) {
    if (!series.law) return;
    const Color color = color_of(series.method, t);
    const PowerLaw& law = *series.law;
    const double last = series.lengths.back();
    plot.series.push_back(
        sweep_line(mix(color, t.text, 0.55F), {law.from, last}, {law.at(law.from), law.at(last)}, Dash::dashed, 1.3F));
    if (last < x.high)
        plot.series.push_back(
            sweep_line(color.alpha(0.75F), {last, x.high}, {law.at(last), law.at(x.high)}, Dash::dotted, 1.8F));
    if (!series.million || last >= million_tokens) return;
    const Prediction& at = *series.million;
    const double place = million_tokens * aside;
    plot.series.push_back(sweep_line(color.alpha(0.9F), {place, place}, {at.low, at.high}, Dash::solid, 4));
    plot.series.push_back(time_dots(color, {place}, {at.value}, 2));
    plot.series.push_back(time_dots(t.ground, {place}, {at.value}, 1.05F));
}

void time_add_points(Plot& plot, const TimingSeries& series, const Theme& t) {
    const Color color = color_of(series.method, t);
    Series line = sweep_line(color, series.lengths, series.median, Dash::solid, 1.8F);
    line.name = label_of(series.method);
    plot.series.push_back(std::move(line));
    plot.series.push_back(time_dots(color, series.lengths, series.median, 1.8F));
    Series hollow = time_dots(t.ground, {}, {}, 1.05F);
    for (std::size_t i = 0; i < series.lengths.size(); ++i) {
        if (!series.busy[i]) continue;
        hollow.x.push_back(series.lengths[i]);
        hollow.y.push_back(series.median[i]);
    }
    if (!hollow.x.empty()) plot.series.push_back(std::move(hollow));
}

// A ring round what was measured at exactly the live length.
void time_add_live(Plot& plot, const TimingReport& report, double length, const Theme& t) {
    for (const TimingSeries& series : report.series) {
        const std::optional<TimeValue> at = time_value(series, length);
        if (!at || !at->measured) continue;
        const Color color = color_of(series.method, t);
        plot.series.push_back(time_dots(color, {length}, {at->seconds}, 4.4F));
        plot.series.push_back(time_dots(t.ground, {length}, {at->seconds}, 2.6F));
        plot.series.push_back(time_dots(color, {length}, {at->seconds}, series.busy[at->point] ? 1.1F : 2));
        if (series.busy[at->point]) plot.series.push_back(time_dots(t.ground, {length}, {at->seconds}, 0.6F));
    }
}

struct TimeCrossing {
    double length = 0, seconds = 0;
    bool measured = true;
    std::string label;
};

// Those of the streaming method first, measured ones before the others, and no more than one can read.
std::vector<TimeCrossing> time_crossings(const TimingReport& report, const TimeRange& range, std::size_t most) {
    std::vector<Crossover> all = report.crossovers;
    const auto rank = [](const Crossover& c) { return (c.a == TimedMethod::exact ? 0 : 2) + (c.measured ? 0 : 1); };
    std::stable_sort(all.begin(), all.end(), [&](const Crossover& a, const Crossover& b) { return rank(a) < rank(b); });
    std::vector<TimeCrossing> crossings;
    crossings.reserve(most);
    for (const Crossover& c : all) {
        const auto series = std::find_if(report.series.begin(), report.series.end(),
                                         [&](const TimingSeries& s) { return s.method == c.b; });
        if (series == report.series.end() || !(c.length > range.x.low && c.length < range.x.high)) continue;
        const std::optional<TimeValue> at = time_value(*series, c.length);
        if (!at || crossings.size() == most) continue;
        const auto name = [](TimedMethod m) { return timed_method_names[static_cast<std::size_t>(m)]; };
        const double digits = std::pow(10.0, std::max(0.0, std::floor(std::log10(c.length)) - 2));
        const std::string where = length_text(std::round(c.length / digits) * digits);
        crossings.push_back({.length = c.length,
                             .seconds = at->seconds,
                             .measured = c.measured,
                             .label = c.measured ? tr("{} = {} at L ≈ {}", name(c.a), name(c.b), where)
                                                 : tr("{} = {} at L ≈ {}, by the laws", name(c.a), name(c.b), where)});
    }
    return crossings;
}

void time_add_crossings(Plot& plot, const std::vector<TimeCrossing>& crossings, const Theme& t) {
    for (const TimeCrossing& c : crossings) {
        plot.series.push_back(time_dots(t.text, {c.length}, {c.seconds}, 2.7F, Marker::diamond));
        if (!c.measured) plot.series.push_back(time_dots(t.ground, {c.length}, {c.seconds}, 1.4F, Marker::diamond));
    }
}

std::string time_rounds(const TimingReport& report) {
    int fewest = 1 << 30, most = 0;
    for (const TimingSeries& series : report.series)
        for (const int rounds : series.rounds) {
            fewest = std::min(fewest, rounds);
            most = std::max(most, rounds);
        }
    return fewest == most ? tr("measured on this machine, median of {} rounds", most)
                          : tr("measured on this machine, median of {} to {} rounds", fewest, most);
}

std::string time_note(Canvas& canvas, const TimingReport& report, float width) {
    const TimingSetting& s = report.setting;
    std::vector<std::string> parts{time_rounds(report)};
    if (report.busy_points > 0)
        parts.push_back(
            tr("hollow: {} of {} points measured while the machine was busy", report.busy_points, report.points));
    const std::string threads = s.threads == 1 ? tr("1 thread") : tr("{} threads", s.threads);
    const std::string heads = s.heads == 1 ? tr("1 head") : tr("{} heads", s.heads);
    parts.push_back(s.causal ? tr("{}, {}, d = {}, m = {}, causal", threads, heads, s.dim, s.features)
                             : tr("{}, {}, d = {}, m = {}, not causal", threads, heads, s.dim, s.features));
    parts.push_back(tr("band: quartiles"));
    parts.push_back(tr("dashed: fitted law; dotted: beyond what was measured; bars: 95 % interval at L = 1,000,000"));
    return sweep_note(canvas, width, parts);
}

Plot time_plot(const TimingReport& report, const TimeRange& range, double length,
               const std::vector<TimeCrossing>& crossings, const Theme& t) {
    Plot plot;
    plot.title = tr("Time of one call over the length");
    plot.x = {.name = tr("length L"), .unit = tr("tokens"), .log = true, .range = range.x};
    plot.y = {.name = tr("time of one call"), .unit = "s", .log = true, .range = range.y};
    for (const auto& [seconds, name] : time_landmarks)
        plot.series.push_back(
            sweep_line(t.quiet.alpha(0.3F), {range.x.low, range.x.high}, {seconds, seconds}, Dash::solid, 1));
    for (const TimingSeries& series : report.series)
        plot.series.push_back({.name = {},
                               .color = color_of(series.method, t),
                               .kind = Series::band,
                               .x = series.lengths,
                               .y = series.low,
                               .y_high = series.high});
    plot.series.push_back(
        sweep_line(t.quiet.alpha(0.7F), {length, length}, {range.y.low / 1e3, range.y.high * 1e3}, Dash::dashed, 1.2F));
    for (const TimingSeries& series : report.series) time_add_points(plot, series, t);
    constexpr double aside_step = 1.035;
    double aside = std::pow(aside_step, -(static_cast<double>(report.series.size()) - 1) / 2);
    for (const TimingSeries& series : report.series) {
        time_add_law(plot, series, range.x, aside, t);
        aside *= aside_step;
    }
    time_add_crossings(plot, crossings, t);
    time_add_live(plot, report, length, t);
    return plot;
}

std::vector<LineName> time_names(const TimingReport& report, double x, const Theme& t) {
    std::vector<LineName> names;
    names.reserve(report.series.size());
    for (const TimingSeries& series : report.series) {
        std::string name = label_of(series.method);
        if (series.law) name += fmt::format("  ∝ L^{{{:.2f}}}", series.law->exponent);
        names.push_back({std::move(name), color_of(series.method, t),
                         series.law ? series.law->at(std::max(x, series.lengths.back())) : series.median.back()});
    }
    return names;
}

// From values to the canvas, and where lines are there.
struct TimeMap {
    Rect data;
    const View2D& view;
    std::vector<Vec2> lines = {};

    Vec2 at(double x, double y) const {
        return {data.min.x + static_cast<float>(view_position(view.x, x, true)) * data.width(),
                data.max.y - static_cast<float>(view_position(view.y, y, true)) * data.height()};
    }
    void keep_off(Vec2 a, Vec2 b) {
        constexpr float step = 5;
        const int parts = std::clamp(static_cast<int>(std::hypot(b.x - a.x, b.y - a.y) / step), 1, 400);
        for (int k = 0; k <= parts; ++k)
            lines.push_back(a + (b - a) * (static_cast<float>(k) / static_cast<float>(parts)));
    }
    void keep_off_mark(Vec2 at) {
        for (const float x : {-6.0F, 0.0F, 6.0F}) keep_off(at + Vec2{x, -8}, at + Vec2{x, 8});
    }
};

void time_draw_labels(Canvas& canvas, const PlotReadout& readout, Vec2 cursor, const View2D& view,
                      const TimingReport& report, double length, const std::vector<TimeCrossing>& crossings) {
    const Rect& data = readout.area;
    if (data.width() < 200 || data.height() < 120) return;
    const Theme& t = canvas.theme();
    const Clip clip(canvas, data);
    TimeMap map{.data = data, .view = view};
    const Rect covered = sweep_covered(readout, cursor);
    for (const auto& [seconds, name] : time_landmarks) {
        const Vec2 at{data.min.x + 6, map.at(length, seconds).y - 4};
        if (at.y < data.min.y + 12 || at.y > data.max.y - 4 || covered.contains(at)) continue;
        const float width = canvas.text(at, tr(name), {.color = t.quiet, .size = 11});
        for (const float y : {at.y, at.y - 4, at.y - 8}) map.keep_off({at.x, y}, {at.x + width, y});
    }
    for (const TimingSeries& series : report.series) {
        for (std::size_t i = 1; i < series.lengths.size(); ++i)
            map.keep_off(map.at(series.lengths[i - 1], series.median[i - 1]),
                         map.at(series.lengths[i], series.median[i]));
        const double last = series.lengths.back();
        if (series.law && view.x.high > last)
            map.keep_off(map.at(last, series.median.back()), map.at(view.x.high, series.law->at(view.x.high)));
    }
    const float x = map.at(length, view.y.low).x;
    map.keep_off({x, data.min.y}, {x, data.max.y});
    std::vector<SweepLabel> labels{
        {{x, data.max.y - 12}, "L = " + length_text(length), {.color = t.quiet, .size = 12}}};
    for (const TimingSeries& series : report.series) {
        const std::optional<TimeValue> at = time_value(series, length);
        if (!at || !at->measured) continue;
        const Vec2 place = map.at(length, at->seconds);
        labels.push_back(
            {place, time_text(at->seconds), {.color = color_of(series.method, t), .size = 13, .bold = true}});
        map.keep_off_mark(place);
    }
    for (const TimeCrossing& c : crossings) {
        labels.push_back({map.at(c.length, c.seconds), c.label, {.color = t.text, .size = 12}, 13});
        map.keep_off_mark(labels.back().point);
    }
    std::erase_if(labels, [&](const SweepLabel& label) { return !data.contains(label.point); });
    draw_sweep_labels(canvas, data, labels, map.lines, covered);
}

// Intervals that reach far are long.
std::string time_long(double seconds) {
    constexpr double year = 365.25 * 86400;
    return seconds < 2 * year ? time_text(seconds) : tr("{} years", short_number(seconds / year, 3));
}

SweepTable time_table(const TimingReport& report, double length, const Theme& t) {
    const auto exact = std::find_if(report.series.begin(), report.series.end(),
                                    [](const TimingSeries& s) { return s.method == TimedMethod::exact; });
    const std::optional<TimeValue> base = exact == report.series.end() ? std::nullopt : time_value(*exact, length);
    SweepTable table{
        .rows = {{"", tr("at L = {}", length_text(length)), tr("beside exact"), tr("exponent, 95 % interval"),
                  tr("at L = 1,000,000 by the law, 95 % interval"), tr("law fitted for"), tr("quartiles at L")}},
        .colors = {t.quiet}};
    for (const TimingSeries& series : report.series) {
        std::vector<std::string> row(table.rows.front().size(), "–");
        row[0] = label_of(series.method);
        if (const std::optional<TimeValue> at = time_value(series, length)) {
            row[1] = (at->measured ? "" : "≈ ") + time_long(at->seconds);
            if (base) {
                const double faster = base->seconds / at->seconds;
                const std::string factor = short_number(std::max(faster, 1 / faster), 3);
                row[2] = faster >= 1 ? tr("{} × faster", factor) : tr("{} × slower", factor);
                if (series.method == TimedMethod::exact) row[2] = "1 ×";
            }
            if (at->measured) row[6] = time_text(series.low[at->point]) + " … " + time_text(series.high[at->point]);
        }
        if (const std::optional<PowerLaw>& law = series.law) {
            row[3] = fmt::format("{:.2f}  ({:.2f} … {:.2f})", law->exponent, law->low, law->high);
            row[5] = length_text(law->from) + " … " + length_text(series.lengths.back());
        }
        if (const std::optional<Prediction>& at = series.million)
            row[4] = time_long(at->value) + "  (" + time_long(at->low) + " … " + time_long(at->high) + ")";
        table.rows.push_back(std::move(row));
        table.colors.push_back(color_of(series.method, t));
    }
    return table;
}

// From where on which methods were not measured, and why.
std::string time_left_out(const TimingReport& report, const Params& params) {
    constexpr double call_share = 0.01, most_bytes = 2.0 * (1 << 30);
    const Result<SweepRequest> request = make_sweep(params);
    std::string slow, large;
    for (const TimingSeries& series : report.series) {
        if (!series.left_out_from) continue;
        const MethodShape shape = report.setting.shape(*series.left_out_from);
        std::string& list = static_cast<double>(formula_bytes(series.method, shape)) > most_bytes ? large : slow;
        list += (list.empty() ? "" : "; ") +
                tr("{} from L = {} on", label_of(series.method), length_text(static_cast<double>(shape.length)));
    }
    std::string text;
    if (!slow.empty() && request)
        text = tr("Not measured, as one call would take more than {} of the budget:",
                  time_text(call_share * request->budget)) +
               " " + slow + ".  ";
    if (!large.empty()) text += tr("Not measured, as one call would hold more than 2 GB:") + " " + large + ".";
    return text;
}

}  // namespace

void TimingPanel::draw_time(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float least_plot = 270;
    if (area.width() < 120 || area.height() < 90) return;
    const Theme& t = canvas.theme();
    const TimingReport& report = *report_;
    const double length = params_.length;
    Rect rest = area;
    const SweepTable table = time_table(report, length, t);
    const float table_height = sweep_row * static_cast<float>(table.rows.size());
    const std::string left_out = time_left_out(report, params_);
    const TextStyle words{.color = t.quiet, .size = 12};
    const float lines = std::floor(canvas.shaper().width(left_out, words) / area.width() * 1.1F) + 1;
    const float words_height = left_out.empty() ? 0 : 17 * lines + 8;
    if (rest.height() - table_height - time_gap >= least_plot) {
        if (rest.height() - table_height - time_gap - words_height >= least_plot && words_height > 0) {
            Rect place = rest.cut_bottom(words_height);
            place.cut_top(8);
            draw_paragraph(canvas, place, left_out, words);
        }
        draw_sweep_table(canvas, rest.cut_bottom(table_height), table);
        rest.cut_bottom(time_gap);
    }
    const bool small = rest.height() < 380;
    const bool beside = rest.width() > 560;
    const TimeRange range = time_range(report, length, small ? 2e3 : 1e5);
    const std::vector<TimeCrossing> crossings = time_crossings(report, range, !beside ? 0 : small ? 1 : 3);
    Plot plot = time_plot(report, range, length, crossings, t);
    plot.legend = !beside;
    plot.note = time_note(canvas, report, rest.width() - (beside ? time_names_width : 0));
    const Rect names = beside ? rest.cut_right(time_names_width) : Rect();
    PlotView& view = plots_[0];
    const Pointer pointer = interaction.picture_area("time", rest);
    const PlotReadout readout = draw_plot(canvas, rest, plot, view, pointer);
    // A narrow plot has its legend inside, and no room for labels.
    if (beside) {
        time_draw_labels(canvas, readout, pointer.at, view.view, report, length, crossings);
        draw_line_names(canvas, {{names.min.x, readout.area.min.y}, {names.max.x, readout.area.max.y}}, view.view.y,
                        true, time_names(report, view.view.x.high, t));
    }
    if (readout.inside && pointer.clicked)
        params_.length = static_cast<int>(std::clamp(std::round(readout.x), 1.0, static_cast<double>(longest)));
}

}  // namespace attnscope::timing_panel
