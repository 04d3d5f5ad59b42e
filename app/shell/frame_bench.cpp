// The window's own time per frame (input, update, building the draw lists; not the drawing by the graphics card) while
// a slider moves at every frame and jobs run. Counters: the median and the 99th percentile, in milliseconds.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "app/shell/headless.hpp"

namespace attnscope {
namespace {

void measure(benchmark::State& state, bool dragging) {
    Workspace workspace;
    App app(workspace, Clipboard{[] { return std::string(); }, [](const std::string&) {}});
    auto screen = Headless::create(1600, 1000, 1);
    if (!screen) {
        state.SkipWithError(screen.error().what.c_str());
        return;
    }
    const ParamList& params = workspace.active().params;
    const auto put = [&](const char* key, const std::string& value) {
        if (!set_from_text(*find(params, key), value)) state.SkipWithError(key);
    };
    put("source", "random");
    put("length", std::to_string(state.range(0)));
    put("dim", "64");
    InputQueue nothing;
    for (int i = 0; i < 5; ++i) {
        workspace.active().panel->wait();
        (*screen)->run(app, nothing);
    }
    std::vector<double> milliseconds;
    for (auto _ : state) {
        if (dragging) put("temperature", std::to_string(0.5 + 0.001 * static_cast<double>(milliseconds.size() % 1000)));
        (*screen)->frame(app, nothing.next_frame((*screen)->seconds() + 1.0 / 60));
        milliseconds.push_back(app.frame_seconds() * 1e3);
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    state.counters["median_ms"] = milliseconds[milliseconds.size() / 2];
    state.counters["p99_ms"] = milliseconds[milliseconds.size() * 99 / 100];
}
void frame_while_dragging(benchmark::State& state) {
    measure(state, true);
}
// The same without jobs: what drawing alone costs.
void frame_at_rest(benchmark::State& state) {
    measure(state, false);
}
BENCHMARK(frame_at_rest)->Arg(15)->Arg(512)->Iterations(300)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(frame_while_dragging)->Arg(15)->Arg(512)->Iterations(300)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace attnscope
