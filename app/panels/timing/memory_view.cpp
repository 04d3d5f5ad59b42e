// What each method holds beside its input and output, measured and by formula; and what the pictures of a sweep share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/timing/sweep_pictures.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float memory_names_width = 150, memory_gap = 18;
constexpr double memory_small = 1e9, memory_large = 16e9;  // of machines as people have them

double memory_formula(TimedMethod method, const TimingSetting& setting, double length) {
    return static_cast<double>(formula_bytes(method, setting.shape(static_cast<Index>(std::llround(length)))));
}

// q, k, v and the output, numbers of 4 bytes.
double memory_of_arrays(const TimingSetting& setting, double length) {
    constexpr double arrays = 4, bytes_of_float = 4;
    return arrays * bytes_of_float * static_cast<double>(setting.heads * setting.dim) * length;
}

// Where all L x L weights take so much.
double memory_full_at(const TimingSetting& setting, double bytes) {
    return std::sqrt(bytes / memory_formula(TimedMethod::materialised, setting, 1));
}

std::optional<double> memory_measured(const TimingReport& report, TimedMethod method, double length) {
    for (const TimingSeries& series : report.series) {
        if (series.method != method) continue;
        for (std::size_t i = 0; i < series.lengths.size(); ++i)
            if (series.lengths[i] == length && series.bytes[i]) return static_cast<double>(*series.bytes[i]);
    }
    return std::nullopt;
}

struct MemoryRange {
    double x_low = 128, x_high = 1024, y_low = 1e4, y_high = 1e9;
    bool measured = false;  // anything at all
    int nothing = 0;        // points where nothing beyond the arrays was held
};

MemoryRange memory_range(const TimingReport& report, double length) {
    MemoryRange range{.x_low = length, .x_high = std::max(length, memory_full_at(report.setting, memory_large))};
    range.y_high = memory_large;
    for (const TimingSeries& series : report.series) {
        range.x_low = std::min(range.x_low, series.lengths.front());
        range.x_high = std::max(range.x_high, series.lengths.back());
        for (const std::optional<std::int64_t>& bytes : series.bytes) {
            range.measured = range.measured || bytes;
            if (bytes && *bytes <= 0) ++range.nothing;
            if (!bytes || *bytes <= 0) continue;
            range.y_low = std::min(range.y_low, static_cast<double>(*bytes));
            range.y_high = std::max(range.y_high, static_cast<double>(*bytes));
        }
        if (const double formula = memory_formula(series.method, report.setting, range.x_low); formula > 0)
            range.y_low = std::min(range.y_low, formula);
    }
    range.x_low /= 1.15;
    range.x_high *= 1.35;
    range.y_high = std::max(range.y_high, memory_of_arrays(report.setting, length)) * 4;
    range.y_low /= 4;
    return range;
}

void memory_add_method(Plot& plot, const TimingSeries& series, const TimingSetting& setting, const MemoryRange& range,
                       const Theme& t) {
    const Color color = color_of(series.method, t);
    const double last = memory_formula(series.method, setting, range.x_high);
    if (last > 0) {
        // On log axes a power law is straight: its ends are enough.
        const double first = is_quadratic(series.method) ? last * std::pow(range.x_low / range.x_high, 2) : last;
        plot.series.push_back(
            sweep_line(mix(color, t.text, 0.3F), {range.x_low, range.x_high}, {first, last}, Dash::dashed, 1.3F));
    }
    std::vector<double> x, y;
    x.reserve(series.lengths.size());
    y.reserve(series.lengths.size());
    for (std::size_t i = 0; i < series.lengths.size(); ++i) {
        if (!series.bytes[i]) continue;
        // A gap where there is nothing to show.
        const auto bytes = static_cast<double>(*series.bytes[i]);
        x.push_back(series.lengths[i]);
        y.push_back(bytes > 0 ? bytes : std::numeric_limits<double>::quiet_NaN());
    }
    if (std::none_of(y.begin(), y.end(), [](double bytes) { return bytes > 0; })) return;
    Series line = sweep_line(color, std::move(x), std::move(y), Dash::solid, 2);
    line.name = label_of(series.method);
    line.marker = Marker::circle;
    plot.series.push_back(std::move(line));
}

