// How long one head, and eight, take: the numbers behind "a slider moves, the picture follows".
#include "core/attention/attention.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace attnscope {
namespace {

void run_heads(benchmark::State& state, Index heads, const AttentionOptions& options) {
    const Index length = state.range(0), d = 64;
    std::vector<Matrix> x;
    for (std::uint64_t stream = 0; stream < 3; ++stream) x.push_back(random_normal(length, d, 1.0, 1, stream));
    for (auto _ : state) {
        std::vector<Attention> all;
        for (Index h = 0; h < heads; ++h) {
            Result<Attention> one = attention(x[0], x[1], x[2], options);
            check(one.has_value(), "the benchmark's input is valid");
            all.push_back(std::move(*one));
        }
        benchmark::DoNotOptimize(all.data());
    }
    state.counters["ns_per_cell"] =
        benchmark::Counter(static_cast<double>(heads * length * length) * 1e-9,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void one_head(benchmark::State& state) {
    run_heads(state, 1, {});
}
void one_head_without_output(benchmark::State& state) {
    run_heads(state, 1, {.need_output = false});
}
void one_head_causal(benchmark::State& state) {
    run_heads(state, 1, {.mask = {MaskKind::causal}});
}
void one_head_window_64(benchmark::State& state) {
    run_heads(state, 1, {.mask = {MaskKind::window, 64}});
}
void one_head_with_scores(benchmark::State& state) {
    run_heads(state, 1, {.keep_scores = true});
}
void one_head_additive(benchmark::State& state) {
    run_heads(
        state, 1,
        {.score = ScoreKind::additive,
         .score_weights = std::make_shared<ScoreWeights>(make_score_weights(ScoreKind::additive, {64, 64}, 1, 1))});
}
void one_head_with_slope(benchmark::State& state) {
    run_heads(state, 1, {.distance_slope = 0.5});
}
void eight_heads(benchmark::State& state) {
    run_heads(state, 8, {});
}

BENCHMARK(one_head)->Arg(16)->Arg(128)->Arg(512)->Arg(2048)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(one_head_without_output)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(one_head_with_scores)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(one_head_causal)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(one_head_window_64)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(one_head_additive)->Arg(512)->Arg(2048)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(one_head_with_slope)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(eight_heads)->Arg(16)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace attnscope
