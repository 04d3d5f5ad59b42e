#include "core/timing/timing_report.hpp"

#include <algorithm>

#include "core/base/statistics.hpp"

namespace attnscope {
namespace {

constexpr double busy_peak = 0.75;    // below this part of the best peak seen something else was using the machine
constexpr double busy_spread = 1.35;  // upper over lower quartile of the rounds

void add_point(TimingSeries& series, const TimingSetting& setting, Index length, const TimedPoint& point, double best) {
    std::vector<double> sorted = point.seconds;
    std::sort(sorted.begin(), sorted.end());
    const double low = quantile(sorted, 0.25), middle = quantile(sorted, 0.5), high = quantile(sorted, 0.75);
    const double operations = 2 * static_cast<double>(multiplications(series.method, setting.shape(length)));
    series.lengths.push_back(static_cast<double>(length));
    series.low.push_back(low);
    series.median.push_back(middle);
    series.high.push_back(high);
    series.bytes.push_back(point.bytes);
    series.operations.push_back(operations);
    series.peak_fraction.push_back(point.peak > 0 ? operations / (middle * point.peak) : 0);
    series.rounds.push_back(static_cast<int>(point.seconds.size()));
    series.busy.push_back(point.peak < busy_peak * best || high > busy_spread * low);
}

std::vector<Crossover> crossovers_of(const std::vector<TimingSeries>& all) {
    std::vector<Crossover> found;
    for (const TimingSeries& a : all)
        for (const TimingSeries& b : all) {
            if (!is_quadratic(a.method) || is_quadratic(b.method)) continue;
            if (const auto at = crossover(a.curve(), b.curve())) {
                found.push_back({a.method, b.method, *at, true});
                continue;
            }
            // Never measured: where the lines will meet, unless they already have.
            const bool below = a.median.back() < b.median.back() || a.lengths.back() < b.lengths.front();
            if (!a.law || !b.law || !below) continue;
            if (const auto at = crossover(*a.law, *b.law, a.lengths.back()))
                found.push_back({a.method, b.method, *at, false});
        }
    return found;
}

}  // namespace

TimingReport timing_report(const TimingSetting& setting, const TimingSamples& samples) {
    TimingReport report{.setting = setting};
    const std::map<PointKey, TimedPoint> all = samples.all();
    const std::map<TimedMethod, Index> left_out = samples.left_out();
    for (const auto& [key, point] : all) report.peak = std::max(report.peak, point.peak);
    for (const TimedMethod method : setting.methods) {
        TimingSeries series{.method = method};
        for (const auto& [key, point] : all)
            if (key.method == method && !point.seconds.empty())
                add_point(series, setting, key.length, point, report.peak);
        if (const auto found = left_out.find(method); found != left_out.end()) series.left_out_from = found->second;
        if (series.lengths.empty()) continue;
        report.points += static_cast<Index>(series.lengths.size());
        report.busy_points += std::count(series.busy.begin(), series.busy.end(), true);
        series.law = fit_power_law(series.curve());
        if (series.law) series.million = predict(*series.law, series.curve(), million_tokens);
        report.series.push_back(std::move(series));
    }
    report.crossovers = crossovers_of(report.series);
    return report;
}

}  // namespace attnscope
