#include "core/base/parallel.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace attnscope {
namespace parallel_test {

using Eigen::Index;
using Blocks = std::set<std::pair<Index, Index>>;

Blocks blocks_seen(Index count, Index block, std::size_t threads) {
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
    Blocks seen;
    std::mutex mutex;
    parallel_blocks(count, block, Progress(), [&](Index begin, Index end) {
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(seen.emplace(begin, end).second) << "block " << begin << " ran twice";
    });
    return seen;
}

TEST(ParallelBlocks, CoversEveryIndexOnceInBlocksOfTheGivenSize) {
    EXPECT_EQ(blocks_seen(10, 4, 2), (Blocks{{0, 4}, {4, 8}, {8, 10}}));
    EXPECT_EQ(blocks_seen(8, 4, 2), (Blocks{{0, 4}, {4, 8}}));
    EXPECT_EQ(blocks_seen(3, 100, 2), (Blocks{{0, 3}}));
}

TEST(ParallelBlocks, DoesNothingForNoIndices) {
    EXPECT_TRUE(blocks_seen(0, 4, 2).empty());
}

TEST(ParallelBlocks, BordersDoNotDependOnTheNumberOfThreads) {
    EXPECT_EQ(blocks_seen(1000, 7, 1), blocks_seen(1000, 7, 2));
}

TEST(ParallelBlocks, ReductionsWithinBlocksGiveTheSameBitsForOneAndTwoThreads) {
    const auto sums = [](std::size_t threads) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        std::vector<float> result(100, 0.0F);
        parallel_blocks(10000, 100, Progress(), [&](Index begin, Index end) {
            float sum = 0;
            for (Index i = begin; i < end; ++i) sum += std::sin(static_cast<float>(i));
            result[static_cast<std::size_t>(begin / 100)] = sum;
        });
        return result;
    };
    EXPECT_EQ(sums(1), sums(2));
}

TEST(ParallelBlocks, LeavesOutEverythingWhenStoppedBefore) {
    std::stop_source source;
    source.request_stop();
    std::atomic<int> runs = 0;
    parallel_blocks(100, 1, Progress(source.get_token(), nullptr), [&](Index, Index) { ++runs; });
    EXPECT_EQ(runs, 0);
}

TEST(ParallelBlocks, BeginsNoFurtherBlockOnceStopped) {
    std::stop_source source;
    std::atomic<int> runs = 0;
    parallel_blocks(1000, 1, Progress(source.get_token(), nullptr), [&](Index, Index) {
        ++runs;
        source.request_stop();
    });
    EXPECT_GE(runs, 1);
    EXPECT_LE(runs, 64);  // at most one block per thread had begun
}

TEST(Progress, ReportsToItsFractionAndToNobodyByDefault) {
    std::atomic<float> fraction = 0;
    const Progress progress({}, &fraction);
    progress.report(0.25);
    EXPECT_EQ(fraction, 0.25F);
    EXPECT_FALSE(progress.stopped());
    Progress().report(0.5);
    EXPECT_FALSE(Progress().stopped());
}

}  // namespace parallel_test
}  // namespace attnscope