std::string memory_note(Canvas& canvas, const MemoryRange& range, float width) {
    if (!range.measured)
        return sweep_note(canvas, width, {tr("formulas only"), tr("this system does not tell what a call holds")});
    std::vector<std::string> parts{tr("dots: measured, the most that a call held"), tr("dashed: formula"),
                                   tr("each thread's work space comes on top")};
    if (range.nothing > 0)
        parts.push_back(range.nothing == 1 ? tr("1 point of 0 bytes not shown")
                                           : tr("{} points of 0 bytes not shown", range.nothing));
    return sweep_note(canvas, width, parts);
}

Plot memory_plot(const TimingReport& report, const MemoryRange& range, double length, const Theme& t) {
    Plot plot;
    plot.title = tr("Memory beyond input and output");
    plot.x = {
        .name = tr("length L"), .unit = tr("tokens"), .log = true, .range = ViewWindow{range.x_low, range.x_high}};
    plot.y = {.name = tr("memory"), .unit = tr("bytes"), .log = true, .range = ViewWindow{range.y_low, range.y_high}};
    plot.legend = false;
    const std::vector<double> ends{range.x_low, range.x_high};
    for (const double limit : {memory_small, memory_large})
        plot.series.push_back(sweep_line(t.warning.alpha(0.6F), ends, {limit, limit}, Dash::solid, 1));
    Series arrays = sweep_line(
        t.quiet, ends, {memory_of_arrays(report.setting, ends.front()), memory_of_arrays(report.setting, ends.back())},
        Dash::dotted, 1.8F);
    plot.series.push_back(std::move(arrays));
    plot.series.push_back(
        sweep_line(t.quiet.alpha(0.7F), {length, length}, {range.y_low / 10, range.y_high * 10}, Dash::dashed, 1.2F));
    for (const TimingSeries& series : report.series) memory_add_method(plot, series, report.setting, range, t);
    return plot;
}

// Where a method's line ends: that of its formula, or of what was measured.
std::vector<LineName> memory_names(const TimingReport& report, const MemoryRange& range, const Theme& t) {
    std::vector<LineName> names;
    names.reserve(report.series.size() + 1);
    names.push_back({tr("q, k, v and output"), t.quiet, memory_of_arrays(report.setting, range.x_high)});
    for (const TimingSeries& series : report.series) {
        double y = memory_formula(series.method, report.setting, range.x_high);
        for (std::size_t i = series.bytes.size(); i-- > 0 && !(y > 0);)
            if (series.bytes[i] && *series.bytes[i] > 0) y = static_cast<double>(*series.bytes[i]);
        if (y > 0) names.push_back({label_of(series.method), color_of(series.method, t), y});
    }
    return names;
}

SweepTable memory_table(const TimingReport& report, double length, const Theme& t) {
    SweepTable table{
        .rows = {{tr("at L = {}", length_text(length)), tr("measured"), tr("by formula"), tr("formula, in numbers")}},
        .colors = {t.quiet}};
    const std::string heads = report.setting.heads > 1 ? fmt::format("{} × ", report.setting.heads) : std::string();
    for (const TimingSeries& series : report.series) {
        const std::optional<double> measured = memory_measured(report, series.method, length);
        const double formula = memory_formula(series.method, report.setting, length);
        const std::string law = series.method == TimedMethod::exact      ? tr("nothing that grows with L")
                                : is_quadratic(series.method)            ? heads + "L²"
                                : series.method == TimedMethod::elu      ? heads + "d (d + 1)"
                                : series.method == TimedMethod::positive ? heads + "m (d + 1)"
                                                                         : heads + "2m (d + 1)";
        table.rows.push_back({label_of(series.method), measured ? bytes_text(*measured) : "–",
                              formula > 0 ? bytes_text(formula) : "–", law});
        table.colors.push_back(color_of(series.method, t));
    }
    return table;
}

