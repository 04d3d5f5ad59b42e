// For tests: memory that runs out at a chosen moment. Takes malloc's place in the whole program, which operator new,
// Eigen and libraries use too; to be included by one file of a test program.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ATTNSCOPE_MEMORY_CAN_FAIL 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ATTNSCOPE_MEMORY_CAN_FAIL 0  // they have a malloc of their own
#endif
#endif
#ifndef ATTNSCOPE_MEMORY_CAN_FAIL
#define ATTNSCOPE_MEMORY_CAN_FAIL 1
#endif

namespace attnscope::failing_memory {

inline std::atomic<long> left{-1};  // allocations until one fails; negative: none does
inline std::atomic<long> failures{0};

/// While it lives the k-th allocation from now on fails, counted from 0, on whatever thread; those after it succeed.
class FailAt {
public:
    explicit FailAt(long k) {
        failures = 0;
        left = k;
    }
    ~FailAt() { left = -1; }
    FailAt(const FailAt&) = delete;
    FailAt& operator=(const FailAt&) = delete;
    /// Whether it has failed.
    static bool failed() { return failures > 0; }
};

inline bool fails_now() {
    if (left.load(std::memory_order_relaxed) < 0) return false;
    if (left.fetch_sub(1) != 0) return false;
    ++failures;
    errno = ENOMEM;
    return true;
}

}  // namespace attnscope::failing_memory

#if ATTNSCOPE_MEMORY_CAN_FAIL
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
    return attnscope::failing_memory::fails_now() ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    return attnscope::failing_memory::fails_now() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
    return attnscope::failing_memory::fails_now() ? nullptr : __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    return attnscope::failing_memory::fails_now() ? nullptr : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    *memory = memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
}
#endif
