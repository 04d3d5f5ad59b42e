// How long linear attention takes beside the exact one: from which length on it pays.
#include "core/engine/linear.hpp"

#include <benchmark/benchmark.h>

#include "core/base/check.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/test_heads.hpp"

namespace attnscope {
namespace {

constexpr Index d = 64;

template <class Function>
void run(benchmark::State& state, const Function& function) {
    const Index length = state.range(0);
    const TestHeads q(1, length, d, 1), k(1, length, d, 2), v(1, length, d, 3);
    TestHeads out(1, length, d, 4);
    for (auto _ : state) {
        function(q, k, v, out);
        benchmark::DoNotOptimize(out.values.data());
    }
    state.counters["ns_per_token"] =
        benchmark::Counter(static_cast<double>(length) * 1e-9,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void linear(benchmark::State& state, Estimator estimator, MaskKind kind) {
    const Matrix projections = draw_projections(256, d, true, 1);
    const LinearOptions options{.estimator = estimator, .mask = {kind}};
    run(state, [&](const TestHeads& q, const TestHeads& k, const TestHeads& v, TestHeads& out) {
        check(linear_attention(q.view(), k.view(), v.view(), projections, options, out.span()).has_value(),
              "the benchmark's input is valid");
    });
}
void exact(benchmark::State& state, MaskKind kind) {
    run(state, [&](const TestHeads& q, const TestHeads& k, const TestHeads& v, TestHeads& out) {
        check(exact_attention(q.view(), k.view(), v.view(), {.mask = {kind}}, out.span()).has_value(),
              "the benchmark's input is valid");
    });
}

void lengths(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(512)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
}
void long_ones(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(512)->Arg(1024)->Arg(4096)->Arg(65536)->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(exact, all, MaskKind::none)->Apply(lengths);
BENCHMARK_CAPTURE(exact, causal, MaskKind::causal)->Apply(lengths);
BENCHMARK_CAPTURE(linear, positive, Estimator::positive, MaskKind::none)->Apply(long_ones);
BENCHMARK_CAPTURE(linear, positive_causal, Estimator::positive, MaskKind::causal)->Apply(long_ones);
BENCHMARK_CAPTURE(linear, hyperbolic, Estimator::hyperbolic, MaskKind::none)->Apply(long_ones);
BENCHMARK_CAPTURE(linear, trig, Estimator::trig, MaskKind::none)->Apply(long_ones);
BENCHMARK_CAPTURE(linear, elu, Estimator::elu, MaskKind::none)->Apply(long_ones);
BENCHMARK_CAPTURE(linear, elu_causal, Estimator::elu, MaskKind::causal)->Apply(long_ones);

}  // namespace
}  // namespace attnscope
