// How long a call takes.
#pragma once

#include <chrono>

namespace attnscope {

/// Seconds of one call, by the monotonic clock: the mean of `repeats` (1 or more) calls one after the other.
template <class Call>
double seconds_of_call(const Call& call, int repeats) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repeats; ++i) call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / repeats;
}

}  // namespace attnscope
