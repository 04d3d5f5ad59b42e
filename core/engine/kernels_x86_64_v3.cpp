// The kernels for x86_64_v3; CMakeLists.txt of core says with which options this is compiled.
#if defined(__AVX2__)
#define ATTNSCOPE_KERNELS kernels_x86_64_v3
#define VECTORS 2
#define ROWS 6
#define CHANNELS 6
#include "core/engine/kernels.inl"
#else
#include "core/engine/kernels.hpp"
namespace attnscope {
const Kernels* const kernels_x86_64_v3 = nullptr;
}
#endif
