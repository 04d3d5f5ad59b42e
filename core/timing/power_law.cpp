#include "core/timing/power_law.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <vector>

#include "core/base/check.hpp"

namespace attnscope {

namespace {

struct LogCurve {
    std::vector<double> x, y;  // ln of lengths and of seconds
};

LogCurve log_curve(const TimeCurve& curve) {
    check(curve.lengths.size() == curve.seconds.size(), "a length for each time");
    LogCurve logs;
    logs.x.reserve(curve.lengths.size());
    logs.y.reserve(curve.lengths.size());
    for (std::size_t i = 0; i < curve.lengths.size(); ++i) {
        logs.x.push_back(std::log(curve.lengths[i]));
        logs.y.push_back(std::log(curve.seconds[i]));
        check(i == 0 || curve.lengths[i] > curve.lengths[i - 1], "lengths ascend");
        check(std::isfinite(logs.x.back()) && std::isfinite(logs.y.back()), "lengths and times are positive");
    }
    return logs;
}

struct LogLine {
    double slope = 0, mean_x = 0, mean_y = 0;
    double spread = 0;   // Sxx: sum of (x - mean)^2
    double squares = 0;  // of y about the line, summed

    double at(double x) const { return mean_y + slope * (x - mean_x); }
};

// Least squares through the points from `begin` on; two at least.
LogLine line_through(const LogCurve& logs, std::size_t begin) {
    LogLine line;
    const std::size_t end = logs.x.size();
    const auto count = static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        line.mean_x += logs.x[i] / count;
        line.mean_y += logs.y[i] / count;
    }
    double products = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const double dx = logs.x[i] - line.mean_x;
        line.spread += dx * dx;
        products += dx * (logs.y[i] - line.mean_y);
    }
    line.slope = products / line.spread;
    for (std::size_t i = begin; i < end; ++i) {
        const double off = logs.y[i] - line.at(logs.x[i]);
        line.squares += off * off;
    }
    return line;
}

bool is_straight(const LogCurve& logs, std::size_t begin, double tolerance) {
    static const double nearest = std::log(1.5) - 1e-9;  // of a neighbour; the header says why
    const double slope = line_through(logs, begin).slope;
    std::size_t next = begin;
    for (std::size_t i = begin; i < logs.x.size(); ++i) {
        while (next < logs.x.size() && logs.x[next] - logs.x[i] < nearest) ++next;
        if (next == logs.x.size()) break;
        const double between = (logs.y[next] - logs.y[i]) / (logs.x[next] - logs.x[i]);
        if (std::abs(between - slope) > tolerance) return false;
    }
    return true;
}

// P(|T| < t) of Student's t with t = sqrt(degrees) tan(angle).
double t_within(double angle, Index degrees) {
    const double c = std::cos(angle), square = c * c;
    const bool odd = degrees % 2 == 1;
    double term = odd ? c : 1, sum = degrees == 1 ? 0 : term;
    for (Index i = odd ? 3 : 2; i + 2 <= degrees; i += 2) {
        const auto k = static_cast<double>(i);
        term *= square * (k - 1) / k;
        sum += term;
    }
    if (!odd) return std::sin(angle) * sum;
    return 2 / std::numbers::pi * (angle + std::sin(angle) * sum);
}

// ln seconds at x, within the range of the curve.
double log_time_at(const LogCurve& logs, double x) {
    const auto above = std::lower_bound(logs.x.begin(), logs.x.end(), x);
    const auto i = static_cast<std::size_t>(above - logs.x.begin());
    if (i == logs.x.size()) return logs.y.back();
    if (i == 0 || *above == x) return logs.y[i];
    const double part = (x - logs.x[i - 1]) / (logs.x[i] - logs.x[i - 1]);
    return logs.y[i - 1] + part * (logs.y[i] - logs.y[i - 1]);
}

// The ln of all lengths at which either curve was measured, in the range that both cover, ascending.
std::vector<double> common_knots(const LogCurve& a, const LogCurve& b) {
    if (a.x.empty() || b.x.empty()) return {};
    const double from = std::max(a.x.front(), b.x.front()), to = std::min(a.x.back(), b.x.back());
    std::vector<double> all;
    all.reserve(a.x.size() + b.x.size());
    std::set_union(a.x.begin(), a.x.end(), b.x.begin(), b.x.end(), std::back_inserter(all));
    std::erase_if(all, [&](double x) { return x < from || x > to; });
    return all;
}

}  // namespace

