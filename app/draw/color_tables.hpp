// The sequential colour maps as data: 256 colours from low to high, each 0xRRGGBB.
#pragma once

#include <array>
#include <cstdint>

namespace attnscope {

extern const std::array<std::uint32_t, 256> viridis_table;
extern const std::array<std::uint32_t, 256> cividis_table;
extern const std::array<std::uint32_t, 256> magma_table;

}  // namespace attnscope
