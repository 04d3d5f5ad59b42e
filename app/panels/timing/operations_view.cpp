// What is counted, and how fast it is done: fewer operations and faster ones are two things.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/timing/sweep_pictures.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float operations_names_width = 150, operations_gap = 26;
constexpr double giga = 1e9;

struct OperationsPart {
    std::string name, formula;
    double count = 0;
    Color color;
};

// Of one of the heads, whose tokens have an entry for each entry of all heads.
std::vector<OperationsPart> operations_parts(const TimingSetting& setting, double length, const Theme& t) {
    const HeadShape shape{.length = static_cast<Index>(length),
                          .model = setting.heads * setting.dim,
                          .dim = setting.dim,
                          .value_dim = setting.dim};
    const HeadCounts counts = head_counts(shape, setting.causal);
    const std::string cells = setting.causal ? "½ n (n + 1)" : "n²";
    const Color strong = t.query, other = t.key;  // products, and what softmax adds
    return {{tr("projections"), "n d (2D + M)", static_cast<double>(counts.projections), mix(t.quiet, t.ground, 0.25F)},
            {tr("scores QKᵀ"), cells + " D", static_cast<double>(counts.scores), strong},
            {tr("mixing A V"), cells + " M", static_cast<double>(counts.mixing), mix(strong, t.ground, 0.35F)},
            {tr("exponentials"), cells, static_cast<double>(counts.exponentials), other},
            {tr("divisions"), cells, static_cast<double>(counts.divisions), mix(other, t.ground, 0.3F)},
            {tr("scalings"), cells, static_cast<double>(counts.scalings), mix(other, t.ground, 0.55F)}};
}

double operations_sum(const std::vector<OperationsPart>& parts) {
    double sum = 0;
    for (const OperationsPart& part : parts) sum += part.count;
    return sum;
}

double operations_products(const std::vector<OperationsPart>& parts) {
    return parts[1].count + parts[2].count;
}

std::string operations_count(double count) {
    constexpr double plain = 1e5;
    if (count < plain) return length_text(count);
    const int power = static_cast<int>(std::floor(std::log10(count) + 1e-9));
    return fmt::format("{:.2f}·{}", count / std::pow(10.0, power), power_of_ten(power));
}

std::string operations_percent(double part) {
    return short_number(100 * part, 3) + " %";
}

SweepTable operations_head_table(const std::vector<OperationsPart>& parts, bool causal, const Theme& t) {
    const double all = operations_sum(parts), products = operations_products(parts);
    SweepTable table{.rows = {{tr("one head"), tr("count"), tr("share"), tr("formula")}}, .colors = {t.quiet}};
    for (const OperationsPart& part : parts) {
        table.rows.push_back(
            {part.name, operations_count(part.count), operations_percent(part.count / all), part.formula});
        table.colors.push_back(mix(part.color, t.text, 0.25F));
    }
    table.rows.push_back({tr("all of it"), operations_count(all), "100 %", tr("their sum")});
    table.rows.push_back({tr("products only"), operations_count(products), operations_percent(products / all),
                          causal ? "½ n (n + 1) (D + M)" : "n² (D + M)"});
    table.colors.insert(table.colors.end(), 2, t.text);
    return table;
}

std::string operations_formula(TimedMethod method, bool causal) {
    switch (method) {
        case TimedMethod::exact:
        case TimedMethod::materialised:
            return causal ? "L (L + 1) d" : "2 L² d";
        case TimedMethod::positive:
            return "4 L m d + L m";
        case TimedMethod::trig:
        case TimedMethod::hyperbolic:
            return "6 L m d + 2 L m";
        case TimedMethod::elu:
            return "2 L d² + L d";
    }
    return {};
}