double PowerLaw::at(double length) const {
    return std::exp(log_factor + exponent * std::log(length));
}

double student_t_95(Index degrees) {
    check(degrees >= 1, "Student's t has a degree of freedom at least");
    constexpr int halvings = 60;
    double low = 0, high = std::numbers::pi / 2;
    for (int i = 0; i < halvings; ++i) {
        const double middle = (low + high) / 2;
        (t_within(middle, degrees) < 0.95 ? low : high) = middle;
    }
    return std::sqrt(static_cast<double>(degrees)) * std::tan(low);
}

Index asymptotic_begin(const TimeCurve& curve, Index least, double tolerance) {
    const LogCurve logs = log_curve(curve);
    const std::size_t wanted = std::max<std::size_t>(static_cast<std::size_t>(std::max<Index>(least, 0)), 2);
    if (logs.x.size() <= wanted) return 0;
    const std::size_t last = logs.x.size() - wanted;
    std::size_t begin = 0;
    while (begin < last && !is_straight(logs, begin, tolerance)) ++begin;
    // A disturbance among the last points bends every end: the longer half outvotes it.
    if (begin == last && !is_straight(logs, last, tolerance)) begin = std::min(last, logs.x.size() / 2);
    return static_cast<Index>(begin);
}

std::optional<PowerLaw> fit_power_law(const TimeCurve& curve) {
    const auto begin = static_cast<std::size_t>(asymptotic_begin(curve));
    const LogCurve logs = log_curve(curve);
    const auto points = static_cast<Index>(logs.x.size() - begin);
    if (points < 3) return std::nullopt;
    const LogLine line = line_through(logs, begin);
    PowerLaw fit{.exponent = line.slope, .log_factor = line.at(0), .points = points, .from = curve.lengths[begin]};
    fit.residual = std::sqrt(line.squares / static_cast<double>(points - 2));
    const double margin = student_t_95(points - 2) * fit.residual / std::sqrt(line.spread);
    fit.low = fit.exponent - margin;
    fit.high = fit.exponent + margin;
    return fit;
}

Prediction predict(const PowerLaw& fit, const TimeCurve& curve, double length) {
    const LogCurve logs = log_curve(curve);
    const auto points = static_cast<std::size_t>(fit.points);
    check(points >= 3 && points <= logs.x.size(), "a fit of this curve");
    const LogLine line = line_through(logs, logs.x.size() - points);
    const double away = std::log(length) - line.mean_x;
    const double widened = std::sqrt(1 + 1 / static_cast<double>(points) + away * away / line.spread);
    const double margin = student_t_95(fit.points - 2) * fit.residual * widened;
    const double value = fit.at(length);
    return {.value = value, .low = value * std::exp(-margin), .high = value * std::exp(margin)};
}

std::optional<double> crossover(const TimeCurve& a, const TimeCurve& b) {
    const LogCurve log_a = log_curve(a), log_b = log_curve(b);
    const std::vector<double> knots = common_knots(log_a, log_b);
    std::vector<double> lead;  // of a's time over b's
    lead.reserve(knots.size());
    for (const double x : knots) lead.push_back(log_time_at(log_a, x) - log_time_at(log_b, x));
    if (lead.empty() || lead.back() <= 0) return std::nullopt;
    const auto faster = std::find_if(lead.rbegin(), lead.rend(), [](double l) { return l < 0; });
    if (faster == lead.rend()) return std::nullopt;
    auto i = static_cast<std::size_t>(lead.rend() - faster) - 1;
    while (lead[i + 1] == 0) ++i;  // equal for a while: a is slower only after that
    const double part = lead[i] / (lead[i] - lead[i + 1]);
    return std::exp(knots[i] + part * (knots[i + 1] - knots[i]));
}

std::optional<double> crossover(const PowerLaw& a, const PowerLaw& b, double from) {
    if (!(a.exponent > b.exponent)) return std::nullopt;
    const double length = std::exp((b.log_factor - a.log_factor) / (a.exponent - b.exponent));
    if (!std::isfinite(length) || length < from) return std::nullopt;
    return length;
}

}  // namespace attnscope
