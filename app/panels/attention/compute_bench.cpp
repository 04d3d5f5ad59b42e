// How long a changed slider takes to become a new map: tokens, vectors, projections and softmax attention.
#include <benchmark/benchmark.h>

#include "app/panels/attention/compute.hpp"

namespace attnscope::attention_panel {
namespace {

Request request_of(Index length) {
    Request request;
    request.heads = 8;
    request.dim = request.key_dim = 64;
    request.projection = ProjectionKind::random;
    for (Index i = 0; i < length; ++i) request.queries.text += i % 2 == 0 ? "king " : "bread ";
    return request;
}

void shown_head(benchmark::State& state) {
    const Request request = request_of(state.range(0));
    for (auto _ : state) {
        Result<Shown> shown = compute_shown(request, {});
        if (!shown) state.SkipWithError(shown.error().what.c_str());
        benchmark::DoNotOptimize(shown->largest_weight);
    }
}
BENCHMARK(shown_head)->Arg(15)->Arg(128)->Arg(512)->Arg(2048)->Unit(benchmark::kMillisecond)->UseRealTime();

void all_heads_small(benchmark::State& state) {
    const Request request = request_of(state.range(0));
    for (auto _ : state) {
        Result<Strip> strip = compute_strip(request, {});
        if (!strip) state.SkipWithError(strip.error().what.c_str());
        benchmark::DoNotOptimize(strip->largest.front());
    }
}
BENCHMARK(all_heads_small)->Arg(15)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace attnscope::attention_panel
