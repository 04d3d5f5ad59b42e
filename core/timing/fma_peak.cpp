#include "core/timing/fma_peak.hpp"

#include <atomic>
#include <chrono>

#include "core/base/parallel.hpp"
#include "core/engine/kernels.hpp"

namespace attnscope {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

FmaPeak::FmaPeak(int threads) : threads_(threads) {
    constexpr double enough = 50e-6;
    for (double seconds = 0; seconds < enough; rounds_ *= 2) {
        const auto start = std::chrono::steady_clock::now();
        kernels_in_use().peak(rounds_);
        seconds = seconds_since(start);
    }
    rounds_ /= 2;
}

double FmaPeak::sample() const {
    std::atomic<double> operations = 0;
    const auto start = std::chrono::steady_clock::now();
    parallel_blocks(Eigen::Index{threads_} * parts_per_thread, 1, {},
                    [&](Eigen::Index, Eigen::Index) { operations += kernels_in_use().peak(rounds_); });
    return operations / seconds_since(start);
}

}  // namespace attnscope
