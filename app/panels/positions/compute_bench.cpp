// How long a changed slider takes to become new pictures.
#include <benchmark/benchmark.h>

#include "app/panels/positions/compute.hpp"

namespace attnscope::positions_panel {
namespace {

void view(benchmark::State& state) {
    Params params;
    params.view = static_cast<View>(state.range(0));
    params.length = static_cast<int>(state.range(1));
    params.dim = static_cast<int>(state.range(2));
    const Result<Request> request = make_request(params);
    for (auto _ : state) {
        Result<Shown> shown = compute_shown(*request, {});
        if (!shown) state.SkipWithError(shown.error().what.c_str());
        benchmark::DoNotOptimize(shown->largest);
    }
}
BENCHMARK(view)
    ->ArgNames({"view", "n", "d"})
    ->ArgsProduct({{0, 1, 2, 3, 4, 5, 6}, {64}, {32}})
    ->ArgsProduct({{0, 1, 2, 3, 4, 5}, {2048}, {512}})
    ->ArgsProduct({{0, 1, 2, 3, 4}, {8192}, {1024}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace attnscope::positions_panel
