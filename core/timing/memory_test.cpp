#include "core/timing/memory.hpp"

#include <gtest/gtest.h>

#include <new>
#include <vector>

#include "core/base/parallel.hpp"

namespace attnscope {
namespace memory_test {

constexpr std::int64_t megabyte = 1 << 20;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1  // as gcc says it
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;  // freed memory is kept on purpose
#else
constexpr bool sanitized = false;
#endif

TEST(BenchMemory, IsWhatIsHeldAtTheHighestAndNotBefore) {
    std::vector<char> before(static_cast<std::size_t>(64 * megabyte), 'x');
    const auto extra = extra_bytes_of([] {
        for (int i = 0; i < 3; ++i) {  // one after the other: they do not add up
            std::vector<char> inside(static_cast<std::size_t>(32 * megabyte), 'x');
            EXPECT_EQ(inside.back(), 'x');
        }
    });
    EXPECT_EQ(before.back(), 'x');
    if (!extra) GTEST_SKIP() << "this system does not tell";
    EXPECT_GE(*extra, 31 * megabyte);
    EXPECT_LE(*extra, sanitized ? 1000 * megabyte : 40 * megabyte);
}

TEST(BenchMemory, CountsWhatThreadsKeepAndWhatWasFreedBeforeEveryTime) {
    use_one_heap();
    for (int i = 0; i < 3; ++i) {
        const auto extra = extra_bytes_of([] {
            parallel_blocks(64, 1, {}, [](Eigen::Index, Eigen::Index) {
                thread_local std::vector<char> kept;
                kept.resize(static_cast<std::size_t>(4 * megabyte), 'x');
                EXPECT_EQ(kept.back(), 'x');
            });
        });
        if (!extra) GTEST_SKIP() << "this system does not tell";
        EXPECT_GE(*extra, 3 * megabyte) << "time " << i;
    }
}

TEST(BenchMemory, OfNothingIsAlmostNothingTwiceToo) {
    for (int i = 0; i < 2; ++i) {
        const auto extra = extra_bytes_of([] { parallel_blocks(1000, 1, {}, [](Eigen::Index, Eigen::Index) {}); });
        if (!extra) GTEST_SKIP() << "this system does not tell";
        EXPECT_LE(*extra, 2 * megabyte);
    }
}

TEST(BenchMemory, FailuresArePassedOn) {
    EXPECT_THROW(extra_bytes_of([] { throw std::bad_alloc(); }), std::bad_alloc);
}

}  // namespace memory_test
}  // namespace attnscope
