#include "core/engine/spare_memory.hpp"

#include <utility>

namespace attnscope {
namespace {

constexpr std::size_t most_kept = std::size_t{1} << 20;

SpareMemory::Piece& kept() {
    thread_local SpareMemory::Piece piece;
    return piece;
}

}  // namespace

float* SpareMemory::take(std::size_t floats) {
    if (kept().floats >= floats) {
        piece_ = std::exchange(kept(), {});
    } else {
        float* const memory = static_cast<float*>(::operator new[](floats * sizeof(float), alignment));
        piece_ = {std::unique_ptr<float, Free>(memory), floats};
    }
    return piece_.memory.get();
}

SpareMemory::~SpareMemory() {
    if (piece_.floats <= most_kept && piece_.floats > kept().floats) kept() = std::move(piece_);
}

}  // namespace attnscope
