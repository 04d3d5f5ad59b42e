#include "core/bench/benchmark.hpp"

namespace attnscope {

std::vector<BenchCase> grid_of(std::span<const Index> lengths) {
    std::vector<BenchCase> cases;
    for (const Index length : lengths)
        for (const bool causal : {false, true}) cases.push_back({{.length = length, .causal = causal}});
    return cases;
}

std::vector<BenchCase> quick_grid() {
    constexpr Index lengths[] = {128, 512, 2048};
    return grid_of(lengths);
}

std::vector<BenchCase> full_grid() {
    constexpr Index lengths[] = {128, 256, 512, 1024, 2048, 4096, 8192};
    std::vector<BenchCase> cases = grid_of(lengths);
    for (const bool causal : {false, true}) {
        for (const Index length : {128, 512, 2048}) cases.push_back({{.length = length, .heads = 8, .causal = causal}});
        for (const Index dim : {32, 128}) cases.push_back({{.length = 1024, .dim = dim, .causal = causal}});
    }
    for (const bool causal : {false, true}) cases.push_back({{.length = 65536, .causal = causal}, false});
    return cases;
}

}  // namespace attnscope
