// Memory for one computation that the next one on the same thread finds again.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace attnscope {

/// Floats aligned to 64 bytes. Fresh pages cost a short computation half of its time, so each thread keeps one piece of
/// memory, of at most 4 MB, when its owner goes. A computation that begins within another one on the same thread (while
/// that waits for its parallel loop) finds none there and takes its own.
class SpareMemory {
public:
    SpareMemory() = default;
    SpareMemory(const SpareMemory&) = delete;
    SpareMemory& operator=(const SpareMemory&) = delete;
    ~SpareMemory();

    /// At least so many floats, holding anything; once. Throws std::bad_alloc.
    float* take(std::size_t floats);

    static constexpr std::align_val_t alignment{64};
    struct Free {
        void operator()(float* memory) const { ::operator delete[](memory, alignment); }
    };
    struct Piece {
        std::unique_ptr<float, Free> memory;
        std::size_t floats = 0;
    };

private:
    Piece piece_;
};

}  // namespace attnscope
