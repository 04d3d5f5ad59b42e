#include "app/panels/timing/layer_times.hpp"

#include <optional>
#include <utility>

#include "app/language/language.hpp"
#include "core/base/random.hpp"
#include "core/timing/layers.hpp"
#include "core/timing/samples.hpp"
#include "core/timing/stopwatch.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr Index first_layer_length = 32, last_layer_length = 1024;
constexpr int layer_rounds = 3;
constexpr double layer_sample = 1e-3, longest_layer_call = 0.1;  // seconds
// Multiplications a second that no layer exceeds by much: what would be too slow even so is not begun. It bounds the
// weights too, each of which is multiplied once per token.
constexpr double most_layer_speed = 2e10;

struct LayerClock {
    LayerKind kind = LayerKind::attention;
    std::optional<Layer> layer;
    LayerTimes::Curve curve;
    bool ended = false;  // longer inputs would take too long
    int repeats = 1;
    std::vector<double> rounds;
};

LayerShape measured_shape(const LayersRequest& request, Index length) {
    return {length, request.dim, request.kernel, request.window};
}

double expected_seconds(const LayerClock& clock, const LayersRequest& request, Index length) {
    const auto count = [&](Index n) {
        return static_cast<double>(layer_multiplications(clock.kind, measured_shape(request, n)));
    };
    if (clock.curve.lengths.empty()) return count(length) / most_layer_speed;
    return clock.curve.seconds.back() * count(length) / count(static_cast<Index>(clock.curve.lengths.back()));
}

// Makes the layer at its first length and calls it once or twice, which does not count.
void warm_up(LayerClock& clock, const LayersRequest& request, const Matrix& x) {
    // The smallest dilation that is one: a larger one has more taps before the beginning, where nothing is multiplied.
    constexpr Index dilation = 2;
    if (!clock.layer)
        clock.layer.emplace(clock.kind, measured_shape(request, x.rows()), 1,
                            clock.kind == LayerKind::dilated ? dilation : 1);
    const auto call = [&] { static_cast<void>(clock.layer->run(x)); };
    double seconds = seconds_of_call(call, 1);
    if (seconds < 10 * layer_sample) seconds = seconds_of_call(call, 1);
    clock.repeats = repeats_for(seconds, layer_sample);
    clock.rounds.clear();
}

// False when it was stopped.
bool measure_length(std::vector<LayerClock>& clocks, const LayersRequest& request, Index length,
                    const Progress& progress) {
    const Matrix x = random_normal(length, request.dim, 1, 1, stable_hash("layers: tokens"));
    for (LayerClock& clock : clocks) {
        clock.ended = clock.ended || expected_seconds(clock, request, length) > longest_layer_call;
        if (clock.ended) continue;
        if (progress.stopped()) return false;
        warm_up(clock, request, x);
    }
    // The layers take turns: what disturbs the machine for a while disturbs all of them.
    for (int round = 0; round < layer_rounds; ++round)
        for (LayerClock& clock : clocks) {
            if (clock.ended) continue;
            if (progress.stopped()) return false;
            clock.rounds.push_back(seconds_of_call([&] { static_cast<void>(clock.layer->run(x)); }, clock.repeats));
        }
    for (LayerClock& clock : clocks) {
        if (clock.ended) continue;
        clock.curve.lengths.push_back(static_cast<double>(length));
        clock.curve.seconds.push_back(median(clock.rounds));
    }
    return true;
}

}  // namespace

Result<LayerTimes> measure_layers(const LayersRequest& request, const Progress& progress) {
    if (request.dim < 1 || request.kernel < 2)
        return invalid_input(tr("layers are measured with a width of 1 or more and a kernel of 2 or more"));
    if (request.window < 3 || request.window % 2 == 0)
        return invalid_input(tr("the window r is odd, and 3 or more: a token and as many on either side"));
    std::vector<LayerClock> clocks(layer_names.size());
    for (std::size_t k = 0; k < clocks.size(); ++k) clocks[k].kind = clocks[k].curve.kind = static_cast<LayerKind>(k);
    for (Index length = first_layer_length; length <= last_layer_length; length *= 2) {
        if (!measure_length(clocks, request, length, progress)) return cancelled();
        // All lengths up to this one are nearly as long as it is twice.
        progress.report(static_cast<double>(length) / static_cast<double>(last_layer_length));
    }
    LayerTimes times{.request = request, .curves = {}};
    times.curves.reserve(clocks.size());
    for (LayerClock& clock : clocks) times.curves.push_back(std::move(clock.curve));
    return times;
}

}  // namespace attnscope::timing_panel
