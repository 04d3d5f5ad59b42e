// How long the default curves take, to their first points and to the end, and every other view.
#include <benchmark/benchmark.h>

#include "app/panels/random_features/curves.hpp"

namespace attnscope::random_features_panel {
namespace {

void curves(benchmark::State& state) {
    Params params;
    params.metric = static_cast<ErrorMetric>(state.range(0));
    params.length = static_cast<int>(state.range(1));
    const Result<CurvesRequest> request = make_curves_request(params);
    for (auto _ : state) {
        CurveSamples samples;
        Result<bool> done = compute_curves(*request, samples, [] {}, {});
        if (!done) state.SkipWithError(done.error().what.c_str());
        benchmark::DoNotOptimize(done);
    }
}
BENCHMARK(curves)
    ->ArgNames({"metric", "L"})
    ->ArgsProduct({{0, 1}, {1024, 4096}})
    ->Args({2, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// Six curves, one m, one sample: what is seen first.
void first_points(benchmark::State& state) {
    Params params;
    params.length = static_cast<int>(state.range(0));
    params.seeds = 1;
    params.features_from = params.features_to = params.features;
    const Result<CurvesRequest> request = make_curves_request(params);
    for (auto _ : state) {
        CurveSamples samples;
        Result<bool> done = compute_curves(*request, samples, [] {}, {});
        benchmark::DoNotOptimize(done);
    }
}
BENCHMARK(first_points)->ArgName("L")->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();

void random_features_view(benchmark::State& state) {
    Params params;
    params.view = static_cast<View>(state.range(0));
    params.failure = static_cast<FailureMode>(state.range(1));
    const Result<Request> request = make_request(params);
    for (auto _ : state) {
        Result<Shown> shown = compute_shown(*request, {});
        if (!shown) state.SkipWithError(shown.error().what.c_str());
        benchmark::DoNotOptimize(shown);
    }
}
BENCHMARK(random_features_view)
    ->ArgNames({"view", "failure"})
    ->ArgsProduct({{1, 2, 3, 5}, {0}})
    ->ArgsProduct({{4}, {0, 1, 2, 3, 4, 5, 6}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace attnscope::random_features_panel