// A bar of all of it, and below it how far the products alone reach.
void operations_draw_bar(Canvas& canvas, Rect area, const std::vector<OperationsPart>& parts) {
    constexpr float bar = 26, bracket = 5;
    const Theme& t = canvas.theme();
    const auto all = static_cast<float>(operations_sum(parts));
    const Rect whole = area.cut_top(bar);
    float x = whole.min.x, from = x, to = x;
    for (std::size_t k = 0; k < parts.size(); ++k) {
        const float width = whole.width() * static_cast<float>(parts[k].count) / all;
        const Rect box = Rect::sized({x, whole.min.y}, width, bar);
        canvas.fill_rect(box, parts[k].color);
        const TextStyle style{.color = ink_on(parts[k].color), .size = 12, .align = Align::center};
        if (canvas.shaper().width(parts[k].name, style) + 10 < width)
            canvas.text_middle(box.center(), parts[k].name, style);
        if (k == 1) from = x;
        x += width;
        if (k == 2) to = x;
    }
    const float y = area.min.y + 5;
    const Vec2 line[] = {{from, y}, {from, y + bracket}, {to, y + bracket}, {to, y}};
    canvas.polyline(line, t.text, 1.3F);
    const std::string text =
        tr("the products only: {}", operations_percent(operations_products(parts) / operations_sum(parts)));
    const TextStyle style{.color = t.text, .size = 12};
    const float width = canvas.shaper().width(text, style);
    const float left = std::clamp((from + to - width) / 2, whole.min.x, std::max(whole.min.x, whole.max.x - width));
    canvas.text({left, y + bracket + 15}, canvas.shaper().fit(text, whole.width(), style), style);
}

struct OperationsSpeeds {
    Plot plot;
    std::vector<LineName> names;
};

OperationsSpeeds operations_speeds(const TimingReport& report, double length, const Theme& t) {
    OperationsSpeeds speeds;
    Plot& plot = speeds.plot;
    double low = 1e300, high = report.peak / giga, first = length, last = length;
    std::vector<Series> lines;
    lines.reserve(report.series.size());
    for (const TimingSeries& series : report.series) {
        std::vector<double> y;
        y.reserve(series.median.size());
        for (std::size_t i = 0; i < series.median.size(); ++i)
            y.push_back(series.operations[i] / series.median[i] / giga);
        low = std::min(low, *std::min_element(y.begin(), y.end()));
        high = std::max(high, *std::max_element(y.begin(), y.end()));
        first = std::min(first, series.lengths.front());
        last = std::max(last, series.lengths.back());
        const Color color = color_of(series.method, t);
        speeds.names.push_back({label_of(series.method), color, y.back()});
        Series line = sweep_line(color, series.lengths, std::move(y), Dash::solid, 2);
        line.name = label_of(series.method);
        line.marker = Marker::circle;
        lines.push_back(std::move(line));
    }
    plot.title = tr("How fast it is done");
    plot.x = {
        .name = tr("length L"), .unit = tr("tokens"), .log = true, .range = ViewWindow{first / 1.15, last * 1.15}};
    plot.y = {.name = "GFLOP/s", .log = true, .range = ViewWindow{low / 1.6, high * 1.7}};
    if (report.peak > 0) {
        const double peak = report.peak / giga;
        plot.series.push_back(sweep_line(t.warning, {first / 9, last * 9}, {peak, peak}, Dash::dashed, 1.8F));
        speeds.names.push_back({tr("FMA peak: {}", short_number(peak, 3)), t.warning, peak});
    }
    plot.series.push_back(
        sweep_line(t.quiet.alpha(0.7F), {length, length}, {low / 100, high * 100}, Dash::dashed, 1.2F));
    for (Series& line : lines) plot.series.push_back(std::move(line));
    return speeds;
}

const TimingSeries* operations_base(const TimingReport& report) {
    const auto quadratic = std::find_if(report.series.begin(), report.series.end(),
                                        [](const TimingSeries& s) { return is_quadratic(s.method); });
    return quadratic == report.series.end() ? &report.series.front() : &*quadratic;
}

