// How long linear attention takes beside the exact one: from which length on it pays.
#include "core/features/kernel_attention.hpp"

#include <benchmark/benchmark.h>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

void run(benchmark::State& state, const KernelOptions& options) {
    const Index length = state.range(0), d = 64;
    const Matrix q = random_normal(length, d, 1.0, 1, 0), k = random_normal(length, d, 1.0, 1, 1),
                 v = random_normal(length, d, 1.0, 1, 2);
    for (auto _ : state) {
        const Result<KernelAttention> result = kernel_attention(q, k, v, options);
        check(result.has_value(), "the benchmark's input is valid");
        benchmark::DoNotOptimize(result->normalizer.data());
    }
    state.counters["ns_per_token"] =
        benchmark::Counter(static_cast<double>(length) * 1e-9,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void positive_64(benchmark::State& state) {
    run(state, {});
}
void positive_256(benchmark::State& state) {
    run(state, {.features = {.features = 256}});
}
void trig_256(benchmark::State& state) {
    run(state, {.features = {.estimator = Estimator::trig, .features = 256}});
}
void elu(benchmark::State& state) {
    run(state, {.features = {.estimator = Estimator::elu}});
}
void positive_64_causal(benchmark::State& state) {
    run(state, {.mask = {MaskKind::causal}});
}
void positive_64_weights(benchmark::State& state) {
    run(state, {.keep_weights = true});
}
void positive_64_window(benchmark::State& state) {
    run(state, {.mask = {MaskKind::window, 64}});
}

BENCHMARK(positive_64)->Arg(128)->Arg(512)->Arg(4096)->Arg(65536)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(positive_256)->Arg(512)->Arg(4096)->Arg(65536)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(trig_256)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(elu)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(positive_64_causal)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(positive_64_weights)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(positive_64_window)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace attnscope
