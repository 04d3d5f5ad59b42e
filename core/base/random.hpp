// Counter-based random numbers: the n-th number of a stream is a function of (seed, stream, n) alone, so it does not
// matter who draws first, or on which thread. Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/matrix.hpp"

namespace attnscope {

/// Four words for the counter under the key: ten rounds of Philox4x32. Pure.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// One stream of numbers. `stream` names the use ("W_Q of head 3"), so that equal seeds do not give equal numbers to
/// different uses.
class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

    std::uint32_t bits();  // uniform over 32 bits
    double uniform();      // in the open interval (0, 1), 2^-32 apart
    double normal();       // N(0, 1), Box-Muller

private:
    std::uint64_t seed_, stream_, block_ = 0;
    std::array<std::uint32_t, 4> words_{};
    int left_ = 0;
    double spare_ = 0;
    bool has_spare_ = false;
};

/// rows x cols of N(0, scale^2), filled row by row.
Matrix random_normal(Index rows, Index cols, double scale, std::uint64_t seed, std::uint64_t stream);

/// FNV-1a, 64 bits: a stable name -> number map (not for security), for naming streams and hashing words.
std::uint64_t stable_hash(std::string_view bytes);

}  // namespace attnscope