SweepTable operations_table(const TimingReport& report, double length, const Theme& t) {
    const TimingSetting& setting = report.setting;
    const auto count = [&](TimedMethod method) {
        return static_cast<double>(multiplications(method, setting.shape(static_cast<Index>(length))));
    };
    const TimingSeries& base = *operations_base(report);
    const std::string name(timed_method_names[static_cast<std::size_t>(base.method)]);
    SweepTable table{.rows = {{tr("at L = {}", length_text(length)), tr("multiplications"), tr("beside {}", name),
                               tr("time"), "GFLOP/s", tr("of the peak"), tr("formula")}},
                     .colors = {t.quiet}};
    const std::string heads = setting.heads > 1 ? fmt::format("{} × (", setting.heads) : std::string();
    for (const TimingSeries& series : report.series) {
        const double operations = count(series.method);
        std::vector<std::string> row{
            label_of(series.method),
            operations_count(operations),
            short_number(operations / count(base.method), 3) + " ×",
            "–",
            "–",
            "–",
            heads + operations_formula(series.method, setting.causal) + (heads.empty() ? "" : ")")};
        if (const std::optional<std::size_t> i = point_at(series, length)) {
            row[3] = time_text(series.median[*i]);
            row[4] = short_number(series.operations[*i] / series.median[*i] / giga, 3);
            if (series.peak_fraction[*i] > 0) row[5] = operations_percent(series.peak_fraction[*i]);
        }
        table.rows.push_back(std::move(row));
        table.colors.push_back(color_of(series.method, t));
    }
    return table;
}

// Tells the two apart with this machine's numbers, at another length where the method to compare with has no time.
std::string operations_sentence(const TimingReport& report, double length) {
    const TimingSeries& base = *operations_base(report);
    const auto name = [](const TimingSeries& s) {
        return std::string(timed_method_names[static_cast<std::size_t>(s.method)]);
    };
    std::optional<std::size_t> at = point_at(base, length);
    if (!at) {
        at = base.lengths.size() - 1;
        length = base.lengths.back();
    }
    const std::string where = length_text(length);
    std::string text;
    int compared = 0;
    for (const TimingSeries& series : report.series) {
        const std::optional<std::size_t> i = point_at(series, length);
        if (&series == &base || !i || compared == 2) continue;
        ++compared;
        const double operations = series.operations[*i] / base.operations[*at];
        const double time = series.median[*i] / base.median[*at];
        const double speed = operations / time;
        const std::string method = name(series), other = name(base), more = short_number(operations, 2),
                          longer = short_number(time, 2);
        text += text.empty()
                    ? tr("At L = {} {} takes {} × the operations of {} and {} × the time", where, method, more, other,
                         longer)
                    : "; " + tr("{} takes {} × the operations of {} and {} × the time", method, more, other, longer);
        text += ": " + (speed > 1.1       ? tr("each operation is done {} × as fast", short_number(speed, 2))
                        : speed < 1 / 1.1 ? tr("each operation takes {} × as long", short_number(1 / speed, 2))
                                          : tr("they are done as fast"));
    }
    return text.empty() ? tr("At L = {} only {} was measured.", where, name(base)) : text + ".";
}

// Each part's share over the length, the parts in their order from below.
Plot operations_shares(const TimingSetting& setting, double length, const Theme& t) {
    constexpr int steps = 96;
    const double first = std::min(16.0, length), last = std::max(65536.0, length);
    Plot plot;
    plot.title = tr("What is most of it depends on the length");
    plot.x = {.name = tr("length n"), .unit = tr("tokens"), .log = true, .range = ViewWindow{first, last}};
    plot.y = {.name = tr("share"), .unit = "%", .range = ViewWindow{0, 100}};
    plot.legend = false;
    for (const OperationsPart& part : operations_parts(setting, length, t))
        plot.series.push_back(
            {.name = part.name, .color = part.color, .kind = Series::band, .x = {}, .y = {}, .y_high = {}});
    const std::size_t parts_count = plot.series.size();
    for (int k = 0; k <= steps; ++k) {
        const double n = std::round(first * std::pow(last / first, static_cast<double>(k) / steps));
        const std::vector<OperationsPart> parts = operations_parts(setting, n, t);
        const double all = operations_sum(parts);
        double below = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            plot.series[i].x.push_back(n);
            plot.series[i].y.push_back(below);
            plot.series[i].y_high.push_back(below += 100 * parts[i].count / all);
        }
    }
    for (std::size_t i = parts_count; i-- > 0;) {
        const Series band = plot.series[i];  // a copy: the list grows
        plot.series.push_back(sweep_line(band.color, band.x, band.y_high, Dash::solid, 1.6F));
    }
    plot.series.push_back(sweep_line(t.text, {length, length}, {0, 100}, Dash::dashed, 1.2F));
    return plot;
}

