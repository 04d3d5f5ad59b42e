// The engine's kernels, each alone: run with ATTNSCOPE_ISA to compare instruction sets. `attnscope bench` compares them
// with other libraries.
#include <benchmark/benchmark.h>

#include <numeric>

#include "core/base/check.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/isa.hpp"
#include "core/engine/map.hpp"
#include "core/engine/test_heads.hpp"

namespace attnscope {
namespace {

void exact(benchmark::State& state, MaskKind mask) {
    const Index length = state.range(0), d = state.range(1);
    const TestHeads q(1, length, d, 1), k(1, length, d, 2), v(1, length, d, 3);
    TestHeads out(1, length, d, 4);
    for (auto _ : state)
        check(exact_attention(q.view(), k.view(), v.view(), {.mask = {mask}}, out.span()).has_value(), "valid input");
    const double cells =
        static_cast<double>(length) * static_cast<double>(length) * (mask == MaskKind::causal ? 0.5 : 1);
    state.counters["flops"] =
        benchmark::Counter(4 * cells * static_cast<double>(d), benchmark::Counter::kIsIterationInvariantRate);
    state.SetLabel(std::string(isa_name(isa_in_use())));
}
void exact_whole(benchmark::State& state) {
    exact(state, MaskKind::none);
}
void exact_causal(benchmark::State& state) {
    exact(state, MaskKind::causal);
}

void overview(benchmark::State& state) {
    const Index length = state.range(0);
    const TestHeads q(1, length, 64, 1), k(1, length, 64, 2);
    std::vector<RowSum> rows;
    for (auto _ : state)
        check(map_overview({.q = q.view(), .k = k.view()}, 1024, 1024, Reduce::average, rows).has_value(),
              "valid input");
}

// Of a map of a million by a million tokens, whose rows' sums are taken as known.
void part(benchmark::State& state) {
    const Index length = 1'000'000, side = state.range(0), samples = state.range(1);
    const TestHeads q(1, length, 64, 1), k(1, length, 64, 2);
    const std::vector<RowSum> rows(static_cast<std::size_t>(length), RowSum{10, 1000, 0});
    const MapPart view{{1000, 1000 + side}, {2000, 2000 + side}, 1024, 1024};
    for (auto _ : state)
        check(map_part({.q = q.view(), .k = k.view()}, view, Reduce::average, samples, rows).has_value(),
              "valid input");
}

void sums_of_1024_rows(benchmark::State& state) {
    const Index length = state.range(0);
    const TestHeads q(1, length, 64, 1), k(1, length, 64, 2);
    std::vector<Index> some(1024);
    std::iota(some.begin(), some.end(), 0);
    for (auto _ : state) {
        std::vector<RowSum> rows(static_cast<std::size_t>(length));
        check(sum_rows({.q = q.view(), .k = k.view()}, some, rows).has_value(), "valid input");
    }
}

BENCHMARK(exact_whole)
    ->ArgsProduct({{128, 512, 1024, 2048, 4096, 8192}, {64}})
    ->Args({1024, 32})
    ->Args({1024, 80})
    ->Args({1024, 96})
    ->Args({1024, 128})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(exact_causal)->ArgsProduct({{128, 512, 2048, 8192}, {64}})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(overview)->Arg(8192)->Arg(65536)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(part)
    ->Args({1024, 1})
    ->Args({100'000, 1})
    ->Args({100'000, 2})
    ->Args({900'000, 2})
    ->Args({900'000, 4})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(sums_of_1024_rows)->Arg(65536)->Arg(1'000'000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace attnscope
