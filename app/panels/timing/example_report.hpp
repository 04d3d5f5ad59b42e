// Made-up measurements, for tests and golden pictures: those of a real machine are others every time.
#pragma once

#include <cmath>
#include <utility>

#include "app/panels/timing/layer_times.hpp"
#include "core/timing/timing_report.hpp"

namespace attnscope::timing_panel {

inline TimingReport example_report() {
    TimingSamples samples;
    const TimingSetting setting{
        .methods = {TimedMethod::exact, TimedMethod::materialised, TimedMethod::positive, TimedMethod::elu},
        .threads = 2};
    for (const Index length : sweep_lengths(65536)) {
        const auto l = static_cast<double>(length);
        // A little unevenness that is the same every time.
        const double shake = 1 + 0.04 * std::sin(3 * std::log(l));
        const auto put = [&](TimedMethod method, double seconds, std::int64_t bytes) {
            const double s = seconds * shake;
            samples.put({method, length}, {.seconds = {s, 0.97 * s, 1.05 * s}, .bytes = bytes, .peak = 9e10});
        };
        if (length <= 8192) put(TimedMethod::exact, 8e-6 + 4.6e-9 * l * l, 200000);
        if (length <= 6144)
            put(TimedMethod::materialised, 12e-6 + 6.9e-9 * l * l, static_cast<std::int64_t>(4 * l * l + 2e5));
        put(TimedMethod::positive, 20e-6 + 3.1e-6 * l, 1400000);
        put(TimedMethod::elu, 6e-6 + 0.42e-6 * l, 300000);
    }
    samples.leave_out(TimedMethod::exact, 12288);
    samples.leave_out(TimedMethod::materialised, 8192);
    return timing_report(setting, samples);
}

inline LayerTimes example_layers() {
    LayerTimes times;
    const std::pair<LayerKind, double> speeds[] = {{LayerKind::attention, 5.3e10}, {LayerKind::restricted, 4.5e10},
                                                   {LayerKind::rnn, 1.5e10},       {LayerKind::gru, 1.2e10},
                                                   {LayerKind::lstm, 1.3e10},      {LayerKind::convolution, 3e10},
                                                   {LayerKind::dilated, 2.9e10}};
    for (const auto& [kind, speed] : speeds) {
        LayerTimes::Curve curve{.kind = kind, .lengths = {}, .seconds = {}};
        for (Index n = 32; n <= 1024; n *= 2) {
            curve.lengths.push_back(static_cast<double>(n));
            curve.seconds.push_back(2e-6 + static_cast<double>(layer_multiplications(kind, {n, 64, 3, 129})) / speed);
        }
        times.curves.push_back(curve);
    }
    return times;
}

}  // namespace attnscope::timing_panel
