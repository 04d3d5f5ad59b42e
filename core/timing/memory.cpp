#include "core/timing/memory.hpp"

#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <string>
#include <thread>

#ifdef __linux__
#include <malloc.h>
#include <sys/prctl.h>
#endif

namespace attnscope {

#ifdef __linux__

namespace {

/// The line of a file in /proc that begins with `name`, in bytes. Nothing when there is none.
std::optional<std::int64_t> bytes_in(const char* path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ':')) return std::stoll(line.substr(name.size() + 1)) * 1024;
    return std::nullopt;
}

std::optional<std::int64_t> highest() {
    return bytes_in("/proc/self/status", "VmHWM");
}
/// What is held now, page by page.
std::optional<std::int64_t> held() {
    return bytes_in("/proc/self/smaps_rollup", "Rss");
}

/// From now on the highest value is what there is now. False when the system does not allow it.
bool forget_highest() {
    std::ofstream file("/proc/self/clear_refs");
    file << '5' << std::flush;
    return file.good();
}

/// The C library keeps freed memory for the next who asks, more of it the longer a program runs: what it keeps would
/// hide what is asked for. While this lives it gives back all it can, and then keeps as much as it would after a while.
class GivingBack {
public:
    GivingBack() { set(128 << 10, 128 << 10); }  // as at a program's start
    ~GivingBack() { set(32 << 20, 64 << 20); }   // its own limits of what it comes to keep
    GivingBack(const GivingBack&) = delete;
    GivingBack& operator=(const GivingBack&) = delete;

private:
    static void set(int mapped, int trimmed) {
        mallopt(M_MMAP_THRESHOLD, mapped);
        mallopt(M_TRIM_THRESHOLD, trimmed);
    }
};

/// Where huge pages are on for everything, a thread's first touch of its stack would count as 2 MB.
class SmallPages {
public:
    SmallPages() { prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }
    ~SmallPages() { prctl(PR_SET_THP_DISABLE, before_, 0, 0, 0); }
    SmallPages(const SmallPages&) = delete;
    SmallPages& operator=(const SmallPages&) = delete;

private:
    int before_ = prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);
};

/// Ends oneTBB's threads, which come back when they are needed; not while others compute with it.
void end_workers() {
    oneapi::tbb::task_scheduler_handle scheduler(oneapi::tbb::attach{});
    oneapi::tbb::finalize(scheduler, std::nothrow);
}

void run_in_new_thread(const std::function<void()>& work) {
    std::exception_ptr failure;
    std::thread([&] {
        try {
            work();
        } catch (...) {  // passed on: a thread must not end by one
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

void use_one_heap() {
    mallopt(M_ARENA_MAX, 1);
}

std::optional<std::int64_t> extra_bytes_of(const std::function<void()>& work) {
    const GivingBack giving_back;
    const SmallPages small_pages;
    run_in_new_thread(work);
    end_workers();
    malloc_trim(0);
    const bool possible = forget_highest();
    const std::optional<std::int64_t> highest_before = highest(), held_before = held();
    std::optional<std::int64_t> held_after;
    run_in_new_thread([&] {
        work();
        held_after = held();
    });
    const std::optional<std::int64_t> highest_after = highest();
    if (!possible || !highest_before || !highest_after) return std::nullopt;
    const std::int64_t kept = held_before && held_after ? *held_after - *held_before : 0;
    return std::max({std::int64_t{0}, kept, *highest_after - *highest_before});
}

#else

void use_one_heap() {}

std::optional<std::int64_t> extra_bytes_of(const std::function<void()>& work) {
    work();
    work();
    return std::nullopt;
}

#endif

}  // namespace attnscope