// The bar and its table; returns what is left below.
Rect operations_draw_counts(Canvas& canvas, Rect area, const TimingReport& report, double length) {
    const Theme& t = canvas.theme();
    const TimingSetting& setting = report.setting;
    const std::vector<OperationsPart> parts = operations_parts(setting, length, t);
    const std::string n = length_text(length);
    const Index d = setting.heads * setting.dim;
    draw_caption(canvas, area,
                 setting.causal
                     ? tr("One head with its projections: n = {}, d = {}, D = M = {}, causal", n, d, setting.dim)
                     : tr("One head with its projections: n = {}, d = {}, D = M = {}", n, d, setting.dim));
    if (area.height() < 60) return area;
    operations_draw_bar(canvas, area.cut_top(62), parts);
    const SweepTable table = operations_head_table(parts, setting.causal, t);
    draw_sweep_table(canvas, area, table);
    area.cut_top(sweep_row * static_cast<float>(table.rows.size()) + 8);
    if (area.height() < 40) return area;
    const float words = draw_paragraph(canvas, area,
                                       tr("Counted by formula, a multiplication with its addition once. An "
                                          "exponential counts as one, too, but takes longer."),
                                       {.color = t.quiet, .size = 12});
    area.cut_top(words + 14);
    return area;
}

}  // namespace

void TimingPanel::draw_operations(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float least_columns = 760, least_plot = 200, least_shares = 150, sentence_size = 14;
    if (area.width() < 120 || area.height() < 90) return;
    const Theme& t = canvas.theme();
    const TimingReport& report = *report_;
    const double length = params_.length;
    Rect rest = area;
    const std::string sentence = operations_sentence(report, length);
    const TextStyle words{.color = t.text, .size = sentence_size};
    const float lines = std::floor(canvas.shaper().width(sentence, words) / area.width() * 1.1F) + 1;
    const float sentence_height = lines * sentence_size * 1.4F + 10;
    const SweepTable table = operations_table(report, length, t);
    const float table_height = sweep_row * static_cast<float>(table.rows.size()) + 12;
    if (rest.height() - sentence_height >= least_plot) {
        Rect place = rest.cut_bottom(sentence_height);
        place.cut_top(6);
        draw_paragraph(canvas, place, sentence, words);
    }
    if (rest.height() - table_height >= least_plot) {
        Rect place = rest.cut_bottom(table_height);
        place.cut_top(12);
        draw_sweep_table(canvas, place, table);
    }
    if (rest.width() >= least_columns) {
        const Rect counts = rest.cut_left(std::clamp(rest.width() * 0.38F, 362.0F, 460.0F));
        rest.cut_left(operations_gap);
        const Rect below = operations_draw_counts(canvas, counts, report, length);
        if (below.height() >= least_shares)
            draw_plot(canvas, below, operations_shares(report.setting, length, t), plots_[3],
                      interaction.picture_area("shares", below));
    }
    OperationsSpeeds speeds = operations_speeds(report, length, t);
    const bool beside = rest.width() > 440;
    speeds.plot.note = sweep_note(canvas, rest.width() - (beside ? operations_names_width : 0),
                                  {tr("of the products"), tr("GFLOP: 10⁹ additions and multiplications"),
                                   tr("FMA peak: in registers alone, measured beside")});
    speeds.plot.legend = !beside;
    const Rect names = beside ? rest.cut_right(operations_names_width) : Rect();
    PlotView& view = plots_[2];
    const Pointer pointer = interaction.picture_area("speeds", rest);
    const PlotReadout readout = draw_plot(canvas, rest, speeds.plot, view, pointer);
    if (beside)
        draw_line_names(canvas, {{names.min.x, readout.area.min.y}, {names.max.x, readout.area.max.y}}, view.view.y,
                        true, std::move(speeds.names));
    if (readout.inside && pointer.clicked)
        params_.length = static_cast<int>(std::clamp(std::round(readout.x), 1.0, static_cast<double>(longest)));
}

}  // namespace attnscope::timing_panel