std::vector<Fact> memory_facts(const TimingReport& report, double length) {
    const TimingSetting& setting = report.setting;
    const double weights = memory_formula(TimedMethod::materialised, setting, length);
    const double arrays = memory_of_arrays(setting, length);
    std::vector<Fact> facts{{tr("L × L weights at L = {}", length_text(length)), bytes_text(weights), true},
                            {tr("q, k, v and output"), bytes_text(arrays)},
                            {tr("weights / (q, k, v, output)"), short_number(weights / arrays, 3) + " ×"}};
    if (const auto streaming = memory_measured(report, TimedMethod::exact, length))
        facts.push_back({tr("streaming exact, measured"), bytes_text(*streaming)});
    const auto linear = std::find_if(report.series.begin(), report.series.end(),
                                     [](const TimingSeries& s) { return !is_quadratic(s.method); });
    const TimedMethod method = linear == report.series.end() ? TimedMethod::positive : linear->method;
    const double sums = memory_formula(method, setting, length);
    const std::string name(timed_method_names[static_cast<std::size_t>(method)]);
    facts.push_back({tr("{}: its sums, at any L", name), bytes_text(sums)});
    facts.push_back({tr("weights / sums of {}", name), short_number(weights / sums, 3) + " ×"});
    facts.push_back({tr("weights fill 1 GB at"), "L = " + length_text(memory_full_at(setting, memory_small))});
    facts.push_back({tr("weights fill 16 GB at"), "L = " + length_text(memory_full_at(setting, memory_large))});
    return facts;
}

void memory_overlay(Canvas& canvas, const Rect& data, const PlotView& view, double length, const Rect& covered) {
    const Theme& t = canvas.theme();
    const Clip clip(canvas, data);
    for (const double limit : {memory_small, memory_large}) {
        const auto part = static_cast<float>(view_position(view.view.y, limit, true));
        const float y = data.max.y - part * data.height();
        if (y - 16 > data.min.y && y < data.max.y && !covered.contains({data.min.x + 6, y}))
            canvas.text({data.min.x + 6, y - 4}, bytes_text(limit), {.color = t.warning, .size = 12});
    }
    const auto part = static_cast<float>(view_position(view.view.x, length, true));
    if (part >= 0 && part <= 1)
        draw_sweep_labels(canvas, data,
                          {{{data.min.x + part * data.width(), data.max.y - 12},
                            "L = " + length_text(length),
                            {.color = t.quiet, .size = 12}}},
                          {}, covered);
}

}  // namespace

void TimingPanel::draw_memory(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float facts_width = 210, least_plot_width = 460, least_plot_height = 230;
    if (area.width() < 120 || area.height() < 90) return;
    const Theme& t = canvas.theme();
    const double length = params_.length;
    const MemoryRange range = memory_range(*report_, length);
    Rect rest = area, facts;
    const SweepTable table = memory_table(*report_, length, t);
    const float table_height = sweep_row * static_cast<float>(table.rows.size());
    if (rest.height() - table_height - memory_gap >= least_plot_height) {
        draw_sweep_table(canvas, rest.cut_bottom(table_height), table);
        rest.cut_bottom(memory_gap);
    }
    if (rest.width() - facts_width - memory_names_width >= least_plot_width) {
        facts = rest.cut_right(facts_width);
        rest.cut_right(memory_gap);
    }
    Plot plot = memory_plot(*report_, range, length, t);
    const bool beside = rest.width() > 480;
    plot.legend = !beside;
    plot.note = memory_note(canvas, range, rest.width() - (beside ? memory_names_width : 0));
    const Rect names = beside ? rest.cut_right(memory_names_width) : Rect();
    PlotView& view = plots_[1];
    const Pointer pointer = interaction.picture_area("memory", rest);
    const PlotReadout readout = draw_plot(canvas, rest, plot, view, pointer);
    memory_overlay(canvas, readout.area, view, length, sweep_covered(readout, pointer.at));
    if (beside)
        draw_line_names(canvas, {{names.min.x, readout.area.min.y}, {names.max.x, readout.area.max.y}}, view.view.y,
                        true, memory_names(*report_, range, t));
    if (facts.width() > 0) {
        facts.min.y = readout.area.min.y;
        draw_facts(canvas, facts, memory_facts(*report_, length));
    }
    if (readout.inside && pointer.clicked)
        params_.length = static_cast<int>(std::clamp(std::round(readout.x), 1.0, static_cast<double>(longest)));
}

}  // namespace attnscope::timing_panel
