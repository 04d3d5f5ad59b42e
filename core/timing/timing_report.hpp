// What a sweep's measurements say: medians, laws, crossovers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/timing/power_law.hpp"
#include "core/timing/sweep.hpp"

namespace attnscope {

/// A method's curve, lengths ascending; all vectors are as long as `lengths`.
struct TimingSeries {
    TimedMethod method = TimedMethod::exact;
    std::vector<double> lengths;
    std::vector<double> median, low, high;           // seconds: median and quartiles of the rounds
    std::vector<std::optional<std::int64_t>> bytes;  // measured
    std::vector<double> operations;                  // additions and multiplications of the products: 2 x counts
    std::vector<double> peak_fraction;               // of what the machine could do just then
    std::vector<int> rounds;
    std::vector<bool> busy;             // the machine was slower than it can be, or the rounds disagree
    std::optional<PowerLaw> law;        // over the asymptotic range
    std::optional<Prediction> million;  // at L = 1,000,000
    std::optional<Index> left_out_from;

    TimeCurve curve() const { return {lengths, median}; }
};

struct Crossover {
    TimedMethod a = TimedMethod::exact, b = TimedMethod::exact;  // from `length` on, a is slower than b
    double length = 0;
    bool measured = true;  // false: where the fitted lines meet, beyond what was measured
};

struct TimingReport {
    TimingSetting setting;
    std::vector<TimingSeries> series;  // of the setting's methods, in its order; those without a point are left out
    std::vector<Crossover> crossovers;
    double peak = 0;  // the best second-long share seen: additions and multiplications per second
    Index busy_points = 0, points = 0;
};

TimingReport timing_report(const TimingSetting& setting, const TimingSamples& samples);

constexpr double million_tokens = 1e6;

}  // namespace attnscope
